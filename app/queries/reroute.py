"""What a change of rules or departments would do: open items that get another owner, and gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from app.access import Actor, visible
from app.kinds import states_in
from app.workflow import Phase
from models import Complaint, Item

from .labels import labels
from .rulebook import Ground, Rulebook, coverage, ground, successor
from .rules import Case, Line, plain, road_fits

SHOWN = 3  # examples of each move
KEPT = 30  # ids looked through for examples that this reader may see
NOT_SENT = "verified"  # here a department is named, but has not been asked yet


@dataclass
class Move:
    """Open items that would go from one owner to another (None: nobody).

    ``free`` of them have no department yet and follow the new rule by themselves; ``named`` have
    one, but it was not asked yet; the others are with a department and stay there.
    """

    old: str | None
    new: str | None
    items: int = 0
    free: int = 0
    named: int = 0
    ids: list[int] = field(default_factory=list)
    named_ids: list[int] = field(default_factory=list)
    examples: list[Any] = field(default_factory=list)

    @property
    def sent(self) -> int:
        """How many stay where they are."""
        return self.items - self.free - self.named


@dataclass
class Preview:
    """What would follow.  ``gaps`` are cases that had an owner and would have none."""

    moves: list[Move]
    gaps: list[tuple[str, str, str]]
    looked_at: int

    @property
    def items(self) -> int:
        """How many open items would get another owner."""
        return sum(move.items for move in self.moves)

    @property
    def named(self) -> int:
        """How many of them could be given the new department now."""
        return sum(move.named for move in self.moves)


def preview(
    session: Session,
    before: Rulebook,
    after: Rulebook,
    actor: Actor,
    day: date,
    over: Ground | None = None,
) -> Preview:
    """Compare two rulebooks on ``day`` over every open item and every case.

    ``over``: the categories and kelurahan there will be; those of today, when not given.
    """
    here = ground(session, day)
    found = _Moves(before, after, day)
    found.look(session, _affected(before, after, day))
    for move in found.moves.values():
        move.examples = _examples(session, move, actor)
    moves = sorted(found.moves.values(), key=lambda move: -move.items)
    return Preview(moves, _new_gaps(before, after, here, over or here, day), found.looked_at)


def _new_gaps(
    before: Rulebook, after: Rulebook, here: Ground, over: Ground, day: date
) -> list[tuple[str, str, str]]:
    had = set(coverage(before, here, day).gaps)
    return [gap for gap in coverage(after, over, day).gaps if gap not in had]


Wanted = dict[frozenset[str], list[str]]


def _affected(before: Rulebook, after: Rulebook, day: date) -> Wanted:
    """The categories for which the two can differ, by the words one of which an item must say.

    An item's owner changes only when a rule that was changed, added or moved fits it; no words:
    a rule without a keyword is among them.
    """
    found: Wanted = {}
    for code in labels().categories:
        old, new = _meaning(before, code, day), _meaning(after, code, day)
        if old != new:
            found.setdefault(_words(_differing(old, new)), []).append(code)
    return found


Meaning = tuple[str | None, str | None, str | None, str | None]


def _meaning(book: Rulebook, category: str, day: date) -> list[Meaning]:
    """The rules of a category in order, each with the department it leads to."""
    return [
        (line.area_code, line.road_class, line.keyword, _owner(book, line, day))
        for line in book.of(category)
    ]


def _owner(book: Rulebook, line: Line, day: date) -> str | None:
    return successor(book.offices, line.department_code, day)


def _differing(old: list[Meaning], new: list[Meaning]) -> list[Meaning]:
    changes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [
        line for kind, a, b, c, d in changes if kind != "equal" for line in (*old[a:b], *new[c:d])
    ]


def _words(lines: list[Meaning]) -> frozenset[str]:
    """The longest word of each keyword; nothing when a rule asks for no word."""
    if not all(keyword and plain(keyword) for _area, _road, keyword, _owner in lines):
        return frozenset()
    return frozenset(max(plain(line[2] or "").split(), key=len) for line in lines)


class _Moves:
    """Asks both rulebooks once for each distinct case, and counts the items of it."""

    def __init__(self, before: Rulebook, after: Rulebook, day: date) -> None:
        self.before, self.after, self.day = before, after, day
        self.moves: dict[tuple[str | None, str | None], Move] = {}
        self.looked_at = 0

    def look(self, session: Session, wanted: Wanted) -> None:
        """Count the items of these categories whose owner changes."""
        needles = {code: self._needles(code) for codes in wanted.values() for code in codes}
        asked: dict[tuple[Any, ...], tuple[str | None, str | None]] = {}
        for row in _rows(session, wanted, any(needles.values())) if wanted else ():
            self.looked_at += 1
            category, mine = row.category_code, needles[row.category_code]
            text = f"{row.title} {row.address} {row.body}" if mine else ""
            words = f" {plain(text)}" if mine else ""
            case = (category, row.area_code, row.road_class, *(n in words for n in mine))
            if case not in asked:
                matter = Case(category, row.area_code, row.road_class or "tidak_tahu", text)
                asked[case] = (self._ask(self.before, matter), self._ask(self.after, matter))
            old, new = asked[case]
            if old != new:
                self._count(old, new, row)

    def _needles(self, category: str) -> tuple[str, ...]:
        """The keywords that rules of a category look for, as they stand in plain text."""
        lines = (*self.before.of(category), *self.after.of(category))
        return tuple(sorted({f" {plain(line.keyword)}" for line in lines if line.keyword}))

    def _ask(self, book: Rulebook, matter: Case) -> str | None:
        found = book.owner(matter, self.day)
        return found.department_code if found else None

    def _count(self, old: str | None, new: str | None, row: Any) -> None:
        move = self.moves.setdefault((old, new), Move(old, new))
        move.items += 1
        if row.department_code is None:
            move.free += 1
        elif row.state == NOT_SENT and row.department_code == old:
            move.named += 1
            move.named_ids.append(row.id)
        if len(move.ids) < KEPT:
            move.ids.append(row.id)


SAID = func.translate(
    func.lower(Item.title + " " + Item.address + " " + Item.body), "éèëêáàâíïóöúü", "eeeeaaaiioouu"
)


def _rows(session: Session, wanted: Wanted, texts: bool) -> Iterator[Any]:
    """The open items of these categories; their texts only where a rule asks for them."""
    complaint = Complaint.__table__
    said = (Item.title, Item.address, Item.body) if texts else ()
    cuts = [
        and_(
            Item.category_code.in_(codes),
            *([or_(*(SAID.contains(word, autoescape=True) for word in words))] if words else []),
        )
        for words, codes in wanted.items()
    ]
    query = (
        select(
            Item.id,
            Item.category_code,
            Item.area_code,
            Item.state,
            Item.department_code,
            complaint.c.road_class,
            *said,
        )
        .select_from(Item.__table__.outerjoin(complaint, complaint.c.id == Item.id))
        .where(or_(*cuts), tuple_(Item.kind, Item.state).in_(states_in(Phase.NEW, Phase.OPEN)))
    )
    yield from session.execute(query.execution_options(yield_per=5000))


def _examples(session: Session, move: Move, actor: Actor) -> list[Any]:
    query = (
        select(Item.kind, Item.number, Item.title)
        .where(Item.id.in_(move.ids), visible(actor))
        .order_by(Item.id.desc())
        .limit(SHOWN)
    )
    return list(session.execute(query))


def hidden_by(lines: tuple[Line, ...], line: Line) -> Line | None:
    """The rule before ``line`` that takes everything it could fit; None when it can be reached."""
    for other in lines:
        if other.position >= line.position:
            return None
        if _covers(other, line):
            return other
    return None


def _covers(wide: Line, narrow: Line) -> bool:
    area, inner = wide.area_code, narrow.area_code
    return (
        wide.category_code in (None, narrow.category_code)
        and (area is None or (inner is not None and f"{inner}.".startswith(f"{area}.")))
        and (
            wide.road_class is None
            or wide.road_class == narrow.road_class
            or (narrow.road_class is not None and road_fits(wide.road_class, narrow.road_class))
        )
        and (
            wide.keyword is None
            or (
                narrow.keyword is not None
                and f" {plain(wide.keyword)}" in f" {plain(narrow.keyword)}"
            )
        )
    )


def open_in(session: Session, category: str) -> int:
    """How many open items are in a category."""
    pairs = states_in(Phase.NEW, Phase.OPEN)
    waits = Item.category_code == category, tuple_(Item.kind, Item.state).in_(pairs)
    return session.scalar(select(func.count()).select_from(Item).where(*waits)) or 0


def held_by_department(session: Session) -> Counter[str]:
    """How many open items each department holds."""
    pairs = states_in(Phase.NEW, Phase.OPEN)
    query = (
        select(Item.department_code, func.count(Item.id))
        .where(Item.department_code.is_not(None), tuple_(Item.kind, Item.state).in_(pairs))
        .group_by(Item.department_code)
    )
    return Counter({str(code): count for code, count in session.execute(query)})
