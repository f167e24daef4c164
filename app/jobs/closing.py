"""Count what residents made of answers."""

from __future__ import annotations

from app.services import closing

from . import jobs


@jobs.periodic(cron="23 * * * *")
@jobs.task(name="closing_tally", queueing_lock="closing_tally")
def tally(timestamp: int) -> None:
    """Count the events of public items per department and area."""
    closing.tally()
