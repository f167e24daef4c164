"""Days and positions as they stand in tables."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from math import hypot
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import scoped_session

from app.exchange import coordinates, dates
from app.exchange.coordinates import NoPosition, pair, position
from app.exchange.dates import NoDay, moment

JAKARTA = ZoneInfo("Asia/Jakarta")
BANDUNG = (107.5455, -6.9695, 107.7395, -6.8369)
HERE = (107.6186, -6.9025)


@pytest.fixture(autouse=True, scope="module")
def _words(app: Flask) -> object:
    with app.app_context():
        yield


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2025-03-01", "2025-03-01T12:00"),
        ("2025/3/1 7:05", "2025-03-01T07:05"),
        ("1/3/2025", "2025-03-01T12:00"),
        ("01-03-25", "2025-03-01T12:00"),
        ("1.3.2025 14.30", "2025-03-01T14:30"),
        ("1 Maret 2025", "2025-03-01T12:00"),
        ("Sabtu, 1 Mar 2025, 23:59:58 WIB", "2025-03-01T23:59:58"),
        ("01 Agt 2024", "2024-08-01T12:00"),
        ("2 Pebruari 2024", "2024-02-02T12:00"),
        ("17-Nopember-2023", "2023-11-17T12:00"),
        ("9 Des 24", "2024-12-09T12:00"),
        ("45717", "2025-03-01T12:00"),
        ("45717,25", "2025-03-01T06:00"),
        ("45717.75", "2025-03-01T18:00"),
        ("2025-03-01T00:30:00Z", "2025-03-01T07:30"),
        ("2025-03-01 02:30:00+09:00", "2025-03-01T00:30"),
        ("1 Maret 2025 10:00 WITA", "2025-03-01T09:00"),
    ],
)
def test_a_day_is_understood_as_it_is_written_here(said: str, meant: str) -> None:
    wanted = datetime.fromisoformat(meant).replace(tzinfo=JAKARTA)
    assert moment(said, JAKARTA).at == wanted


def test_a_day_that_can_only_be_read_the_american_way_is_put_right_with_a_note() -> None:
    found = moment("12/25/2024", JAKARTA)
    assert (found.at.month, found.at.day) == (12, 25) and found.note
    assert not moment("11/12/2024", JAKARTA).note
    assert moment("11/12/2024", JAKARTA, "mdy").at.month == 11


@pytest.mark.parametrize(
    "said", ["", "kemarin", "32/1/2025", "29 Februari 2025", "99999", "12345", "1 Foo 2025", "0"]
)
def test_what_is_no_day_is_said_to_be_none(said: str) -> None:
    with pytest.raises(NoDay):
        moment(said, JAKARTA)


@given(st.text(max_size=40))
def test_no_text_whatever_breaks_the_reading_of_days(said: str) -> None:
    with suppress(NoDay):
        assert moment(said, JAKARTA).at.astimezone(UTC)


@pytest.mark.parametrize(
    ("lat", "lon", "mended"),
    [
        ("-6.9025", "107.6186", False),
        ("-6,9025", "107,6186", False),
        ("107.6186", "-6.9025", True),
        ("6.9025", "107.6186", True),
        ("107,6186", "6,9025", True),
        ("-69025000", "1076186000", True),
        ("-6.902.500", "107.618.600", True),
        ("6°54'09\"S", "107°37'06.96\"E", False),
        ("9236234.6", "789386", True),
        ("9.236.234,6", "789.386", True),
        ("789386", "9236234,6", True),
    ],
)
def test_a_position_is_found_however_it_was_written(lat: str, lon: str, mended: bool) -> None:
    found = position(lat, lon, BANDUNG)
    metres = hypot((found.lon - HERE[0]) * 110_500, (found.lat - HERE[1]) * 110_600)
    assert metres < 60
    assert bool(found.note) is mended


@pytest.mark.parametrize(
    "cell",
    ["-6.9025, 107.6186", "-6,9025; 107,6186", "-6.9025 107.6186", "POINT(107.6186 -6.9025)"],
)
def test_both_numbers_may_stand_in_one_cell(cell: str) -> None:
    found = pair(cell, BANDUNG)
    assert (found.lon, found.lat) == HERE and not found.note


def test_a_place_elsewhere_is_not_bent_into_the_city() -> None:
    assert position("-6.2", "106.8", BANDUNG) == coordinates.Position(106.8, -6.2)
    assert position("51.5", "-0.12", BANDUNG).note == ""


@pytest.mark.parametrize(
    ("lat", "lon"), [("", ""), ("abc", "107"), ("999999999999", "5"), ("-6.9", "400"), ("nan", "1")]
)
def test_what_is_no_position_is_said_to_be_none(lat: str, lon: str) -> None:
    with pytest.raises(NoPosition):
        position(lat, lon, BANDUNG)


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_text_whatever_breaks_the_reading_of_positions(lat: str, lon: str) -> None:
    for read in (lambda: position(lat, lon, BANDUNG), lambda: pair(lat, BANDUNG)):
        try:
            found = read()
            assert -180 <= found.lon <= 180 and -90 <= found.lat <= 90
        except NoPosition:
            pass


@pytest.mark.parametrize("srid", [32748, 32749, 32647])
def test_metres_become_degrees_as_postgis_says(session: scoped_session[Any], srid: int) -> None:
    query = text(
        "SELECT ST_X(p), ST_Y(p) "
        "FROM ST_Transform(ST_SetSRID(ST_MakePoint(:x, :y), :srid), 4326) AS p"
    )
    south, zone = srid // 100 == 327, srid % 100
    for east in (166_100, 350_000, 500_000, 789_274, 833_900):
        for north in (2_000_000, 7_500_000, 8_800_000, 9_236_300):
            wanted = session.execute(query, {"x": east, "y": north, "srid": srid}).one()
            found = coordinates.utm(east, north, zone, south)
            assert found == pytest.approx(tuple(wanted), abs=2e-8)


def test_days_alone_are_those_of_the_city() -> None:
    assert dates.day("2025-03-01T20:00:00Z", JAKARTA).day == 2
