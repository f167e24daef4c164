"""GeoReport: search addresses that were not plain, fetch pictures that partners point at."""

from __future__ import annotations

from procrastinate import JobContext

from app.exchange.fetch import Fetcher, Forbidden, NotFetched, TooMuch
from app.logs import log
from app.services import georeport_media, georeport_proof, georeport_requests
from models import GeoreportUpdate, db

from . import jobs
from .retrying import MINUTE, QUICK, Patience

SOON = Patience(3, 5, 10, 20, MINUTE, 2 * MINUTE, 10 * MINUTE, 60 * MINUTE)
TRIES = 4  # of an address, before it is said that nothing is there
A_WHILE = Patience(MINUTE, 10 * MINUTE, 60 * MINUTE, but_not=(Forbidden, TooMuch))


class NotYet(Exception):
    """Photos are still being checked."""


@jobs.task(name="georeport_place", retry=QUICK)
def place(request_id: int) -> None:
    """Find the place of a request that came with an address alone, and file it."""
    georeport_requests.place(request_id)


@jobs.task(name="georeport_media", queue="photos", retry=A_WHILE, pass_context=True)
def media(context: JobContext, item_id: int, url: str, change_id: int | None = None) -> None:
    """Fetch a picture and stage it; one that cannot be had is noted in the log and left."""
    try:
        data = Fetcher().get(url)
        georeport_media.attach(item_id, data, change_id)
    except georeport_media.PhotoProblem as problem:
        log.warning("picture not taken", item=item_id, reason=type(problem).__name__)
    except NotFetched as problem:
        log.warning("picture not fetched", item=item_id, reason=str(problem)[:200])
        if isinstance(problem, Forbidden | TooMuch):
            return
        raise


@jobs.task(name="georeport_proof", queue="photos", retry=SOON, pass_context=True)
def proof(context: JobContext, update_id: int) -> None:
    """Fetch the pictures of a partner's proof, and hand it in once all are checked.

    What lacks is said to the partner when they ask again.  Raises NotYet, to be tried again.
    """
    for url in georeport_proof.to_fetch(update_id):
        try:
            georeport_proof.fetched(update_id, url, Fetcher().get(url))
        except NotFetched as problem:
            if context.job.attempts < TRIES and not isinstance(problem, Forbidden | TooMuch):
                raise
            georeport_proof.fetched(update_id, url, None, str(problem)[:200])
        db.session.commit()
    update = db.session.get_one(GeoreportUpdate, update_id, with_for_update=True)
    if not georeport_proof.ready(update):
        raise NotYet
    if problems := georeport_proof.go_on(update):
        log.info("proof lacks something", update=update_id, reason=" ".join(problems)[:500])
