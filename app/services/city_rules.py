"""What the city's files say against what the administration has changed since.

A department or category that the administration made or changed stays as it is.  Rules decide in
their order, so they are taken from one source: the files, until the administration has changed
one; from then on the files' rules wait until somebody asks for them (``over_admin``).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from app.queries.calendar import city_day
from app.queries.rulebook import coverage, ground, read
from app.queries.rules import Line
from models import PastRule, RoutingRule, db

from .city_files import Row
from .register import write_rules


def theirs(model: Any, rows: list[Row], over_admin: bool) -> tuple[list[Row], list[str]]:
    """The rows to take, and the codes that the administration keeps as it made them."""
    if over_admin:
        return [row | {"origin": "city"} for row in rows], []
    kept = set(db.session.scalars(select(model.code).where(model.origin == "admin")))
    return [row for row in rows if row["code"] not in kept], sorted(kept)


def load_rules(rows: list[Row], over_admin: bool) -> list[str]:
    """Bring in the rules of ``routing.csv``, or say why not; sentences for the report.

    Only what differs is written; a rule that goes or changes is kept as it was.
    """
    changed = _changed_by_admin()
    if changed and not over_admin:
        return [
            f"routing: not taken, the administration changed {changed} rules since; "
            "compare with 'flask routing export', or take the files with --over-admin."
        ]
    old = read(db.session).lines
    known = {line._replace(id=0): line for line in old}
    wanted = (Line(**{name: row[name] for name in row if name in Line._fields}) for row in rows)
    new = tuple(known.get(line, line) for line in wanted)
    write_rules(old, new, None, origin="city")
    if over_admin:
        for rule in db.session.scalars(select(RoutingRule).where(RoutingRule.origin == "admin")):
            rule.origin = "city"
        for past in db.session.scalars(select(PastRule).where(PastRule.ended_by_id.is_not(None))):
            past.origin = "taken"
    return []


def _changed_by_admin() -> int:
    ours = select(func.count()).where(RoutingRule.origin == "admin")
    gone = select(func.count()).where(PastRule.ended_by_id.is_not(None), PastRule.origin != "taken")
    return (db.session.scalar(ours) or 0) + (db.session.scalar(gone) or 0)


def uncovered() -> list[str]:
    """A warning when some case has no owner now."""
    day = city_day()
    found = coverage(read(db.session), ground(db.session, day), day)
    if not found.gaps:
        return []
    return [f"{len(found.gaps)} cases have no owner: see 'flask routing coverage'."]
