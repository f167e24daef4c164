"""What is done by the clock.  Times are UTC; 17:30 UTC is half past midnight in Bandung."""

from __future__ import annotations

from procrastinate import JobContext

from app import rate_store
from app.services import (
    alike,
    clock,
    documents,
    drafts,
    facets,
    funnel,
    numbers,
    photos,
    repeated,
    trail,
)
from maps import fold
from models import db

from . import jobs
from .retrying import QUICK

KEPT_HOURS = 30 * 24


@jobs.periodic(cron="* * * * *")
@jobs.task(name="facets_refresh", queueing_lock="facets_refresh")
def facets_refresh(timestamp: int) -> None:
    """Count what stands where."""
    facets.refresh(db.session())


@jobs.periodic(cron="7 * * * *")
@jobs.task(name="numbers_refresh", queueing_lock="numbers_refresh", retry=QUICK)
def numbers_refresh(timestamp: int) -> None:
    """Count the public numbers of Lapor!."""
    numbers.refresh(db.session())


@jobs.periodic(cron="11 * * * *")
@jobs.task(name="funnel_refresh", queueing_lock="funnel_refresh", retry=QUICK)
def funnel_refresh(timestamp: int) -> None:
    """Count what became of proposals."""
    funnel.refresh(db.session())


@jobs.periodic(cron="* * * * *")
@jobs.task(name="map_fold", queueing_lock="map_fold")
def map_fold(timestamp: int) -> None:
    """Fold what changed into the squares of the map."""
    fold.fold(db.session())


@jobs.periodic(cron="17 * * * *")
@jobs.task(name="rates_sweep", queueing_lock="rates_sweep")
def rates_sweep(timestamp: int) -> None:
    """Forget counters whose window is over."""
    db.session.execute(rate_store.SWEEP)


@jobs.periodic(cron="30 17 * * *")
@jobs.task(name="items_lapse", queueing_lock="items_lapse", retry=QUICK)
def items_lapse(timestamp: int) -> None:
    """Close what waited ten working days in vain for its author."""
    closed, last = clock.lapse()
    db.session.commit()
    while last:
        closed, last = clock.lapse(after=last)
        db.session.commit()


@jobs.periodic(cron="0 18 * * *")
@jobs.task(name="trail_seal", queueing_lock="trail_seal", retry=QUICK)
def trail_seal(timestamp: int) -> None:
    """Seal the day's changes under one Merkle root."""
    trail.seal(db.session())


@jobs.periodic(cron="30 18 * * *")
@jobs.task(name="leftovers_sweep", queueing_lock="leftovers_sweep", retry=QUICK)
def leftovers_sweep(timestamp: int) -> None:
    """Forget drafts nobody came back for; photos and documents that reached no item."""
    drafts.sweep()
    db.session.commit()
    photos.sweep()
    db.session.commit()
    documents.sweep()


@jobs.periodic(cron="45 18 * * *")
@jobs.task(name="words_count", queueing_lock="words_count", retry=QUICK)
def words_count(timestamp: int) -> None:
    """Count which words are common, so that the rare ones tell items apart."""
    alike.count_words(db.session())


@jobs.periodic(cron="50 18 * * *")
@jobs.task(name="repeated_refresh", queueing_lock="repeated_refresh", retry=QUICK)
def repeated_refresh(timestamp: int) -> None:
    """Find the places where reports come again and again."""
    repeated.refresh(db.session())


@jobs.periodic(cron="0 19 * * *")
@jobs.task(name="jobs_sweep", queueing_lock="jobs_sweep", pass_context=True)
async def jobs_sweep(context: JobContext, timestamp: int) -> None:
    """Forget jobs that failed for good a month ago."""
    await context.app.job_manager.delete_old_jobs(
        KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )
