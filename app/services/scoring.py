"""Hold a round of scoring: draft it, publish what counts, judge, close it with its results."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.access import Actor, Seat
from app.config import City
from app.queries import scoring
from app.scoring import (
    MOST_INCONSISTENT,
    WHOLE,
    Comparison,
    Inconsistent,
    Scored,
    Unmarked,
    compare,
    ranks,
    score,
)
from app.workflow import NotAllowed
from models import (
    Assessment,
    Assessor,
    Proposal,
    ProposalCredit,
    ScoringCriterion,
    ScoringResult,
    ScoringRound,
    db,
)

from . import accounts, audit

KEEPERS = {"kelurahan": "moderator", "kecamatan": "validator", "forum_opd": "officer"}


class Unfit(Exception):
    """The round cannot go on; ``args[0]`` says why, for whoever keeps it."""


class OwnProposal(Exception):
    """Nobody judges what they proposed themselves."""


def keeper(actor: Actor, level: str, area_code: str | None, department_code: str | None) -> str:
    """The seat from which the actor keeps a round there; "" for none.

    Bapperida keeps any; kelurahan, kecamatan and departments their own.
    """
    wanted = {"planner", KEEPERS.get(level, "planner")}
    found = next((seat for seat in actor.seats_as(*wanted)
                  if _fits(seat, area_code, department_code)), None)  # fmt: skip
    return found.name if found else ""


def _fits(seat: Seat, area_code: str | None, department_code: str | None) -> bool:
    if seat.role == "planner":
        return True
    if seat.role == "officer":
        return department_code is not None and seat.department_code == department_code
    return area_code is not None and seat.covers(area_code)


def keeps(actor: Actor, found: ScoringRound) -> str:
    """The seat from which the actor keeps this round; "" for none."""
    return keeper(actor, found.level, found.area_code, found.department_code)


def draft(actor: Actor, city: City, values: Mapping[str, Any]) -> ScoringRound:
    """Begin a round with the city's usual criteria.

    ``values``: plan_year, level, area_code or department_code, name, least.  Raises NotAllowed.
    """
    seat = keeper(actor, values["level"], values["area_code"], values["department_code"])
    if not seat:
        raise NotAllowed("draft a round")
    made = ScoringRound(**values, seat=seat)
    for position, said in enumerate(scoring.template(city.folder)):
        made.criteria.append(
            ScoringCriterion(
                position=position,
                code=said["code"],
                name=said["name"],
                weight=round(said["weight"] * 100),
                high=len(said["anchors"]),
                anchors=said["anchors"],
                measure=said.get("measure", ""),
                limits=said.get("limits", []),
            )
        )
    db.session.add(made)
    db.session.flush()
    audit.note("draft_round", f"scoring_round:{made.id}", by=actor.user_id)
    return made


def _kept(found: ScoringRound, actor: Actor, *, published: bool) -> None:
    """Lock the round; raise NotAllowed where the actor may not or it is not at this stage."""
    db.session.refresh(found, with_for_update={"of": ScoringRound})
    right_time = (found.published_at is not None) == published and found.closed_at is None
    if not right_time or not keeps(actor, found):
        raise NotAllowed("keep a round")


def weigh(found: ScoringRound, actor: Actor, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the criteria of a draft anew; each row is the columns of a criterion.

    What was compared in pairs before is forgotten, as it was about other criteria.
    """
    _kept(found, actor, published=False)
    codes = {row["code"] for row in rows}
    if [c.code for c in found.criteria] != [row["code"] for row in rows]:
        found.comparisons, found.ratio = None, None
    found.criteria[:] = [c for c in found.criteria if c.code in codes]
    db.session.flush()
    known = {c.code: c for c in found.criteria}
    for position, row in enumerate(rows):
        criterion = known.get(row["code"])
        if criterion is None:
            criterion = ScoringCriterion(code=row["code"])
            found.criteria.append(criterion)
        elif found.comparisons is not None and criterion.weight != row["weight"]:
            found.comparisons, found.ratio = None, None
        for name, value in {**row, "position": position, "high": len(row["anchors"])}.items():
            setattr(criterion, name, value)
    db.session.flush()


def compare_pairs(
    found: ScoringRound, actor: Actor, pairs: Mapping[tuple[int, int], Fraction]
) -> Comparison:
    """Derive the weights of a draft from comparisons in pairs; they are kept with the round.

    Contradictory ones are kept too, so that they can be mended, but leave the weights alone.
    Raises Inconsistent.
    """
    _kept(found, actor, published=False)
    made = compare(len(found.criteria), pairs)
    found.comparisons = {f"{i},{j}": str(value) for (i, j), value in pairs.items()}
    found.ratio = made.ratio
    if made.ratio <= MOST_INCONSISTENT:
        for criterion, weight in zip(found.criteria, made.weights, strict=True):
            criterion.weight = weight
    db.session.flush()
    return made


def invite(found: ScoringRound, actor: Actor, email: str) -> Assessor:
    """Add an assessor by e-mail address; also while the round runs.  Raises Unfit."""
    _kept(found, actor, published=found.published_at is not None)
    user = accounts.confirmed(email)
    if user is None:
        raise Unfit(_("We know no confirmed account with this address."))
    if any(one.user_id == user.id for one in found.assessors):
        raise Unfit(_("This person judges in the round already."))
    position = 1 + max((one.position for one in found.assessors), default=0)
    made = Assessor(user_id=user.id, position=position)
    found.assessors.append(made)
    db.session.flush()
    audit.note("invite_assessor", f"scoring_round:{found.id}", by=actor.user_id)
    return made


def dismiss(found: ScoringRound, actor: Actor, user_id: int) -> None:
    """Take an assessor off a draft; of a published round nobody is taken off."""
    _kept(found, actor, published=False)
    found.assessors[:] = [one for one in found.assessors if one.user_id != user_id]
    db.session.flush()


def publish(found: ScoringRound, actor: Actor, at: datetime | None = None) -> None:
    """Make the round public; from now on nothing that counts can change.  Raises Unfit."""
    _kept(found, actor, published=False)
    if problem := unready(found):
        raise Unfit(problem)
    found.digest = hashlib.sha256(canonical(found).encode()).hexdigest()
    found.published_at = at or datetime.now(UTC)
    db.session.flush()
    audit.note("publish_round", f"scoring_round:{found.id}", by=actor.user_id, detail=found.digest)


def unready(found: ScoringRound) -> str:
    """Why a draft cannot be published yet, in words; "" when it can."""
    whole = sum(c.weight for c in found.criteria)
    if whole != WHOLE:
        return str(_("The weights make %(points)s points; they have to make 100.",
                 points=f"{Decimal(whole) / 100:g}"))  # fmt: skip
    if found.ratio is not None and found.ratio > MOST_INCONSISTENT:
        return str(_("The comparisons contradict each other; look at them again."))
    if len(found.assessors) < found.least:
        return str(_("At least %(num)s assessors are needed.", num=found.least))
    return ""


def canonical(found: ScoringRound) -> str:
    """What counts in a round as one line of JSON: keys sorted, no spaces."""
    told = {
        "plan_year": found.plan_year,
        "level": found.level,
        "area": found.area_code,
        "department": found.department_code,
        "least": found.least,
        "criteria": [
            {"code": c.code, "name": c.name, "weight": c.weight, "low": c.low, "high": c.high,
             "anchors": c.anchors, "measure": c.measure, "limits": c.limits}
            for c in found.criteria
        ],
        "comparisons": found.comparisons,
    }  # fmt: skip
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def in_conflict(actor: Actor, proposal: Proposal) -> bool:
    """Did the actor propose it, type it for somebody, or stand behind it as a proposer?"""
    mine = proposal.author_id == actor.person_id or proposal.filed_by_id == actor.user_id
    credit = select(ProposalCredit.person_id).where(
        ProposalCredit.proposal_id == proposal.id, ProposalCredit.person_id == actor.person_id
    )
    return mine or db.session.scalar(credit) is not None


def assess(
    found: ScoringRound,
    actor: Actor,
    proposal: Proposal,
    marks: Mapping[str, int],
    note: str = "",
    recused: str = "",
) -> None:
    """Give a proposal its marks, or say why not to (``recused``); until closing it may be changed.

    Raises NotAllowed when the actor is no assessor, the round is not open or the proposal is not
    in it, OwnProposal, and Unmarked or ValueError for marks that are missing or off the scale.
    """
    # Closing waits for whoever is judging, and the database refuses who comes after.
    db.session.refresh(found, with_for_update={"of": ScoringRound, "read": True})
    judges = any(one.user_id == actor.user_id for one in found.assessors)
    wanted = select(Proposal.id).where(scoring.in_round(found), Proposal.id == proposal.id)
    is_open = found.published_at is not None and found.closed_at is None
    if not (judges and is_open and db.session.scalar(wanted)):
        raise NotAllowed("assess")
    if in_conflict(actor, proposal) and not recused:
        raise OwnProposal
    asked = [c for c in scoring.criteria(found) if not _measure(found, c.code)]
    if not recused:
        score(asked, {code: [mark] for code, mark in marks.items()})
    given = {} if recused else {c.code: marks[c.code] for c in asked}
    row = {"marks": given, "note": note, "recused": recused, "at": datetime.now(UTC)}
    key = {"round_id": found.id, "proposal_id": proposal.id, "user_id": actor.user_id}
    query = insert(Assessment).values(**key, **row)
    db.session.execute(query.on_conflict_do_update(index_elements=list(key), set_=row))


def _measure(found: ScoringRound, code: str) -> str:
    return next(c.measure for c in found.criteria if c.code == code)


def close(
    found: ScoringRound, actor: Actor, *, incomplete: bool = False, at: datetime | None = None
) -> list[Proposal]:
    """Count the marks and write the results; returns the proposals too few judged.

    Those get no place.  Raises Unfit when there are such and ``incomplete`` does not allow it, or
    when no proposal could be counted.
    """
    _kept(found, actor, published=True)
    listed = scoring.candidates(db.session, found)
    given = scoring.assessments(db.session, found)
    facts = scoring.measured(db.session, [one.id for one in listed])
    made: dict[int, tuple[Scored, dict[str, list[int]]]] = {}
    left = []
    for one in listed:
        marks = scoring.marks_of(found, given.get(one.id, ()), facts[one.id])
        try:
            made[one.id] = score(scoring.criteria(found), marks, found.least), marks
        except Unmarked:
            left.append(one)
    if not made or (left and not incomplete):
        raise Unfit(_("%(num)s proposals were not judged by enough assessors yet.", num=len(left)))
    places = ranks({one: scored.total for one, (scored, _marks) in made.items()})
    db.session.add_all(
        ScoringResult(
            round_id=found.id,
            proposal_id=one,
            points=round(Decimal(scored.total.numerator) / scored.total.denominator, 6),
            place=places[one],
            marks=marks,
            measured=facts[one],
        )
        for one, (scored, marks) in made.items()
    )
    found.closed_at = at or datetime.now(UTC)
    db.session.flush()
    audit.note("close_round", f"scoring_round:{found.id}", by=actor.user_id)
    return left


__all__ = [
    "Inconsistent",
    "OwnProposal",
    "Unfit",
    "assess",
    "canonical",
    "close",
    "compare_pairs",
    "dismiss",
    "draft",
    "in_conflict",
    "invite",
    "keeper",
    "keeps",
    "publish",
    "unready",
    "weigh",
]
