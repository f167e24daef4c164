"""Files of forums: the printed set form by form, the tables, the letters; old ones forgotten."""

from __future__ import annotations

from typing import Any

from app.exchange import forum_tables
from app.logs import log
from app.services import minutes
from models import ForumPrint, db

from . import jobs
from .printing import Printer
from .retrying import QUICK


@jobs.task(name="forum_print", retry=QUICK)
def print_forum(print_id: int) -> None:
    """Make a file; one that is made already stays as it is."""
    made = db.session.get(ForumPrint, print_id, with_for_update=True)
    if made is None or made.status != "waiting":
        return
    try:
        file = _file(made)
    except (OSError, MemoryError):
        raise  # the disk is full, or the like: tried again
    except Exception as error:  # what cannot be laid out will not be the next time either
        log.error("forum not printed", print=print_id, exc_info=error)
        db.session.rollback()
        minutes.give_up(print_id)
        return
    minutes.keep(made, file)


def _file(made: ForumPrint) -> bytes:
    if made.sort in minutes.TABLES:
        _progress(made, 30)
        return forum_tables.workbook(minutes.gathered(made.forum, made.sort in minutes.PUBLIC))
    return _pdf(made, minutes.pages(made))


def _progress(made: ForumPrint, percent: int) -> None:
    """Whoever waits sees how far it is."""
    made.progress = percent
    db.session.commit()


def _pdf(made: ForumPrint, pages: list[str]) -> bytes:
    """Each form is laid out by itself, with its own page numbers, then all become one file."""
    printer = Printer("forum-print.css")
    documents: list[Any] = []
    step = max(len(pages) // 20, 1)
    for n, page in enumerate(pages, 1):
        documents.append(printer.laid_out(page))
        if n % step == 0:
            _progress(made, n * 90 // len(pages))
    if not documents:
        raise ValueError("nothing to print")
    laid = [page for document in documents for page in document.pages]
    file: bytes = documents[0].copy(laid).write_pdf()
    return file


@jobs.periodic(cron="50 18 * * *")
@jobs.task(name="forum_sweep", queueing_lock="forum_sweep", retry=QUICK)
def sweep(timestamp: int) -> None:
    """Forget old files."""
    minutes.sweep()
