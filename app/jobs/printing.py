"""Pages laid out as PDF: with our own type and pictures, and nothing from anywhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import current_app

from app.services.files import media

PICTURE = "media:"
FONT = "font:plus-jakarta-sans"
FACE = f"""@font-face {{
  font-family: "Plus Jakarta Sans"; src: url("{FONT}") format("woff2"); font-weight: 200 800;
}}
"""


class Printer:
    """Lays pages out with one of our style sheets (its file's name)."""

    def __init__(self, sheet: str) -> None:
        from weasyprint import CSS  # heavy, so only when something is printed
        from weasyprint.text.fonts import FontConfiguration

        self.fonts, self.fetcher = FontConfiguration(), printer_fetcher()
        words = FACE + (Path(current_app.static_folder or "") / "css" / sheet).read_text("utf-8")
        self.style = CSS(
            string=words, font_config=self.fonts, url_fetcher=self.fetcher, base_url="about:blank"
        )

    def laid_out(self, page: str) -> Any:
        """A page of HTML as a document with its pages."""
        from weasyprint import HTML

        html = HTML(string=page, url_fetcher=self.fetcher, base_url="about:blank")
        return html.render(stylesheets=[self.style], font_config=self.fonts)

    def pdf(self, page: str) -> bytes:
        """A page of HTML as a PDF."""
        file: bytes = self.laid_out(page).write_pdf()
        return file


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
