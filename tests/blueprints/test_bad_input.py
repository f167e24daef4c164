"""Addresses and forms as people, browsers and mischief send them: words, never a 500."""

from __future__ import annotations

import uuid

import pytest

from tests import factories as make
from tests.nasty import NASTY, WORST, check, encoded

pytestmark = pytest.mark.usefixtures("session")

LIST = ("q", "phase", "state", "area", "category", "department", "since", "until", "overdue",
        "kind", "sebelum")  # fmt: skip
ADDRESSES = {
    "/lapor/": LIST,
    "/cari": ("q", "kind", "sebelum"),
    "/peta": ("kind", "phase", "area", "since"),
    "/peta/laporan": ("kind",),
    "/lokasi/cari": ("q",),
    "/": ("bahasa",),
    "/masuk": ("lanjut",),
    "/daftar": ("lanjut",),
}
SIGNED_IN = {
    "/saya": ("sebelum",),
    "/saya/kotak-masuk": ("sebelum",),
    "/kerja/kelurahan": ("tab", "sesudah"),
    "/kerja/opd": ("tab", "sesudah"),
    "/kerja/perencanaan": ("tab", "sesudah"),
    "/admin/mandat": ("q", "tampil", "peran", "sebelum"),
}


@pytest.mark.parametrize("what", NASTY)
def test_no_parameter_of_a_public_page_breaks_it(client, what):
    for address, names in ADDRESSES.items():
        for name in names:
            check(client.get(f"{address}?{name}={encoded(NASTY[what])}"))


@pytest.mark.parametrize("what", WORST)
def test_no_parameter_of_a_page_behind_the_door_breaks_it(client_for, what):
    everything = ("moderator", "officer", "planner", "coordinator", "admin")
    client = client_for(make.user(roles=everything))
    for address, names in SIGNED_IN.items():
        for name in names:
            check(client.get(f"{address}?{name}={encoded(NASTY[what])}"))


BOXES = (
    "nan,nan,nan,nan",
    "inf,-inf,inf,inf",
    "1,2,3",
    "107,-7,108,-6,1",
    "108,-6,107,-7",
    "-180,-90,180,90",
    "-1e308,-1e308,1e308,1e308",
    "a,b,c,d",
    "",
    ",,,",
)


@pytest.mark.parametrize("box", BOXES)
def test_no_view_of_the_map_breaks_it(client, box):
    for zoom in ("0", "12", "22", "99", "-5", "nan", "inf", "1e9", "", "x"):
        check(client.get(f"/peta/klaster.json?z={zoom}&bbox={box}"), 200, 400)


@pytest.mark.parametrize("what", WORST)
def test_no_filter_of_the_map_breaks_it(client, what):
    for name in LIST[1:]:
        address = f"/peta/klaster.json?z=13&bbox=107.5,-7,107.8,-6.8&{name}="
        check(client.get(address + encoded(NASTY[what])), 200, 400)


PINS = (("nan", "1"), ("-6.9", "107.6"), ("181", "0"), ("", ""), ("1e400", "0"), ("1\0", "2"))


@pytest.mark.parametrize("pair", PINS)
def test_no_pin_breaks_the_question_where_it_is(client, pair):
    response = client.get("/lokasi/wilayah", query_string={"lon": pair[0], "lat": pair[1]})
    check(response, 200, 400)


@pytest.mark.parametrize(
    "path",
    [
        "/lapor/%00",
        "/lapor/L-2026-%00-0",
        "/lapor/%FF%FE",
        "/lapor/" + "9" * 3000,
        "/lapor/..%2f..%2fetc%2fpasswd",
        "/nomor/%00",
        "/nomor/'%20OR%201=1",
        "/foto/" + "%00" * 64,
        "/foto/" + "z" * 64,
        "/foto/" + "z" * 64 + "/kecil",
        "/lapor/baru/tidak-ada",
        "/lapor/baru/00000000-0000-0000-0000-000000000000/isi2",
        "/konfirmasi/%00",
        "/konfirmasi/" + "a." * 500,
        "/sandi-baru/%E0%80%80",
        "/%00",
        "/../../etc/passwd",
        "/lapor//",
        "/LAPOR/",
        "/peta/klaster.json/",
    ],
)
def test_odd_addresses_lead_to_a_page_that_says_so(client, path):
    check(client.get(path), 400, 404, 410, 308)


HUGE = (2**31, 2**63, 2**64, 10**30)


@pytest.mark.parametrize("number", HUGE)
def test_numbers_larger_than_any_column_are_simply_not_there(client_for, number):
    client = client_for(make.user(roles=("admin", "moderator")))
    item = make.item("lapor", state="verified")
    page = f"/lapor/{item.number}/komentar/{number}"
    check(client.post(f"{page}/lapor"), 404)
    check(client.post(f"{page}/putuskan", data={"reason": "x"}), 404)
    check(client.get(f"/admin/mandat/beri/{number}"), 404)
    check(client.get(f"/admin/mandat/{number}/akhiri"), 404)
    check(client.post(f"/saya/kotak-masuk/{number}"), 302, 404)
    check(client.post(f"/lapor/{item.number}/komentar", data={"body": "Ya", "parent": number}))
    check(client.post(f"/lapor/baru/{uuid.uuid4()}/foto", data={"hapus": number}))


@pytest.mark.parametrize("method", ["put", "delete", "patch", "post"])
def test_methods_nobody_offers_are_refused_with_words(client, method):
    for path in ("/", "/lapor/", "/peta", "/cari", "/tentang"):
        check(getattr(client, method)(path), 405)


def test_getting_what_must_be_sent_is_refused_with_words(client):
    for path in ("/keluar", f"/lapor/baru/{uuid.uuid4()}/lokasi2"):
        check(client.get(path), 404, 405)
