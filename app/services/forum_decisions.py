"""What a forum says of each proposal: by consensus first, by vote where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from app.access import Actor
from app.queries import forum as queries
from app.queries.cycles import city_code
from app.queries.ranking_keys import is_member
from models import OUTCOMES, WAYS, Forum, ForumDecision, Proposal, db

from .forum import Stale, hold, require
from .refused import Refused

COUNTS = ("votes_for", "votes_against", "abstained")


@dataclass(frozen=True)
class Votes:
    """Hands that were counted."""

    votes_for: int
    votes_against: int
    abstained: int

    @property
    def total(self) -> int:
        """All who voted or abstained."""
        return self.votes_for + self.votes_against + self.abstained

    @property
    def outcome(self) -> str:
        """Agreed by more for than against; a tie agrees nothing, nor who abstains."""
        return "agreed" if self.votes_for > self.votes_against else "not_agreed"


def votes_of(given: Mapping[str, Any], present: int) -> Votes:
    """The counted votes.  Raises Refused when they cannot be."""
    counts = [given.get(name) for name in COUNTS]
    for name, count in zip(COUNTS, counts, strict=True):
        if not isinstance(count, int) or count < 0:
            raise Refused(name, _("Please give the number, 0 if there was none."))
    votes = Votes(*counts)  # type: ignore[arg-type]
    if votes.total == 0:
        raise Refused("votes_for", _("Nobody voted. Choose consensus, or count the hands."))
    if votes.total > present:
        raise Refused(
            "votes_for",
            _(
                "%(votes)s votes were counted, but only %(present)s people are on the attendance"
                " list.",
                votes=votes.total,
                present=present,
            ),
        )
    return votes


def decide(
    forum: Forum,
    actor: Actor,
    proposal: Proposal,
    given: Mapping[str, Any],
    seen: int = 0,
    at: datetime | None = None,
) -> ForumDecision:
    """Write down what the forum says of a proposal.

    ``given``: way, outcome (of a vote it follows from the counts), votes_for, votes_against,
    abstained, reason and note (both needed where it is not agreed).  ``seen`` is the revision of
    the decision the actor looked at, 0 for none.  Raises NotAllowed, Over, Stale, or Refused.
    """
    seat = require(actor, forum)
    found = hold(forum.id)
    if not is_member(proposal, queries.key_of(found), city_code()):
        raise Refused("", _("This proposal is not on the list of this forum."))
    wanted = select(ForumDecision).where(
        ForumDecision.forum_id == found.id, ForumDecision.proposal_id == proposal.id
    )
    made = db.session.scalar(wanted.execution_options(populate_existing=True))
    if seen != (made.revision if made else 0):
        raise Stale
    facts = checked(given, queries.present_count(db.session, found.id))
    if made is None:
        made = ForumDecision(forum_id=found.id, proposal_id=proposal.id)
        db.session.add(made)
    for name, value in facts.items():
        setattr(made, name, value)
    made.seat, made.user_id, made.at = seat, actor.user_id, at or datetime.now(UTC)
    made.revision = seen + 1
    db.session.flush()
    return made


def checked(given: Mapping[str, Any], present: int) -> dict[str, Any]:
    """The columns of a decision.  Raises Refused."""
    way, outcome = given.get("way"), given.get("outcome")
    if way not in WAYS:
        raise Refused("way", _("Please choose: by consensus or by vote."))
    columns: dict[str, Any] = {"way": way, **dict.fromkeys(COUNTS)}
    if way == "suara":
        votes = votes_of(given, present)
        outcome = votes.outcome
        columns |= {name: getattr(votes, name) for name in COUNTS}
    elif outcome not in OUTCOMES:
        raise Refused("outcome", _("Please choose: agreed or not."))
    columns["outcome"] = outcome
    agreed = outcome == "agreed"
    reason, note = given.get("reason") or "", given.get("note") or ""
    if not agreed and reason not in queries.REASONS:
        raise Refused("reason", _("Please choose why it is not agreed. Everybody reads it."))
    if not agreed and len(note) < 5:
        raise Refused("note", _("Please say in a sentence why it is not agreed."))
    return columns | {"reason": "" if agreed else reason, "note": note}


def undo(forum: Forum, actor: Actor, proposal_id: int) -> None:
    """Take a decision back while the forum is open.  Raises NotAllowed or Over."""
    require(actor, forum)
    found = hold(forum.id)
    wanted = select(ForumDecision).where(
        ForumDecision.forum_id == found.id, ForumDecision.proposal_id == proposal_id
    )
    made = db.session.scalar(wanted)
    if made is not None:
        db.session.delete(made)
        db.session.flush()
