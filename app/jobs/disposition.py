"""Disposition sheets: printed to PDF, and their files forgotten in time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import current_app

from app.logs import log
from app.services import disposition
from app.services.files import media
from models import DispositionSheet, db

from . import jobs
from .retrying import QUICK

PICTURE = "media:"
FONT = "font:"


@jobs.task(name="disposition_print", retry=QUICK)
def print_sheet(sheet_id: int) -> None:
    """Print a sheet; one that is printed already stays as it is."""
    sheet = db.session.get(DispositionSheet, sheet_id, with_for_update=True)
    if sheet is None or sheet.status != "waiting":
        return
    try:
        file = _pdf(disposition.page(sheet, lambda name: f"{PICTURE}{name}"))
    except (OSError, MemoryError):
        raise  # the disk is full, or the like: tried again
    except Exception as error:  # a page that cannot be laid out will not be the next time either
        log.error("sheet not printed", sheet=sheet_id, exc_info=error)
        disposition.give_up(sheet_id)
        return
    disposition.keep(sheet, file)


def _pdf(page: str) -> bytes:
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    static = Path(current_app.static_folder or "")
    fonts = FontConfiguration()
    style = CSS(string=(static / "css" / "sheet.css").read_text("utf-8"),
                font_config=fonts, url_fetcher=_fetch, base_url="about:blank")  # fmt: skip
    made: bytes = HTML(string=page, url_fetcher=_fetch, base_url="about:blank").write_pdf(
        stylesheets=[style], font_config=fonts
    )
    return made


def _fetch(url: str, *_args: Any, **_more: Any) -> dict[str, Any]:
    """Our own pictures and nothing else: no file, no other host."""
    if url.startswith(PICTURE):
        return {"string": media().read(url.removeprefix(PICTURE)), "mime_type": "image/webp"}
    raise ValueError(f"not fetched: {url[:60]}")


@jobs.periodic(cron="45 18 * * *")
@jobs.task(name="disposition_sweep", queueing_lock="disposition_sweep", retry=QUICK)
def sweep(timestamp: int) -> None:
    """Forget old files."""
    disposition.sweep()
