"""Files of planners: tried, taken over, made; and forgotten in time."""

from __future__ import annotations

from flask_babel import force_locale

from app.exchange import plan_files
from app.queries.actors import actor_of
from app.services import plan_files as service
from models import PlanFile, User, db

from . import jobs
from .retrying import QUICK


def _work(file_id: int, status: str) -> None:
    found = db.session.get(PlanFile, file_id)
    if found is None or found.status != status or found.made_by_id is None:
        return
    user = db.session.get_one(User, found.made_by_id)
    with force_locale(user.language):
        plan_files.work(found, actor_of(user))


@jobs.task(name="plan_file_try", retry=QUICK)
def try_out(file_id: int) -> None:
    """Try every row; nothing of it is kept but what would become of it."""
    _work(file_id, "waiting")


@jobs.task(name="plan_file_apply", retry=QUICK)
def apply(file_id: int) -> None:
    """Take the rows over, or make the file; begun twice, rows are taken once."""
    _work(file_id, "applying")


@jobs.periodic(cron="50 18 * * *")
@jobs.task(name="plan_files_sweep", queueing_lock="plan_files_sweep", retry=QUICK)
def sweep(timestamp: int) -> None:
    """Forget old files."""
    service.sweep()
