"""From a result to a decision: what was decided beside what was computed, and the last two seats.

A deviation says publicly why, and hides nothing: the computed result stays where it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import exists, select

from app.access import Actor
from app.workflow import NotAllowed
from models import Contest, ContestDecision, ContestFile, Tally, db

from . import audit, contest_folder, contest_keys, contests, sealing

SHORTEST = 20  # characters of a reason everybody will read


class Unexplained(Exception):
    """Decided otherwise than computed, without saying why; ``args[0]`` are the numbers."""


def decide(
    contest: Contest,
    actor: Actor,
    chosen: Mapping[int, tuple[bool, str]],
    at: datetime | None = None,
) -> list[ContestDecision]:
    """Write down what is decided for each item: (yes or no, reason).  Once, for all of them.

    What is left out is decided as computed.  Raises NotAllowed and Unexplained.
    """
    seat = contests.keeps(actor, contest)
    tally = counted(contest)
    if not seat or actor.user_id is None or decisions(contest):
        raise NotAllowed("certify_contest")
    winners = {int(one) for one in tally.outcome["winners"]}
    rows, bare = [], []
    for choice in contest.choices:
        computed = choice.no in winners
        decided, reason = chosen.get(choice.no, (computed, ""))
        reason = reason.strip() if decided != computed else ""
        if decided != computed and len(reason) < SHORTEST:
            bare.append(choice.no)
        rows.append(
            ContestDecision(
                contest_id=contest.id,
                no=choice.no,
                computed=computed,
                decided=decided,
                reason=reason,
                user_id=actor.user_id,
                seat=seat,
                at=at or datetime.now(UTC),
            )
        )
    if bare:
        raise Unexplained(bare)
    db.session.add_all(rows)
    db.session.flush()
    audit.note("contest.decide", f"contest:{contest.id}", by=actor.user_id)
    return rows


def counted(contest: Contest) -> Tally:
    """Lock a contest that is counted and not certified; raises NotAllowed for any other."""
    db.session.refresh(contest, with_for_update={"of": Contest})
    tally = db.session.get(Tally, contest.id)
    if contest.state != "tallied" or tally is None:
        raise NotAllowed("certify_contest")
    return tally


def decisions(contest: Contest) -> Sequence[ContestDecision]:
    """What was decided, item by item; empty as long as nothing is."""
    query = select(ContestDecision).where(ContestDecision.contest_id == contest.id)
    return db.session.scalars(query.order_by(ContestDecision.no)).all()


def certify(contest: Contest, actor: Actor, at: datetime | None = None) -> bool:
    """One of two seats certifies; True when it was the second, and all is final.

    With it the box is thrown away; the caller destroys the key once this is committed
    (``destroy_keys`` does it otherwise).  Raises NotAllowed, also before anything is decided.
    """
    counted(contest)
    if not decisions(contest):
        raise NotAllowed("certify_contest")
    if not contests.consent(contest, "certify", "", actor):
        return False
    contest.certified_at, contest.state = at or datetime.now(UTC), "certified"
    if contest.is_secret:
        contest.key_destroyed_at = contest.certified_at
    db.session.flush()
    if contest.is_secret:
        sealing.forget(contest.id)
    contest_folder.publish(contest, contest_folder.CERTIFIED)
    audit.note("contest.certify", f"contest:{contest.id}", by=actor.user_id)
    return True


def destroy_keys() -> list[int]:
    """Destroy every key whose time is over; returns whose were still there."""
    query = select(Contest.id).where(Contest.key_destroyed_at.is_not(None))
    left = [one for one in db.session.scalars(query) if contest_keys.exists(one)]
    for contest_id in left:
        contest_keys.destroy(contest_id)
    return left


def unpublished() -> list[int]:
    """Counted contests without their folder."""
    there = exists().where(ContestFile.contest_id == Contest.id)
    query = select(Contest.id).where(Contest.state == "tallied", ~there)
    return list(db.session.scalars(query.order_by(Contest.id)))
