"""PDFs as their readers see them: the text of each page, and pictures to be looked at."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

POINTS = "70"  # dots to an inch: enough to read a page on a screen


@dataclass(frozen=True)
class Paper:
    """A PDF as it was handed out: the text of each page, lines as they stand."""

    pages: list[str]

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self.pages)

    def of(self, title: str) -> str:
        """The form that has this title: its first page and those that follow."""
        found = [n for n, page in enumerate(self.pages) if title in page and "Halaman 1 " in page]
        assert len(found) == 1, (title, found)
        begin = found[0]
        end = begin + 1
        while end < len(self.pages) and "Halaman 1 " not in self.pages[end]:
            end += 1
        return "\n".join(self.pages[begin:end])


def read(data: bytes, keep: Path | None = None) -> Paper:
    """The text of a PDF.  ``keep`` is where it goes, with a picture of each page beside it."""
    assert data.startswith(b"%PDF-")
    if shutil.which("pdftotext") is None:
        pytest.fail("no pdftotext on this machine; bin/test installs poppler-utils")
    asked = ["pdftotext", "-layout", "-", "-"]
    said = subprocess.run(asked, input=data, check=True, capture_output=True).stdout
    if keep is not None:
        keep.write_bytes(data)
        stem = str(keep.with_suffix(""))
        subprocess.run(["pdftoppm", "-png", "-r", POINTS, str(keep), stem], check=True)
    return Paper(said.decode().split("\f")[:-1])
