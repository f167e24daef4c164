"""One act on many: rehearsed, called off, taken once, and nothing it may not do."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from app.jobs import bulk_acts as job
from app.services import assignments, bulk_acts, items, mandates
from models import AuditEvent, BulkAct, Change, Mandate, Notification, db
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
ROUTE = {"department": make.DEPARTMENT}


@pytest.fixture
def clerk():
    """A moderator."""
    return make.user(roles=("moderator",))


def verified(n=3, **columns):
    author = make.user()
    return [make.item("lapor", author, state="verified", **columns) for _ in range(n)]


def queued(by, chosen, act="route", answers=None, key=None):
    """The act in the queue, its pause over."""
    actor, answers = make.actor(by), ROUTE if answers is None else answers
    verdicts = bulk_acts.rehearse(chosen, "lapor", act, actor, answers)
    made = bulk_acts.queue(key or uuid.uuid4(), "lapor", act, actor, verdicts, answers)
    db.session.flush()
    return made


def over(act):
    act.run_at = datetime.now(UTC) - timedelta(seconds=1)
    db.session.flush()


def run(act):
    """What the job does."""
    if bulk_acts.begin(act.id):
        while bulk_acts.step_on(act.id):
            pass
    db.session.flush()
    return [line.outcome for line in act.items]


def count(session, table):
    return session.scalar(select(func.count()).select_from(table))


def test_a_rehearsal_says_what_would_happen_and_leaves_no_trace(session, clerk):
    good, wrong = verified(2), make.item("lapor", published=False)
    away = make.item("lapor", state="verified", area_code=make.OTHER_KELURAHAN)
    before = [count(session, table) for table in (Change, Notification)]
    verdicts = bulk_acts.rehearse([*good, wrong, away], "lapor", "route", make.actor(clerk), ROUTE)
    assert [bool(v.problem) for v in verdicts] == [False, False, True, True]
    assert [item.state for item in (*good, wrong, away)] == ["verified"] * 2 + [
        "received",
        "verified",
    ]
    assert [count(session, table) for table in (Change, Notification)] == before


def test_nothing_happens_before_the_pause_is_over(clerk):
    chosen = verified()
    act = queued(clerk, chosen)
    assert run(act) == ["", "", ""]
    assert {item.state for item in chosen} == {"verified"}
    over(act)
    assert run(act) == ["done"] * 3
    assert {item.state for item in chosen} == {"routed"}
    assert act.status == "done"


def test_the_job_takes_the_act_when_its_time_has_come_and_not_before(session, clerk):
    act = queued(clerk, verified())
    waits = text("SELECT scheduled_at FROM procrastinate_jobs WHERE task_name = 'bulk_act_run'")
    assert session.scalars(waits).all() == [act.run_at]
    job.run(act.id)
    assert act.status == "waiting"
    over(act)
    job.run(act.id)
    assert (act.status, [line.outcome for line in act.items]) == ("done", ["done"] * 3)


def test_an_act_called_off_changes_nothing_and_stands_in_the_audit(session, clerk):
    chosen = verified()
    act = queued(clerk, chosen)
    assert bulk_acts.cancel(act, make.actor(clerk))
    over(act)
    assert run(act) == ["", "", ""]
    assert {item.state for item in chosen} == {"verified"}
    acts = session.scalars(select(AuditEvent.act).where(AuditEvent.act.like("bulk%"))).all()
    assert acts == ["bulk_act", "bulk_act_cancelled"]


def test_an_act_that_has_begun_is_not_called_off(clerk):
    act = queued(clerk, verified())
    over(act)
    run(act)
    assert bulk_acts.cancel(act, make.actor(clerk)) is False


def test_nobody_calls_off_the_act_of_another(clerk):
    act = queued(clerk, verified())
    with pytest.raises(bulk_acts.NotAllowed):
        bulk_acts.cancel(act, make.actor(make.user(roles=("moderator",))))


def test_an_item_somebody_moved_meanwhile_is_left_alone_and_the_others_are_not(clerk):
    chosen = verified()
    act = queued(clerk, chosen)
    items.move(chosen[1], "reject", make.actor(clerk), {"reason": "spam", "note": "Iklan"})
    over(act)
    assert run(act) == ["done", "refused", "done"]
    assert chosen[1].state == "rejected"
    assert act.items[1].problem


def test_a_job_that_runs_twice_takes_each_step_once(session, clerk):
    chosen = verified()
    act = queued(clerk, chosen)
    over(act)
    assert bulk_acts.begin(act.id)
    assert bulk_acts.step_on(act.id)  # here the first worker dies
    assert run(act) == ["done"] * 3
    assert run(act) == ["done"] * 3
    routed = select(func.count()).where(Change.step == "route")
    assert session.scalar(routed) == 3


def test_the_same_form_sent_twice_is_one_act(session, clerk):
    chosen, key = verified(), uuid.uuid4()
    assert queued(clerk, chosen, key=key).id == queued(clerk, chosen, key=key).id
    assert count(session, BulkAct) == 1


def test_whoever_loses_the_seat_in_the_pause_moves_nothing(session, clerk):
    chosen = verified()
    act = queued(clerk, chosen)
    seat = session.scalars(select(Mandate).where(Mandate.user_id == clerk.id)).one()
    mandates.end(seat, make.actor(make.user(roles=("admin",))), "Pindah")
    over(act)
    assert run(act) == ["refused"] * 3
    assert {item.state for item in chosen} == {"verified"}


def test_an_item_waits_in_one_act_at_a_time(clerk):
    chosen = verified()
    queued(clerk, chosen)
    again = bulk_acts.rehearse(chosen, "lapor", "route", make.actor(clerk), ROUTE)
    assert all(verdict.problem for verdict in again)


def test_rejecting_needs_a_reason_that_the_step_knows(clerk):
    chosen = verified(1)
    actor = make.actor(clerk)
    for answers, passes in (
        ({"reason": "spam", "note": "Iklan"}, True),
        ({"reason": "spam"}, False),
        ({"reason": "karena", "note": "Iklan"}, False),
    ):
        (verdict,) = bulk_acts.rehearse(chosen, "lapor", "reject", actor, answers)
        assert (not verdict.problem) is passes, answers


def test_many_are_joined_with_one_and_one_is_not_joined_with_itself(clerk):
    into, *others = verified(3)
    answers = {"into": into.number, "reason": "same_matter"}
    act = queued(clerk, [into, *others], "merge", answers)
    assert len(act.items) == 2
    over(act)
    assert run(act) == ["done", "done"]
    assert {item.merged_into_id for item in others} == {into.id}


def test_many_are_given_to_a_colleague(clerk):
    colleague = make.user(roles=("moderator",))
    chosen = verified()
    act = queued(clerk, chosen, bulk_acts.ASSIGN, {"to": str(colleague.id), "note": ""})
    over(act)
    assert run(act) == ["done"] * 3
    assert [row.open for row in held(clerk)] == [3]


def held(user):
    from app.queries import colleagues

    return colleagues.in_hand(tuple(seat.name for seat in make.actor(user).seats))


def test_what_breaks_on_one_item_stops_no_other(monkeypatch, clerk):
    chosen = verified()
    colleague = make.user(roles=("moderator",))
    act = queued(clerk, chosen, bulk_acts.ASSIGN, {"to": str(colleague.id), "note": ""})
    over(act)
    usual, broken = assignments.give, chosen[0].id

    def give(item, *args):
        if item.id == broken:
            raise RuntimeError("disk on fire")
        return usual(item, *args)

    monkeypatch.setattr(assignments, "give", give)
    assert run(act) == ["refused", "done", "done"]


def test_an_act_whose_job_was_lost_is_taken_up(clerk):
    act = queued(clerk, verified())
    assert not bulk_acts.forgotten()
    act.run_at = datetime.now(UTC) - timedelta(minutes=5)
    db.session.flush()
    assert bulk_acts.forgotten() == [act.id]


def test_numbers_somebody_may_not_read_are_not_even_chosen(clerk):
    hidden = make.item("lapor", published=False, area_code=make.OTHER_KELURAHAN)
    open_one = verified(1)[0]
    numbers = [hidden.number, open_one.number, "L-2026-9999999-9"]
    assert bulk_acts.chosen(numbers, make.actor(clerk)) == [open_one]
    with pytest.raises(bulk_acts.TooMany):
        bulk_acts.chosen([f"L-{n}" for n in range(101)], make.actor(clerk))


def test_from_ticking_to_calling_off_by_the_pages(client_for, clerk):
    chosen = verified(2)
    late = make.item("lapor", published=False)
    db.session.commit()
    client = client_for(clerk)
    numbers = [item.number for item in (*chosen, late)]
    asked = client.get("/kerja/sekaligus", query_string={"tindakan": "lapor.route", "n": numbers})
    assert asked.status_code == 200
    form = {"tindakan": "lapor.route", "n": numbers, "key": str(uuid.uuid4())}
    assert client.post("/kerja/sekaligus", data=form).status_code == 422
    form |= ROUTE
    shown = client.post("/kerja/sekaligus", data=form | {"tahap": "periksa"})
    text = shown.get_data(as_text=True)
    assert shown.status_code == 200
    assert f'value="{chosen[0].number}:' in text
    assert db.session.scalar(select(func.count()).select_from(BulkAct)) == 0
    sent = client.post("/kerja/sekaligus", data=form | {"tahap": "kirim"})
    act = db.session.scalars(select(BulkAct)).one()
    assert sent.location == f"/kerja/sekaligus/{act.id}"
    assert client.get(sent.location).status_code == 200
    stranger = client_for(make.user(roles=("moderator",)))
    assert stranger.get(sent.location).status_code == 404
    assert client.post(f"{sent.location}/batal").status_code == 302
    assert db.session.scalars(select(BulkAct.status)).one() == "cancelled"


def test_what_was_shown_and_has_moved_since_is_left_alone(client_for, clerk):
    one, two = verified(2)
    db.session.commit()
    form = {"tindakan": "lapor.route", "key": str(uuid.uuid4()), "tahap": "kirim", **ROUTE}
    form["n"] = [f"{one.number}:1", two.number]  # the first one was seen before it was verified
    client_for(clerk).post("/kerja/sekaligus", data=form)
    act = db.session.scalars(select(BulkAct)).one()
    assert [line.item_id for line in act.items] == [two.id]


def test_what_an_act_took_out_of_its_choosers_sight_stands_there_by_its_number_only(
    client_for, clerk
):
    kept, gone = verified(2)
    made = queued(clerk, [kept, gone])
    gone.oversight, gone.visibility = True, "confidential"
    db.session.commit()
    page = client_for(clerk).get(f"/kerja/sekaligus/{made.id}").get_data(as_text=True)
    assert kept.title in page
    assert gone.title not in page
    assert gone.number in page
