"""What is counted: projects with their costs, ballots grouped by content, and the money."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

import numpy as np
import numpy.typing as npt

APPROVAL, CHOOSE_ONE, POINTS, ORDINAL = "approval", "choose-1", "cumulative", "ordinal"
FORMS = (APPROVAL, CHOOSE_ONE, POINTS, ORDINAL)
MOST_MONEY = 10**18  # in units; so that sums of costs stay well inside 64 bits

Ints = npt.NDArray[np.int64]
# One pattern of ballot: projects chosen (in order of rank where ranked), their points, how often.
Pattern = tuple[Sequence[int | str], Sequence[int] | None, int]


@dataclass(frozen=True)
class Project:
    """What money is asked for.  ``cost`` is in the election's units; ``id`` as in the file."""

    id: str
    cost: int
    name: str = ""


@dataclass(frozen=True, eq=False)
class Ballots:
    """Ballots, equal ones together: pattern g was cast ``counts[g]`` times.

    It names the projects ``choices[starts[g]:starts[g + 1]]`` (positions in the election's
    projects; best first where ranked) with ``points`` beside them, None without points.
    """

    starts: Ints
    choices: Ints
    counts: Ints
    points: Ints | None = None

    @property
    def patterns(self) -> int:
        """How many different ballots there are."""
        return len(self.counts)

    @cached_property
    def rows(self) -> Ints:
        """The pattern of each entry of ``choices``."""
        return np.repeat(np.arange(self.patterns, dtype=np.int64), np.diff(self.starts))


@dataclass(frozen=True, eq=False)
class Election:
    """One contest, ready to be counted.

    ``budget`` and costs are whole numbers of units; ``unit`` units make one of the currency (1 for
    rupiah; 100 where a file has hundredths).  ``seed`` decides lots: unknown before the ballots
    are sealed, public afterwards.
    """

    projects: tuple[Project, ...]
    ballots: Ballots
    budget: int
    form: str = APPROVAL
    unit: int = 1
    seed: bytes = b""

    def __post_init__(self) -> None:
        """Refuse what cannot be counted: ValueError."""
        if self.form not in FORMS:
            raise ValueError(f"no such form of ballot: {self.form}")
        if len({project.id for project in self.projects}) != len(self.projects):
            raise ValueError("two projects have the same id")
        if any(not 0 < project.cost <= MOST_MONEY for project in self.projects):
            raise ValueError("a project's cost is not a positive amount")
        if not 0 < self.budget <= MOST_MONEY or self.unit < 1:
            raise ValueError(f"no such budget: {self.budget}")
        if (self.ballots.points is not None) != (self.form == POINTS):
            raise ValueError("points belong to cumulative ballots, and to no others")

    @classmethod
    def of(
        cls,
        projects: Iterable[Project],
        patterns: Iterable[Pattern],
        budget: int,
        form: str = APPROVAL,
        seed: bytes = b"",
    ) -> Election:
        """An election from ballots as they are stored: (ids chosen, points or None, how many).

        Equal patterns may come more than once, an id as text or number.  Raises ValueError for an
        unknown id, one named twice on a ballot, negative points or a count below one.
        """
        found = tuple(projects)
        return cls(found, grouped(found, patterns, form), budget, form, seed=seed)

    @cached_property
    def voters(self) -> int:
        """How many ballots were cast, empty ones included."""
        return int(self.ballots.counts.sum())

    @cached_property
    def costs(self) -> Ints:
        """The cost of each project."""
        return np.array([project.cost for project in self.projects], dtype=np.int64)

    @cached_property
    def votes(self) -> Ints:
        """How many voters support each project (those who gave it a point, where there are)."""
        counts = self.ballots.counts[self.ballots.rows]
        if self.ballots.points is not None:
            counts = np.where(self.ballots.points > 0, counts, 0)
        return self._sums(counts)

    @cached_property
    def scores(self) -> Ints:
        """What greedy rules order by: votes, points, or Borda points (the last of a ballot: 0)."""
        ballots = self.ballots
        if self.form == POINTS and ballots.points is not None:
            return self._sums(ballots.counts[ballots.rows] * ballots.points)
        if self.form == ORDINAL:
            below = ballots.starts[1:][ballots.rows] - np.arange(len(ballots.choices)) - 1
            return self._sums(ballots.counts[ballots.rows] * below)
        return self.votes

    def _sums(self, values: Ints) -> Ints:
        found = np.zeros(len(self.projects), dtype=np.int64)
        np.add.at(found, self.ballots.choices, values)
        return found

    @cached_property
    def supporters(self) -> tuple[tuple[Ints, Ints, Ints | None], ...]:
        """For each project: the patterns that support it, how many cast each, their points."""
        rows, choices, points = self.ballots.rows, self.ballots.choices, self.ballots.points
        if points is not None:
            given = points > 0
            rows, choices, points = rows[given], choices[given], points[given]
        turned = np.argsort(choices, kind="stable")
        ends = np.cumsum(np.bincount(choices, minlength=len(self.projects))).tolist()
        each = [turned[a:b] for a, b in zip([0, *ends], ends, strict=False)]
        return tuple(
            (rows[e], self.ballots.counts[rows[e]], None if points is None else points[e])
            for e in each
        )

    def costing(self, place: int, cost: int) -> Election:
        """The same election if one project cost something else."""
        projects = list(self.projects)
        projects[place] = replace(projects[place], cost=cost)
        other = replace(self, projects=tuple(projects))
        for kept in ("voters", "votes", "scores", "supporters"):
            other.__dict__[kept] = getattr(self, kept)
        return other

    @cached_property
    def lots(self) -> tuple[bytes, ...]:
        """The lot of each project, the lowest wins: SHA-256 of seed and id."""
        return tuple(
            hashlib.sha256(self.seed + project.id.encode()).digest() for project in self.projects
        )

    def with_winner(self, winners: Iterable[int]) -> int:
        """How many voters support at least one of these projects (by position)."""
        won = np.zeros(len(self.projects), dtype=bool)
        won[list(winners)] = True
        hit = won[self.ballots.choices]
        if self.ballots.points is not None:
            hit &= self.ballots.points > 0
        happy = np.bincount(self.ballots.rows[hit], minlength=self.ballots.patterns) > 0
        return int(self.ballots.counts[happy].sum())

    def satisfaction(self, winners: Iterable[int]) -> Ints:
        """For each pattern, how many of its projects won (how many of its points they have)."""
        won = np.zeros(len(self.projects), dtype=np.int64)
        won[list(winners)] = 1
        gained = won[self.ballots.choices]
        if self.ballots.points is not None:
            gained = gained * self.ballots.points
        found = np.zeros(self.ballots.patterns, dtype=np.int64)
        np.add.at(found, self.ballots.rows, gained)
        return found


def grouped(projects: Sequence[Project], patterns: Iterable[Pattern], form: str) -> Ballots:
    """Put equal ballots together; raises ValueError as ``Election.of`` does."""
    given = list(patterns)
    index: dict[int | str, int] = {project.id: n for n, project in enumerate(projects)}
    index |= {int(id): n for id, n in index.items() if str(id).isdecimal() and str(int(id)) == id}
    counts = np.array([count for _ids, _points, count in given], dtype=np.int64)
    lengths = np.array([len(ids) for ids, _points, _count in given], dtype=np.int64)
    try:
        named = chain.from_iterable(ids for ids, _points, _count in given)
        flat = np.fromiter(map(index.__getitem__, named), np.int64, int(lengths.sum()))
    except KeyError as unknown:
        raise ValueError(f"a ballot names {unknown.args[0]}, which is no project") from None
    points = _points(given, lengths) if form == POINTS else None
    if len(counts) and counts.min() < 1:
        raise ValueError("a pattern of ballots was cast less than once")
    rows = np.repeat(np.arange(len(given)), lengths)
    order = np.lexsort((flat, rows))
    if (np.diff(flat[order]) == 0)[np.diff(rows[order]) == 0].any():
        raise ValueError("a ballot names a project twice")
    if form != ORDINAL:
        flat = flat[order]
        points = None if points is None else points[order]
    return _together(_starts(lengths), flat, counts, points)


def _starts(lengths: Ints) -> Ints:
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(lengths, dtype=np.int64)))


def _points(given: Sequence[Pattern], lengths: Ints) -> Ints:
    points = [points for _ids, points, _count in given]
    if any(p is None for p in points) or lengths.tolist() != [len(p or ()) for p in points]:
        raise ValueError("a ballot has not one number of points for each project")
    found = np.array(list(chain.from_iterable(p or () for p in points)), dtype=np.int64)
    if len(found) and found.min() < 0:
        raise ValueError("a ballot gives points below zero")
    return found


def _together(starts: Ints, flat: Ints, counts: Ints, points: Ints | None) -> Ballots:
    """Join equal patterns; the first of them keeps its place."""
    content = flat if points is None else np.column_stack((flat, points))
    size = content[:1].nbytes or 8 * (1 if points is None else 2)
    raw, ends = content.tobytes(), starts.tolist()
    first: dict[bytes, int] = {}
    keys = (raw[a * size : b * size] for a, b in zip(ends, ends[1:], strict=False))
    of = np.array([first.setdefault(key, len(first)) for key in keys], dtype=np.int64)
    if len(first) == len(counts):
        return Ballots(starts, flat, counts, points)
    kept = np.zeros(len(counts), dtype=bool)
    kept[np.unique(of, return_index=True)[1]] = True
    lengths = np.diff(starts)
    entries = np.repeat(kept, lengths)
    return Ballots(
        _starts(lengths[kept]),
        flat[entries],
        np.bincount(of, weights=counts, minlength=len(first)).astype(np.int64),
        None if points is None else points[entries],
    )
