"""Addresses for the matrix: what stands in their gaps, lists to look through, what may be kept."""

from __future__ import annotations

from typing import Any

from tests import factories as make

NOWHERE = 10**9  # the number of a row that is not there

# What the gaps of an address are filled with; what belongs to an item or a person is added by
# ``tests.house``.  A new sort of gap gets a line here.
PARTS: dict[str, Any] = {
    "file_id": 999_999_999,
    "what": "lain",
    "kind": "lapor",
    "step": "reject",
    "to": "musrenbang",
    "page": "isi",
    "form": "json",
    "ending": "csv",
    "part": "langkah",
    "category_code": "pju-mati",
    "token": "tidak-ada",
    "mark": "tidak-ada",
    "filename": "css/account.css",
    "notification_id": 1,
    "size": 192,
    "rw": 59,
    "photo_key": "11111111-2222-4333-8444-555555555555",
    "row": "11111111-2222-4333-8444-666666666666",
    "code": "tidak-ada",
    "department_code": make.DEPARTMENT,
    "area_code": make.KELURAHAN,
    "list_code": make.KELURAHAN,
    "plan_year": 2027,
    "version_number": 999,
    **dict.fromkeys(
        (
            "filter_id",
            "bulk_id",
            "template_id",
            "sheet_id",
            "export_id",
            "batch_id",
            "watch_id",
            "round_id",
            "document_id",
            "forum_id",
            "guest_id",
            "attendance_id",
            "print_id",
            "version",
            "window_id",
            "verification_id",
            "person_id",
            "no",
            "dispute_id",
            "contest_id",
            "booth_id",
            "paper_id",
            "incident_id",
        ),
        NOWHERE,
    ),
}

# Pages that want to be asked something.
QUERIES = {
    "musrenbang_funnel.download": "?tahun=2027",
    "map.clusters": "?z=11&bbox=107.5,-7.0,107.8,-6.8",
    "map.locate": "?lon=107.61&lat=-6.89",
}

# Lists, maps, searches, feeds and files that are looked through for what they must not tell.
# Every page of tests/tables.py is looked through as it stands; here are other ways to ask them.
LISTS = (
    "/lapor/?q=perkara",
    f"/lapor/?area={make.KELURAHAN}",
    f"/lapor/?area={make.KECAMATAN}&department={make.DEPARTMENT}",
    "/lapor/?phase=new",
    "/lapor/?overdue=1",
    "/cari?q=perkara+gang",
    "/cari?q=perkar",
    "/cari?q=Pelapor+Rahasia",
    "/cari/unduh.csv?q=Pelapor+Rahasia",
    "/cari?kind=lapor&state=verified",
    "/peta/laporan?kind=lapor",
    "/peta/klaster.json?z=18&bbox=107.609,-6.889,107.614,-6.884",
    "/peta/klaster.json?z=20&bbox=107.609,-6.889,107.614,-6.884&kind=lapor",
    "/lokasi/cari?q=perkara",
    "/kerja/kelurahan?tab=semua",
    "/kerja/musrenbang/berulang",
    "/kerja/opd?tab=semua",
    "/kerja/perencanaan?tab=semua",
    "/kerja/kelurahan?tab=semua&q=perkara",
    "/kerja/opd?tab=berjalan&urut=baru",
    "/georeport/v2/requests.xml?extensions=true",
)
# Of these everybody gets the same: what is public, and all of it.
PUBLIC_LISTS = (
    "/lapor/",
    "/lapor/?q=perkara",
    "/cari",
    "/cari?q=perkara+gang",
    "/lapor/unduh.csv?q=perkara",
    "/cari/unduh.csv",
    "/peta/klaster.json?z=20&bbox=107.609,-6.889,107.614,-6.884&kind=lapor",
)

# What may be kept by caches though somebody asks who has signed in: it is the same for all.
PUBLIC_TO_KEEP = (
    "/static",
    "/lokasi",
    "/healthz",
    "/readyz",
    "/sw.js",
    "/manifest.webmanifest",
    "/ikon",
    "/foto",
    "/georeport",
    "/peta/klaster.json",
    "/peta/wilayah.json",
    "/suara/kunci",
)
