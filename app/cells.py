"""Cells of files that a spreadsheet may open: nothing in them is taken for a formula."""

from __future__ import annotations

import re
from typing import Any

NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def guarded(value: Any) -> str:
    """A cell for a file that a spreadsheet opens: nothing in it is taken for a formula."""
    text = "" if value is None else str(value)
    formula = text[:1] in FORMULA or text.lstrip()[:1] in FORMULA[:4]
    return f"'{text}" if formula and not NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """The cell as it was before ``guarded``."""
    return text[1:] if text[:1] == "'" and text[1:].lstrip()[:1] in FORMULA[:4] else text
