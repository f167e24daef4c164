"""QR codes for receipts: drawn here, so that no other host learns what they say."""

from __future__ import annotations

import segno


def drawn(text: str) -> str:
    """The text as a picture (a data: address of an SVG), black on white, with a quiet zone."""
    code = segno.make(text, error="m", micro=False)
    return str(code.svg_data_uri(scale=4, border=4, dark="#000", light="#fff"))


def squares(text: str) -> tuple[int, str]:
    """The text as a picture for paper: how many squares wide, and an SVG path of the dark ones."""
    rows = segno.make(text, error="m", micro=False).matrix
    dark = (
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, square in enumerate(row) if square
    )
    return len(rows), "".join(dark)
