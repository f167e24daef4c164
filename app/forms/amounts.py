"""Amounts as people write them here: "1.000,5", "12,75", "Rp 1.500.000"."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import StringField

LARGEST = Decimal(1_000_000)  # of any unit, in one proposal
DEAREST = 100_000_000_000  # rupiah for one unit
MOST_COST = 1_000_000_000_000  # rupiah for one proposal
WORDS = {"ribu": 10**3, "rb": 10**3, "juta": 10**6, "jt": 10**6, "miliar": 10**9, "milyar": 10**9}
_WORDED = re.compile(rf"(?P<number>[\d.,]+)\s*(?P<word>{'|'.join(WORDS)})")
_NUMBER = re.compile(
    r"(?P<whole>[1-9]\d{0,2}(?:\.\d{3})+|\d+)(?:,(?P<part>\d+))?|(?P<plain>\d+\.\d+)"
)


def number(text: str) -> Decimal:
    """The number meant: "." groups thousands and "," is decimal; "2.5" is two and a half.

    "1.000" is a thousand, as everybody here writes it; "0.125" is an eighth, as no thousands
    begin with nothing.  Raises ValueError, for people.
    """
    kept = "".join(text.split())
    if kept.startswith("-"):
        raise ValueError(_("It must be more than zero."))
    found = _NUMBER.fullmatch(kept) if len(kept) <= 40 and kept.isascii() else None
    if found is None:
        raise ValueError(_("Please write a number, for example 120 or 12,5."))
    if found["plain"]:
        return Decimal(found["plain"])
    return Decimal(f"{found['whole'].replace('.', '')}.{found['part'] or 0}")


def volume(text: str, largest: Decimal | None = None) -> Decimal:
    """How much of something, to the hundredth.  Raises ValueError, for people."""
    given, most = number(text), largest or LARGEST
    if given <= 0:
        raise ValueError(_("It must be more than zero."))
    if given > most:
        raise ValueError(_("At most %(n)s in one proposal.", n=written(most)))
    if given != round(given, 2):
        raise ValueError(_("At most two digits after the comma."))
    return round(given, 2)


def rupiah(text: str, most: int = DEAREST, least: int = 1) -> int:
    """Whole rupiah, with or without "Rp" and ",00", or in words: "Rp 1,2 miliar".

    Raises ValueError, for people.
    """
    bare = re.sub(r"^rp\.?\s*", "", " ".join(text.split()).casefold())
    bare = re.sub(r"(,00|,-|\.-)$", "", bare)
    worded = _WORDED.fullmatch(bare)
    given = number(worded["number"]) * WORDS[worded["word"]] if worded else number(bare)
    if given != int(given):
        raise ValueError(_("Please write whole rupiah."))
    if given < least:
        raise ValueError(_("It must be more than zero."))
    if given > most:
        raise ValueError(_("At most Rp %(n)s.", n=written(most)))
    return int(given)


def written(amount: Decimal | int) -> str:
    """A number as it is written here: 1.000,5."""
    whole, _dot, part = f"{Decimal(amount):,.2f}".partition(".")
    part = part.rstrip("0")
    return whole.replace(",", ".") + (f",{part}" if part else "")


def cost(volume: Decimal, unit_price: int) -> int:
    """What so much costs, in whole rupiah.  Raises ValueError, for people."""
    total = int((volume * unit_price).quantize(Decimal(1), ROUND_HALF_UP))
    if total > MOST_COST:
        raise ValueError(
            _("That comes to more than Rp %(n)s. Please check it.", n=written(MOST_COST))
        )
    return total


class _AmountField(StringField):
    """A number typed as text; what cannot be read stays in the field, with the reason.

    ``read`` makes the amount of what was typed, and raises ValueError.
    """

    read: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("render_kw", {"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(*args, **kwargs)
        self.typed = ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was sent."""
        self.typed = (valuelist[0] if valuelist else "").strip()[:60]
        self.data = None
        if self.typed:
            self.data = self.read(self.typed)

    def _value(self) -> str:
        if self.typed:
            return self.typed
        return "" if self.data in (None, "") else written(self.data)

    def said(self) -> str:
        """The amount for reading through."""
        return written(self.data) if self.data is not None else ""


class VolumeField(_AmountField):
    """How much: a Decimal with at most two digits after the comma."""

    read = staticmethod(volume)


class RupiahField(_AmountField):
    """Whole rupiah."""

    read = staticmethod(rupiah)

    def said(self) -> str:
        """The money for reading through."""
        return f"Rp {written(self.data)}" if self.data is not None else ""
