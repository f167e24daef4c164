"""The form stops for emergencies that happen now, and for nothing else."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config import ROOT
from app.queries.emergency import Alarm

TEXTS: dict[str, list[str]] = tomllib.loads((ROOT / "tests/data/emergency.toml").read_text("utf-8"))
SAID: dict[str, Any] = tomllib.loads((ROOT / "cities/bandung/settings.toml").read_text("utf-8"))
BANDUNG = Alarm.read(SAID["emergency"])


def test_there_are_enough_texts_to_say_something() -> None:
    assert len(set(TEXTS["ordinary"])) >= 100
    assert len(set(TEXTS["emergencies"])) >= 60


def test_of_a_hundred_ordinary_texts_at_most_two_stop_the_form() -> None:
    stopped = [text for text in TEXTS["ordinary"] if BANDUNG.heard(text)]
    assert len(stopped) <= 2, stopped


def test_no_emergency_written_down_is_missed() -> None:
    missed = [text for text in TEXTS["emergencies"] if not BANDUNG.heard(text)]
    assert missed == []


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("Rumah terbakar", True),
        ("Bekas rumah terbakar", False),
        ("Takut rumah terbakar", False),
        ("Minggu lalu rumah terbakar", False),
        ("Minggu lalu aman, sekarang rumah terbakar lagi", True),
        ("Rumah sedang terbakar, minggu lalu juga", True),
        ("Jl. Moh. Toha No. 5 kebakaran", True),
        ("KEBAKARAN!!!", True),
        ("Tabrakan. Minggu lalu, di depan pasar.", False),
        ("Tabrakan. Korban di jalan.", True),
        ("", False),
    ],
)
def test_what_is_over_feared_or_talked_about_stops_nothing(text: str, heard: bool) -> None:
    assert bool(BANDUNG.heard(text)) is heard


def test_a_city_without_fine_rules_still_has_its_words() -> None:
    plain = Alarm.read({"words": ["fire", "gas ~ leak*"]})
    assert plain.heard("There is a fire")
    assert not plain.heard("Fireworks")


@given(st.text(max_size=300))
def test_no_text_upsets_it(text: str) -> None:
    found = BANDUNG.heard(text)
    assert isinstance(found, str)
