"""The kamus usulan: prices by day, what the administration keeps, what search finds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.queries import catalogue as lines
from app.queries.calendar import city_day
from app.services import catalogue
from models import CatalogueEntry, CataloguePrice, Proposal, db
from tests import factories as make
from tests.examples import examples

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def planner():
    return make.actor(make.user(roles=("planner",)))


def entry(code="F02") -> CatalogueEntry:
    found = lines.entry(db.session, code)
    assert found is not None
    db.session.refresh(found, ["prices"])
    return found


def codes(words, **more):
    found = lines.found(db.session, lines.Sought(words, **more))
    return [line.code for line, _price in found]


def test_a_price_holds_from_its_day_on_and_the_past_keeps_its_own(planner):
    today = city_day()
    before = entry().price_on(today)
    assert catalogue.reprice(planner, entry(), before + 1000, today + timedelta(30), "SK 1")
    kept = entry()
    assert kept.price_on(today + timedelta(29)) == before
    assert kept.price_on(today + timedelta(30)) == before + 1000
    assert kept.price_on(today - timedelta(4000)) == before


def test_a_price_is_never_changed_for_the_past(planner):
    with pytest.raises(catalogue.Wrong):
        catalogue.reprice(planner, entry(), 5, city_day() - timedelta(1), "")


@examples(25)
@given(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 10**11)), max_size=8))
def test_however_prices_are_set_one_holds_each_day(session, changes):
    with session.begin_nested() as savepoint:
        for days, price in changes:
            catalogue.set_price("F03", price, city_day() + timedelta(days))
        db.session.flush()
        kept = session.query(CataloguePrice).filter_by(entry_code="F03").all()
        for days in range(45):
            day = city_day() + timedelta(days)
            assert sum(one.holds(day) for one in kept) == 1
        savepoint.rollback()
    session.expire_all()


def test_a_later_price_that_is_taken_back_was_never_there(planner):
    today, before = city_day(), entry().price_on(city_day())
    catalogue.reprice(planner, entry(), before * 2, today + timedelta(9), "")
    catalogue.reprice(planner, entry(), before, today, "")
    assert entry().price_on(today + timedelta(900)) == before


def test_a_proposal_keeps_the_price_of_its_day(planner):
    day = city_day()
    price = entry().price_on(day)
    facts = {"catalogue_code": "F02", "volume": 10, "unit": "m2", "unit_price": price}
    item = make.item("musrenbang", **facts)
    many = lines.concerned(db.session, "F02").many
    assert many == 1
    catalogue.reprice(planner, entry(), price * 2, day, "")
    db.session.refresh(item)
    assert isinstance(item, Proposal)
    assert (item.unit_price, item.cost) == (price, 10 * price)


def test_the_citys_file_leaves_alone_what_the_administration_made(planner):
    columns = {
        "code": "X99", "name": "Panggung seni terbuka", "unit": "unit", "bidang": "sosial_budaya",
        "category_code": make.category("musrenbang").code, "department_code": None,
    }  # fmt: skip
    catalogue.add(planner, columns, 75_000_000, city_day())
    with pytest.raises(catalogue.Wrong):
        catalogue.add(planner, columns, 1, city_day())
    row = {**columns, "code": "F02", "unit_price": 250_000}
    ended = catalogue.load([row])
    assert ended > 50
    assert entry("X99").holds(city_day())
    assert entry("F02").price_on(city_day()) == 250_000
    assert not entry("F01").holds(city_day())
    assert "F01" not in codes("")


def test_what_ended_is_not_proposed_and_can_be_opened_again(planner):
    catalogue.end(planner, entry())
    assert "F02" not in codes("rabat beton")
    catalogue.end(planner, entry(), back=True)
    assert codes("rabat beton")[0] == "F02"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("lampu gang", "F18"),
        ("selokan", "F08"),
        ("f26", "F26"),
        ("pavng", "F01"),
        ("pelatihan menjahit", "E04"),
        ("kursi roda", "S03"),
        ("' OR 1=1 --", None),
        ("\\", None),
        ("(((", None),
    ],
)
def test_search_understands_people(words, code):
    found = codes(words)
    assert code is None or code in found


def test_search_is_narrowed_by_bidang_and_department():
    assert {code[0] for code in codes("", bidang="ekonomi")} == {"E"}
    assert set(codes("lampu", department="dishub")) >= {"F17", "F18", "F19"}
    assert codes("lampu", department="dinkes") == []


def test_uses_count_public_proposals_only():
    make.item("musrenbang", catalogue_code="F02")
    make.item("musrenbang", catalogue_code="F02", published=False)
    assert lines.uses(db.session, ["F02"])["F02"].proposed == 1
