"""Reading Pabulib files (``.pb``): META, PROJECTS and VOTES, separated by semicolons.

Ballots are counted as they stand: an empty one counts among the voters.  Lines are read once;
equal ballots are put together by their text, before anything in them is looked at.
"""

from __future__ import annotations

import gc
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from itertools import chain, repeat
from pathlib import Path

from . import pb_errors as wrong
from .elections import APPROVAL, CHOOSE_ONE, MOST_MONEY, ORDINAL, POINTS, Election, Project, grouped
from .pb_errors import BadFile
from .pb_lines import Table, one_line_end, tables

MOST_BYTES = 512 * 1024 * 1024
MOST_DECIMALS = 6
MOST_POINTS = 10**9
TYPES = {
    APPROVAL: APPROVAL, CHOOSE_ONE: CHOOSE_ONE, POINTS: POINTS, "scoring": POINTS, ORDINAL: ORDINAL,
}  # fmt: skip
AMOUNT = re.compile(r"[+-]?\d+(?:[.,]\d+)?")


@dataclass(frozen=True)
class PbFile:
    """A file as read: its META, its projects with all their columns, and the election in it.

    ``point`` points of the election are one of the file, where the file has fractions of points.
    ``votes`` are the rows of the voters, if asked for.
    """

    meta: dict[str, str]
    projects: tuple[dict[str, str], ...]
    election: Election
    point: int = 1
    votes: tuple[dict[str, str], ...] = field(default=(), repr=False)


def read(path: Path, *, votes: bool = False) -> PbFile:
    """Read a file; ``votes``: keep the row of each voter.  Raises BadFile, OSError."""
    if path.stat().st_size > MOST_BYTES:
        raise BadFile(wrong.TOO_LARGE, megabytes=MOST_BYTES >> 20)
    return parse(path.read_bytes(), votes=votes)


@contextmanager
def _no_collection() -> Iterator[None]:
    """A hundred thousand lists of cells hold no cycles; looking for some takes a third longer."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def parse(data: bytes, *, votes: bool = False) -> PbFile:
    """Read the bytes of a file.  Raises BadFile."""
    with _no_collection():
        return _parsed(data, votes)


def _parsed(data: bytes, votes: bool) -> PbFile:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile(wrong.NOT_TEXT, line=data.count(b"\n", 0, error.start) + 1) from None
    text = one_line_end(text)
    found = tables(text)
    meta = _meta(found["META"])
    form = TYPES.get(_asked(meta, "vote_type").lower())
    if form is None:
        raise BadFile(wrong.VOTE_TYPE, line=meta["vote_type"][0], value=meta["vote_type"][1])
    projects, budget, unit = _money(found["PROJECTS"], meta)
    counted = _Votes(found["VOTES"], projects, form)
    patterns = counted.patterns()
    _said_count(meta, "num_projects", wrong.PROJECT_COUNT, len(projects))
    _said_count(meta, "num_votes", wrong.VOTE_COUNT, len(found["VOTES"].cells))
    return PbFile(
        {key: value for key, (_line, value) in meta.items()},
        tuple(_named(found["PROJECTS"])),
        Election(projects, grouped(projects, patterns, form), budget, form, unit),
        counted.point,
        tuple(_named(found["VOTES"])) if votes else (),
    )


def _named(table: Table) -> Iterator[dict[str, str]]:
    return (dict(zip(table.columns, cells, strict=True)) for _line, cells in table.rows)


Meta = dict[str, tuple[int, str]]


def _meta(table: Table) -> Meta:
    if len(table.columns) != 2:
        raise BadFile(wrong.NO_COLUMN, line=table.line, section="META", column="value")
    return {cells[0].strip().lower(): (line, cells[1].strip()) for line, cells in table.rows}


def _asked(meta: Meta, key: str) -> str:
    if key not in meta:
        raise BadFile(wrong.NO_KEY, key=key)
    return meta[key][1]


def _said_count(meta: Meta, key: str, text: str, found: int) -> None:
    said = _asked(meta, key)
    if not (said.isascii() and said.isdigit() and len(said) < 16):
        raise BadFile(wrong.BAD_META, line=meta[key][0], key=key, value=said)
    if int(said) != found:
        raise BadFile(text, line=meta[key][0], said=int(said), found=found)


def _amount(said: str) -> Decimal | None:
    """An amount with a point or comma before its decimals; None when it is none."""
    if not AMOUNT.fullmatch(said) or len(said) > 28:
        return None
    try:
        return Decimal(said.replace(",", ".")).normalize()
    except InvalidOperation:
        return None


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _money(table: Table, meta: Meta) -> tuple[tuple[Project, ...], int, int]:
    """The projects and the budget, in whole units of the smallest decimal that occurs."""
    said = _asked(meta, "budget")
    budget = _amount(said)
    if budget is None or budget <= 0 or _decimals(budget) > MOST_DECIMALS:
        raise BadFile(wrong.BAD_META, line=meta["budget"][0], key="budget", value=said)
    costs = list(_costs(table))
    unit = 10 ** max(map(_decimals, [budget, *(cost for _line, _project, cost in costs)]))
    for line, value in [(meta["budget"][0], budget), *((line, cost) for line, _p, cost in costs)]:
        if value * unit > MOST_MONEY:
            raise BadFile(wrong.HUGE, line=line, value=str(value))
    found = tuple(replace(project, cost=int(cost * unit)) for _line, project, cost in costs)
    return found, int(budget * unit), unit


def _costs(table: Table) -> Iterator[tuple[int, Project, Decimal]]:
    columns = table.columns
    at_id, at_cost, at_name = (
        columns.index("project_id"),
        columns.index("cost"),
        table.column("name"),
    )
    first: dict[str, int] = {}
    for line, cells in table.rows:
        id, said = cells[at_id].strip(), cells[at_cost].strip()
        if not id:
            raise BadFile(wrong.NO_ID, line=line)
        if first.setdefault(id, line) != line:
            raise BadFile(wrong.PROJECT_TWICE, line=line, id=id, first=first[id])
        cost = _amount(said)
        if cost is None or _decimals(cost) > MOST_DECIMALS:
            raise BadFile(wrong.BAD_COST, line=line, id=id, value=said)
        if cost <= 0:
            text = wrong.NEGATIVE_COST if cost < 0 else wrong.ZERO_COST
            raise BadFile(text, line=line, id=id)
        yield line, Project(id, 0, cells[at_name].strip() if at_name is not None else ""), cost


Pattern = tuple[list[str], list[int] | None, int]


class _Votes:
    """The ballots: equal texts first, then what they say."""

    def __init__(self, table: Table, projects: Sequence[Project], form: str) -> None:
        self.table, self.form = table, form
        self.known = {project.id for project in projects}
        self.at_voter = table.columns.index("voter_id")
        self.at_vote, self.at_points = table.columns.index("vote"), table.column("points")
        self.point = 1
        if form == POINTS and self.at_points is None:
            raise BadFile(wrong.NO_COLUMN, line=table.line, section="VOTES", column="points")

    def patterns(self) -> list[Pattern]:
        """What was cast, equal texts put together."""
        self._voters()
        at_vote, at_points, rows = self.at_vote, self.at_points, self.table.cells
        texts: Counter[tuple[str, str]]
        if self.form == POINTS and at_points is not None:
            texts = Counter((cells[at_vote], cells[at_points]) for cells in rows)
        else:
            texts = Counter(zip((cells[at_vote] for cells in rows), repeat(""), strict=False))
        split = [vote.split(",") if vote else [] for vote, _points in texts]
        if not self.known.issuperset(chain.from_iterable(split)) or self._twice(split):
            split = [self._ids(*text) for text in texts]
        if self.form != POINTS:
            return [(ids, None, n) for ids, n in zip(split, texts.values(), strict=True)]
        read = [
            (ids, self._points(*text, len(ids)), n)
            for ids, (text, n) in zip(split, texts.items(), strict=True)
        ]
        deepest = max((_decimals(p) for _ids, points, _n in read for p in points), default=0)
        self.point = 10**deepest
        return [(ids, [int(p * self.point) for p in points], n) for ids, points, n in read]

    def _twice(self, split: Sequence[Sequence[str]]) -> bool:
        """Whether a ballot names something twice, or too much."""
        most = 1 if self.form == CHOOSE_ONE else len(self.known)
        return any(len(set(ids)) != len(ids) or len(ids) > most for ids in split)

    def _voters(self) -> None:
        at = self.at_voter
        if len({cells[at].strip() for cells in self.table.cells}) == len(self.table.cells):
            return
        first: dict[str, int] = {}
        for line, cells in self.table.rows:
            voter = cells[at].strip()
            if first.setdefault(voter, line) != line:
                raise BadFile(wrong.VOTER_TWICE, line=line, voter=voter, first=first[voter])

    def _ids(self, vote: str, points: str) -> list[str]:
        """The ids of a ballot in which something is unusual."""
        ids = [id.strip() for id in vote.split(",") if id.strip()]
        for id in ids:
            if id not in self.known:
                raise self._at(vote, points, wrong.UNKNOWN, id=id)
        if len(set(ids)) != len(ids):
            twice = next(id for n, id in enumerate(ids) if id in ids[:n])
            raise self._at(vote, points, wrong.NAMED_TWICE, id=twice)
        if self.form == CHOOSE_ONE and len(ids) > 1:
            raise self._at(vote, points, wrong.ONE_ONLY)
        return ids

    def _points(self, vote: str, points: str, wanted: int) -> list[Decimal]:
        parts = [part.strip() for part in points.split(",")] if points.strip() else []
        read = [_amount(part) for part in parts]
        given = [value for value in read if value is not None and 0 <= value <= MOST_POINTS]
        fine = len(given) == len(read) and all(_decimals(v) <= MOST_DECIMALS for v in given)
        if not fine or len(given) != wanted:
            raise self._at(vote, points, wrong.BAD_POINTS, value=points)
        return given

    def _at(self, vote: str, points: str, text: str, **values: str) -> BadFile:
        """The complaint about the first ballot with this text."""
        for line, cells in self.table.rows:
            said = (
                cells[self.at_points] if self.form == POINTS and self.at_points is not None else ""
            )
            if cells[self.at_vote] == vote and said == points:
                return BadFile(text, line=line, voter=cells[self.at_voter].strip(), **values)
        raise AssertionError("the ballot is in the file")
