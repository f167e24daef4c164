"""Lists: each order is kept, and there is no gap whatever happens to what stands on them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.access import ANONYMOUS, Actor, Seat
from app.queries.ranking import ListKey, history, ranked, ranking_of
from app.services import items, ranking
from app.services.answers import Refused
from app.workflow import NotAllowed
from models import Proposal, ProposalLevel, RankingVersion, db
from tests import factories as make
from tests.examples import examples
from tests.live import at_once, live_app, one_transaction

KEY = ListKey(2027, "kelurahan", make.KELURAHAN)
UPPER = ListKey(2027, "kecamatan", make.KECAMATAN)
EIGHT = 8


def proposal(cost=1000, level="kelurahan", **values) -> Proposal:
    """A published proposal at a level of 2027."""
    made = make.item("musrenbang", **values)
    made.plan_year, made.level, made.cost = 2027, level, cost
    db.session.flush()
    return made  # type: ignore[return-value]


@pytest.fixture
def clerk(session):
    """The kelurahan's moderator."""
    return make.actor(make.user(roles=["moderator"]))


def order(key=KEY) -> list[int]:
    return [row.id for row in ranked(db.session, key)]


def ranks(key=KEY) -> list[int | None]:
    found = ranking_of(db.session, key)
    wanted = select(ProposalLevel.rank).where(ProposalLevel.ranking_id == found.id)
    return list(db.session.scalars(wanted.order_by(ProposalLevel.rank)))


def ids(*made) -> list[int]:
    return [one.id for one in made]


def test_an_order_is_kept_and_the_one_before_it_too(session, clerk):
    a, b, c = proposal(), proposal(), proposal()
    first = ranking.reorder(clerk, KEY, ids(a, b, c), seen=0)
    second = ranking.reorder(clerk, KEY, ids(c, a), seen=1, reason="Banjir")
    assert order() == ids(c, a) and ranks() == [1, 2]
    assert [row.id for row in ranked(session, KEY).unranked] == [b.id]
    kept = history(session, first.ranking_id)
    assert [(v.number, v.ids, v.reason) for v in kept] == [
        (2, ids(c, a), "Banjir"),
        (1, ids(a, b, c), ""),
    ]
    assert second.seat == "moderator:" + make.KELURAHAN and second.costs == [1000, 1000]


def test_the_same_order_again_is_no_new_version(session, clerk):
    a, b = proposal(), proposal()
    first = ranking.reorder(clerk, KEY, ids(a, b))
    assert ranking.reorder(clerk, KEY, ids(a, b)) is first


def test_fingerprints_chain_and_cover_the_order(session, clerk):
    a, b = proposal(), proposal()
    first = ranking.reorder(clerk, KEY, ids(a, b))
    second = ranking.reorder(clerk, KEY, ids(b, a))
    found, numbers = ranking_of(session, KEY), {one.id: one.number for one in (a, b)}
    earlier = b""
    for kept in (first, second):
        listed = [(numbers[o], cost) for o, cost in zip(kept.ids, kept.costs, strict=True)]
        told = ranking.canonical(found, kept, listed, earlier)
        assert kept.sha256 == hashlib.sha256(told).digest()
        listed.reverse()
        assert kept.sha256 != hashlib.sha256(ranking.canonical(found, kept, listed, earlier))
        earlier = kept.sha256


@pytest.mark.parametrize("act", ["UPDATE ranking_version SET ids = '{}'",
                                 "DELETE FROM ranking_version"])  # fmt: skip
def test_no_order_that_was_is_rewritten(session, clerk, act):
    ranking.reorder(clerk, KEY, ids(proposal()))
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(text(act))


def test_two_proposals_cannot_have_one_rank(session, clerk):
    a, b = proposal(), proposal()
    ranking.reorder(clerk, KEY, ids(a, b))
    session.execute(text("UPDATE proposal_level SET rank = 1 WHERE proposal_id = :id"),
                    {"id": b.id})  # fmt: skip
    with pytest.raises(IntegrityError, match="ranking_id_rank"):
        session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


def test_whoever_looked_at_another_order_is_told(session, clerk):
    a, b = proposal(), proposal()
    ranking.reorder(clerk, KEY, ids(a, b), seen=0)
    with pytest.raises(ranking.Stale):
        ranking.reorder(clerk, KEY, ids(b, a), seen=0)
    assert order() == ids(a, b)


def test_what_is_not_on_the_list_gets_no_rank(session, clerk):
    a = proposal()
    for wrong in (
        ids(a, a),
        ids(a, proposal(area_code=make.OTHER_KELURAHAN)),
        ids(proposal(level="rw")),
        ids(proposal(visibility="confidential")),
        ids(proposal(published=False)),
        [10**12],
    ):
        with pytest.raises(ranking.Unfit):
            ranking.reorder(clerk, KEY, wrong)


@pytest.mark.parametrize(
    "seat",
    [
        None,
        Seat("moderator", make.OTHER_KELURAHAN),
        Seat("operator", make.KELURAHAN, rw=1),
        Seat("validator", make.KECAMATAN),
        Seat("planner"),
        Seat("officer", None, make.DEPARTMENT),
        Seat("auditor"),
    ],
)
def test_nobody_but_the_level_itself_orders_its_list(session, seat):
    actor = Actor(1, 1, seats=(seat,)) if seat else ANONYMOUS
    with pytest.raises(NotAllowed):
        ranking.reorder(actor, KEY, [])
    with pytest.raises(NotAllowed):
        ranking.set_rule(actor, KEY, "skip")


@pytest.mark.parametrize(
    ("seat", "key"),
    [
        (Seat("operator", make.KELURAHAN, rw=4), ListKey(2027, "rw", make.KELURAHAN, rw=4)),
        (Seat("moderator", make.KELURAHAN), ListKey(2027, "rw", make.KELURAHAN, rw=4)),
        (Seat("validator", make.KECAMATAN), UPPER),
        (Seat("officer", None, make.DEPARTMENT),
         ListKey(2027, "forum_opd", department_code=make.DEPARTMENT)),
        (Seat("planner"), ListKey(2027, "forum_opd", department_code=make.DEPARTMENT)),
        (Seat("planner"), ListKey(2027, "kota", "32.73")),
        (Seat("coordinator"), KEY),
    ],
)  # fmt: skip
def test_each_level_orders_its_own_list(session, seat, key):
    one = proposal(level=key.level, rw=4, department_code=make.DEPARTMENT)
    ranking.reorder(Actor(1, 1, seats=(seat,)), key, [one.id])
    assert order(key) == [one.id]


def test_a_signed_list_does_not_move(session, clerk):
    a, b = proposal(), proposal()
    ranking.reorder(clerk, KEY, ids(a, b))
    ranking.freeze(KEY, "moderator:" + make.KELURAHAN)
    for act in (
        lambda: ranking.reorder(clerk, KEY, ids(b, a)),
        lambda: ranking.set_rule(clerk, KEY, "skip"),
        lambda: ranking.freeze(KEY, "moderator:" + make.KELURAHAN),
    ):
        with pytest.raises(ranking.Frozen):
            act()
    items.move(a, "verify", clerk)
    with pytest.raises(Refused), session.begin_nested():
        items.move(a, "agree", clerk, {"rank": 2})
    items.move(a, "agree", clerk, {"rank": 1})
    items.move(b, "refuse", clerk, {"reason": "not_priority", "note": "Tahun depan."})
    assert order() == ids(a, b) and ranks() == [1, 2]


def test_a_list_costs_what_it_cost_when_it_was_signed(session, clerk):
    a = proposal(cost=700)
    ranking.reorder(clerk, KEY, ids(a))
    ranking.freeze(KEY, "moderator:" + make.KELURAHAN)
    a.cost = 900
    session.flush()
    assert [row.cost for row in ranked(session, KEY)] == [700]


def test_agreeing_on_a_rank_puts_it_there_and_the_others_make_room(session, clerk):
    a, b, c = proposal(), proposal(), proposal()
    ranking.reorder(clerk, KEY, ids(a, b))
    items.move(c, "verify", clerk)
    items.move(c, "agree", clerk, {"rank": 1})
    assert order() == ids(c, a, b) and ranks() == [1, 2, 3]
    items.move(a, "verify", clerk)
    items.move(a, "agree", clerk, {"rank": 900})
    assert order() == ids(c, b, a) and ranks() == [1, 2, 3]
    session.expire_all()
    assert [row.rank for row in a.levels] == [3]


def test_what_goes_on_keeps_its_rank_below_and_what_goes_away_leaves_no_gap(session, clerk):
    a, b, c, d = (proposal() for _n in range(4))
    ranking.reorder(clerk, KEY, ids(a, b, c, d))
    for step in ("verify", "agree", "advance"):
        items.move(b, step, clerk)
    items.move(a, "refuse", clerk, {"reason": "not_priority", "note": "Tahun depan."})
    items.move(c, "merge", clerk, {"into": d.number, "reason": "same_matter"})
    assert order() == ids(b, d) and ranks() == [1, 2]
    above = make.actor(make.user(roles=["validator"]))
    items.move(b, "refuse", above, {"reason": "not_priority", "note": "Tahun depan."})
    assert order() == ids(b, d)
    kept = history(session, ranking_of(session, KEY).id)
    assert [(v.what, v.item_id) for v in kept] == [
        ("merge", c.id),
        ("refuse", a.id),
        ("reorder", None),
    ]


# -- whatever happens -----------------------------------------------------------------------------

ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["reorder", "verify", "agree", "refuse", "withdraw", "merge", "unmerge", "return",
             "resubmit", "defer", "resume", "advance", "send_back", "hide"]
        ),
        st.integers(0, 5),
        st.integers(1, 8),
        st.permutations(range(6)),
    ),
    max_size=14,
)  # fmt: skip


@examples(12)
@given(ACTS)
def test_ranks_have_no_gap_after_any_sequence_of_acts(app, acts):
    with one_transaction(app) as session:
        made = [proposal() for _n in range(6)]
        everybody = {one.id: make.everybody(one) for one in made}
        clerk = make.actor(make.user(roles=["moderator"]))
        for name, which, number, permutation in acts:
            one, other = made[which], made[(which + number) % 6]
            if name == "hide":
                one.visibility = "confidential"
                name = "verify"
            try:
                with session.begin_nested():
                    if name == "reorder":
                        on = {row.id for row in (*ranked(session, KEY).rows,
                                                 *ranked(session, KEY).unranked)}  # fmt: skip
                        wanted = [made[n].id for n in permutation if made[n].id in on][:number]
                        ranking.reorder(clerk, KEY, wanted)
                    else:
                        _step(one, other, name, number, everybody[one.id])
            except (NotAllowed, Refused):
                session.refresh(one)
            _whole(session, made)


def _step(one, other, name, number, actor) -> None:
    step = next((s for s in items.open_steps(one, actor) if s.name == name), None)
    if step is None:
        raise NotAllowed(name)
    given = make.answers(one, step)
    if name == "merge":
        given["into"] = other.number
    if name == "agree":
        given["rank"] = number
    items.move(one, name, actor, given)


def _whole(session, made) -> None:
    """Ranks from 1 on without a gap, the list and its last version the same."""
    for key in (KEY, UPPER):
        found = ranking_of(session, key)
        if found is None:
            continue
        wanted = select(ProposalLevel.rank, ProposalLevel.proposal_id)
        rows = session.execute(
            wanted.where(ProposalLevel.ranking_id == found.id).order_by(ProposalLevel.rank)
        ).all()
        assert [row.rank for row in rows] == list(range(1, len(rows) + 1))
        kept = history(session, found.id)
        assert [row.proposal_id for row in rows] == (kept[0].ids if kept else [])
        visible = [row.id for row in ranked(session, key)]
        shown = {one.id for one in made if one.visibility == "public"}
        assert visible == [row.proposal_id for row in rows if row.proposal_id in shown]
    loose = select(ProposalLevel).where(
        ProposalLevel.rank.is_not(None), ProposalLevel.ranking_id.is_(None)
    )
    assert not session.scalars(loose).all()


@pytest.fixture(scope="module")
def live() -> Iterator[Flask]:
    """An application whose commits are real."""
    with live_app() as app:
        yield app


def test_eight_steps_and_orders_at_one_moment_leave_a_list_without_gaps(live):
    with live.app_context():
        made = ids(*(proposal() for _n in range(EIGHT)))
        clerk_id = make.user(roles=["moderator"]).id
        db.session.commit()

    def act(number):
        from models import User

        clerk = make.actor(db.session.get_one(User, clerk_id))
        if number % 2:
            turned = made[number:] + made[:number]
            ranking.reorder(clerk, KEY, turned)
        else:
            one = db.session.get_one(Proposal, made[number])
            items.move(one, "verify", clerk)
            items.move(one, "agree", clerk, {"rank": number + 1})
        db.session.commit()
        return number

    results = at_once(live, EIGHT, act)
    assert sorted(results) == list(range(EIGHT)), results
    with live.app_context():
        assert ranks() == list(range(1, EIGHT + 1))
        found = ranking_of(db.session, KEY)
        numbers = db.session.scalars(
            select(RankingVersion.number).where(RankingVersion.ranking_id == found.id)
        ).all()
        assert sorted(numbers) == list(range(1, len(numbers) + 1))


def test_of_eight_who_saw_the_same_order_one_wins(live):
    key = ListKey(2028, "kelurahan", make.KELURAHAN)
    with live.app_context():
        made = [proposal() for _n in range(EIGHT)]
        for one in made:
            one.plan_year = 2028
        made = ids(*made)
        clerk_id = make.user(roles=["moderator"]).id
        db.session.commit()

    def act(number):
        from models import User

        clerk = make.actor(db.session.get_one(User, clerk_id))
        ranking.reorder(clerk, key, made[number:] + made[:number], seen=0)
        db.session.commit()
        return number

    results = at_once(live, EIGHT, act)
    assert sum(isinstance(r, int) for r in results) == 1, results
    assert sum(isinstance(r, ranking.Stale) for r in results) == EIGHT - 1, results
