"""GeoReport: search addresses that were not plain, fetch pictures that partners point at."""

from __future__ import annotations

from procrastinate import JobContext

from app.exchange.fetch import Fetcher, Forbidden, NotFetched, TooMuch
from app.logs import log
from app.services import georeport_media, georeport_requests

from . import jobs
from .retrying import MINUTE, QUICK, Patience

A_WHILE = Patience(MINUTE, 10 * MINUTE, 60 * MINUTE, but_not=(Forbidden, TooMuch))


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
