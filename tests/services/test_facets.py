"""The counts beside a list are those of the published items."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from geoalchemy2 import WKTElement
from sqlalchemy import update

from app.queries import facets
from app.queries.calendar import city_day
from app.services.facets import refresh
from models import Complaint, Idea, Item, Person

ROWS = [  # kelurahan, category, state, department, shown, late
    ("32.73.01.1001", "pju-mati", "routed", "dishub", True, True),
    ("32.73.01.1001", "pju-mati", "working", "dishub", True, False),
    ("32.73.01.1002", "pju-mati", "routed", "dishub", True, False),
    ("32.73.02.1001", "jalan-berlubang", "routed", "dsdabm", True, False),
    ("32.73.02.1001", "jalan-berlubang", "verified", None, True, True),
    ("32.73.02.1001", "jalan-berlubang", "routed", "dsdabm", False, True),  # noise
    ("32.73.02.1001", "ide-sampah", "discussion", None, True, False),
]


@pytest.fixture(autouse=True)
def items(session: Any) -> None:
    person = Person(name="Warga")
    session.add(person)
    for n, (area, category, state, department, shown, late) in enumerate(ROWS):
        model = Idea if category.startswith("ide-") else Complaint
        session.add(
            model(
                number=f"T-{n}",
                filing_key=uuid.uuid4(),
                state=state,
                title="Judul",
                body="Isi",
                category_code=category,
                place=WKTElement("POINT(107.6 -6.9)", srid=4326),
                area_code=area,
                author=person,
                department_code=department,
                visibility="public" if shown else "confidential",
                published_at=city_day(),
                due_on=city_day() - timedelta(days=1 if late else -1),
            )
        )
    session.flush()
    refresh(session)


def test_only_what_is_public_is_counted(session: Any) -> None:
    found = facets.read(session, facets.Chosen())
    assert (found.total, found.overdue) == (6, 2)
    assert found.kind == {"lapor": 5, "badami": 1}
    assert found.area == {"32.73.01": 3, "32.73.02": 3}
    assert found.department == {"dishub": 3, "dsdabm": 1}
    assert found.at is not None


def test_a_choice_narrows_every_other_count_but_not_its_own(session: Any) -> None:
    found = facets.read(session, facets.Chosen(category="pju-mati"))
    assert found.total == 3
    assert found.category == {"pju-mati": 3, "jalan-berlubang": 2, "ide-sampah": 1}
    assert found.state == {"routed": 2, "working": 1}
    assert found.area == {"32.73.01": 3}


@pytest.mark.parametrize("area", ["32.73.01", "32.73.01.1001"])
def test_a_kecamatan_opens_into_its_kelurahan(session: Any, area: str) -> None:
    found = facets.read(session, facets.Chosen(area=area))
    assert found.area == {"32.73.01.1001": 2, "32.73.01.1002": 1}
    assert found.total == (3 if area == "32.73.01" else 2)


def test_states_and_lateness_narrow_too(session: Any) -> None:
    found = facets.read(session, facets.Chosen(states=("routed", "verified"), overdue=True))
    assert found.total == 2
    assert found.category == {"pju-mati": 1, "jalan-berlubang": 1}


def test_a_second_refresh_forgets_what_is_gone(session: Any) -> None:
    session.execute(update(Item).where(Item.state == "working").values(state="closed"))
    refresh(session)
    assert Counter(facets.read(session, facets.Chosen()).state)["working"] == 0


def test_an_answer_is_remembered_for_a_while(session: Any) -> None:
    before = facets.counts(session, facets.Chosen())
    assert facets.counts(session, facets.Chosen()) is before
    facets.forget()
    assert facets.counts(session, facets.Chosen()) is not before


def test_kelurahan_totals_feed_the_map(session: Any) -> None:
    assert ("32.73.01.1001", 2, 1) in facets.area_totals(session, kind="lapor")
