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
FONT = "font:plus-jakarta-sans"
FACE = f"""@font-face {{
  font-family: "Plus Jakarta Sans"; src: url("{FONT}") format("woff2"); font-weight: 200 800;
}}
"""


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
    from weasyprint import CSS, HTML  # heavy, so only when something is printed
    from weasyprint.text.fonts import FontConfiguration

    fonts, fetcher = FontConfiguration(), printer_fetcher()
    static = Path(current_app.static_folder or "")
    sheet = FACE + (static / "css" / "sheet.css").read_text("utf-8")
    style = CSS(string=sheet, font_config=fonts, url_fetcher=fetcher, base_url="about:blank")
    html = HTML(string=page, url_fetcher=fetcher, base_url="about:blank")
    made: bytes = html.write_pdf(stylesheets=[style], font_config=fonts)
    return made


def printer_fetcher() -> Any:
    """What fetches for the printer: our own pictures and type, no other file, no other host."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Ours(URLFetcher):
        """Refuses every other address."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            """The bytes behind one of our own names."""
            data, sort = fetched(url)
            return URLFetcherResponse(url, data, {"Content-Type": sort})

    return Ours()


def fetched(url: str) -> tuple[bytes, str]:
    """The bytes of a picture or of our type, and their sort.  Raises ValueError for all else."""
    if url.startswith(PICTURE):
        return media().read(url.removeprefix(PICTURE)), "image/webp"
    if url == FONT:
        path = Path(current_app.static_folder or "") / "vendor" / "fonts"
        return (path / "plus-jakarta-sans-latin-wght-normal.woff2").read_bytes(), "font/woff2"
    raise ValueError(f"not fetched: {url[:60]}")


@jobs.periodic(cron="45 18 * * *")
@jobs.task(name="disposition_sweep", queueing_lock="disposition_sweep", retry=QUICK)
def sweep(timestamp: int) -> None:
    """Forget old files."""
    disposition.sweep()
