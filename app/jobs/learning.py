"""Learn from the city's decisions: when asked, and once a week where the city wants it."""

from __future__ import annotations

from flask import current_app

from app.logs import log
from app.services import learning

from . import jobs


@jobs.task(name="suggestions_train", queue="slow", queueing_lock="suggestions_train")
def suggestions_train() -> None:
    """Learn and keep the model; the web takes it up within a minute."""
    try:
        row = learning.train()
    except learning.TooFew as few:
        log.info("too few decisions to learn from", decisions=few.args[0])
        return
    log.info("suggestions learnt", model=row.id, examples=row.examples, helps=row.helps)


@jobs.periodic(cron="0 20 * * 6")
@jobs.task(name="suggestions_weekly", queueing_lock="suggestions_weekly")
def suggestions_weekly(timestamp: int) -> None:
    """Learn anew in the night to Sunday, unless the city has switched it off."""
    wanted = current_app.config["CITY"].facts.get("suggestions", {})
    if wanted.get("enabled", True) and wanted.get("weekly", True):
        suggestions_train()
