"""Bulk acts: taken when their pause is over, item by item, each in a transaction of its own."""

from __future__ import annotations

from app.services import bulk_acts
from models import db

from . import jobs
from .retrying import QUICK


@jobs.task(name="bulk_act_run", retry=QUICK)
def run(bulk_act_id: int) -> None:
    """Take what was queued, unless it was called off."""
    if not bulk_acts.begin(bulk_act_id):
        return
    db.session.commit()
    while bulk_acts.step_on(bulk_act_id):
        db.session.commit()


@jobs.periodic(cron="* * * * *")
@jobs.task(name="bulk_acts_forgotten", queueing_lock="bulk_acts_forgotten")
def take_up_forgotten(timestamp: int) -> None:
    """Take up acts whose job was lost."""
    for bulk_act_id in bulk_acts.forgotten():
        run(bulk_act_id)
        db.session.commit()
