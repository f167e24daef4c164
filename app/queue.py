"""Hand work to the job worker, inside the transaction that makes it necessary.

The web knows jobs by name only; ``app.jobs`` (and its heavy imports) stays in the worker.
"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from models import db

DEFER = text(
    "SELECT unnest(procrastinate_defer_jobs_v1(ARRAY[row(:queue, :task, :priority, NULL,"
    " :once, CAST(:args AS jsonb), CAST(:at AS timestamptz))"
    "::procrastinate_job_to_defer_v1]))"
)


def enqueue(
    task: str,
    *,
    queue: str = "default",
    priority: int = 0,
    once: str | None = None,
    at: datetime | None = None,
    **args: Any,
) -> None:
    """Queue the job named ``task``; it runs after the session commits, or never.

    ``once`` names what may wait in the queue only once; a second one is dropped.  ``at`` is the
    moment before which it does not run.
    """
    values = {
        "queue": queue,
        "task": task,
        "priority": priority,
        "once": once,
        "at": at,
        "args": json.dumps(args),
    }
    if once is None:
        db.session.execute(DEFER, values)
        return
    with suppress(IntegrityError), db.session.begin_nested():  # the same work waits already
        db.session.execute(DEFER, values)
