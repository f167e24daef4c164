"""What stands beside a proposal before it is sent: its like, its cost, its readiness, the RW."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from app.forms import amounts
from app.kinds import Kind
from app.kinds.musrenbang_form import BIDANG
from app.queries import alike, cycles, past, readiness
from app.queries.labels import category_label, department_label
from models import AnySession, CatalogueEntry

from . import rw_limits
from .documents import NAMES


def beside(
    session: AnySession,
    kind: Kind,
    values: Mapping[str, Any],
    at: datetime,
    shown: Collection[int] = (),
) -> dict[str, Any]:
    """What the page that asks "is everything right?" says of a proposal."""
    code = values.get("catalogue_code")
    entry = session.get(CatalogueEntry, code) if code else None
    year = cycles.filing_year(session, kind.filed_in, values["area_code"], at)
    question = alike.Question.typed(kind.slug, values)
    return {
        "past": past.earlier(session, question, values["area_code"], but=shown),
        "outside": entry is None,
        "lines": _reckoned(values, entry),
        "score": readiness.score(session, values["bidang"], code, values["readiness"]),
        "room": rw_limits.room(session, year, values["area_code"], values.get("rw")),
        "year": year,
        "rw": values.get("rw"),
    }


def _reckoned(values: Mapping[str, Any], entry: CatalogueEntry | None) -> list[tuple[str, str]]:
    """What the catalogue knows, and what it comes to."""
    lines = []
    if entry is not None:
        lines.append((_("What is it about?"), category_label(values["category_code"])))
        lines.append((_("Field"), bidang_name(entry.bidang)))
        if entry.department_code:
            lines.append((_("Carried out by"), department_label(entry.department_code)))
    volume, price = values.get("volume"), values.get("unit_price")
    if isinstance(volume, Decimal) and price:
        total = amounts.written(amounts.cost(volume, price))
        count = f"{amounts.written(volume)} {values['unit']} × Rp {amounts.written(price)}"
        lines.append((_("Estimated cost"), f"{count} = Rp {total}"))
    return lines


def bidang_name(code: str) -> str:
    """What a bidang is called."""
    return str(dict(BIDANG).get(code, code))


def wanted_words(entry: CatalogueEntry) -> str:
    """What has to come with it, in words; "" for nothing."""
    parts = [_("%(n)s photos", n=entry.photos_wanted)] if entry.photos_wanted else []
    parts += [str(NAMES[sort]) for sort in entry.documents_wanted if sort in NAMES]
    return ", ".join(parts)
