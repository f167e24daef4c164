"""The words of the city's books for what a proposal's budget and works are."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.kinds import REASONS
from app.kinds.musrenbang import MUSRENBANG

from .plan_tables import Wrong
from .tables import plain

COLUMNS: dict[str, tuple[str, ...]] = {
    "number": ("nomor usulan", "no usulan", "nomor", "kode usulan"),
    "sipd_id": ("id usulan", "id sipd", "id usulan sipd"),
    "sub_kegiatan": ("kode sub kegiatan", "sub kegiatan", "kode sub giat"),
    "budget": ("anggaran apbd", "pagu apbd", "apbd", "nilai apbd"),
    "contract_value": ("nilai kontrak", "kontrak"),
    "contractor": ("penyedia", "kontraktor", "pelaksana", "nama penyedia"),
    "contract_on": ("tanggal kontrak", "tgl kontrak"),
    "spent": ("realisasi keuangan", "realisasi anggaran", "realisasi", "dibayar", "terbayar"),
    "progress": ("fisik (%)", "% fisik", "realisasi fisik", "progres fisik", "fisik"),
    "money_percent": ("keuangan (%)", "% keuangan", "realisasi keuangan (%)"),
    "state": ("status", "tahap", "keadaan"),
    "reason": ("alasan",),
    "note": ("catatan", "keterangan"),
}
TOLD = ("sub_kegiatan", "budget", "contract_value", "spent", "progress", "money_percent", "state")
STATES = {
    "in_rkpd": ("rkpd", "masuk rkpd", "dalam rkpd"),
    "in_apbd": ("apbd", "masuk apbd", "dalam apbd", "dianggarkan"),
    "procurement": ("pengadaan", "tender", "lelang", "proses pengadaan"),
    "works": ("pekerjaan", "pelaksanaan", "dikerjakan", "berjalan", "konstruksi"),
    "done": ("selesai", "rampung", "100%"),
    "not_realised": ("tidak terlaksana", "tidak terealisasi", "batal", "gagal lelang"),
}
LACKING = {
    "photos": _l("a photo is needed. Please take this step on the page of the proposal."),
    "note": _l("a word of explanation is missing (column “catatan”)."),
    "reason": _l("the reason is missing (column “alasan”)."),
    "contractor": _l("who does the works is missing (column “penyedia”)."),
    "contract_on": _l("the day of the contract is missing (column “tanggal kontrak”)."),
}


def state(said: str) -> str:
    """The state a word means; nothing for no word.  Raises Wrong."""
    word = plain(said)
    if not word:
        return ""
    for name, known in STATES.items():
        if word == name or word in known or word == plain(label(name)):
            return name
    raise Wrong(_("We do not know the status “%(text)s”.", text=said[:40]))


def label(name: str) -> str:
    """A state as people say it."""
    return str(MUSRENBANG.workflow[name].label)


def reason(said: str) -> str:
    """The code of a reason, by its code or its words; nothing for no word.  Raises Wrong."""
    word = plain(said)
    if not word:
        return ""
    wanted = ("drop", "report_progress")
    codes = [code for step in wanted for code in MUSRENBANG.workflow.named(step).reasons]
    for code in codes:
        if word in (code, plain(str(REASONS.get(code, code)))):
            return code
    known = ", ".join(str(REASONS.get(code, code)) for code in codes)
    raise Wrong(_("We do not know the reason “%(text)s”. It is one of: %(known)s.",
                  text=said[:40], known=known))  # fmt: skip


def lacking(names: Iterable[str]) -> str:
    """What a step asks that no column told."""
    return " ".join(str(LACKING.get(name, name)) for name in names)
