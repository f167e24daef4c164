"""Deadlines: told in time, and computed anew when policy or calendar changed."""

from __future__ import annotations

from datetime import UTC, datetime

from app.queries.calendar import city_calendar
from app.services import clock_sweep, escalation
from models import ClockSweep, db

from . import jobs
from .retrying import QUICK


@jobs.periodic(cron="*/15 * * * *")
@jobs.task(name="clocks_mark", queueing_lock="clocks_mark", retry=QUICK)
def mark(timestamp: int) -> None:
    """Mark promises that run out and tell who must know, while the offices are open."""
    if not city_calendar().is_open(datetime.fromtimestamp(timestamp, UTC)):
        return
    while escalation.mark():
        db.session.commit()
    escalation.queue_letters()


@jobs.periodic(cron="45 17 * * *")
@jobs.task(name="clocks_check", queueing_lock="clocks_check", retry=QUICK)
def check(timestamp: int) -> None:
    """Begin a sweep when settings or the published holidays are not those of the last one."""
    clock_sweep.begin_if_changed()


@jobs.task(name="clocks_recompute", queueing_lock="clocks_recompute", retry=QUICK)
def recompute() -> None:
    """Compute every open deadline anew; a run that was cut short goes on where it stopped."""
    sweep = clock_sweep.unfinished()
    db.session.commit()
    number = sweep.id if sweep is not None else None
    while number is not None:
        sweep = db.session.get_one(ClockSweep, number)
        more = sweep.ended_at is None and clock_sweep.go_on(sweep)
        db.session.commit()
        number = sweep.id if more else None
