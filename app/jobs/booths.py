"""Packages of booths: cards with codes and paper ballots, laid out for one download; swept."""

from __future__ import annotations

from app.logs import log
from app.services import booth_codes, booth_prints
from models import CodeBatch, db

from . import jobs
from .printing import Printer
from .retrying import QUICK


@jobs.task(name="booth_package", retry=QUICK)
def print_package(batch_id: int) -> None:
    """Lay a package out; one that is made already stays as it is."""
    batch = db.session.get(CodeBatch, batch_id, with_for_update=True)
    if batch is None or batch.status != "waiting":
        return
    try:
        file = Printer("booth-print.css").pdf(booth_prints.page(batch))
    except (OSError, MemoryError):
        raise  # the disk is full, or the like: tried again, with fresh codes
    except Exception as error:  # what cannot be laid out will not be the next time either
        log.error("package not printed", batch=batch_id, exc_info=error)
        db.session.rollback()
        booth_codes.give_up(batch_id)
        return
    booth_codes.keep(batch, file)


@jobs.periodic(cron="*/5 * * * *")
@jobs.task(name="packages_sweep", queueing_lock="packages_sweep", retry=QUICK)
def sweep(timestamp: int) -> None:
    """Delete packages that nobody took within the hour."""
    booth_codes.sweep()
