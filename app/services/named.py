"""What is not secret: points by name, a jury's marks (alone or beside a ballot), open support.

What delegates and jurors say is public with their names, but only once it is counted: nobody
follows anybody.  What is counted is written down as it stood at the close.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from app.access import Actor
from app.counting import Aspect, Marks, Verdict
from app.queries import contests as reads
from app.workflow import NotAllowed
from models import (
    AnySession,
    Contest,
    ContestItem,
    Item,
    Juror,
    JurorMark,
    NamedBallot,
    ProposalCredit,
    Support,
    db,
)

from .contest_checks import LEAST_JURORS, Unfit

SHORTEST = 10
OUT = ("tallied", "certified")
LOW, HIGH = 1, 5


@dataclass(frozen=True)
class Line:
    """What somebody said of one of the choices."""

    no: int
    title: str
    said: str
    why: str = ""


@dataclass
class Voice:
    """What somebody said, under their name."""

    name: str
    seat: str
    why: str = ""
    lines: list[Line] = field(default_factory=list)


def criteria(contest: Contest) -> list[dict[str, Any]]:
    """What a jury judges: code, name and weight of each."""
    found: list[dict[str, Any]] = contest.terms.get("criteria") or []
    return found


def least_marks(contest: Contest) -> int:
    """How many jurors have to judge each of the choices."""
    return max(int(contest.terms.get("least_marks", LEAST_JURORS)), LEAST_JURORS)


def sits(session: AnySession, contest: Contest, actor: Actor) -> Juror | None:
    """The actor's place among the jury or the delegates; None for none."""
    if not by_name(contest) or actor.user_id is None:
        return None
    found: Juror | None = session.get(Juror, (contest.id, actor.user_id))
    return found


def by_name(contest: Contest) -> bool:
    """Does anybody speak under their own name here?"""
    return contest.has_jury or contest.mode == "named_points"


def _open_to(contest: Contest, actor: Actor, fits: bool, at: datetime | None) -> Juror:
    """The actor's place, while it is open.  Closing waits for whoever is writing."""
    db.session.refresh(contest, with_for_update={"of": Contest, "read": True})
    place = sits(db.session, contest, actor)
    standing = reads.standing(contest, at or datetime.now(UTC))
    if place is None or not fits or standing != "open":
        raise NotAllowed("judge")
    return place


def share(
    contest: Contest,
    actor: Actor,
    points: Mapping[int, int],
    reason: str,
    at: datetime | None = None,
) -> None:
    """Share a delegate's points (choice → points) with the reason; may be changed until it closes.

    Raises NotAllowed, and Unfit with what does not fit.
    """
    place = _open_to(contest, actor, contest.mode == "named_points", at)
    given = {no: n for no, n in sorted(points.items()) if n}
    if problem := _misfit(contest, given, reason):
        raise Unfit("points", [problem])
    values = {
        "seat": place.seat or f"user:{place.user_id}",
        "choices": list(given),
        "points": list(given.values()),
        "least": contest.least,
        "most": contest.most,
        "total": contest.points,
        "items": contest.items,
        "reason": reason.strip(),
        "at": at or datetime.now(UTC),
    }
    key = {"contest_id": contest.id, "user_id": place.user_id}
    row = insert(NamedBallot).values(**key, **values)
    fresh = {**values, "rev": NamedBallot.rev + 1}
    db.session.execute(row.on_conflict_do_update(index_elements=list(key), set_=fresh))


def _misfit(contest: Contest, given: Mapping[int, int], reason: str) -> str:
    if any(not 1 <= no <= contest.items or n < 0 for no, n in given.items()):
        return str(_("Something here is not on the list."))
    if not contest.least <= len(given) <= contest.most:
        return str(_("Please give points to %(least)s to %(most)s of them.",
                     least=contest.least, most=contest.most))  # fmt: skip
    if sum(given.values()) != contest.points:
        return str(_("You gave %(given)s of %(points)s points. Please share exactly all of them.",
                     given=sum(given.values()), points=contest.points))  # fmt: skip
    if len(reason.strip()) < SHORTEST:
        return str(_("Please write your reason. It is published with your name."))
    return ""


def own_ballot(session: AnySession, contest_id: int, user_id: int) -> NamedBallot | None:
    """What a delegate has given so far; theirs alone to see."""
    found: NamedBallot | None = session.get(NamedBallot, (contest_id, user_id))
    return found


def own_marks(session: AnySession, contest_id: int, user_id: int) -> dict[int, JurorMark]:
    """What a juror has marked so far, by choice; theirs alone to see."""
    wanted = select(JurorMark).where(
        JurorMark.contest_id == contest_id, JurorMark.user_id == user_id
    )
    return {mark.no: mark for mark in session.scalars(wanted)}


def in_conflict(actor: Actor, item_id: int) -> bool:
    """Did the actor bring the item in, or stand behind it as a proposer?"""
    item = db.session.get_one(Item, item_id)
    credit = select(ProposalCredit.person_id).where(
        ProposalCredit.proposal_id == item_id, ProposalCredit.person_id == actor.person_id
    )
    mine = item.author_id == actor.person_id or item.filed_by_id == actor.user_id
    return mine or db.session.scalar(credit.limit(1)) is not None


def mark(
    contest: Contest,
    actor: Actor,
    no: int,
    marks: Sequence[int] = (),
    reason: str = "",
    recused: str = "",
    at: datetime | None = None,
) -> None:
    """Give one of the choices a mark for each criterion with the reason, or say why not to.

    May be changed until it closes.  Raises NotAllowed, and Unfit for missing marks or reasons, and
    for a choice that is the juror's own.
    """
    place = _open_to(contest, actor, contest.has_jury, at)
    choice = db.session.get(ContestItem, (contest.id, no))
    if choice is None:
        raise NotAllowed("judge")
    said, why = reason.strip(), recused.strip()
    if not why:
        if in_conflict(actor, choice.item_id):
            raise Unfit("own", [_("You stand behind this one yourself; leave it to the others.")])
        wanted = len(criteria(contest))
        if len(marks) != wanted or any(not LOW <= one <= HIGH for one in marks):
            raise Unfit("marks", [_("Please give a mark from 1 to 5 for each criterion.")])
        if len(said) < SHORTEST:
            raise Unfit("reason", [_("Please write your reason. It is published with your name.")])
    key = {"contest_id": contest.id, "user_id": place.user_id, "no": no}
    values = {
        "marks": [] if why else list(marks),
        "reason": "" if why else said,
        "recused": why,
        "at": at or datetime.now(UTC),
    }
    row = insert(JurorMark).values(**key, **values)
    db.session.execute(row.on_conflict_do_update(index_elements=list(key), set_=values))


def judged(session: AnySession, contest: Contest) -> dict[int, int]:
    """How many jurors have marked each of the choices, those aside who stepped back."""
    wanted = (
        select(JurorMark.no, func.count())
        .where(JurorMark.contest_id == contest.id, JurorMark.recused == "")
        .group_by(JurorMark.no)
    )
    done = dict(list(session.execute(wanted)))
    return {choice.no: done.get(choice.no, 0) for choice in contest.choices}


def supports(session: AnySession, contest: Contest) -> dict[int, int]:
    """How many support each of the choices, counting what came before the close."""
    wanted = (
        select(ContestItem.no, func.count(Support.person_id))
        .outerjoin(Support, (Support.item_id == ContestItem.item_id)
                   & (Support.created_at < contest.closes_at))
        .where(ContestItem.contest_id == contest.id)
        .group_by(ContestItem.no)
    )  # fmt: skip
    return dict(list(session.execute(wanted)))


def public(session: AnySession, contest: Contest, at: datetime) -> list[Voice]:
    """What delegates or jurors said, by name; nothing before it is counted."""
    if not by_name(contest) or contest.state not in OUT:
        return []
    people = {row.user_id: Voice(row.name, row.seat) for row in reads.jury(session, contest.id)}
    titles = {choice.no: choice.title for choice in contest.choices}
    if contest.mode == "named_points":
        _points(session, contest, people, titles)
    else:
        _marks(session, contest, people, titles)
    return [voice for voice in people.values() if voice.lines]


def _points(
    session: AnySession, contest: Contest, people: dict[int, Voice], titles: dict[int, str]
) -> None:
    for row in session.scalars(select(NamedBallot).where(NamedBallot.contest_id == contest.id)):
        voice = people[row.user_id]
        voice.why = row.reason
        voice.lines = [
            Line(no, titles[no], str(_("%(n)s points", n=n)))
            for no, n in zip(row.choices, row.points, strict=True)
        ]


def _marks(
    session: AnySession, contest: Contest, people: dict[int, Voice], titles: dict[int, str]
) -> None:
    names = [one["name"] for one in criteria(contest)]
    wanted = select(JurorMark).where(JurorMark.contest_id == contest.id).order_by(JurorMark.no)
    for row in session.scalars(wanted):
        said = ", ".join(f"{name} {n}" for name, n in zip(names, row.marks, strict=False))
        if row.recused:
            said = str(_("stepped back: %(why)s", why=row.recused))
        people[row.user_id].lines.append(Line(row.no, titles[row.no], said, row.reason))


def lines(session: AnySession, contest: Contest) -> list[str]:
    """What is counted as lines, in the order in which their root is made."""
    if contest.mode == "support":
        return [f"{contest.id}|{no}|{n}" for no, n in sorted(supports(session, contest).items())]
    if contest.has_jury:
        return mark_lines(session, contest)
    found = []
    for row in session.scalars(select(NamedBallot).where(NamedBallot.contest_id == contest.id)):
        chosen, given = (",".join(map(str, part)) for part in (row.choices, row.points))
        found.append(f"{contest.id}|{row.user_id}|{chosen}|{given}")
    return sorted(found)


def mark_lines(session: AnySession, contest: Contest) -> list[str]:
    """A jury's marks as lines: contest, juror's number, choice, marks ("-": stepped back)."""
    found = []
    for one in session.scalars(select(JurorMark).where(JurorMark.contest_id == contest.id)):
        said = "-" if one.recused else ",".join(map(str, one.marks))
        found.append(f"{contest.id}|{one.user_id}|{one.no}|{said}")
    return sorted(found)


def patterns(session: AnySession, contest: Contest) -> list[Any]:
    """What is counted as ``app.counting`` takes it: choices, points or None, how many."""
    if contest.mode == "support":
        return [((no,), None, n) for no, n in supports(session, contest).items() if n]
    if contest.mode == "named_points":
        rows = session.scalars(select(NamedBallot).where(NamedBallot.contest_id == contest.id))
        return [(tuple(row.choices), tuple(row.points), 1) for row in rows]
    return []


def marks_of(session: AnySession, contest: Contest) -> Marks | None:
    """What the jury marked, as the engine takes it; None where there is no jury."""
    if not contest.has_jury:
        return None
    aspects = tuple(Aspect(one["code"], one["weight"]) for one in criteria(contest))
    return Marks(aspects, given_marks(session, contest))


def verdicts(session: AnySession, contest: Contest) -> dict[int, Verdict]:
    """What the jury thinks of each choice that enough of it judged; nothing before the count."""
    marks = marks_of(session, contest)
    if marks is None or contest.state not in OUT:
        return {}
    return {int(no): marks.verdict(no) for no in marks.given}


def given_marks(session: AnySession, contest: Contest) -> dict[str, dict[str, dict[str, int]]]:
    """A jury's marks by choice, juror and criterion; choices that too few judged are left out."""
    codes = [one["code"] for one in criteria(contest)]
    found: dict[str, dict[str, dict[str, int]]] = defaultdict(dict)
    wanted = select(JurorMark).where(JurorMark.contest_id == contest.id, JurorMark.recused == "")
    for row in session.scalars(wanted):
        found[str(row.no)][str(row.user_id)] = dict(zip(codes, row.marks, strict=True))
    return {no: marks for no, marks in found.items() if len(marks) >= least_marks(contest)}
