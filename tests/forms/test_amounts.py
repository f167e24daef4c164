"""Amounts are read as people here write them, and nonsense is named."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.forms import amounts


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("120", "120"),
        ("12,5", "12.5"),
        ("1.000,5", "1000.5"),
        ("1.000", "1000"),
        ("2.5", "2.5"),
        ("1 250", "1250"),
        ("1.000.000", "1000000"),
        ("0,01", "0.01"),
        ("0.120", "0.12"),
    ],
)
def test_points_group_thousands_and_a_comma_is_decimal(typed, meant):
    assert amounts.volume(typed) == Decimal(meant)


@pytest.mark.parametrize(
    "typed",
    ["-3", "0", "5000000000", "5.000.000.000", "1e9", "1,2.3", "10.00.0", "0,001", "dua", "", "NaN",
     "１２", "1_000", "+5", "--", "1,,5"],
)  # fmt: skip
def test_what_is_no_volume_is_refused(typed, app):
    with app.test_request_context(), pytest.raises(ValueError, match=r"\w"):
        amounts.volume(typed)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("Rp 1.500.000", 1_500_000), ("rp285000", 285_000), ("285.000,00", 285_000), ("9500,-", 9500)],
)
def test_money_comes_with_and_without_rp(typed, meant):
    assert amounts.rupiah(typed) == meant


@pytest.mark.parametrize("typed", ["-1", "12,5", "0", "Rp", "999.999.999.999", "tiga juta"])
def test_what_is_no_money_is_refused(typed, app):
    with app.test_request_context(), pytest.raises(ValueError, match=r"\w"):
        amounts.rupiah(typed)


@given(st.decimals(Decimal("0.01"), Decimal(1_000_000), places=2))
def test_what_we_write_we_read(amount):
    assert amounts.volume(amounts.written(amount)) == amount


@given(st.text(max_size=60))
def test_any_text_is_an_amount_or_a_reason(typed):
    for read in (amounts.volume, amounts.rupiah):
        try:
            assert read(typed) > 0
        except ValueError:
            continue


def test_a_cost_is_whole_rupiah_and_has_an_end(app):
    assert amounts.cost(Decimal("12.5"), 285_001) == 3_562_513
    with app.test_request_context(), pytest.raises(ValueError, match=r"\w"):
        amounts.cost(Decimal(1_000_000), 100_000_000)
