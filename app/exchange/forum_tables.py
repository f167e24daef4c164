"""The printed set of a forum as a workbook: one sheet a form, money as numbers, no formulas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import force_locale

from app.kinds import KINDS, REASONS
from app.queries.forum import Result
from app.queries.forum_words import ASSETS, GROUPS
from app.queries.labels import area_label, department_label
from app.services.minutes import PrintedSet

Rows = Iterable[Sequence[Any]]
CAME = ("No.", "Nama", "Lembaga", "Unsur", "L/P", "Disabilitas", "Anak", "Delegasi")
DECIDED = ("Urutan", "Perangkat daerah", "Nomor", "Usulan", "Lokasi", "RW", "Volume", "Satuan",
           "Perkiraan biaya", "Cara keputusan", "Setuju", "Tidak", "Abstain")  # fmt: skip
ASSETS_OF = ("No.", "Jenis", "Nama", "Letak", "Pengembang / pemegang", "Luas", "Keterangan")
PAST = ("Tahun", "Nomor", "Usulan", "Kelurahan", "RW", "Keadaan", "Perangkat daerah", "Diusulkan",
        "Anggaran", "Kontrak", "Terpakai", "Fisik %")  # fmt: skip


def workbook(s: PrintedSet) -> bytes:
    """The file.  Text that a spreadsheet would take for a formula is guarded."""
    from .sheets import written  # heavy: loaded by whoever wants a workbook

    with force_locale("id"):
        return written(_sheets(s))


def _sheets(s: PrintedSet) -> Iterable[tuple[str, Sequence[str], Rows]]:
    yield "Berita acara", ("Hal", "Isi"), _summary(s)
    yield (
        "Hadir menurut unsur",
        ("Unsur", "L", "P", "Tidak disebut", "Jumlah"),
        ((str(GROUPS[x.group]), x.men, x.women, x.unsaid, x.total) for x in s.turnout.lines),
    )
    if not s.public:
        yield "Daftar hadir", CAME, _came(s)
    yield "Prioritas", DECIDED, ((row.place, *_proposal(row, s)) for row in s.agreed)
    yield (
        "Belum disepakati",
        (*DECIDED, "Alasan", "Keterangan"),
        (
            (n, *_proposal(row, s), str(REASONS.get(row.decision.reason, "")), row.decision.note)
            for n, row in enumerate(s.others, 1)
        ),
    )
    yield (
        "Aset",
        ASSETS_OF,
        (
            (n, str(ASSETS[x.sort]), x.name, x.address, x.holder, x.size, x.note)
            for n, x in enumerate(s.assets, 1)
        ),
    )
    yield "Realisasi", PAST, _past(s)


def _summary(s: PrintedSet) -> Rows:
    forum, found = s.forum, s.turnout
    quorum = f"{forum.quorum} %" if forum.quorum_rule == "share" else f"{forum.quorum} orang"
    met = "tercapai" if found.has_quorum(forum.quorum_rule, forum.quorum) else "tidak tercapai"
    return [
        ("Musyawarah", s.name),
        ("Tahun", f"{forum.plan_year - 1} untuk pembangunan {forum.plan_year}"),
        ("Tanggal", s.day.isoformat()),
        ("Tempat", forum.venue),
        ("Pimpinan", forum.chair),
        ("Diundang", found.invited),
        ("Hadir", found.present),
        ("Kuorum", f"{quorum}: {met}"),
        ("Perempuan %", found.women_share),
        ("Disepakati", len(s.agreed)),
        ("Perkiraan biaya", s.total),
        ("Pagu", s.ceiling),
        ("Belum disepakati", len(s.others)),
        ("Halaman", s.address),
        ("SHA-256", s.digest or "belum ditutup"),
        *((f"Ralat (versi {x.number})", f"{x.correction} Alasan: {x.reason}")
          for x in s.corrections),
    ]  # fmt: skip


def _came(s: PrintedSet) -> Rows:
    for n, one in enumerate(s.came, 1):
        flags = ("ya" if flag else "" for flag in (one.disability, one.child, one.delegate))
        yield (
            n,
            one.name or "(nama sudah dihapus)",
            one.body,
            str(GROUPS[one.group]),
            one.sex,
            *flags,
        )


def _proposal(row: Result, s: PrintedSet) -> tuple[Any, ...]:
    item, said = row.proposal, row.decision
    where = item.address or area_label(item.area_code)
    counts = (said.votes_for, said.votes_against, said.abstained)
    owner = s.owners.get(item.id)
    return (
        department_label(owner) if owner else "",
        item.number,
        item.title,
        where,
        item.rw,
        item.volume,
        item.unit,
        row.cost,
        said.way,
        *counts,
    )


def _past(s: PrintedSet) -> Rows:
    states = {state.name: str(state.label) for state in KINDS["musrenbang"].workflow.states}
    for x in s.past:
        office = department_label(x.department_code) if x.department_code else ""
        yield (x.plan_year, x.number, x.title, area_label(x.area_code), x.rw, states[x.state],
               office, x.cost, x.budget, x.contract_value, x.spent, x.progress)  # fmt: skip
