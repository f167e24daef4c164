"""``count``: one election, one rule, one outcome."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from .elections import ORDINAL, Election
from .greedy import Taken, eligible, greedy
from .jury import Marks, Ranked, ranked
from .outcomes import (
    AFTER_END,
    BELOW,
    SUPPORTERS,
    UNFIT_MONEY,
    UNJUDGED,
    UNSUPPORTED,
    Comparison,
    Outcome,
    Result,
    Round,
    Side,
)
from .rules import GREEDY, SHARES, Rule
from .tally import Counted, beside, compared, equal_shares, plain
from .ties import Order


@dataclass(frozen=True)
class _Count:
    """What one rule came to, and what is shown beside it."""

    counted: Counted
    comparison: Comparison | None = None
    others: tuple[tuple[str, Taken], ...] = ()
    list: Ranked | None = None


def count(
    election: Election, rule: Rule, marks: Marks | None = None, *, both: bool = True
) -> Outcome:
    """Count an election.  ``marks`` are a jury's, where the rule has one.

    ``both``: also reckon the other of greedy and Equal Shares and show it beside (not for ranks
    and ranked lists).  Raises Unfit when rule and ballots do not go together.
    """
    order = Order(election, rule)
    if rule.rule == SHARES:
        found = _shares(election, rule, order, both)
    elif rule.rule == GREEDY:
        found = _greedy(election, rule, order, both)
    else:
        listed = ranked(election, rule, order, marks)
        found = _Count(Counted(listed.taken), list=listed)
    return _outcome(election, rule, found)


def _shares(election: Election, rule: Rule, order: Order, both: bool) -> _Count:
    counted = equal_shares(election, rule, order)
    if not (both or rule.comparison):
        return _Count(counted)
    other = greedy(election, plain(rule), order)
    if not rule.comparison:
        return _Count(counted, others=((GREEDY, other),))
    comparison = compared(election, counted.taken, other)
    if comparison.kept == SHARES:
        return _Count(counted, comparison, ((GREEDY, other),))
    return _Count(Counted(other, runs=counted.runs), comparison, ((SHARES, counted.taken),))


def _greedy(election: Election, rule: Rule, order: Order, both: bool) -> _Count:
    counted = Counted(greedy(election, rule, order, skip=rule.skip))
    if not both or election.form == ORDINAL:
        return _Count(counted)
    return _Count(counted, others=((SHARES, equal_shares(election, beside(rule), order).taken),))


def _outcome(election: Election, rule: Rule, found: _Count) -> Outcome:
    counted, taken = found.counted, found.counted.taken
    kept = found.comparison.kept if found.comparison else rule.rule
    sides = [_side(election, kept, taken, True)]
    sides += [_side(election, name, other, False) for name, other in found.others]
    return Outcome(
        rule=rule.to_json(),
        form=election.form,
        budget=election.budget,
        unit=election.unit,
        voters=election.voters,
        winners=sides[0].winners,
        spent=taken.spent,
        with_winner=sides[0].with_winner,
        results=_results(election, rule, found),
        rounds=taken.rounds,
        sides=tuple(sides),
        runs=counted.runs,
        endowment=counted.endowment,
        comparison=found.comparison,
    )


def _side(election: Election, rule: str, taken: Taken, counted: bool) -> Side:
    return Side(
        rule=rule,
        winners=tuple(election.projects[p].id for p in taken.winners),
        spent=taken.spent,
        with_winner=election.with_winner(taken.winners),
        counted=counted,
    )


def _results(election: Election, rule: Rule, found: _Count) -> tuple[Result, ...]:
    taken = found.counted.taken
    places = {p: n for n, p in enumerate(taken.winners)}
    fit = set(eligible(election, rule))
    results = []
    for p in range(len(election.projects)):
        if p in places:
            result = _winner(election, p, places[p] + 1, taken.rounds[places[p]])
        else:
            result = _loser(election, p, found, p in fit)
        results.append(result)
    if found.list is None:
        return tuple(results)
    return tuple(
        replace(result, points=str(points))
        if points is not None
        else replace(result, why=UNJUDGED, lacked=0)
        for result, points in zip(results, found.list.points, strict=True)
    )


def _winner(election: Election, p: int, place: int, by: Round) -> Result:
    project = election.projects[p]
    return Result(
        id=project.id,
        cost=project.cost,
        votes=int(election.votes[p]),
        score=int(election.scores[p]),
        won=True,
        place=place,
        why=by.how,
        represents=by.payers,
        paid_most=by.pays,
        paid_mean=str(Fraction(project.cost, by.payers)) if by.payers else "",
    )


def _loser(election: Election, p: int, found: _Count, fit: bool) -> Result:
    project, taken = election.projects[p], found.counted.taken
    over = project.cost - (election.budget - taken.spent)
    if not fit:
        why, lacked = BELOW, 0
    elif found.counted.lacking:
        supported = int(election.votes[p]) > 0
        why = SUPPORTERS if supported else UNSUPPORTED
        lacked = found.counted.lacking[p] if supported else 0
    else:
        why, lacked = (UNFIT_MONEY, over) if over > 0 else (AFTER_END, 0)
    return Result(
        id=project.id,
        cost=project.cost,
        votes=int(election.votes[p]),
        score=int(election.scores[p]),
        won=False,
        place=0,
        why=why,
        lacked=lacked,
    )
