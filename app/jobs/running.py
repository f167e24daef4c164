"""The worker's life: start, work, take up what a dead worker left, stop when asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from flask import Flask
from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status
from procrastinate.worker import Worker
from sqlalchemy.engine import make_url

from app.logs import log
from models import db

from . import load

MOST_DEATHS = 5  # a job under which so many workers died is not tried again


def in_application(app: Flask) -> Callable[[Callable[[], Any], JobContext, Worker], Any]:
    """Run each task inside the application and commit what it did, or nothing."""

    def run(task: Callable[[], Any], context: JobContext, worker: Worker) -> Any:
        with app.app_context():
            done = task()
            db.session.commit()
            return done

    return run


def connector(app: Flask, concurrency: int) -> PsycopgConnector:
    """The queue's own connections to the application's database."""
    url = make_url(app.config["SQLALCHEMY_DATABASE_URI"]).set(drivername="postgresql")
    address = url.render_as_string(hide_password=False)
    return PsycopgConnector(conninfo=address, min_size=1, max_size=concurrency + 3)


def work(app: Flask, concurrency: int, patience: float, wait: bool = True) -> None:
    """Work until SIGTERM or SIGINT; then finish what is in hand.

    ``patience`` is after how many seconds without a sign of life another worker counts as dead
    and its jobs are taken up.  Without ``wait`` it ends when the queue is empty.
    """
    jobs = load()
    with jobs.replace_connector(connector(app, concurrency)):
        asyncio.run(_work(jobs, app, concurrency, patience, wait))


async def _work(jobs: App, app: Flask, concurrency: int, patience: float, wait: bool) -> None:
    async with jobs.open_async():
        rescuer = asyncio.create_task(_rescue_always(jobs, patience))
        try:
            await jobs.run_worker_async(
                concurrency=concurrency,
                wait=wait,
                delete_jobs="successful",
                fetch_job_polling_interval=min(5.0, patience / 4),  # rescued jobs come unannounced
                update_heartbeat_interval=patience / 4,
                stalled_worker_timeout=patience,
                task_middleware=[in_application(app)],
            )
        finally:
            rescuer.cancel()
            with suppress(asyncio.CancelledError):
                await rescuer


async def _rescue_always(jobs: App, patience: float) -> None:
    while True:
        try:
            await rescue(jobs, patience)
        except Exception as error:  # the database may be away; the worker itself notices too
            log.warning("no rescue", exc_info=error)
        await asyncio.sleep(patience / 2)


async def rescue(jobs: App, patience: float) -> None:
    """Put the jobs of workers that gave no sign of life back into the queue."""
    manager = jobs.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=patience):
        again = job.attempts < MOST_DEATHS
        log.warning("worker died", task=job.task_name, job=job.id, again=again)
        if not again:
            await manager.finish_job(job, Status.FAILED, delete_job=False)
            continue
        try:
            await manager.retry_job(job)
        except UniqueViolation:  # the same work waits in the queue already
            await manager.finish_job(job, Status.FAILED, delete_job=True)
    await manager.prune_stalled_workers(patience)
