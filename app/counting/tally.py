"""From ballots and a rule to the outcome: Equal Shares with its completion, greedy, the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from gmpy2 import mpq

from .elections import ORDINAL, Election
from .greedy import Taken, eligible, greedy
from .money import Purses, Support, supports
from .outcomes import BY_SHARES, Comparison, Round, Run
from .rules import GREEDY, SHARES, Rule, Unfit
from .shares import Bill, Shares, receipts
from .ties import Order


@dataclass(frozen=True)
class Counted:
    """What a rule took, with what led there.  ``lacking``: by project, what supporters lacked."""

    taken: Taken
    endowment: str = ""
    runs: tuple[Run, ...] = ()
    lacking: tuple[int, ...] = ()


def equal_shares(election: Election, rule: Rule, order: Order) -> Counted:
    """Equal Shares with steps and fill, as the rule says; the comparison is the caller's."""
    if election.form == ORDINAL:
        raise Unfit("Equal Shares needs to know what a project is worth to a voter", "ordinal")
    if not election.voters:
        return Counted(_filled(election, rule, order, Taken()))
    behind = supports(election, rule)
    candidates = [p for p in eligible(election, rule) if behind[p].total]
    bills = repeated(election, rule, order, behind, candidates)
    bill = last_within(election, bills)
    taken, purses = _written(election, behind, bill)
    return Counted(
        _filled(election, rule, order, taken),
        str(Fraction(bill.endowment)),
        tuple(_run(election, one) for one in bills),
        purses.lacking(behind),
    )


def taken_by(election: Election, rule: Rule, order: Order, after: Bill | None = None) -> Taken:
    """What Equal Shares takes, comparison included, without writing up how it went."""
    behind = supports(election, rule)
    candidates = [p for p in eligible(election, rule) if behind[p].total]
    bills = repeated(election, rule, order, behind, candidates, after)
    return completed(election, rule, order, last_within(election, bills))


def completed(election: Election, rule: Rule, order: Order, bill: Bill) -> Taken:
    """What comes of the run that counts, by fill and comparison."""
    taken = _filled(election, rule, order, Taken(tuple(bill.winners), (), bill.spent))
    if not rule.comparison:
        return taken
    other = greedy(election, plain(rule), order)
    return taken if compared(election, taken, other).kept == SHARES else other


def _filled(election: Election, rule: Rule, order: Order, taken: Taken) -> Taken:
    return greedy(election, rule, order, before=taken) if rule.fill else taken


def step_of(election: Election, rule: Rule) -> mpq:
    """By how much a voter's endowment grows from run to run, in units."""
    exact = mpq(rule.step or 0) * mpq(election.budget, election.voters)
    if not rule.whole_step:
        return exact
    whole = int((exact / election.unit + mpq(1, 2)) // 1)
    return mpq(max(whole, 1) * election.unit)


def repeated(
    election: Election,
    rule: Rule,
    order: Order,
    behind: Sequence[Support],
    candidates: Sequence[int],
    after: Bill | None = None,
) -> list[Bill]:
    """Run, and while the rule steps, run again with more, until too much would be spent.

    ``after`` goes on behind a run that is known.  Only the last of the runs may not fit.
    """
    first = mpq(election.budget, election.voters)
    bills = [after or Shares(election, behind, candidates, order, first).run()]
    if rule.step is None:
        return bills
    step, most = step_of(election, rule), first * (election.voters + 1)
    while len(bills[-1].winners) < len(candidates) and bills[-1].endowment <= most:
        bill = bills[-1]
        if bill.spent > election.budget or (
            rule.exhaustive_stop and _exhausted(election, rule, bill)
        ):
            break
        last = int((most - bill.endowment) / step // 1) + 1
        steps = min(_steps(behind, candidates, bill, step), last)
        endowment = bill.endowment + step * steps
        bills.append(Shares(election, behind, candidates, order, endowment).run())
        if bills[-1].spent > election.budget:
            bill.endowment += step * (steps - 1)  # the steps passed over came to the same
    return bills


def last_within(election: Election, bills: Sequence[Bill]) -> Bill:
    """The run that counts: the last that does not spend too much."""
    return bills[-1] if bills[-1].spent <= election.budget else bills[-2]


def _run(election: Election, bill: Bill) -> Run:
    return Run(
        str(Fraction(bill.endowment)),
        len(bill.winners),
        bill.spent,
        bill.spent <= election.budget,
    )


def _exhausted(election: Election, rule: Rule, bill: Bill) -> bool:
    left, won = election.budget - bill.spent, set(bill.winners)
    return all(election.projects[p].cost > left for p in eligible(election, rule) if p not in won)


def _steps(behind: Sequence[Support], candidates: Sequence[int], bill: Bill, step: mpq) -> int:
    """How many steps until the result can differ; nearly always 1.

    Where every winner was paid by all its supporters alike, and the supporters of no other
    project could pay it even with all the money they began with, the same happens in every run
    until they can.
    """
    if not bill.all_alike:
        return 1
    won = set(bill.winners)
    needed = min(mpq(behind[p].cost, behind[p].voters) for p in candidates if p not in won)
    return max(1, -int((bill.endowment - needed) / step // 1))


def _written(election: Election, behind: Sequence[Support], bill: Bill) -> tuple[Taken, Purses]:
    """The rounds of a run with their exact figures, and what everybody has left."""
    paid, purses = receipts(election, behind, bill)
    rounds, left = [], election.budget
    for p, bought, tie in zip(bill.winners, paid, bill.ties, strict=True):
        support, project = behind[p], election.projects[p]
        left -= project.cost
        rounds.append(
            Round(
                id=project.id,
                how=BY_SHARES,
                left=left,
                price=str(Fraction(bought.price / support.worth)),
                pays=str(Fraction(bought.most)),
                payers=bought.payers,
                poorer=bought.poorer,
                effective=str(Fraction(project.cost / bought.most)),
                tie=tie,
            )
        )
    return Taken(tuple(bill.winners), tuple(rounds), bill.spent), purses


def compared(election: Election, shares: Taken, other: Taken) -> Comparison:
    """Who has more of their projects where; Equal Shares stays unless more prefer greedy."""
    counts = election.ballots.counts
    one = election.satisfaction(shares.winners)
    two = election.satisfaction(other.winners)
    for_shares = int(counts[one > two].sum())
    for_greedy = int(counts[one < two].sum())
    return Comparison(
        for_shares,
        for_greedy,
        election.voters - for_shares - for_greedy,
        GREEDY if for_greedy > for_shares else SHARES,
    )


def plain(rule: Rule) -> Rule:
    """The greedy rule an Equal Shares result is compared with: by votes, the same ties."""
    return replace(
        rule, rule=GREEDY, step=None, fill=False, comparison=False, skip=True, jury=Fraction(0)
    )


def beside(rule: Rule) -> Rule:
    """The Equal Shares rule a greedy result is shown beside: 1 % steps, then filled."""
    return replace(
        rule, rule=SHARES, step=Fraction(1, 100), fill=True, comparison=False, jury=Fraction(0)
    )
