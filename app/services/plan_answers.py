"""What the steps of a proposal are given, checked: money, volumes, codes, days, parts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _

from app.access import Actor
from app.forms.plan_fields import CHECKLIST, MOST_MONEY, VERDICT_WORDS
from app.queries.calendar import city_day
from models import Item

from .refused import Refused

# urusan.bidang.program.kegiatan.sub, as in 1.03.10.2.01.0005; X where it serves every urusan
SUB_KEGIATAN = re.compile(r"[\dX]\.(?:\d\d|XX)\.\d\d\.\d\.\d\d\.\d{4}")
LARGEST_VOLUME = Decimal(10**9)
SOON = timedelta(days=31)
Answer = Callable[[Item, Actor, Any], Any]


def _money(name: str) -> Answer:
    def check(item: Item, actor: Actor, amount: Any) -> int:
        if isinstance(amount, bool) or not isinstance(amount, int):
            raise Refused(name, _("Please write whole rupiah."))
        if not 0 <= amount <= MOST_MONEY:
            raise Refused(name, _("Please check the amount."))
        return amount

    return check


def _volume(item: Item, actor: Actor, volume: Any) -> Decimal:
    given = Decimal(volume)
    if not 0 < given <= LARGEST_VOLUME:
        raise Refused("volume", _("Please check the volume."))
    return round(given, 2)


def _progress(item: Item, actor: Actor, percent: int) -> int:
    if not 0 <= percent <= 100:
        raise Refused("progress", _("Between 0 and 100."))
    return percent


def _rank(item: Item, actor: Actor, rank: int) -> int:
    if not 1 <= rank <= 100_000:
        raise Refused("rank", _("A rank is a number from 1."))
    return rank


def _sub_kegiatan(item: Item, actor: Actor, code: str) -> str:
    kept = "".join(code.split()).upper()
    if not SUB_KEGIATAN.fullmatch(kept):
        raise Refused(
            "sub_kegiatan",
            _("A sub-kegiatan code looks like 1.03.10.2.01.0005. Please check it."),
        )
    return kept


def _verdict(item: Item, actor: Actor, verdict: str) -> str:
    if verdict not in VERDICT_WORDS or verdict == "not_feasible":
        raise Refused("verdict", _("Please choose one of the verdicts."))
    return verdict


def _checklist(item: Item, actor: Actor, given: Mapping[str, Any]) -> dict[str, str]:
    for code in CHECKLIST:
        if given.get(code) not in ("yes", "no", "unknown"):
            raise Refused(f"check_{code}", _("Please answer each question."))
    return {code: str(given[code]) for code in CHECKLIST}


def _here(item: Item, actor: Actor, text: str) -> tuple[float, float] | None:
    """Where the phone says it is (lon, lat; EPSG:4326); nonsense says nothing."""
    try:
        lon, lat = (float(part) for part in str(text).split(","))
    except ValueError:
        return None
    return (lon, lat) if -180 <= lon <= 180 and -90 <= lat <= 90 else None


def _signed(name: str) -> Answer:
    def check(item: Item, actor: Actor, day: date) -> date:
        if not city_day(item.created_at) - timedelta(days=366) <= day <= city_day() + SOON:
            raise Refused(name, _("Please check the day."))
        return day

    return check


def _words(name: str, fewest: int) -> Answer:
    def check(item: Item, actor: Actor, text: str) -> str:
        kept = str(text).strip()
        if len(kept) < fewest:
            raise Refused(name, _("Please write a little more."))
        return kept

    return check


def _shares(item: Item, actor: Actor, shares: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Parts with a title each; their volumes and costs are counted with the proposal's."""
    found = []
    for n, share in enumerate(shares, 1):
        title = str(share.get("title") or "").strip()
        if len(title) < 5:
            raise Refused(f"share{n}_title", _("Please say what this part is."))
        volume, cost = share.get("volume"), share.get("cost")
        part: dict[str, Any] = {"title": title, "volume": None, "cost": None}
        if volume is not None:
            part["volume"] = _volume(item, actor, volume)
        if cost is not None:
            part["cost"] = _money(f"share{n}_cost")(item, actor, cost)
        found.append(part)
    return found


CHECKS: dict[str, Answer] = {
    **{
        name: _money(name)
        for name in ("unit_price", "cost", "agreed_amount", "budget", "contract_value", "spent")
    },
    "volume": _volume,
    "progress": _progress,
    "rank": _rank,
    "sub_kegiatan": _sub_kegiatan,
    "verdict": _verdict,
    "checklist": _checklist,
    "here": _here,
    "contract_on": _signed("contract_on"),
    "bast_on": _signed("bast_on"),
    "contractor": _words("contractor", 3),
    "bast_number": _words("bast_number", 1),
    "keeper": _words("keeper", 3),
    "shares": _shares,
}
