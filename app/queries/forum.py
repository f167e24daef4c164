"""Forums: which there are, who was invited and came, what was said, decided and signed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, tuple_
from sqlalchemy.orm import joinedload, selectinload

from app.kinds.musrenbang_states import DEFERRALS, REFUSALS, RETURNS
from models import (
    FORUM_GROUPS,
    AnySession,
    Forum,
    ForumAsset,
    ForumAttendance,
    ForumDecision,
    ForumGuest,
    ForumMinute,
    ForumPrint,
    ForumVersion,
    Proposal,
)

from .ranking_keys import ListKey

PAGE = 50
REASONS = tuple(dict.fromkeys((*DEFERRALS, *REFUSALS, *RETURNS)))  # why a forum does not agree


def key_of(forum: Forum) -> ListKey:
    """The ranked list a forum decides about."""
    return ListKey(forum.plan_year, forum.level, forum.area_code, forum.department_code, forum.rw)


# -- counting ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """How many of one group came, and of which sex; ``unsaid`` told neither."""

    group: str
    men: int = 0
    women: int = 0
    unsaid: int = 0

    @property
    def total(self) -> int:
        """All of the group."""
        return self.men + self.women + self.unsaid


@dataclass(frozen=True)
class Turnout:
    """Who came, in numbers.  ``invited_here`` are those of the invited who came."""

    invited: int
    invited_here: int
    lines: Sequence[Line] = field(default_factory=tuple)
    disability: int = 0
    children: int = 0

    @property
    def present(self) -> int:
        """Everybody who came."""
        return sum(line.total for line in self.lines)

    @property
    def women(self) -> int:
        """Women who came."""
        return sum(line.women for line in self.lines)

    @property
    def men(self) -> int:
        """Men who came."""
        return sum(line.men for line in self.lines)

    @property
    def women_share(self) -> int:
        """Women in percent of those present, rounded down; 0 when nobody came."""
        return self.women * 100 // self.present if self.present else 0

    def needed(self, rule: str, quorum: int) -> int:
        """How many have to come: of the invited (``share``), or at all (``number``)."""
        return -(-self.invited * quorum // 100) if rule == "share" else quorum

    def has_quorum(self, rule: str, quorum: int) -> bool:
        """Did enough people come?  With nobody invited a share is met by anybody who came."""
        counted = self.invited_here if rule == "share" and self.invited else self.present
        return counted >= max(self.needed(rule, quorum), 1)

    def lacks_women(self, percent: int) -> bool:
        """Are women fewer than wished?  Counted exactly, not rounded."""
        return self.women * 100 < percent * self.present or (percent > 0 and not self.present)

    def of_group(self, group: str) -> int:
        """How many came of a group, of children and of people with a disability wherever from."""
        named = next((line.total for line in self.lines if line.group == group), 0)
        marked = {"anak": self.children, "disabilitas": self.disability}.get(group, 0)
        women = self.women if group == "perempuan" else 0
        return max(named, marked, women)


def counted(came: Iterable[Any], invited: int) -> Turnout:
    """The numbers of an attendance list; each needs group, sex, disability, child, guest_id."""
    groups: dict[str, list[int]] = {}
    here = disability = children = 0
    for one in came:
        groups.setdefault(one.group, [0, 0, 0])[{"L": 0, "P": 1}.get(one.sex, 2)] += 1
        here += one.guest_id is not None
        disability += bool(one.disability)
        children += bool(one.child)
    lines = tuple(Line(group, *groups[group]) for group in FORUM_GROUPS if group in groups)
    return Turnout(invited, here, lines, disability, children)


def turnout(session: AnySession, forum_id: int) -> Turnout:
    """Who came to a forum, in numbers; two queries."""
    of = ForumAttendance
    wanted = select(of.group, of.sex, of.disability, of.child, of.guest_id)
    came = session.execute(wanted.where(of.forum_id == forum_id)).all()
    return counted(came, invited_count(session, forum_id))


def invited_count(session: AnySession, forum_id: int) -> int:
    """How many people and bodies were invited."""
    wanted = select(func.count()).select_from(ForumGuest).where(ForumGuest.forum_id == forum_id)
    return session.scalar(wanted) or 0


def unsent_count(session: AnySession, forum_id: int) -> int:
    """How many of the invited have had no letter yet, neither sent nor printed."""
    of = ForumGuest
    wanted = select(func.count()).select_from(of).where(of.forum_id == forum_id)
    return session.scalar(wanted.where(of.sent_at.is_(None), of.letter_at.is_(None))) or 0


def present_count(session: AnySession, forum_id: int) -> int:
    """How many came."""
    of = ForumAttendance
    return session.scalar(select(func.count()).select_from(of).where(of.forum_id == forum_id)) or 0


# -- lists ------------------------------------------------------------------------------------


def listed(
    session: AnySession, plan_year: int, after: int | None = None, level: str = ""
) -> tuple[Sequence[Forum], int | None]:
    """A page of the forums of a plan year, the latest first, and where the next one begins."""
    wanted = select(Forum).where(Forum.plan_year == plan_year)
    if level:
        wanted = wanted.where(Forum.level == level)
    if after:
        wanted = wanted.where(Forum.id < after)
    rows = session.scalars(wanted.order_by(Forum.id.desc()).limit(PAGE + 1)).all()
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def numbers(session: AnySession, plan_year: int) -> Sequence[Row[Any]]:
    """All forums of a plan year with what came of them, the earliest first; one query.

    Rows have ``Forum``, ``invited``, ``present``, ``women``, ``agreed``, ``others`` and ``sha256``
    of what was signed last (each None or 0 where there is none).
    """
    came, said, signed = ForumAttendance, ForumDecision, ForumVersion
    agreed = said.outcome == "agreed"

    def of(column: Any, table: Any, *also: Any) -> Any:
        return select(column).where(table.forum_id == Forum.id, *also).scalar_subquery()

    last = select(signed.sha256).where(signed.forum_id == Forum.id)
    wanted = select(
        Forum,
        of(func.count(), ForumGuest).label("invited"),
        of(func.count(), came).label("present"),
        of(func.count(), came, came.sex == "P").label("women"),
        of(func.count(), said, agreed).label("agreed"),
        of(func.count(), said, ~agreed).label("others"),
        last.order_by(signed.number.desc()).limit(1).scalar_subquery().label("sha256"),
    )
    of_year = wanted.where(Forum.plan_year == plan_year)
    return session.execute(of_year.order_by(Forum.starts_at, Forum.id)).all()


def of_list(session: AnySession, key: ListKey) -> Forum | None:
    """The forum that decides about a list."""
    wanted = select(Forum).where(
        Forum.plan_year == key.plan_year,
        Forum.level == key.level,
        Forum.area_code.is_not_distinct_from(key.area_code),
        Forum.rw.is_not_distinct_from(key.rw),
        Forum.department_code.is_not_distinct_from(key.department_code),
        Forum.theme == "",
        Forum.cancelled_at.is_(None),
    )
    found: Forum | None = session.scalar(wanted)
    return found


def guests(session: AnySession, forum_id: int) -> Sequence[ForumGuest]:
    """Who is invited, in the order in which they were."""
    wanted = select(ForumGuest).where(ForumGuest.forum_id == forum_id)
    return session.scalars(wanted.order_by(ForumGuest.id)).all()


def attendance(session: AnySession, forum_id: int) -> Sequence[ForumAttendance]:
    """Who came, in the order in which they did."""
    wanted = select(ForumAttendance).where(ForumAttendance.forum_id == forum_id)
    return session.scalars(wanted.order_by(ForumAttendance.id)).all()


def decisions(session: AnySession, forum_id: int) -> dict[int, ForumDecision]:
    """What was decided, by proposal, with the proposals."""
    wanted = select(ForumDecision).where(ForumDecision.forum_id == forum_id)
    wanted = wanted.options(selectinload(ForumDecision.proposal))
    return {one.proposal_id: one for one in session.scalars(wanted.order_by(ForumDecision.id))}


def assets(session: AnySession, forum_id: int) -> Sequence[ForumAsset]:
    """The facilities on the forum's list."""
    wanted = select(ForumAsset).where(ForumAsset.forum_id == forum_id)
    return session.scalars(wanted.order_by(ForumAsset.id)).all()


def minutes(session: AnySession, forum_id: int) -> dict[int, ForumMinute]:
    """The minutes of each point as they stand."""
    of = ForumMinute
    last = select(of.point, func.max(of.number)).where(of.forum_id == forum_id).group_by(of.point)
    wanted = select(of).where(of.forum_id == forum_id, tuple_(of.point, of.number).in_(last))
    return {one.point: one for one in session.scalars(wanted.order_by(of.point))}


def versions(session: AnySession, forum_id: int) -> Sequence[ForumVersion]:
    """What was signed: the closing and each correction, in order."""
    wanted = select(ForumVersion).where(ForumVersion.forum_id == forum_id)
    return session.scalars(wanted.order_by(ForumVersion.number)).all()


def prints(session: AnySession, forum_id: int, public: bool = False) -> Sequence[ForumPrint]:
    """The latest files, the newest first; ``public``: the ready ones for everybody alone."""
    wanted = select(ForumPrint).where(ForumPrint.forum_id == forum_id)
    if public:
        wanted = wanted.where(ForumPrint.sort.like("public%"), ForumPrint.status == "ready")
    wanted = wanted.options(joinedload(ForumPrint.forum))
    return session.scalars(wanted.order_by(ForumPrint.id.desc()).limit(20)).all()


def being_printed(session: AnySession, forum_id: int) -> bool:
    """Is a file for everybody being made?"""
    wanted = select(ForumPrint.id).where(
        ForumPrint.forum_id == forum_id,
        ForumPrint.sort.like("public%"),
        ForumPrint.status == "waiting",
    )
    return session.scalar(wanted.limit(1)) is not None


# -- results ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Result:
    """A proposal with what the forum said of it; ``place`` counts the agreed from 1."""

    proposal: Proposal
    decision: ForumDecision
    cost: int | None
    place: int | None = None


def results(
    session: AnySession, forum: Forum, order: Sequence[int], costs: dict[int, int | None]
) -> tuple[list[Result], list[Result]]:
    """The agreed in the order of their list, and the others.

    ``order`` and ``costs`` (rupiah) are the list's; agreed proposals that it does not name follow
    in the order in which they were agreed.
    """
    made = decisions(session, forum.id)
    agreed = [one for one in made.values() if one.outcome == "agreed"]
    places = {item: n for n, item in enumerate(order)}
    agreed.sort(key=lambda one: (places.get(one.proposal_id, len(places)), one.id))

    def cost(one: ForumDecision) -> int | None:
        return costs.get(one.proposal_id, one.proposal.cost)

    return (
        [Result(one.proposal, one, cost(one), n) for n, one in enumerate(agreed, 1)],
        [Result(one.proposal, one, cost(one)) for one in made.values() if one.outcome != "agreed"],
    )


@dataclass(frozen=True)
class Warned:
    """A wish that is not met; ``args`` fill the words of ``code``.  Nothing is ever stopped."""

    code: str
    args: dict[str, Any]


def warnings(forum: Forum, found: Turnout, targets: dict[str, int]) -> list[Warned]:
    """Quorum and wished shares that are not met."""
    made = []
    if not found.has_quorum(forum.quorum_rule, forum.quorum):
        needed = found.needed(forum.quorum_rule, forum.quorum)
        here = found.invited_here if forum.quorum_rule == "share" else found.present
        made.append(Warned("quorum", {"needed": max(needed, 1), "here": here}))
    if found.lacks_women(forum.women):
        made.append(Warned("women", {"wished": forum.women, "share": found.women_share}))
    for group, wished in targets.items():
        if group in FORUM_GROUPS and found.of_group(group) < wished:
            made.append(
                Warned("group", {"group": group, "wished": wished, "here": found.of_group(group)})
            )
    return made


def days_of_notice(forum: Forum, at: datetime) -> int:
    """Whole days between a moment and the forum."""
    return (forum.starts_at - at).days
