"""Finding a spot by what people type."""

from __future__ import annotations

from typing import Any

import pytest

from maps.gazetteer import search


@pytest.mark.parametrize("text", ["dago", "Kelurahan Dago", "kel. dago"])
def test_a_kelurahan_is_found_with_its_kecamatan(session: Any, text: str) -> None:
    hit = search(session, text)[0]
    assert (hit.name, hit.kind, hit.within) == ("Dago", "kelurahan", "Coblong")
    assert hit.area_code == "32.73.02.1004"


@pytest.mark.parametrize("text", ["hasan sadikn", "RSHS", "  Hasan   SADIKIN "])
def test_a_place_is_found_by_other_names_and_with_a_slip(session: Any, text: str) -> None:
    assert "Hasan Sadikin" in search(session, text)[0].name


def test_jl_means_jalan(session: Any) -> None:
    assert any("Asia Afrika" in hit.name for hit in search(session, "jl. asia afrika"))


@pytest.mark.parametrize("text", ["-6.91, 107.61", "107.61 -6.91", "-6,91; 107,61"])
def test_two_numbers_are_a_spot_in_either_order(session: Any, text: str) -> None:
    (hit,) = search(session, text)
    assert (hit.lon, hit.lat) == (107.61, -6.91)


@pytest.mark.parametrize("text", ["", "d", "%", "___", "\0\0\0", "x" * 5000, "'; --", "\\"])
def test_nonsense_finds_nothing_and_breaks_nothing(session: Any, text: str) -> None:
    assert search(session, text) == []


def test_no_more_than_asked_for_come_back(session: Any) -> None:
    assert len(search(session, "jalan", limit=3)) == 3
