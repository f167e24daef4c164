"""Every matter has one first owner, and the rules say why."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from app.queries import routing
from models import Department, RoutingRule

DAGO = "32.73.02.1004"


def rule(position: int, department: str, **parts: Any) -> RoutingRule:
    return RoutingRule(position=position, department_code=department, note="", **parts)


CATEGORIES, AREAS = ("a", "b"), ("1", "1.1", "1.1.1", "1.1.2", "1.10.1")
WORDS = ("lubang", "jalan tol", "tol", "sma negeri", "moh. toha", "MOH TOHA")
RULES = st.lists(
    st.builds(
        lambda category, area, road, keyword: {
            "category_code": category,
            "area_code": area,
            "road_class": road,
            "keyword": keyword,
        },
        st.none() | st.sampled_from(CATEGORIES),
        st.none() | st.sampled_from(AREAS),
        st.none() | st.sampled_from(routing.ALL_ROADS),
        st.none() | st.sampled_from(WORDS),
    ),
    max_size=8,
)


def fitting_roads(road: str) -> set[str | None]:
    """What a rule may name to fit a road: nothing, that road, and "main" for a main road."""
    outside = {"tol", "nasional", "provinsi"}
    return {None, road} | ({"besar"} if road in outside else set())


def brute_force(rules: list[RoutingRule], case: routing.Case) -> int | None:
    """The least position among all rules that fit, each part judged on its own."""
    ancestors = {case.area_code.rsplit(".", n)[0] for n in range(case.area_code.count(".") + 1)}
    spoken = routing.plain(case.text).split()
    fitting = set()
    for candidate in rules:
        wanted = routing.plain(candidate.keyword or "").split()
        starts = range(len(spoken) - len(wanted) + 1)
        said = not wanted or any(
            spoken[i : i + len(wanted) - 1] == wanted[:-1]
            and spoken[i + len(wanted) - 1].startswith(wanted[-1])
            for i in starts
        )
        if (
            candidate.category_code in (None, case.category_code)
            and candidate.area_code in {None, *ancestors}
            and candidate.road_class in fitting_roads(case.road_class)
            and said
        ):
            fitting.add(candidate.position)
    return min(fitting, default=None)


@given(
    RULES,
    st.sampled_from(CATEGORIES),
    st.sampled_from(AREAS),
    st.sampled_from(routing.ALL_ROADS),
    st.lists(st.sampled_from((*WORDS, "dekat", "tolong", "Toha", "negeri")), max_size=4),
)
def test_the_first_rule_that_fits_decides_as_a_brute_force_search_says(
    parts: list[dict[str, Any]], category: str, area: str, road: str, words: list[str]
) -> None:
    rules = [rule(n, f"d{n}", **named) for n, named in enumerate(parts)]
    case = routing.Case(category, area, road, " ".join(words))
    found = routing.explain(rules, case)
    assert (found.position if found else None) == brute_force(rules, case)
    if found:
        named = {part for part, _value in found.matched}
        left_open = {key for key, value in parts[found.position].items() if value is None}
        assert not named & {key.removesuffix("_code") for key in left_open}
        assert all(skipped.position < found.position for skipped in found.skipped)


def test_a_keyword_is_found_at_the_beginning_of_a_word_only() -> None:
    three = rule(1, "provinsi", keyword="thr")
    said = routing.Case("x", "1", text="THR-nya belum dibayar")
    assert routing.misfit(three, said, routing.plain(said.text)) is None
    not_said = routing.Case("x", "1", text="Birthright")
    assert routing.misfit(three, not_said, routing.plain(not_said.text)) == "keyword"


def test_a_pothole_on_a_toll_road_goes_to_its_operator(session: Any) -> None:
    found = routing.owner(session, "jalan-berlubang", DAGO, "besar", "Dekat gerbang  TOL Pasteur")
    assert found is not None
    assert found.department_code == "jasa-marga"
    assert ("keyword", "gerbang tol") in found.matched


def test_a_pothole_in_an_alley_goes_to_housing(session: Any) -> None:
    found = routing.owner(session, "jalan-berlubang", DAGO, "gang")
    assert found is not None
    assert found.department_code == "dpkp"
    assert {skipped.part for skipped in found.skipped} == {"area", "road_class"}


def test_the_reasons_are_sentences_in_the_readers_language(app: Any, session: Any) -> None:
    found = routing.owner(session, "jalan-berlubang", DAGO, "besar", "jalan tol")
    assert found is not None
    with app.test_request_context("/?bahasa=en"):
        said = found.why()
    assert said[0] == "the category is “Jalan rusak atau berlubang”"
    assert said[-1] == "the text mentions “jalan tol”"


def test_an_ended_department_hands_over_to_its_successor(session: Any) -> None:
    session.get(Department, "dpkp").valid_to = date(2026, 1, 1)
    session.get(Department, "dpkp").successor_code = "dsdabm"
    session.flush()
    found = routing.owner(session, "jalan-berlubang", DAGO, "gang", day=date(2026, 1, 1))
    assert found is not None
    assert (found.department_code, found.successor_of) == ("dsdabm", "dpkp")
    before = routing.owner(session, "jalan-berlubang", DAGO, "gang", day=date(2025, 12, 31))
    assert before is not None
    assert (before.department_code, before.successor_of) == ("dpkp", None)


def test_departments_that_succeed_each_other_in_a_circle_own_nothing() -> None:
    over = date(2020, 1, 1)
    known = {
        "a": Department(successor_code="b", valid_to=over),
        "b": Department(successor_code="a", valid_to=over),
    }
    assert routing.successor(known, "a", date(2026, 1, 1)) is None


def test_every_case_of_the_city_has_one_first_owner(session: Any) -> None:
    found = routing.coverage(session)
    assert found.gaps == ()
    assert found.cases == found.categories * 151 * 7
    assert sum(found.owners.values()) == found.cases


def test_positions_are_unique_so_that_there_is_only_one_first(session: Any) -> None:
    twice = select(RoutingRule.position).group_by(RoutingRule.position).having(func.count() > 1)
    assert session.scalars(twice).all() == []


def test_a_gap_is_named_and_fails_the_command(app: Any, session: Any) -> None:
    session.execute(delete(RoutingRule).where(RoutingRule.category_code == "pju-mati"))
    session.commit()
    result = app.test_cli_runner().invoke(args=["routing", "coverage"])
    assert result.exit_code == 1
    assert "no owner: pju-mati in 32.73.01.1001" in result.output
    assert "1057 cases" in result.output


def test_the_command_explains_a_place(app: Any, session: Any) -> None:
    arguments = [
        "routing",
        "explain",
        "--category",
        "pju-mati",
        "--lon",
        "107.6142",
        "--lat",
        "-6.8818",
    ]
    result = app.test_cli_runner().invoke(
        args=[*arguments, "--lat", "-6.8818", "--road-class", "gang"]
    )
    assert result.exit_code == 0, result.output
    assert "Area: Kelurahan" in result.output
    assert "Department: " in result.output


@pytest.mark.parametrize(
    ("lon", "lat", "sentence"),
    [
        ("-6.8818", "107.6142", "interchanged"),
        ("106.8", "-6.2", "outside the city"),
        ("500", "500", "no longitude"),
    ],
)
def test_the_command_refuses_a_place_that_is_not_the_citys(
    app: Any, session: Any, lon: str, lat: str, sentence: str
) -> None:
    arguments = ["routing", "explain", "--category", "pju-mati", "--lon", lon, "--lat", lat]
    result = app.test_cli_runner().invoke(args=arguments)
    assert result.exit_code == 1
    assert sentence in result.output
