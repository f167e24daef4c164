"""Disposition sheets: printed to PDF, and their files forgotten in time."""

from __future__ import annotations

from app.logs import log
from app.services import disposition
from models import DispositionSheet, db

from . import jobs
from .printing import PICTURE, Printer
from .retrying import QUICK


@jobs.task(name="disposition_print", retry=QUICK)
def print_sheet(sheet_id: int) -> None:
    """Print a sheet; one that is printed already stays as it is."""
    sheet = db.session.get(DispositionSheet, sheet_id, with_for_update=True)
    if sheet is None or sheet.status != "waiting":
        return
    try:
        file = Printer("sheet.css").pdf(disposition.page(sheet, lambda name: f"{PICTURE}{name}"))
    except (OSError, MemoryError):
        raise  # the disk is full, or the like: tried again
    except Exception as error:  # a page that cannot be laid out will not be the next time either
        log.error("sheet not printed", sheet=sheet_id, exc_info=error)
        disposition.give_up(sheet_id)
        return
    disposition.keep(sheet, file)


@jobs.periodic(cron="45 18 * * *")
@jobs.task(name="disposition_sweep", queueing_lock="disposition_sweep", retry=QUICK)
def sweep(timestamp: int) -> None:
    """Forget old files."""
    disposition.sweep()
