"""Copies of one's own data, accounts whose week is over, and what need not be kept."""

from __future__ import annotations

from flask import current_app

from app.logs import log
from app.services import exports, privacy, retention
from models import db

from . import jobs
from .retrying import QUICK


@jobs.task(name="data_export", retry=QUICK)
def data_export(export_id: int) -> None:
    """Make somebody's copy of their data."""
    exports.build(export_id)


@jobs.periodic(cron="45 18 * * *")
@jobs.task(name="deletions_due", queueing_lock="deletions_due", retry=QUICK)
def deletions_due(timestamp: int) -> None:
    """Close the accounts whose owners asked for it a week ago."""
    privacy.delete_due()


@jobs.periodic(cron="15 19 * * *")
@jobs.task(name="retention_run", queueing_lock="retention_run", retry=QUICK)
def retention_run(timestamp: int) -> None:
    """Erase what the city's rules say need not be kept any longer."""
    for kept, rows in retention.run(current_app.config["CITY"].folder):
        db.session.commit()
        log.info("retention", rule=kept.rule, days=kept.days, rows=rows)
