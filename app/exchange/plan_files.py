"""Take a planner's file over, or try it; and make the one for SIPD-RI.

Trying takes every step and takes all of it back, so that what is said of a row is what would
happen.  Taking over commits portion by portion; broken off, it is simply started again.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.access import Actor, may
from app.logs import log
from app.queries import cycles
from app.queries.calendar import city_day
from app.queries.labels import forget
from app.services import plan_files as service
from models import PlanFile, db

from . import budgets, plan_catalogue, plan_ceilings, sipd_ids, tables
from .plan_tables import Shape, Taker, portions
from .problems import TableProblem
from .reports import Outcome, Verdict
from .tables import Table

LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:sort, 22))")
MOST_ROWS = 100_000
Make = Callable[[Table, Actor, Mapping[str, Any]], Taker]


@dataclass(frozen=True)
class Sort:
    """One sort of file: the columns it has, and who takes its rows."""

    shape: Shape
    make: Make


def _ids(table: Table, actor: Actor, options: Mapping[str, Any]) -> Taker:
    return sipd_ids.Ids(table)


def _budgets(table: Table, actor: Actor, options: Mapping[str, Any]) -> Taker:
    return budgets.Budgets(table, actor)


def _catalogue(table: Table, actor: Actor, options: Mapping[str, Any]) -> Taker:
    day = date.fromisoformat(options["day"]) if options.get("day") else city_day()
    return plan_catalogue.Catalogue(table, actor, day)


def _ceilings(table: Table, actor: Actor, options: Mapping[str, Any]) -> Taker:
    year = int(options.get("year") or usual_year())
    return plan_ceilings.Ceilings(table, actor, year, options.get("version"))


SORTS = {
    "sipd_ids": Sort(sipd_ids.SHAPE, _ids),
    "budget": Sort(budgets.SHAPE, _budgets),
    "catalogue": Sort(plan_catalogue.SHAPE, _catalogue),
    "ceilings": Sort(plan_ceilings.SHAPE, _ceilings),
}


def usual_year() -> int:
    """The plan year of the current cycle, else next year."""
    today = city_day()
    now = cycles.current(db.session, today)
    return now.plan_year if now else today.year + 1


def go_through(
    sort: str, data: bytes, actor: Actor, options: Mapping[str, Any], *, keep: bool
) -> list[Verdict]:
    """What became of every row; commits portion by portion, or takes everything back.

    Raises TableProblem when it is no table, or not of that sort.
    """
    table = tables.parse(data, SORTS[sort].shape.all_names)
    taker, verdicts = SORTS[sort].make(table, actor, options), list[Verdict]()
    try:
        for portion in portions(table.rows):
            db.session.execute(LOCK, {"sort": sort})
            verdicts += taker.take(portion)
            _few_enough(verdicts)
            _end(keep and sort != "ceilings")
        db.session.execute(LOCK, {"sort": sort})
        verdicts += taker.end()
    except BaseException:
        db.session.rollback()
        raise
    if keep:
        db.session.commit()
        forget()
    else:
        db.session.rollback()
    if not verdicts:
        raise TableProblem(_("The file has no rows."))
    return sorted(verdicts, key=lambda verdict: verdict.number)


def _few_enough(verdicts: list[Verdict]) -> None:
    if len(verdicts) > MOST_ROWS:
        raise TableProblem(_("A table may have %(n)s rows at most.", n=MOST_ROWS))


def _end(keep: bool) -> None:
    if keep:
        db.session.commit()


# -- files of the page ----------------------------------------------------------------------


def work(found: PlanFile, actor: Actor) -> None:
    """Do what a file waits for: to be tried, taken over, or made.  Commits."""
    file_id, keep = found.id, found.status == "applying"
    if not may(actor, "exchange_plans"):
        service.fail(found, _("Your seat does not allow this any more."))
        return
    try:
        if found.sort == "sipd_export":
            _made(found)
        else:
            data, options = service.content(found), dict(found.options)
            verdicts = go_through(found.sort, data, actor, options, keep=keep)
            _kept(db.session.get_one(PlanFile, file_id), verdicts, keep)
    except (TableProblem, FileNotFoundError) as problem:
        db.session.rollback()
        why = str(problem) if isinstance(problem, TableProblem) else _("The file is gone.")
        service.fail(db.session.get_one(PlanFile, file_id), why)
    except OperationalError:  # the database is away: tried again
        raise
    except Exception as error:
        db.session.rollback()
        log.error("plan file", file=file_id, exc_info=error)
        service.fail(db.session.get_one(PlanFile, file_id), _("Something broke on our side."))
    db.session.commit()


def _kept(found: PlanFile, verdicts: list[Verdict], keep: bool) -> None:
    rows, counts = as_rows(verdicts)
    service.keep_rows(found, rows, counts)
    if keep:
        service.done(found)
    else:
        found.status = "checked"


def as_rows(verdicts: list[Verdict]) -> tuple[list[dict[str, Any]], Counter[str]]:
    """Verdicts as they are kept, and how many of each there are."""
    rows = [
        {
            "line": one.number,
            "their_id": one.external_id[:200],
            "outcome": one.outcome.value,
            "item": one.item[:200],
            "why": one.why[:2000],
        }
        for one in verdicts
    ]
    return rows, Counter(str(row["outcome"]) for row in rows)


def verdicts_of(found: PlanFile) -> Iterator[Verdict]:
    """What was kept of every row."""
    for row in service.rows_of(found, [outcome.value for outcome in Outcome], None):
        yield Verdict(row.line, row.their_id, Outcome(row.outcome), row.item, row.why)


def _made(found: PlanFile) -> None:
    """The file for SIPD-RI: it stands before we remember that they have it."""
    from . import sipd  # heavy: loaded where workbooks are written

    year, everything = int(found.options["year"]), bool(found.options.get("everything"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sipd.xlsx"
        found.rows = found.accepted = sipd.write(path, sipd.rows(year, everything))
        if found.rows:
            found.stored_name = f"sipd{found.id}x{datetime.now(UTC):%Y%m%d%H%M%S}"
            found.file_name = sipd.file_name(year)
            service.folder().put(found.stored_name, path.read_bytes())
        else:
            found.problem = sipd.nothing_new()
    service.done(found)
