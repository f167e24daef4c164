"""``flask ballot``: counting ballots that stand in a file."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import NoReturn

import click
from flask import current_app
from flask.cli import AppGroup
from flask_babel import force_locale, gettext
from flask_babel import gettext as _

from app import counting
from app.counting import BadFile, Near, Outcome, PbFile, Rule, Said, Unfit
from app.counting.rules import NAME, TIES

group = AppGroup("ballot", help="Counting ballots.")

RULES = ("equal-shares", "greedy", "greedy-no-skip", "greedy-threshold")
COMPLETIONS = ("none", "steps", "fill", "steps+fill", "comparison")
ORDERS = (counting.VOTES, counting.VOTES_PER_COST)
UTILITIES = (counting.COST, counting.CARDINALITY)


@group.command("count")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--rule", type=click.Choice(RULES), default=RULES[0], show_default=True)
@click.option(
    "--utility",
    type=click.Choice(UTILITIES),
    help="What a winner is worth to its voters, times the points given to it.  Default: cost;"
    " cardinality (the points alone) where ballots give points.",
)
@click.option("--completion", type=click.Choice(COMPLETIONS), default="none", show_default=True,
              help="How Equal Shares goes on; comparison: steps+fill, compared.")  # fmt: skip
@click.option("--order", type=click.Choice(ORDERS), default=ORDERS[0], show_default=True)
@click.option("--threshold", type=click.IntRange(0), help="Fewest votes or points of a winner.")
@click.option("--ties", default="cheaper,more_votes,name", show_default=True,
              help=f"What decides between equals: of {', '.join(TIES)}.")  # fmt: skip
@click.option("--seed", default="", help="The lot's seed in hexadecimal digits.")
@click.option("--explain", is_flag=True, help="Say what each loser would have needed; takes long.")
@click.option("--json", "as_json", is_flag=True, help="Everything, for programs.")
def count(
    file: Path,
    rule: str,
    utility: str | None,
    completion: str,
    order: str,
    threshold: int | None,
    ties: str,
    seed: str,
    explain: bool,
    as_json: bool,
) -> None:
    """Count a Pabulib file (.pb); a file that cannot be counted ends with exit code 2.

    Steps are a hundredth of what each voter begins with, in whole rupiah where META says
    currency;IDR, exact otherwise.
    """
    with force_locale(current_app.config["BABEL_DEFAULT_LOCALE"]):
        found = _read(file)
        election = _seeded(found, seed)
        try:
            asked = _rule(found, rule, utility, completion, order, threshold, ties)
            outcome = counting.count(election, asked)
        except Unfit as unfit:
            _refuse(_reason(unfit))
        near = counting.nearest(election, asked, outcome) if explain else None
        click.echo(_json(outcome, near) if as_json else _text(outcome, asked, near))


def _refuse(why: str) -> NoReturn:
    click.echo(why, err=True)
    raise SystemExit(2)


def _say(said: Said) -> str:
    text: str = gettext(said.text)
    return text % said.values if said.values else text


def _read(file: Path) -> PbFile:
    try:
        return counting.read(file)
    except BadFile as bad:
        _refuse(_say(bad.said))
    except OSError:
        _refuse(_("The file %(name)s cannot be read.", name=str(file)))


def _seeded(found: PbFile, seed: str) -> counting.Election:
    try:
        return replace(found.election, seed=bytes.fromhex(seed))
    except ValueError:
        _refuse(_("A seed is written in hexadecimal digits."))


def _reason(unfit: Unfit) -> str:
    if unfit.code == "ordinal":
        why = _("Ranked ballots cannot be counted by Equal Shares; use greedy.")
    elif unfit.code == "seed":
        why = _("A lot needs its seed (--seed).")
    else:
        why = _("There is no such rule: %(why)s.", why=str(unfit))
    return str(why)


def _rule(
    found: PbFile,
    rule: str,
    utility: str | None,
    completion: str,
    order: str,
    threshold: int | None,
    ties: str,
) -> Rule:
    """The rule that was asked for; a threshold not given is the file's."""
    points = found.election.form == counting.POINTS
    if rule == "greedy-threshold" and threshold is None:
        said = found.meta.get("min_project_score_threshold", "")
        if not (said.isascii() and said.isdigit()):
            _refuse(_("The file names no threshold; say one with --threshold."))
        threshold = int(said)
    if completion != "none" and rule != counting.SHARES:
        _refuse(_("Only Equal Shares has a completion."))
    all_of_it = completion == "comparison"
    return Rule(
        rule=counting.SHARES if rule == counting.SHARES else counting.GREEDY,
        utility=utility or (counting.CARDINALITY if points else counting.COST),
        order=order,
        skip=rule != "greedy-no-skip",
        threshold=(threshold or 0) * found.point,
        step=Fraction(1, 100) if all_of_it or "steps" in completion else None,
        whole_step=found.meta.get("currency", "").upper() == "IDR",
        fill=all_of_it or "fill" in completion,
        comparison=all_of_it,
        ties=tuple(word.strip() for word in ties.split(",")) or (NAME,),
    )


def _json(outcome: Outcome, near: tuple[Near, ...] | None) -> str:
    said = {
        "winners": list(outcome.winners),
        **outcome.to_json(),
        "left": outcome.left,
        "result_hash": outcome.result_hash,
    }
    if near is not None:
        said["nearest"] = [vars(one) for one in near]
    return json.dumps(said, ensure_ascii=False, indent=1)


def _money(units: int | Fraction, outcome: Outcome) -> str:
    """An amount with points between thousands, and hundredths where there are some."""
    value = Fraction(units) / outcome.unit
    whole = f"{int(value):,}" if value.denominator == 1 else f"{float(value):,.2f}"
    return whole.translate(str.maketrans(",.", ".,"))


def _text(outcome: Outcome, rule: Rule, near: tuple[Near, ...] | None) -> str:
    lines = [_say(said) for said in counting.words(rule)]
    lines += ["", _("Winners:") if outcome.winners else _("Nothing won.")]
    for id in outcome.winners:
        lines.append(f"{outcome.of(id).place:>4}. {_winner(outcome, id)}")
    lines += ["", *_sums(outcome)]
    for one in near or ():
        less = _money(one.less, outcome)
        lines.append(_("%(id)s would have won with %(less)s more.", id=one.id, less=less))
    return "\n".join([*lines, f"SHA-256 {outcome.result_hash}"])


def _winner(outcome: Outcome, id: str) -> str:
    result = outcome.of(id)
    said = _(
        "%(id)s, %(cost)s, %(votes)d votes",
        id=id,
        cost=_money(result.cost, outcome),
        votes=result.votes,
    )
    if result.represents:
        said += "; " + _(
            "%(people)d people paid for it, up to %(paid)s each",
            people=result.represents,
            paid=_money(Fraction(result.paid_most), outcome),
        )
    return str(said)


def _sums(outcome: Outcome) -> list[str]:
    lines = [
        _(
            "%(spent)s of %(budget)s spent; %(with_winner)d of %(voters)d voters have a winner.",
            spent=_money(outcome.spent, outcome),
            budget=_money(outcome.budget, outcome),
            with_winner=outcome.with_winner,
            voters=outcome.voters,
        )
    ]
    for side in outcome.sides:
        if not side.counted:
            lines.append(
                _(
                    "By %(rule)s, %(count)d would win: %(winners)s (for %(with_winner)d voters).",
                    rule=side.rule,
                    count=len(side.winners),
                    winners=", ".join(side.winners),
                    with_winner=side.with_winner,
                )
            )
    return lines
