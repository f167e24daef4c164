"""A round of scoring: published before it is judged, closed by counting, never changed after."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from flask import current_app
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.access import Actor
from app.queries import scoring as reads
from app.scoring import MOST_INCONSISTENT, Unmarked
from app.services import scoring as service
from app.workflow import NotAllowed
from models import AuditEvent, Proposal, ScoringResult, ScoringRound, User, db
from tests import factories as make
from tests.live import at_once, live_app

YEAR = 2031
BEST = {"urgensi": 5, "prioritas": 5}


def planner() -> Actor:
    return make.actor(make.user(roles=("planner",)))


def proposal(**values) -> Proposal:
    """A verified proposal of the kelurahan."""
    made = make.item("musrenbang", state="verified", rw=values.pop("rw", 3))
    made.plan_year, made.level = YEAR, "kelurahan"
    for name, value in values.items():
        setattr(made, name, value)
    db.session.flush()
    return made  # type: ignore[return-value]


def drafted(keeper: Actor) -> ScoringRound:
    place = {"level": "kelurahan", "area_code": make.KELURAHAN, "department_code": None}
    values = {"plan_year": YEAR, "name": "Kelurahan Dago", "least": 2, **place}
    return service.draft(keeper, current_app.config["CITY"], values)


def opened(keeper: Actor, judges: list[User]) -> ScoringRound:
    found = drafted(keeper)
    for judge in judges:
        service.invite(found, keeper, judge.email.upper())
    service.publish(found, keeper)
    return found


def test_a_round_begins_with_the_citys_criteria_that_make_a_hundred_points(session):
    found = drafted(planner())
    assert [(c.code, c.weight) for c in found.criteria] == [
        ("urgensi", 2500),
        ("penerima", 2000),
        ("prioritas", 2000),
        ("pemerataan", 1500),
        ("kesiapan", 1000),
        ("dukungan", 1000),
    ]
    assert all(len(c.anchors) == 5 for c in found.criteria)
    assert service.unready(found)  # nobody judges yet


def test_points_come_from_marks_and_measured_facts_and_can_be_reckoned_again(session):
    keeper, judges = planner(), [make.user(), make.user()]
    make.item("musrenbang", state="done", rw=3)  # works of an earlier year in the same RW
    last = db.session.scalars(select(Proposal).where(Proposal.state == "done")).one()
    last.plan_year = YEAR - 2
    one = proposal(beneficiaries=600, support_count=25, readiness={"a": "yes", "b": "no"})
    other = proposal(rw=9)
    found = opened(keeper, judges)
    for judge, urgency in zip(judges, (5, 4), strict=True):
        actor = make.actor(judge)
        service.assess(found, actor, one, {"urgensi": urgency, "prioritas": 5}, "Mendesak.")
        service.assess(found, actor, other, {"urgensi": 1, "prioritas": 1})
    assert service.close(found, keeper) == []
    first, second = reads.lines(session, found)
    # 25 · 0.875 + 20 · 0.75 + 20 · 1 + 15 · 0.5 + 10 · 0.5 + 10 · 0.5
    assert first.scored.total == Fraction("74.375")
    assert first.measured == {
        "beneficiaries": 600, "support": 25, "readiness": 50, "equity": 2
    }  # fmt: skip
    # the RW that never got anything has the highest mark for that, and nothing else
    assert (second.scored.total, second.measured["equity"]) == (Fraction(15), 99)
    assert [line.place for line in (first, second)] == [1, 2]
    assert reads.scores_of(session, [one.id, other.id]) == {
        one.id: Decimal("74.375000"),
        other.id: Decimal("15.000000"),
    }


def test_weights_that_do_not_make_a_hundred_and_contradictions_stop_publication(session):
    keeper = planner()
    found = drafted(keeper)
    for _n in range(2):
        service.invite(found, keeper, make.user().email)
    rows = [
        {"code": c.code, "name": c.name, "weight": c.weight, "measure": c.measure,
         "limits": c.limits, "anchors": c.anchors} for c in found.criteria
    ]  # fmt: skip
    rows[0]["weight"] = 2400
    service.weigh(found, keeper, rows)
    with pytest.raises(service.Unfit, match="99"):
        service.publish(found, keeper)
    ring = {(0, 1): Fraction(9), (1, 2): Fraction(9), (0, 2): Fraction(1, 9)}
    service.weigh(found, keeper, rows[:3])
    assert service.compare_pairs(found, keeper, ring).ratio > MOST_INCONSISTENT
    assert found.criteria[0].weight == 2400
    with pytest.raises(service.Unfit):
        service.publish(found, keeper)
    agreed = {(0, 1): Fraction(2), (1, 2): Fraction(2), (0, 2): Fraction(4)}
    service.compare_pairs(found, keeper, agreed)
    assert [c.weight for c in found.criteria] == [5714, 2857, 1429]
    service.publish(found, keeper)
    assert found.digest


def test_what_was_published_the_database_changes_no_more(session):
    keeper, judges = planner(), [make.user(), make.user()]
    one = proposal()
    found = opened(keeper, judges)
    session.commit()
    tried = [
        "UPDATE scoring_criterion SET weight = 1",
        "UPDATE scoring_round SET name = 'lain'",
        "DELETE FROM scoring_criterion",
        "DELETE FROM assessor",
        "UPDATE scoring_round SET published_at = NULL",
    ]
    for statement in tried:
        with pytest.raises(DBAPIError, match="does not change any more"), session.begin_nested():
            session.execute(text(statement))
    for judge in judges:
        service.assess(found, make.actor(judge), one, BEST)
    service.close(found, keeper)
    for statement in (
        "UPDATE assessment SET marks = '{}'",
        "DELETE FROM scoring_result",
        "UPDATE scoring_result SET points = 1",
        "UPDATE scoring_round SET closed_at = NULL",
    ):
        with pytest.raises(DBAPIError, match="does not change any more"), session.begin_nested():
            session.execute(text(statement))


def test_nobody_judges_what_they_proposed_and_who_steps_back_says_why(session):
    keeper = planner()
    proposer, neighbour, third = make.user(), make.user(), make.user()
    one = proposal(author_id=proposer.person_id)
    found = opened(keeper, [proposer, neighbour, third])
    with pytest.raises(service.OwnProposal):
        service.assess(found, make.actor(proposer), one, BEST)
    service.assess(found, make.actor(neighbour), one, {}, recused="lives_there")
    service.assess(found, make.actor(third), one, BEST)
    with pytest.raises(service.Unfit):  # one judged, two are needed
        service.close(found, keeper)
    with pytest.raises(service.Unfit):  # and nothing would be left to publish
        service.close(found, keeper, incomplete=True)
    service.assess(found, make.actor(neighbour), one, BEST)
    service.close(found, keeper)
    marks = session.scalars(select(ScoringResult)).one().marks
    assert marks["urgensi"] == [5, 5]


def test_only_assessors_judge_only_with_whole_marks_only_what_is_in_the_round(session):
    keeper, judges = planner(), [make.user(), make.user()]
    one = proposal()
    elsewhere = proposal(level="kecamatan")
    hidden = proposal(visibility="confidential")
    found = opened(keeper, judges)
    with pytest.raises(NotAllowed):
        service.assess(found, make.actor(make.user()), one, BEST)
    judge = make.actor(judges[0])
    for item in (elsewhere, hidden):
        with pytest.raises(NotAllowed):
            service.assess(found, judge, item, BEST)
    with pytest.raises(Unmarked):
        service.assess(found, judge, one, {"urgensi": 5})
    with pytest.raises(ValueError, match="outside"):
        service.assess(found, judge, one, BEST | {"urgensi": 6})


def test_each_seat_keeps_the_rounds_of_its_own_list_and_no_other(session):
    here = ("kelurahan", make.KELURAHAN, None)
    above = ("kecamatan", make.KECAMATAN, None)
    office = ("forum_opd", None, make.DEPARTMENT)
    may = {
        "planner": {here, above, office},
        "moderator": {here},
        "validator": {above},
        "officer": {office},
        "coordinator": set(),
        "auditor": set(),
    }
    for role, allowed in may.items():
        actor = make.actor(make.user(roles=(role,)))
        assert {p for p in (here, above, office) if service.keeper(actor, *p)} == allowed, role
    stranger = make.actor(make.user(roles=("moderator",), area_code=make.OTHER_KELURAHAN))
    assert not service.keeper(stranger, *here)


def test_what_was_done_to_a_round_is_written_down(session):
    keeper, judges = planner(), [make.user(), make.user()]
    one = proposal()
    found = opened(keeper, judges)
    for judge in judges:
        service.assess(found, make.actor(judge), one, BEST)
    service.close(found, keeper)
    events = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    acts = [event.act for event in events if event.subject == f"scoring_round:{found.id}"]
    assert acts == [
        "draft_round", "invite_assessor", "invite_assessor", "publish_round", "close_round"
    ]  # fmt: skip


def test_marks_that_arrive_while_a_round_closes_are_counted_or_refused_but_never_lost():
    with live_app() as app:
        with app.app_context():
            keeper, judges = planner(), [make.user() for _n in range(4)]
            ids = [proposal().id for _n in range(3)]
            found = opened(keeper, judges)
            for judge in judges[:2]:
                for one in ids:
                    item = db.session.get_one(Proposal, one)
                    service.assess(found, make.actor(judge), item, BEST)
            round_id, actors = found.id, [make.actor(judge) for judge in judges]
            db.session.commit()

        def act(n: int) -> str:
            mine = db.session.get_one(ScoringRound, round_id)
            try:
                if n == 0:
                    service.close(mine, keeper)
                else:
                    item = db.session.get_one(Proposal, ids[n % 3])
                    service.assess(mine, actors[2 + n % 2], item, {"urgensi": 1, "prioritas": 1})
            except NotAllowed:
                db.session.rollback()
                return "refused"
            db.session.commit()
            return "kept"

        told = at_once(app, 7, act)
        assert set(told) <= {"kept", "refused"}
        with app.app_context():
            found = db.session.get_one(ScoringRound, round_id)
            assert found.closed_at is not None
            given = reads.assessments(db.session, found)
            for result in db.session.scalars(select(ScoringResult)):
                marks = [one.marks["urgensi"] for one in given[result.proposal_id]]
                assert result.marks["urgensi"] == marks
