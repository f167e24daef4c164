"""Close a forum: what it agreed happens, its list is frozen, its text is kept with its hash.

All in one transaction.  Afterwards the database refuses every change; a correction is a further
version with its reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.access import Actor
from app.kinds.musrenbang_states import DEFERRALS
from app.queries import forum as queries
from app.queries import ranking as lists
from app.queries.forum import key_of
from app.queries.forum_words import PARTS
from app.workflow import Incomplete, NotAllowed
from models import Forum, ForumDecision, ForumVersion, Proposal, db

from . import audit, forum_text, items, ranking
from .forum import Over, hold, require
from .forum_decisions import votes_of
from .ranking_locks import hold as hold_list
from .refused import Refused

SETTLED = ("agreed",)  # stands where the forum wants it already


class Blocked(Exception):
    """Some proposals cannot take the step the forum decided on; ``args[0]`` is a list of Hurdle."""


@dataclass(frozen=True)
class Hurdle:
    """Why one proposal cannot: a code of ours, or what a step refused in words."""

    number: str
    title: str
    why: str
    words: str = ""


def hurdles(forum: Forum) -> list[Hurdle]:
    """What stands in the way of closing, as far as it can be seen without trying."""
    made = queries.decisions(db.session, forum.id)
    present = queries.present_count(db.session, forum.id)
    found = []
    for one in made.values():
        if why := _hurdle(forum, one, present):
            found.append(Hurdle(one.proposal.number, one.proposal.title, why))
    return found


def _hurdle(forum: Forum, one: ForumDecision, present: int) -> str:
    proposal = one.proposal
    if one.way == "suara":
        counts = {n: getattr(one, n) for n in ("votes_for", "votes_against", "abstained")}
        try:
            votes_of(counts, present)
        except Refused:
            return "votes"
    if one.outcome != "agreed" or not forum.is_binding or proposal.state in SETTLED:
        return ""
    if proposal.level != forum.level:
        return "level"
    if proposal.catalogue_review in ("waiting", "refused"):
        return "catalogue"
    return "" if proposal.state == "verified" else "unverified"


def freeze(forum: Forum, actor: Actor, at: datetime | None = None) -> ForumVersion:
    """Close a forum.

    The ranked list becomes the agreed proposals in their order and is frozen; each agreed proposal
    takes the step ``agree``, one that was put off ``defer``; the others stay where they are.  A
    forum with a theme recommends only.  Raises NotAllowed, Over, before.Closed, ranking.Frozen, or
    Blocked; the caller then rolls everything back.
    """
    seat, at = require(actor, forum), at or datetime.now(UTC)
    found = hold(forum.id)
    if blocked := hurdles(found):
        raise Blocked(blocked)
    made = queries.decisions(db.session, found.id)
    if found.is_binding:
        _carry_out(found, actor, made, seat, at)
    version = _signed(found, actor, seat, at)
    found.closed_at = at
    db.session.flush()
    audit.note("forum_close", f"forum:{found.id}", by=actor.user_id)
    return version


def _carry_out(
    forum: Forum, actor: Actor, made: Mapping[int, ForumDecision], seat: str, at: datetime
) -> None:
    """The list first, then step by step, then nothing moves any more."""
    key = key_of(forum)
    hold_list(key, made)
    agreed = [one for one in made.values() if one.outcome == "agreed"]
    now = {row.id: n for n, row in enumerate(lists.ranked(db.session, key))}
    agreed.sort(key=lambda one: (now.get(one.proposal_id, len(now)), one.id))
    order = [one.proposal_id for one in agreed]
    ranking.reorder(actor, key, order, at)
    blocked = []
    for one in made.values():
        step = _step(one)
        if step and (hurdle := _taken(one, step, actor, at)):
            blocked.append(hurdle)
    if blocked:
        raise Blocked(blocked)
    ranking.freeze(key, seat, at)


def _step(one: ForumDecision) -> str:
    """The step that follows from a decision."""
    if one.outcome == "agreed":
        return "" if one.proposal.state in SETTLED else "agree"
    movable = one.proposal.state in ("verified", "agreed")
    return "defer" if one.reason in DEFERRALS and movable else ""


def _taken(one: ForumDecision, step: str, actor: Actor, at: datetime) -> Hurdle | None:
    """Take the step; what refuses it."""
    proposal: Proposal = one.proposal
    answers: dict[str, Any] = {"note": one.note}
    if step == "defer":
        answers["reason"] = one.reason
    try:
        items.move(proposal, step, actor, answers, at=at, arrived=at)
    except Refused as problem:
        return Hurdle(proposal.number, proposal.title, "refused", str(problem.args[1]))
    except (NotAllowed, Incomplete, items.Stale):
        return Hurdle(proposal.number, proposal.title, "step")
    return None


def _signed(forum: Forum, actor: Actor, seat: str, at: datetime, **correction: str) -> ForumVersion:
    """The next version of what was signed; its text covers the version before."""
    earlier = queries.versions(db.session, forum.id)
    made = ForumVersion(forum_id=forum.id, number=len(earlier) + 1, seat=seat, at=at,
                        user_id=actor.user_id, **correction)  # fmt: skip
    made.text = forum_text.canonical(forum, [*earlier, made])
    made.sha256 = hashlib.sha256(made.text.encode()).digest()
    db.session.add(made)
    db.session.flush()
    return made


def correct(
    forum: Forum,
    actor: Actor,
    part: str,
    correction: str,
    reason: str,
    at: datetime | None = None,
) -> ForumVersion:
    """Put right what a closed forum has signed: a further version, the earlier ones stay.

    Raises NotAllowed, Over when it is not closed, or Refused.
    """
    seat = require(actor, forum)
    db.session.refresh(forum, with_for_update=True)
    if forum.closed_at is None:
        raise Over
    if part not in PARTS:
        raise Refused("part", "part")
    at = at or datetime.now(UTC)
    version = _signed(forum, actor, seat, at, part=part, correction=correction, reason=reason)
    audit.note("forum_correct", f"forum:{forum.id}", by=actor.user_id, detail=str(version.number))
    return version
