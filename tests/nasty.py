"""What mischief sends, and how an answer to it has to look."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

from blueprints.errors import WORDS

NASTY = {
    "nul": "Lam\0pu",
    "rtl": "\u202egnihtemos\u202c\u200f",
    "half a character": "%ED%A0%80%FF%FE",  # sent as it is, not valid UTF-8
    "huge": "x" * 100_000,
    "digits": "9" * 5000,
    "big number": str(2**70),
    "minus": "-1",
    "not a number": "NaN",
    "infinite": "1e400",
    "sql": "'; DROP TABLE item; --",
    "template": "${7*7}{{7*7}}#{7*7}<%= 7*7 %>",
    "markup": "<script>alert(1)</script>\"'",
    "path": "../../../../etc/passwd",
    "format": "%s%n%(x)s{0}{}",
    "last day": "9999-12-31",
    "first day": "0001-01-01",
    "no day": "2026-02-30",
    "arabic digits": "\u0661\u0662",
    "empty": "",
}
WORST = ("nul", "half a character", "huge", "digits", "big number", "markup", "last day", "empty")


def encoded(value: str) -> str:
    return value if value.startswith("%ED") else quote(value)


def check(response, *expected: int) -> str:
    """No crash; what is an error is said in the page's language."""
    told = (response.request.path, response.status)
    assert response.status_code < 500, told
    assert not expected or response.status_code in expected, told
    text = response.get_data(as_text=True)
    if response.mimetype == "text/html" and response.status_code >= 400:
        indonesian = 'lang="id"' in text
        title = WORDS[response.status_code][0] if response.status_code in WORDS else None
        english = title is not None and str(title._args[0]) in unescape(text)
        assert indonesian, told
        assert not english, told
    raw = "<script>alert(1)" in text
    assert not raw, told
    computed = re.search(r"\$\{?49|\b49\{|#49", text) is not None
    assert not computed, told
    return text
