"""Proposals of a plan year as SIPD-RI names them, for its people to take over.

One row a proposal with what lurah, camat, mitra (Bapperida), SKPD and TAPD recommended.  Public
proposals only, and never a name the proposer does not show.  ``SipdHanded`` remembers what each
row said when it was last handed over; the id they gave does not count as a change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from app.access import public_items
from app.cells import guarded
from app.kinds import REASONS
from app.kinds.musrenbang_form import BIDANG, GROUPS
from app.queries import why
from app.queries.labels import Labels, labels
from models import (
    CatalogueEntry,
    Hop,
    Item,
    OfficeVerdict,
    Person,
    Proposal,
    ProposalLevel,
    SipdHanded,
    db,
)

from .budget_words import label

PORTION = 500
# Who recommends in SIPD, and the level that says so here.
RECOMMENDS = {"lurah": "kelurahan", "camat": "kecamatan", "mitra": "kota", "skpd": "forum_opd"}
BODIES = ("lurah", "camat", "mitra", "skpd", "tapd")
COLUMNS = (
    *("id_usulan", "nomor_usulan", "tahun", "tanggal_usul", "pengusul", "jenis_profil"),
    *("level_pengusul", "jenis_usul_teks", "gagasan", "giat_teks", "id_kamus", "masalah"),
    *("alamat_teks", "rw", "rt", "id_kab_kota", "id_kecamatan", "id_kelurahan"),
    *("nama_kecamatan", "nama_kelurahan", "latpeta", "langpeta", "usulan_ke"),
    *("opd_tujuan_awal", "opd_tujuan_akhir", "bidang_urusan", "volume", "satuan", "koefisien"),
    *("harga_satuan", "anggaran", "status_usul_teks", "tolak_teks", "sub_kegiatan"),
    *(f"rekom_{body}_{part}" for body in BODIES for part in ("rekomendasi", "koefisien",
                                                            "anggaran")),
)  # fmt: skip
FUNDINGS = {
    "musrenbang": "Usulan Masyarakat",
    "prakarsa_rw": "Prakarsa RW",
    "pokir": "Pokok Pikiran DPRD",
}
# What a level's decision is in the words of a recommendation.
DECIDED = {
    "verify": "Diverifikasi",
    "judge": "Layak secara teknis",
    "agree": "Direkomendasikan",
    "return": "Dikembalikan kepada pengusul",
    "refuse": "Tidak direkomendasikan",
    "defer": "Ditunda",
    "send_back": "Dikembalikan ke tingkat bawah",
    "object": "Tidak disetujui",
    "feasible": "Disetujui",
    "with_changes": "Disetujui dengan perubahan",
    "not_feasible": "Tidak disetujui",
}
Cell = str | int | Decimal | date | float | None
STOPPED = ("refused", "deferred", "not_realised", "returned")


@dataclass(frozen=True)
class Beside:
    """What stands beside a portion of proposals, by their ids."""

    levels: dict[int, list[Any]]
    tapd: dict[int, Any]
    first: dict[int, str]
    stopped: dict[int, str]


def rows(year: int, everything: bool = False) -> Iterator[list[Cell]]:
    """The rows to hand over, as ``COLUMNS`` names their cells; what is handed over is noted."""
    known, after = labels(), 0
    while True:
        found = db.session.execute(_query(year).where(Proposal.id > after).limit(PORTION)).all()
        if not found:
            return
        after = found[-1].id
        beside = _beside(found)
        fresh: list[dict[str, Any]] = []
        for row in found:
            cells = _cells(row, beside, known)
            mark = _mark(cells)
            if everything or row.row_hash != mark:
                yield cells
                fresh.append({"proposal_id": row.id, "row_hash": mark, "at": datetime.now(UTC)})
        _note(fresh)


def _query(year: int) -> Any:
    place = func.ST_Y(Item.place).label("lat"), func.ST_X(Item.place).label("lon")
    return (
        select(
            *(Proposal.id, Item.number, Item.title, Item.body, Item.created_at, Item.visibility),
            *(Item.area_code, Item.rw, Item.rt, Item.address, Item.department_code, Item.state),
            *(Proposal.sipd_id, Proposal.plan_year, Proposal.bidang, Proposal.group),
            *(Proposal.funding, Proposal.catalogue_code, Proposal.volume, Proposal.unit),
            *(Proposal.unit_price, Proposal.cost, Proposal.sub_kegiatan, Proposal.tapd_amount),
            CatalogueEntry.name.label("work"),
            Person.name.label("author"),
            SipdHanded.row_hash,
            *place,
        )
        .join(Person, Person.id == Item.author_id)
        .outerjoin(CatalogueEntry, CatalogueEntry.code == Proposal.catalogue_code)
        .outerjoin(SipdHanded, SipdHanded.proposal_id == Proposal.id)
        .where(Proposal.plan_year == year, public_items())
        .order_by(Proposal.id)
    )


def _beside(found: Sequence[Any]) -> Beside:
    ids = [row.id for row in found]
    level, verdict = ProposalLevel, OfficeVerdict
    levels: dict[int, list[Any]] = {}
    columns = (level.proposal_id, level.level, level.decision, level.reason, level.text)
    numbers = (level.volume, level.cost, level.rank, level.department_code)
    query = select(*columns, *numbers).where(level.proposal_id.in_(ids)).order_by(level.id)
    for row in db.session.execute(query):
        levels.setdefault(row.proposal_id, []).append(row)
    told = select(verdict.proposal_id, verdict.verdict, verdict.amount, verdict.reason)
    said = told.where(verdict.proposal_id.in_(ids), verdict.body == "tapd")
    tapd = {row.proposal_id: row for row in db.session.execute(said.order_by(verdict.change_id))}
    hops = select(Hop.item_id, Hop.from_code, Hop.to_code).where(Hop.item_id.in_(ids))
    first: dict[int, str] = {}
    for item_id, before, to in db.session.execute(hops.order_by(Hop.change_id)):
        first.setdefault(item_id, before or to or "")
    return Beside(levels, tapd, first, _stopped([r.id for r in found if r.state in STOPPED]))


def _stopped(ids: Sequence[int]) -> dict[int, str]:
    """Why those that stand still do, in words."""
    said = why.stops(db.session, ids)
    return {
        one: ". ".join(filter(None, (_reason(code), text))) for one, (code, text) in said.items()
    }


def _cells(row: Any, beside: Beside, known: Labels) -> list[Cell]:
    levels = {line.level: line for line in beside.levels.get(row.id, ())}
    city, district = known_codes(row.area_code)
    zone = current_app.config["CITY"].zone
    office = beside.first.get(row.id) or row.department_code or ""
    ranks = [line.rank for line in levels.values() if line.rank is not None]
    cells: list[Cell] = [
        *(row.sipd_id, row.number, row.plan_year, row.created_at.astimezone(zone).date()),
        *(_proposer(row), _word(GROUPS, row.group), "RW", FUNDINGS[row.funding]),
        *(row.title, row.work or row.title, row.catalogue_code, row.body),
        *(row.address, row.rw, row.rt, city, district, row.area_code),
        *(known.areas.get(district, ""), known.areas.get(row.area_code, "")),
        *(round(row.lat, 6), round(row.lon, 6), ranks[-1] if ranks else None),
        *(known.department_names.get(office, ""),
          known.department_names.get(row.department_code or "", "")),
        *(_word(BIDANG, row.bidang), row.volume, row.unit, _coefficient(row.volume, row.unit)),
        *(row.unit_price, row.cost, label(row.state)),
        *(beside.stopped.get(row.id, ""), row.sub_kegiatan),
    ]  # fmt: skip
    for body in BODIES[:-1]:
        cells += _recommended(levels.get(RECOMMENDS[body]), row.unit)
    return [*cells, *_budgeted(beside.tapd.get(row.id), row)]


def known_codes(area_code: str) -> tuple[str, str]:
    """The codes of the city and of the kecamatan an area lies in."""
    parts = area_code.split(".")
    return ".".join(parts[:2]), ".".join(parts[:3])


def _proposer(row: Any) -> str:
    """Who proposed it, as far as everybody may know."""
    if row.visibility == "public":
        return str(row.author)
    return f"Warga RW {row.rw:02}" if row.rw else "Warga"


def _word(choices: Sequence[tuple[str, Any]], code: str) -> str:
    return str(dict(choices).get(code, code))


def _reason(code: str) -> str:
    return str(REASONS.get(code, code))


def _coefficient(volume: Decimal | None, unit: str) -> str:
    """As SIPD writes an amount of something: "120 m2"."""
    return "" if volume is None else f"{volume.normalize():f} {unit}".strip()


def _recommended(line: Any, unit: str) -> list[Cell]:
    if line is None:
        return ["", "", None]
    said = [DECIDED.get(line.decision, line.decision)]
    said += [f"urutan {line.rank}"] if line.rank is not None else []
    said += [_reason(line.reason)] if line.reason else []
    text = "; ".join(said) + (f". {line.text}" if line.text else "")
    return [text, _coefficient(line.volume, unit), line.cost]


def _budgeted(verdict: Any, row: Any) -> list[Cell]:
    """What the budget team said."""
    if verdict is None:
        return ["", "", row.tapd_amount]
    text = DECIDED[verdict.verdict] + (f"; {_reason(verdict.reason)}" if verdict.reason else "")
    amount = verdict.amount if verdict.amount is not None else row.tapd_amount
    return [text, _coefficient(row.volume, row.unit) if amount is not None else "", amount]


def _mark(cells: list[Cell]) -> str:
    """A mark of what a row says beside their id."""
    said = "\x1f".join("" if cell is None else str(cell) for cell in cells[1:])
    return hashlib.sha256(said.encode()).hexdigest()[:40]


def _note(fresh: list[dict[str, Any]]) -> None:
    if not fresh:
        return
    statement = insert(SipdHanded).values(fresh)
    now = {name: statement.excluded[name] for name in ("row_hash", "at")}
    db.session.execute(statement.on_conflict_do_update(index_elements=["proposal_id"], set_=now))


# -- the file -------------------------------------------------------------------------------


def write(path: Path, lines: Iterator[list[Cell]], say: Callable[[int], None] | None = None) -> int:
    """Write rows below ``COLUMNS`` as XLSX, one after the other; returns how many."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Usulan")
    sheet.freeze_panes = "C2"
    head = [WriteOnlyCell(sheet, value=name) for name in COLUMNS]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    many = 0
    for line in lines:
        sheet.append([safe(cell) for cell in line])
        many += 1
        if say is not None and many % PORTION == 0:
            say(many)
    book.save(path)
    return many


def safe(cell: Cell) -> Cell:
    """A cell nothing of which is taken for a formula, nor breaks the file."""
    if isinstance(cell, str):
        return guarded(ILLEGAL_CHARACTERS_RE.sub("", cell))[:32_000]
    return cell


def file_name(year: int) -> str:
    """What the file is called."""
    return f"usulan-sipd-{year}-{datetime.now(UTC):%Y%m%d-%H%M}.xlsx"


def nothing_new() -> str:
    """Said when there is nothing to hand over."""
    return str(_("Nothing has changed since the last export."))
