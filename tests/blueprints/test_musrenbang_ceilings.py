"""Ceilings in public and on the planners' desk."""

from __future__ import annotations

from datetime import date

import pytest
from flask_babel import force_locale, gettext
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from app.forms.ceilings import read, short
from app.queries import ceilings
from app.queries.ranking import ListKey
from app.services import ceilings as service
from app.services import ranking
from models import Whose
from tests import factories as make

DESK = "/kerja/musrenbang/pagu/2027"
PUBLIC = "/musrenbang/pagu?tahun=2027"
WORDS = {"kind": "indikatif", "decree": "SK 050/1", "decree_on": "2026-01-05", "reason": "Awal"}


@pytest.fixture
def say(app):
    """What a page says in Indonesian for a text of the code."""

    def words(string, **values):
        with app.test_request_context(), force_locale("id"):
            return str(escape(gettext(string, **values)))

    return words


@pytest.fixture
def desk(client_for):
    """A planner's browser."""
    return client_for(make.user(roles=["planner"]))


def cells(**amounts):
    named = {"district": make.KECAMATAN, "dago": make.KELURAHAN}
    return {f"w-{named[name]}": value for name, value in amounts.items()}


def publish(amounts, kind="indikatif"):
    planner = make.actor(make.user(roles=["planner"]))
    decree = service.Decree(kind, f"SK {kind}", date(2026, 1, 5), "Sebab yang jelas.")
    service.save(planner, 2027, amounts, decree)
    return service.publish(planner, 2027)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1.200.000.000", 1_200_000_000),
        ("Rp 1,2 miliar", 1_200_000_000),
        ("rp.120 juta", 120_000_000),
        ("750jt", 750_000_000),
        ("0", 0),
        ("Rp 5.000,00", 5000),
    ],
)
def test_amounts_are_read_as_people_write_them(app, typed, amount):
    with app.test_request_context():
        assert read(typed) == amount
        assert read(short(amount)) == amount


@given(st.integers(0, 10**15))
def test_amounts_said_shortly_are_still_exact(amount):
    assert read(short(amount)) == amount


@pytest.mark.parametrize("typed", ["banyak", "-5", "1,5", "1e9", "9" * 20, "1,200,000", "Rp", ""])
def test_what_is_no_amount_is_refused(app, typed):
    with app.test_request_context(), pytest.raises(ValueError, match="."):
        read(typed)


def test_a_planner_keeps_a_draft_looks_at_what_follows_and_publishes(desk, client, session):
    one = make.item("musrenbang", title="Drainase Gang Mawar")
    one.plan_year, one.level, one.cost = 2027, "kelurahan", 900_000_000
    clerk = make.actor(make.user(roles=["moderator"]))
    ranking.reorder(clerk, ListKey(2027, "kelurahan", make.KELURAHAN), [one.id])
    sent = {**WORDS, **cells(district="2 miliar", dago="Rp 800 juta"), "look": 1, "revision": 0}
    answer = desk.post(DESK, data=sent)
    assert answer.status_code == 302 and answer.location.endswith("/akibat")
    assert "SK 050/1" not in client.get(PUBLIC).get_data(as_text=True)
    shown = desk.get(answer.location).get_data(as_text=True)
    assert "1. Drainase Gang Mawar" in shown and "Rp900.000.000" in shown
    answer = desk.post(answer.location, data={"revision": 1})
    assert answer.status_code == 302
    page = client.get(answer.location).get_data(as_text=True)
    assert "1. Drainase Gang Mawar" in page
    page = client.get(PUBLIC).get_data(as_text=True)
    assert "SK 050/1" in page and "Rp800.000.000" in page


def test_what_is_too_much_is_said_in_plain_words(desk, session, say):
    sent = {**WORDS, **cells(district="1 miliar", dago="1,12 miliar"), "revision": 0}
    desk.post(DESK, data=sent)
    told = say(
        "%(sum)s more than the ceiling of %(area)s: its parts come to %(parts)s,"
        " it has %(amount)s.",
        sum="Rp 120 juta",
        area="Kecamatan Coblong",
        parts="Rp 1,12 miliar",
        amount="Rp 1 miliar",
    )
    assert told in desk.get(DESK).get_data(as_text=True)
    answer = desk.post(DESK + "/akibat", data={"revision": 1})
    assert answer.status_code == 422 and told in answer.get_data(as_text=True)
    assert not ceilings.versions(session, 2027)


def test_an_amount_that_is_none_is_marked_and_nothing_typed_is_lost(desk, session):
    answer = desk.post(DESK, data={**WORDS, **cells(dago="sejuta", district="5"), "revision": 0})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="sejuta"' in text and 'value="5"' in text and 'value="SK 050/1"' in text
    assert service.draft(2027) is None


def test_cells_of_a_spreadsheet_are_read_into_the_table_and_not_kept(desk, session, say):
    pasted = (
        "Wilayah\tPagu\nKecamatan Coblong\t6.000.000.000\nKel. Dago\t1,2 miliar\n"
        "32.73.02.1001;750 juta\nBatununggal\t5\nAtlantis\t7\nKelurahan Dago\tbanyak"
    )
    answer = desk.post(DESK, data={**WORDS, "paste": pasted, "revision": 0})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422  # three lines could not be read
    assert 'value="6.000.000.000"' in text and 'value="1,2 miliar"' in text
    assert 'value="750 juta"' in text and "Batununggal" in text and "Atlantis" in text
    assert service.draft(2027) is None


def test_a_draft_another_planner_kept_is_not_overwritten_unseen(desk, session):
    desk.post(DESK, data={**WORDS, **cells(dago="5"), "revision": 0})
    answer = desk.post(DESK, data={**WORDS, **cells(dago="7"), "revision": 0})
    assert answer.status_code == 409 and 'value="7"' in answer.get_data(as_text=True)
    assert service.amounts_of(service.draft(2027)) == {Whose(make.KELURAHAN): 5}


def test_a_draft_can_be_thrown_away(desk, session):
    desk.post(DESK, data={**WORDS, **cells(dago="5"), "revision": 0})
    assert desk.post(DESK + "/buang", data={"revision": 1}).status_code == 302
    assert service.draft(2027) is None


def test_versions_stand_side_by_side_with_what_changed(client, session, say):
    publish({Whose(make.KECAMATAN): 5_400_000_000})
    publish({Whose(make.KECAMATAN): 3_000_000_000}, "final")
    text = client.get(PUBLIC).get_data(as_text=True)
    assert "Rp5.400.000.000" in text and "Rp3.000.000.000" in text
    assert say("down by %(sum)s", sum="Rp 2,4 miliar") in text
    assert client.get("/musrenbang/pagu/2027/2").status_code == 200
    assert client.get("/musrenbang/pagu/2027/3").status_code == 404


@pytest.mark.parametrize("address", ["/kerja/musrenbang/pagu/1", "/musrenbang/pagu/99999/1",
                                     "/musrenbang/pagu/2027/99999999999999999999"])  # fmt: skip
def test_years_and_versions_that_cannot_be_are_nowhere(desk, address):
    assert desk.get(address).status_code == 404
