"""Clusters: complete, and nothing in them that is not public."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import func, select

from app.access import public_items
from app.queries.calendar import city_day
from maps.clusters import Filters, clusters
from maps.fold import fold, rebuild
from models import Item, MapDelta, MapGrid
from tests import factories

CITY = (107.4, -7.1, 107.9, -6.7)
ZOOMS = (8, 11, 12, 14, 17, 19)
HERE = {"lon": 107.6191, "lat": -6.9175}


@pytest.fixture(autouse=True)
def items(session: Any) -> list[Item]:
    """Items of every kind, near each other and apart, and three that nobody may see."""
    made = [
        factories.item("lapor", **HERE),
        factories.item("lapor", **HERE),
        factories.item("lapor", None, "routed", lon=107.6193, lat=-6.9176),
        factories.item("lapor", None, "rejected", lon=107.70, lat=-6.93),
        factories.item("badami", lon=107.58, lat=-6.88),
        factories.item("musrenbang", lon=107.62, lat=-6.90),
    ]
    factories.item("lapor", published=False, **HERE)
    factories.item("lapor", visibility="confidential", **HERE)
    factories.item("lapor", oversight=True, visibility="confidential", lon=107.5, lat=-7.0)
    return made


@pytest.fixture(params=["fresh", "folded", "rebuilt", "folded and fresh"])
def counted(request: pytest.FixtureRequest, session: Any) -> None:
    """The counts as deltas, as squares, counted anew, and as both at once."""
    if request.param.startswith("folded"):
        fold(session)
    if request.param == "rebuilt":
        rebuild(session)
    if request.param.endswith("and fresh"):
        factories.item("lapor", lon=107.6191, lat=-6.9175)


EVERYTHING = Filters()


def answer(session: Any, zoom: int, filters: Filters = EVERYTHING, box: Any = CITY) -> Any:
    return json.loads(clusters(session, zoom, box, filters, {"lapor": "/lapor/"}))


def total(found: Any) -> int:
    return sum(mark["n"] for mark in found["clusters"]) + len(found["items"])


def test_clusters_and_items_add_up_to_all_that_is_public(session: Any, counted: None) -> None:
    public = session.scalar(select(func.count()).select_from(Item).where(public_items()))
    for found in (answer(session, zoom) for zoom in ZOOMS):
        assert found["total"] == total(found) == public


@pytest.mark.parametrize(
    ("filters", "number"),
    [
        (Filters(kinds=("lapor",)), 4),
        (Filters(kinds=("lapor", "badami")), 5),
        (Filters(phases=("closed",)), 1),
        (Filters(states=("lapor:routed",)), 1),
        (Filters(phases=("new", "open"), kinds=("lapor",)), 3),
        (Filters(departments=(factories.DEPARTMENT,)), 1),
        (Filters(area="32.73.99.1001"), 0),
        (Filters(district=factories.KECAMATAN), 6),
        (Filters(overdue=city_day), 0),
    ],
)
def test_filters_narrow_what_is_counted_at_every_zoom(
    session: Any, filters: Filters, number: int
) -> None:
    if callable(filters.overdue):
        filters = Filters(overdue=city_day())
    fold(session)
    for found in (answer(session, zoom, filters) for zoom in ZOOMS):
        assert found["total"] == total(found) == number


def test_a_category_and_a_day_narrow_as_well(session: Any, items: list[Item]) -> None:
    day = city_day()
    category = items[0].category_code
    same = sum(item.category_code == category for item in items)
    for zoom in ZOOMS:
        assert answer(session, zoom, Filters(categories=(category,)))["total"] == same
        assert answer(session, zoom, Filters(since=day))["total"] == len(items)
        assert answer(session, zoom, Filters(until=day.replace(year=2000)))["total"] == 0


def test_an_item_that_stands_alone_comes_with_its_name_and_address(
    session: Any, items: list[Item]
) -> None:
    fold(session)
    alone = {mark["number"]: mark for mark in answer(session, 14)["items"]}
    mark = alone[items[3].number]
    assert mark["kind"] == "lapor"
    assert mark["phase"] == "closed"
    assert mark["title"] == items[3].title
    assert mark["url"] == f"/lapor/{items[3].number}"
    assert (mark["lon"], mark["lat"]) == (107.70, -6.93)


def test_at_the_deepest_zoom_a_cluster_names_its_items(session: Any, items: list[Item]) -> None:
    (mark,) = answer(session, 19, Filters(kinds=("lapor",), states=("lapor:received",)))["clusters"]
    assert mark["n"] == 2
    assert {one["number"] for one in mark["items"]} == {item.number for item in items[:2]}


def test_every_way_an_item_changes_is_counted(session: Any, items: list[Item]) -> None:
    fold(session)
    first = items[0]
    assert answer(session, 12)["total"] == 6
    first.visibility = "confidential"
    session.flush()
    assert answer(session, 12)["total"] == 5
    first.visibility = "anonymous"
    session.flush()
    assert answer(session, 12)["total"] == 6
    first.published_at = None
    session.flush()
    fold(session)
    assert answer(session, 12)["total"] == 5
    assert answer(session, 12, Filters(phases=("done",)))["total"] == 0
    factories.walk(items[2], "resolved")
    session.flush()
    assert answer(session, 12, Filters(phases=("done",)))["total"] == 1
    items[2].place = "SRID=4326;POINT(107.65 -6.95)"
    session.flush()
    fold(session)
    east = answer(session, 12, box=(107.64, -6.96, 107.66, -6.94))
    assert items[2].number in {mark["number"] for mark in east["items"]}


def test_a_support_leaves_the_counts_alone(session: Any, items: list[Item]) -> None:
    fold(session)
    items[0].support_count += 1
    session.flush()
    assert session.scalar(select(func.count()).select_from(MapDelta)) == 0


def test_folding_twice_changes_nothing_and_empty_squares_go(
    session: Any, items: list[Item]
) -> None:
    fold(session)
    squares = session.scalar(select(func.count()).select_from(MapGrid))
    fold(session)
    assert session.scalar(select(func.count()).select_from(MapGrid)) == squares
    for item in items:
        item.published_at = None
    session.flush()
    fold(session)
    assert session.scalar(select(func.count()).select_from(MapGrid)) == 0


def test_folded_counts_are_those_of_a_new_count(session: Any, items: list[Item]) -> None:
    columns = (MapGrid.level, MapGrid.facet, MapGrid.phase, MapGrid.x, MapGrid.y, MapGrid.kind)
    query = select(*columns, MapGrid.n, MapGrid.sum_id).order_by(*columns)
    fold(session)
    factories.walk(items[0], "verified")
    session.flush()
    fold(session)
    folded = session.execute(query).all()
    rebuild(session)
    assert session.execute(query).all() == folded


def test_titles_stay_text_in_the_answer(session: Any) -> None:
    title = 'Awas "</script>${alert(1)}\\u0000'
    factories.item("badami", title=title, lon=107.66, lat=-6.94)
    found = answer(session, 14, Filters(kinds=("badami",)))
    assert title in {mark["title"] for mark in found["items"]}
