"""Bytes of a text file to lines, whatever it was saved as; line by line when it is a mixture."""

from __future__ import annotations

import codecs

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
OLD = ["cp1252", "latin_1", "mac_roman", "cp850"]  # what offices here have saved in
SAMPLE = 64 * 1024


def lines(data: bytes) -> list[tuple[str, bool]]:
    """The lines, without their ends, each with whether it was in another encoding than most."""
    for mark, name in BOMS:
        if data.startswith(mark):
            data, known = data.removeprefix(mark), name
            break
    else:
        known = _wide(data)
    if known.startswith(("utf-16", "utf-32")):
        return [(line, False) for line in _split(data.decode(known, "replace"))]
    try:
        return [(line, False) for line in _split(data.decode("utf-8"))]
    except UnicodeDecodeError:
        return _mixed(data)


def _split(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _wide(data: bytes) -> str:
    """UTF-16 without a mark shows by a zero in every second byte."""
    head = data[:2000]
    half = len(head) // 2
    if half >= 8:
        if head[1::2].count(0) > half * 0.7:
            return "utf-16-le"
        if head[0::2].count(0) > half * 0.7:
            return "utf-16-be"
    return ""


def _mixed(data: bytes) -> list[tuple[str, bool]]:
    raw = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    broken = [line for line in raw if not _is_utf8(line)]
    whole = sum(1 for line in raw if not line.isascii() and _is_utf8(line))
    old = _older(b"\n".join(broken)[:SAMPLE])
    mixture = whole > 0
    return [
        (line.decode("utf-8"), False) if _is_utf8(line) else (line.decode(old, "replace"), mixture)
        for line in raw
    ]


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _older(sample: bytes) -> str:
    try:
        sample.decode("cp1252")
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes  # heavy, and rarely wanted

        best = from_bytes(sample, cp_isolation=OLD).best()
        return best.encoding if best else "latin_1"
    return "cp1252"
