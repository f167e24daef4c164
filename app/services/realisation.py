"""The works: reports that only grow, photos at the beginning, half-way and the end, and voices.

What was reported stays; a lower number is a new report with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, BinaryIO

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.access import Actor, may
from app.workflow import Incomplete, NotAllowed, Step
from models import (
    Change,
    HandoverRecord,
    Item,
    Photo,
    Proposal,
    ProposalCredit,
    Realisation,
    Support,
    WorkConfirmation,
    db,
)

from . import notify, photos
from .changes import Said, record
from .refused import Refused

HALF = 50  # percent; a photo shows the works when they are half done
REPORTS = ("start_works", "report_progress", "finish", "resume_works")
SAID = {"confirm_works": True, "contest_works": False}
FEWEST = 10  # characters of a word about what is missing


def checked(item: Item, step: Step, actor: Actor, given: Mapping[str, Any], at: datetime) -> None:
    """What must hold before the works move.  Raises Incomplete or Refused."""
    if not isinstance(item, Proposal):
        return
    if step.name == "award" and item.budget is not None and given["contract_value"] > item.budget:
        raise Refused("contract_value", _("This is more than the budget."))
    if given.get("spent") is not None:
        _affordable(item, given["spent"])
    if step.name == "report_progress":
        _report(item, given)
    elif step.name == "finish":
        _fallen(item, {**given, "progress": 100})
        _half_shown(item)
    elif step.name == "resume_works" and given["progress"] >= 100:
        raise Refused("progress", _("What is not finished is less than 100 percent."))


def _affordable(item: Proposal, spent: int) -> None:
    most = item.contract_value if item.contract_value is not None else item.budget
    if most is not None and spent > most:
        raise Refused("spent", _("This is more than the contract or the budget."))


def _report(item: Proposal, given: Mapping[str, Any]) -> None:
    _fallen(item, given)
    if given["progress"] >= HALF and not given.get("photos") and not _shown_half(item):
        raise Incomplete("photos")


def _fallen(item: Proposal, given: Mapping[str, Any]) -> None:
    """A number that falls needs a reason and words."""
    spent = given.get("spent")
    fell = given["progress"] < item.progress or (spent is not None and spent < item.spent)
    lacking = [name for name in ("reason", "note") if fell and not given.get(name)]
    if lacking:
        raise Incomplete(*lacking)


def _shown_half(item: Proposal) -> bool:
    """Is there a photo of the works when half of them was done?"""
    wanted = (
        select(Photo.id)
        .join(Realisation, Realisation.change_id == Photo.change_id)
        .where(
            Realisation.proposal_id == item.id,
            Realisation.progress >= HALF,
            Realisation.progress < 100,
            Photo.status != "refused",
        )
    )
    return db.session.scalar(wanted.limit(1)) is not None


def _half_shown(item: Proposal) -> None:
    if not _shown_half(item):
        raise Refused(
            "photos",
            _("No photo shows the works half done. Report the progress with a photo first."),
        )


def follow_up(item: Item, step: Step, given: Mapping[str, Any], change: Change) -> None:
    """Keep reports, the record of handing over, and what the proposer says of the works."""
    if not isinstance(item, Proposal):
        return
    if step.name in REPORTS:
        db.session.add(
            Realisation(
                proposal_id=item.id,
                change_id=change.id,
                progress=item.progress,
                spent=item.spent,
                reason=given.get("reason", ""),
                at=change.at,
            )
        )
    elif step.name == "hand_over":
        db.session.add(
            HandoverRecord(
                proposal_id=item.id,
                change_id=change.id,
                number=given["bast_number"],
                signed_on=given["bast_on"],
                keeper=given["keeper"],
                at=change.at,
            )
        )
    elif step.name in SAID:
        _count(item, item.author_id, SAID[step.name], change)


def _count(item: Proposal, person_id: int, confirmed: bool, change: Change) -> None:
    """One voice a person; a later word replaces it."""
    voice = {"confirmed": confirmed, "change_id": change.id, "at": change.at}
    row = insert(WorkConfirmation).values(proposal_id=item.id, person_id=person_id, **voice)
    keys = ["proposal_id", "person_id"]
    db.session.execute(row.on_conflict_do_update(index_elements=keys, set_=voice))


def may_say(item: Item, actor: Actor) -> bool:
    """Has the actor a say on these finished works: proposed or supported by them?"""
    if not isinstance(item, Proposal) or item.state != "done" or actor.person_id is None:
        return False
    if item.author_id == actor.person_id:
        return True
    behind = (
        select(Support.person_id)
        .where(Support.item_id == item.id, Support.person_id == actor.person_id)
        .union_all(
            select(ProposalCredit.person_id).where(
                ProposalCredit.proposal_id == item.id,
                ProposalCredit.person_id == actor.person_id,
            )
        )
    )
    return db.session.execute(behind).first() is not None


def say(
    item: Proposal,
    actor: Actor,
    confirmed: bool,
    note: str = "",
    pictures: Iterable[BinaryIO] = (),
    at: datetime | None = None,
) -> None:
    """A proposer or supporter says whether the works are there; one voice a person.

    "Not yet" needs words, and asks the office to answer.  Raises NotAllowed, Refused and
    images.PhotoProblem.
    """
    db.session.refresh(item, with_for_update={"of": Item})
    if not may(actor, "read", item) or not may_say(item, actor):
        raise NotAllowed("say")
    if not confirmed and len(note.strip()) < FEWEST:
        raise Refused("note", _("Please say what is missing, in a few words."))
    said = Said(
        seat="author" if item.author_id == actor.person_id else "supporter",
        step="confirm_works" if confirmed else "contest_works",
        source=item.state,
        target=item.state,
        text=note.strip(),
        actor_id=actor.user_id,
        at=at or datetime.now(UTC),
    )
    change = record(item, said)
    for picture in pictures:
        photos.stage(picture, actor=actor, item=item, change=change)
    _count(item, actor.person_id or 0, confirmed, change)
    item.disputed = item.disputed or not confirmed
    db.session.flush()
    notify.step_taken(item, change, handed_on=not confirmed)
