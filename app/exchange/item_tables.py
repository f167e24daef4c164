"""The public list of items as a table for a spreadsheet; written by ``list_tables``.

Days are days of the city, money is whole rupiah, nobody is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from app.kinds import KINDS, Kind
from app.queries.calendar import city_day
from app.queries.labels import category_label, department_label, labels
from models import Proposal

ITEMS = ("nomor", "judul", "layanan", "kategori", "keadaan", "kode_wilayah", "kelurahan",
         "kecamatan", "rw", "opd", "masuk", "keadaan_sejak", "dukungan")  # fmt: skip
WORKS = ("tahun", "tingkat", "volume", "satuan", "biaya")


def head(kind: Kind | None) -> tuple[str, ...]:
    """The columns of a list of this kind, or of all kinds; those of works where there are any."""
    return (*ITEMS, *WORKS) if _has_works(kind) else ITEMS


def rows(found: Iterable[Any], kind: Kind | None) -> Iterator[Sequence[Any]]:
    """The rows of ``app.queries.item_table``, each in the order of the columns."""
    works = _has_works(kind)
    for row in found:
        yield (*_item(row), *_works(row)) if works else _item(row)


def _has_works(kind: Kind | None) -> bool:
    return kind is None or issubclass(kind.model, Proposal)


def _item(row: Any) -> Sequence[Any]:
    kind = KINDS[row.kind]
    return (
        row.number,
        row.title,
        kind.label,
        category_label(row.category_code),
        kind.workflow[row.state].label,
        row.area_code,
        _named(row.area_code, "kelurahan"),
        _named(row.district_code, "kecamatan"),
        row.rw,
        department_label(row.department_code),
        city_day(row.created_at),
        city_day(row.state_since),
        row.support_count,
    )


def _works(row: Any) -> Sequence[Any]:
    return row.plan_year, row.level, row.volume, row.unit, row.cost


def _named(code: str, level: str) -> str:
    """The area's own name if it is of that level: what concerns the whole city is in none."""
    known = labels()
    return known.areas.get(code, code) if known.levels.get(code) == level else ""
