"""Amounts in old tables of proposals: read, put right or left out, with the reason."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from flask_babel import gettext as _

from app.forms import amounts
from app.kinds.musrenbang_effects import rupiah

LARGEST_VOLUME, LEAST_VOLUME, MOST_MONEY = Decimal(1_000_000), Decimal("0.01"), 10**13
UNIT = re.compile(r"^([+-]?[\d.,]+)\s*([a-z][\w²³/. ]{0,20})$", re.IGNORECASE)


def number(text: str) -> Decimal | None:
    """The number in a cell, with its sign; None for what is none."""
    bare = re.sub(r"^rp\.?|,-$|\.-$", "", text.strip().casefold()).strip()
    sign = -1 if bare.startswith(("-", "(")) else 1
    try:
        return sign * amounts.number(bare.strip("-()+ "))
    except ValueError:
        return _other_way(bare.strip("-()+ "), sign)


def _other_way(text: str, sign: int) -> Decimal | None:
    """1,234,567.50 as English spreadsheets write it, and 1e+09."""
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", text):
        return sign * Decimal(text.replace(",", ""))
    if re.fullmatch(r"\d+([.,]\d+)?e[+-]?\d{1,2}", text):
        return sign * Decimal(text.replace(",", "."))
    return None


def volume(text: str, unit: str, notes: list[str]) -> tuple[Decimal | None, str]:
    """How much, and of what; a unit that stands in the same cell is taken out of it."""
    if (both := UNIT.fullmatch(text.strip())) is not None:
        text, unit = both[1], unit or both[2].strip()
    if not text.strip():
        return None, unit[:30]
    found = number(text)
    if found is None:
        notes.append(_("%(what)s “%(text)s” is no number and was left out",
                       what=_("volume"), text=text[:30]))  # fmt: skip
    elif found <= 0:
        notes.append(_("%(what)s %(text)s is not more than zero and was left out",
                       what=_("volume"), text=text[:30]))  # fmt: skip
        found = None
    elif found < LEAST_VOLUME:
        notes.append(_("%(what)s %(text)s cannot be and was left out",
                       what=_("volume"), text=text[:30]))  # fmt: skip
        found = None
    return (round(found, 2) if found is not None else None), unit[:30]


def too_large(
    volume: Decimal, cost: int | None, notes: list[str]
) -> tuple[Decimal | None, int | None]:
    """A volume beyond a million: money in the wrong column where no cost contradicts it."""
    written = amounts.written(volume)
    if volume <= MOST_MONEY and volume == int(volume) and cost in (None, int(volume)):
        notes.append(_("the volume %(text)s is an amount in rupiah and was taken as the cost",
                       text=written))  # fmt: skip
        return None, int(volume)
    notes.append(_("the volume %(text)s cannot be and was left out", text=written))
    return None, cost


def money(text: str, what: str, notes: list[str]) -> int | None:
    """Whole rupiah."""
    if not text.strip():
        return None
    found = number(text)
    if found is None:
        notes.append(_("%(what)s “%(text)s” is no number and was left out",
                       what=what, text=text[:30]))  # fmt: skip
        return None
    if not 0 <= found <= MOST_MONEY:
        notes.append(_("%(what)s %(text)s cannot be and was left out", what=what, text=text[:30]))
        return None
    if found != int(found):
        notes.append(_("%(what)s %(text)s was rounded to whole rupiah", what=what, text=text[:30]))
    return int(found.quantize(Decimal(1), ROUND_HALF_UP)) or None


def product(volume: Decimal, price: int, notes: list[str]) -> int | None:
    """What so much costs at that price, as the product reckons it everywhere."""
    cost = rupiah(volume, price)
    if cost > MOST_MONEY:
        notes.append(_("%(what)s %(text)s cannot be and was left out",
                       what=_("cost"), text=amounts.written(cost)))  # fmt: skip
        return None
    notes.append(_("the cost follows from volume and unit price"))
    return cost or None


def whole(text: str, what: str, most: int, notes: list[str]) -> int | None:
    """A whole number up to ``most``; nothing for none."""
    if not text.strip():
        return None
    found = number(text)
    if found is None or found != int(found) or not 0 <= found <= most:
        notes.append(_("%(what)s %(text)s cannot be and was left out", what=what, text=text[:30]))
        return None
    return int(found) or None
