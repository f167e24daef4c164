"""What a draft of a contest still lacks before it may be published."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.access import public_items
from app.counting.rules import SHARES, Rule
from models import Contest, Item, Juror, db

LEAST_PICKS = 3  # with Equal Shares: fewer leave hardly any project with enough supporters
LEAST_JURORS = 3
MOST_ITEMS = 200
BUYING = ("approval", "points", "named_points")  # modes whose rule spends the pagu


class Unfit(Exception):
    """It cannot be like that; ``args`` are what is wrong, and for people why (a list)."""


def unready(contest: Contest, at: datetime) -> list[str]:
    """Why a draft cannot be published, in words; empty when it can."""
    checks = (
        _dates(contest, at),
        _items(contest),
        _limits(contest),
        _rule(contest),
        _jury(contest),
    )
    return [str(problem) for problems in checks for problem in problems]


def _dates(contest: Contest, at: datetime) -> list[str]:
    found = []
    if contest.opens_at <= at:
        found.append(_("It has to open after it is published. Please choose a later day."))
    if contest.closes_at <= contest.opens_at:
        found.append(_("It must close after it opens."))
    until = contest.disputes_until
    if contest.is_secret and (until is None or until <= at):
        found.append(_("Please say until when residents may object to the list of voters."))
    elif until is not None and until > contest.opens_at:
        found.append(_("Objections to the list of voters must end before voting opens."))
    return found


def _items(contest: Contest) -> list[str]:
    count = len(contest.choices)
    if not count:
        return [_("Please choose what is voted on.")]
    if count > MOST_ITEMS:
        return [_("At most %(num)s can stand on one ballot.", num=MOST_ITEMS)]
    ids = [choice.item_id for choice in contest.choices]
    public = select(func.count()).where(Item.id.in_(ids), public_items()).select_from(Item)
    found = []
    if db.session.scalar(public) != count:
        found.append(_("Something on the ballot is not public any more. Please choose anew."))
    if contest.pagu is not None and any(choice.cost is None for choice in contest.choices):
        names = ", ".join(c.title for c in contest.choices if c.cost is None)
        found.append(_("These have no cost yet: %(names)s.", names=names))
    dear = [c.title for c in contest.choices if c.cost and c.cost > (contest.pagu or c.cost)]
    if dear:
        names = ", ".join(dear)
        found.append(
            _("These cost more than the pagu and could never win: %(names)s.", names=names)
        )
    return found


def _limits(contest: Contest) -> list[str]:
    count, found = len(contest.choices), []
    if contest.mode not in ("approval", "points", "named_points"):
        return []
    if contest.most > count:
        found.append(_("There are fewer on the ballot than a person may choose."))
    given = contest.mode != "approval"
    if given and contest.points < contest.most:
        found.append(_("Everybody needs at least as many points as choices."))
    if given and contest.points == 0:
        found.append(_("Please say how many points everybody has."))
    return found


def _rule(contest: Contest) -> list[str]:
    if contest.mode not in BUYING:
        return _places(contest)
    try:
        rule = Rule.from_json(contest.rule)
    except ValueError:
        return [_("Please choose how it is counted.")]
    found = []
    if contest.pagu is None and not contest.terms.get("places"):
        found.append(_("Please give a pagu, or say how many are taken up."))
    if rule.rule == SHARES and contest.mode == "approval" and contest.most < LEAST_PICKS:
        found.append(_("With Equal Shares everybody chooses up to three or more."))
    return found + _places(contest)


def _places(contest: Contest) -> list[str]:
    """More can be taken up than stand on the ballot?"""
    if int(contest.terms.get("places") or 0) <= len(contest.choices):
        return []
    return [_("More would be taken up than there are on the ballot.")]


def _jury(contest: Contest) -> list[str]:
    if not contest.has_jury and contest.mode != "named_points":
        return []
    seated = db.session.scalar(select(func.count()).where(Juror.contest_id == contest.id)) or 0
    if contest.mode == "named_points":
        return [] if seated else [_("Please name the delegates.")]
    found = []
    least = int(contest.terms.get("least_marks", LEAST_JURORS))
    if seated < max(least, LEAST_JURORS):
        found.append(_("A jury has at least %(num)s members.", num=max(least, LEAST_JURORS)))
    if not contest.terms.get("criteria"):
        found.append(_("Please say what the jury judges, and what it weighs."))
    return found
