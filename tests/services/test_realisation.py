"""The works: contract, reports that only grow, photos half-way, handing over, residents' voices."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.kinds import kind_of
from app.services import items, realisation, supports
from app.services.refused import Refused
from app.workflow import Incomplete, NotAllowed
from models import (
    Change,
    HandoverRecord,
    Notification,
    Photo,
    Realisation,
    WorkConfirmation,
    db,
)
from tests import factories as make
from tests import pictures

pytestmark = pytest.mark.usefixtures("session")
BUDGET = 50_000_000


@pytest.fixture
def officer():
    return make.actor(make.user(roles=("officer",)))


def budgeted(state="in_apbd", **values):
    item = make.item("musrenbang", state=state, department_code=make.DEPARTMENT, **values)
    item.budget = BUDGET
    db.session.flush()
    return item


def contract(value=45_000_000):
    return {"contract_value": value, "contractor": "CV Karya", "contract_on": date.today()}


def photo(by):
    return [make.photo(uploaded_by_id=by.user_id).id]


def reports(item):
    wanted = select(Realisation).where(Realisation.proposal_id == item.id)
    found = db.session.scalars(wanted.order_by(Realisation.id))
    return [(report.progress, report.spent, report.reason) for report in found]


# -- contract -------------------------------------------------------------------------------


def test_works_under_procurement_begin_once_there_is_a_contract(officer):
    item = budgeted()
    items.move(item, "procure", officer)
    with pytest.raises(NotAllowed):
        items.move(item, "start_works", officer, {"photos": photo(officer)})
    items.move(item, "award", officer, contract())
    items.move(item, "start_works", officer, {"photos": photo(officer)})
    assert (item.state, item.contract_value, item.contractor) == ("works", 45_000_000, "CV Karya")
    assert reports(item) == [(0, 0, "")]


def test_a_contract_is_never_more_than_the_budget(officer):
    item = budgeted()
    items.move(item, "procure", officer)
    with pytest.raises(Refused) as refused:
        items.move(item, "award", officer, contract(BUDGET + 1))
    assert refused.value.args[0] == "contract_value"


def test_works_begin_with_a_photo_of_the_place_as_it_is(officer):
    with pytest.raises(Incomplete):
        items.move(budgeted(), "start_works", officer)


# -- reports --------------------------------------------------------------------------------


def working(officer):
    item = budgeted()
    items.move(item, "start_works", officer, {"photos": photo(officer)})
    return item


def test_reports_stand_one_after_the_other(officer):
    item = working(officer)
    items.move(item, "report_progress", officer, {"progress": 30, "spent": 10_000_000})
    half = {"progress": 60, "spent": 20_000_000, "photos": photo(officer)}
    items.move(item, "report_progress", officer, half)
    done = {"photos": photo(officer), "note": "Selesai.", "spent": 44_000_000}
    items.move(item, "finish", officer, done)
    assert reports(item) == [
        (0, 0, ""),
        (30, 10_000_000, ""),
        (60, 20_000_000, ""),
        (100, 44_000_000, ""),
    ]
    assert (item.state, item.progress, item.spent) == ("done", 100, 44_000_000)


@pytest.mark.parametrize("fallen", [{"progress": 20}, {"progress": 40, "spent": 5_000_000}])
def test_a_number_that_falls_needs_a_reason_and_words(officer, fallen):
    item = working(officer)
    items.move(item, "report_progress", officer, {"progress": 40, "spent": 10_000_000})
    with pytest.raises(Incomplete) as lacking:
        items.move(item, "report_progress", officer, fallen)
    assert set(lacking.value.args) == {"reason", "note"}
    told = fallen | {"reason": "measured_again", "note": "Diukur ulang bersama konsultan."}
    items.move(item, "report_progress", officer, told)
    assert reports(item)[-1][2] == "measured_again"


def test_from_half_way_on_a_photo_is_needed_once(officer):
    item = working(officer)
    with pytest.raises(Incomplete) as lacking:
        items.move(item, "report_progress", officer, {"progress": 50})
    assert lacking.value.args == ("photos",)
    make.half_way(item, officer)
    items.move(item, "report_progress", officer, {"progress": 80})


def test_nothing_is_finished_that_nobody_saw_half_done(officer):
    item = working(officer)
    with pytest.raises(Refused) as refused:
        items.move(item, "finish", officer, {"photos": photo(officer), "note": "Selesai."})
    assert refused.value.args[0] == "photos"


def test_nobody_spends_more_than_there_is(officer):
    item = working(officer)
    with pytest.raises(Refused) as refused:
        items.move(item, "report_progress", officer, {"progress": 10, "spent": BUDGET + 1})
    assert refused.value.args[0] == "spent"


def test_what_was_reported_cannot_be_rewritten(officer):
    item = working(officer)
    with pytest.raises(DBAPIError), db.session.begin_nested():
        values = {"proposal": item.id}
        db.session.execute(
            text("UPDATE realisation SET progress = 90 WHERE proposal_id = :proposal"), values
        )


def test_what_is_not_built_says_why_with_a_code(officer):
    item = budgeted("procurement")
    items.move(item, "drop", officer, {"reason": "tender_failed", "note": "Dua kali gagal."})
    assert item.state == "not_realised"


def test_the_record_of_handing_over_says_who_keeps_it(officer):
    item = budgeted("done")
    given = {"bast_number": "600.1/12-BAST", "bast_on": date.today(), "keeper": "RW 03"}
    items.move(item, "hand_over", officer, given)
    kept = db.session.scalar(select(HandoverRecord).where(HandoverRecord.proposal_id == item.id))
    assert (kept.number, kept.keeper, kept.signed_on) == ("600.1/12-BAST", "RW 03", date.today())


# -- residents ------------------------------------------------------------------------------


def voices(item):
    wanted = select(WorkConfirmation.person_id, WorkConfirmation.confirmed)
    rows = db.session.execute(wanted.where(WorkConfirmation.proposal_id == item.id))
    return {row.person_id: row.confirmed for row in rows}


def supported(*people):
    item = budgeted("works")
    for person in people:
        supports.support(item, make.actor(person))
    clerk = make.everybody(item)
    make.half_way(item, clerk)
    items.move(item, "finish", clerk, {"photos": photo(clerk), "note": "Selesai."})
    return item


def test_proposer_and_supporters_say_whether_it_is_there_and_one_voice_counts_once():
    one = make.user()
    item = supported(one)
    realisation.say(item, make.actor(one), False, "Ujungnya belum dicor.")
    assert voices(item) == {one.person_id: False}
    realisation.say(item, make.actor(one), True)
    assert voices(item) == {one.person_id: True}
    items.move(item, "confirm_works", make.everybody(item))
    assert voices(item) == {one.person_id: True, item.author_id: True}


def test_not_yet_asks_the_department_to_answer_and_it_hears_of_it():
    one, officer = make.user(), make.user(roles=("officer",))
    item = supported(one)
    realisation.say(item, make.actor(one), False, "Ujungnya belum dicor.")
    assert item.disputed
    assert kind_of(item).held_by(item) == "owner"
    last = db.session.scalar(
        select(Change).where(Change.item_id == item.id).order_by(Change.seq.desc()).limit(1)
    )
    assert (last.step, last.seat, last.source) == ("contest_works", "supporter", "done")
    told = select(Notification.event).where(
        Notification.user_id == officer.id, Notification.change_id == last.id
    )
    assert db.session.scalar(told) == "task"
    items.move(item, "answer_contest", make.actor(officer), {"note": "Kami lengkapi pekan ini."})
    assert not item.disputed


def test_works_go_on_when_residents_are_right(officer):
    item = supported()
    items.move(item, "contest_works", make.everybody(item), {"note": "Belum selesai."})
    again = {"progress": 80, "reason": "residents_say_unfinished", "note": "Kami lanjutkan."}
    items.move(item, "resume_works", officer, again)
    assert (item.state, item.progress, item.disputed) == ("works", 80, False)
    assert reports(item)[-1] == (80, item.spent, "residents_say_unfinished")


def test_not_yet_says_what_is_missing():
    one = make.user()
    item = supported(one)
    with pytest.raises(Refused):
        realisation.say(item, make.actor(one), False, "belum")


def test_a_photo_goes_with_what_was_said():
    one = make.user()
    item = supported(one)
    note = "Masih berlubang di ujung gang."
    realisation.say(item, make.actor(one), False, note, [pictures.jpeg()])
    shown = select(Photo.id).join(Change, Change.id == Photo.change_id)
    assert db.session.scalars(shown.where(Change.step == "contest_works")).one()


def test_whoever_stands_not_behind_it_has_no_say():
    item = supported()
    with pytest.raises(NotAllowed):
        realisation.say(item, make.actor(make.user()), True)
