"""Lists of items: filters, pages, counts; always beside items that must not show."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access import Actor
from app.kinds import KINDS
from app.queries import facets, listing
from app.queries import items as lists
from app.queries.items import COUNTED, PAGE, Filters
from app.services import facets as facets_now
from models import db
from tests import factories as make
from tests.narrowed import NARROWED
from tests.statements import Statements

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def noise():
    """What no public list shows, and what other filters should leave out."""
    make.item("lapor", published=False)
    make.item("lapor", visibility="confidential")
    make.item("lapor", oversight=True, visibility="confidential")


def found(session, kind="lapor", before=None, **args):
    filters = Filters.read({name: str(value) for name, value in args.items()}, kind)
    page = lists.public_page(session, filters, before)
    assert lists.public_count(session, filters) >= len(page.items) or page.alike
    return [row.id for row in page.items]


@pytest.mark.parametrize(("changes", "args"), NARROWED)
def test_each_filter_shows_what_it_says_and_nothing_else(session, noise, changes, args):
    others = make.item("lapor")
    wanted = make.item("lapor", **changes)
    assert found(session, **args) == [wanted.id]
    assert others.id in found(session)


def test_filters_hold_together(session, noise):
    make.item("lapor", state="verified")
    make.item("lapor", category_code="parkir-liar")
    both = make.item("lapor", state="verified", category_code="parkir-liar")
    assert found(session, state="verified", category="parkir-liar") == [both.id]


def test_the_whole_city_is_no_filter(session, noise, app):
    item = make.item("lapor")
    assert found(session, area=app.config["CITY"].code) == [item.id]


def test_pages_follow_each_other_without_a_gap_or_a_repetition(session, noise):
    author = make.user()
    made = [make.item("lapor", author).id for _ in range(2 * PAGE + 3)]
    seen, before = [], None
    for size in (PAGE, PAGE, 3):
        page = lists.public_page(session, Filters(kind="lapor"), before)
        assert len(page.items) == size
        seen += [row.id for row in page.items]
        before = page.next_before
    assert before is None
    assert seen == made[::-1]


def test_a_full_last_page_leads_nowhere(session):
    author = make.user()
    for _ in range(PAGE):
        make.item("badami", author)
    assert lists.public_page(session, Filters(kind="badami")).next_before is None


def test_an_item_that_comes_in_between_does_not_shift_the_next_page(session):
    author = make.user()
    made = [make.item("lapor", author).id for _ in range(PAGE + 1)]
    first = lists.public_page(session, Filters(kind="lapor"))
    make.item("lapor", author)
    assert found(session, before=first.next_before) == [made[0]]


def test_counts_are_exact(session, noise):
    author = make.user()
    for n in range(7):
        make.item(tuple(KINDS)[n % 3], author)
    assert lists.public_count(session, Filters()) == 7
    assert lists.public_count(session, Filters(kind="lapor")) == 3
    assert COUNTED == 1000


@pytest.mark.parametrize("words", ["menjuntai", "Kabel", "kabel -lampu", '"kabel menjuntai"'])
def test_words_are_found_in_titles(session, noise, words):
    item = make.item("lapor", title="Kabel menjuntai di simpang")
    make.item("lapor", title="Lampu jalan mati")
    assert found(session, q=words) == [item.id]


def test_a_word_with_a_slip_finds_titles_that_sound_alike(session, noise):
    item = make.item("lapor", title="Trotoar rusak di Dipatiukur")
    page = lists.public_page(session, Filters(kind="lapor", q="trotoir"))
    assert page.alike
    assert [row.id for row in page.items] == [item.id]


def test_what_a_person_filed_is_listed_in_every_state_for_them_alone(session, noise):
    user, other = make.user(), make.user()
    mine = [
        make.item("lapor", user, published=False).id,
        make.item("badami", user, visibility="confidential").id,
    ]
    make.item("lapor", other)
    page = lists.of_person(session, make.actor(user))
    assert [row.id for row in page.items] == mine[::-1]


def test_filters_written_as_an_address_are_read_back():
    args = {"phase": "open", "state": "verified", "area": "32.73.02", "category": "pkl",
            "department": "dishub", "since": "2026-01-01", "until": "2026-02-01",
            "overdue": "1", "q": "jalan rusak"}  # fmt: skip
    assert Filters.read(args, "lapor").as_args() == args
    assert Filters.read(args, "lapor").as_args(phase=None, sebelum=5)["sebelum"] == "5"


@given(
    st.dictionaries(
        st.sampled_from(["phase", "state", "area", "since", "until", "overdue", "q", "kind"]),
        st.text(max_size=200),
    )
)
def test_no_address_makes_nonsense_of_filters(args):
    filters = Filters.read(args)
    assert filters.kind in ("", *KINDS)
    assert "\0" not in filters.q
    assert len(filters.q) <= 100


@given(st.integers(2020, 2090), st.integers(0, 10**7 - 1))
def test_a_number_typed_in_any_way_is_completed_with_its_check_digit(year, count):
    digits = f"{count:07d}"
    whole = f"L-{year}-{digits}-{listing.check_digit(f'{year}{digits}')}"
    for typed in (whole, whole.lower(), whole.replace("-", " "), f" {whole} ", f"L {year} {count}"):
        assert listing.as_number(typed) == whole
    wrong = (int(whole[-1]) + 1) % 10
    assert listing.as_number(f"{whole[:-1]}{wrong}") is None


def test_the_check_digit_is_the_one_the_database_gives(session):
    for kind in KINDS:
        number = make.item(kind).number
        assert listing.as_number(number) == number


def test_a_stranger_has_filed_nothing(session, noise):
    clerk = make.user(roles=("operator",))
    item = make.item("lapor", make.person())
    item.filed_by_id = None
    session.flush()
    assert clerk
    assert not lists.of_person(session, Actor()).items


def test_each_choice_beside_a_list_says_how_much_it_would_leave(client):
    for state in ("verified", "verified", "routed"):
        make.item("lapor", state=state)
    make.item("lapor", state="verified", visibility="confidential")
    facets_now.refresh(db.session)
    db.session.commit()
    facets.forget()
    page = client.get("/lapor/").get_data(as_text=True)
    label = KINDS["lapor"].workflow["verified"].label
    assert f">{label} (2)</option>" in page and "(3)" in page
    with Statements() as sent:
        client.get("/lapor/")
    assert not [statement for statement in sent if "facet" in statement]
    narrowed = client.get("/lapor/?category=pju-mati").get_data(as_text=True)
    assert f">{label}</option>" in narrowed


def test_the_counts_of_an_area_are_those_its_list_finds(client):
    item = make.item("lapor", state="verified")
    facets_now.refresh(db.session)
    db.session.commit()
    facets.forget()
    page = client.get(f"/lapor/?area={item.area_code}").get_data(as_text=True)
    found = lists.public_count(db.session(), lists.Filters(kind="lapor", area=item.area_code))
    shown = re.search(rf'value="{item.area_code}" selected>[^<(]+ \((\d+)\)</option>', page)
    assert shown and int(shown[1]) == found
