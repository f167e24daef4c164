"""What people, browsers and mischief send: a clear message, nothing typed lost, never a 500."""

from __future__ import annotations

import io
import re
import struct
import uuid
import zlib
from html import unescape
from urllib.parse import quote

import pytest
from PIL import Image
from sqlalchemy import func, select

from blueprints.errors import WORDS
from models import Change, Comment, Draft, Item, Photo
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")

NASTY = {
    "nul": "Lam\0pu",
    "rtl": "\u202egnihtemos\u202c\u200f",
    "half a character": "%ED%A0%80%FF%FE",  # sent as it is, not valid UTF-8
    "huge": "x" * 100_000,
    "digits": "9" * 5000,
    "big number": str(2**70),
    "minus": "-1",
    "not a number": "NaN",
    "infinite": "1e400",
    "sql": "'; DROP TABLE item; --",
    "template": "${7*7}{{7*7}}#{7*7}<%= 7*7 %>",
    "markup": "<script>alert(1)</script>\"'",
    "path": "../../../../etc/passwd",
    "format": "%s%n%(x)s{0}{}",
    "last day": "9999-12-31",
    "first day": "0001-01-01",
    "no day": "2026-02-30",
    "arabic digits": "\u0661\u0662",
    "empty": "",
}
WORST = ("nul", "half a character", "huge", "digits", "big number", "markup", "last day", "empty")
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


def encoded(value: str) -> str:
    return value if value.startswith("%ED") else quote(value)


def check(response, *expected: int) -> str:
    """No crash; what is an error is said in the page's language."""
    told = (response.request.path, response.status)
    assert response.status_code < 500, told
    assert not expected or response.status_code in expected, told
    text = response.get_data(as_text=True)
    if response.mimetype == "text/html" and response.status_code >= 400:
        indonesian = 'lang="id"' in text
        title = WORDS[response.status_code][0] if response.status_code in WORDS else None
        english = title is not None and str(title._args[0]) in unescape(text)
        assert indonesian, told
        assert not english, told
    raw = "<script>alert(1)" in text
    assert not raw, told
    computed = re.search(r"\$\{?49|\b49\{|#49", text) is not None
    assert not computed, told
    return text


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


# -- filing ---------------------------------------------------------------------------------


def page(key, name, kind="lapor"):
    return f"/{kind}/baru/{key}/{name}"


@pytest.mark.parametrize("what", NASTY)
@pytest.mark.parametrize("kind", ["lapor", "musrenbang", "badami"])
def test_nothing_typed_into_the_form_breaks_it_and_all_of_it_is_still_there(client, kind, what):
    key, value = uuid.uuid4(), NASTY[what]
    form = {"title": value, "body": "Isi yang panjangnya cukup.", "unit_price": value,
            "volume": value, "happened_on": value, "visibility": value, "benefit": value,
            "category_code": value, "beneficiaries": value, "road_class": value}  # fmt: skip
    text = check(client.post(page(key, "isi", kind), data=form), 422)
    kept = "Isi yang panjangnya cukup." in text
    assert kept
    if what in ("sql", "template", "markup", "huge"):
        title = value in unescape(text)
        assert title
    check(client.get(page(key, "isi", kind)), 200)


@pytest.mark.parametrize("what", WORST)
def test_nothing_typed_as_a_place_breaks_it(client, what):
    key, value = uuid.uuid4(), NASTY[what]
    for name in ("lon", "lat", "area_code", "address", "rw", "rt", "tempat", "pilih", "cari"):
        form = {"lon": "107.61", "lat": "-6.89", "address": "Dekat masjid"} | {name: value}
        text = check(client.post(page(key, "lokasi"), data=form), 200, 302, 422)
        if name != "address" and "<form" in text:
            kept = "Dekat masjid" in text
            assert kept, name
    check(client.get(page(key, "lokasi")), 200)
    check(client.post(f"/lapor/baru/{key}/simpan/isi", data={"title": value, value[:50]: "x"}))


def test_a_title_of_a_hundred_thousand_letters_is_refused_where_it_was_typed(client):
    key = uuid.uuid4()
    form = {"title": "a" * 100_000, "body": "Isi yang panjangnya cukup."}
    text = check(client.post(page(key, "isi"), data=form), 422)
    told = 'id="title-error"' in text and "a" * 100_000 in text
    assert told


def test_longitude_and_latitude_the_wrong_way_round_are_noticed(client):
    form = {"lon": "-6.89", "lat": "107.61"}
    text = check(client.post(page(uuid.uuid4(), "lokasi"), data=form), 422)
    kept = "107.61" in text and "field-error" in text
    assert kept


@pytest.mark.parametrize(("lon", "lat"), [("106.85", "-6.21"), ("107.90", "-6.92"), ("0", "0")])
def test_a_place_outside_the_city_is_refused_with_words(client, lon, lat):
    text = check(client.post(page(uuid.uuid4(), "lokasi"), data={"lon": lon, "lat": lat}), 422)
    told = "field-error" in text
    assert told


@pytest.mark.parametrize("day", ["1900-01-01", "2999-01-01", "0001-01-01", "kemarin", "2026-13-45"])
def test_days_nobody_can_have_seen_are_refused_beside_the_field(client, day):
    text = check(client.post(page(uuid.uuid4(), "isi"), data={"happened_on": day}), 422)
    told = 'id="happened_on-error"' in text and day in text
    assert told


def test_a_key_that_is_no_key_and_one_that_is_somebody_elses(client_for, session):
    mine, other = make.user(), make.user()
    key = uuid.uuid4()
    client_for(mine).post(page(key, "isi"), data={"title": "Rahasia saya"})
    for somebody in (client_for(other), client_for()):
        for address in (page(key, "isi"), page(key, "periksa"), f"/lapor/baru/{key}"):
            check(somebody.get(address), 404)
        for name in ("isi", "lokasi", "foto"):
            check(somebody.post(page(key, name), data={"title": "Ditimpa"}), 404)
    assert session.get_one(Draft, key).data["isi"]["title"] == "Rahasia saya"


def complete(client, key, **changes):
    client.post(page(key, "foto"))
    place = {"lon": "107.6137", "lat": "-6.8850", "area_code": ""}
    check(client.post(page(key, "lokasi"), data=place), 302)
    form = {"title": "Lampu mati di gang", "body": "Sudah tiga malam gelap sekali.",
            "category_code": make.category("lapor").code, "visibility": "public",
            "road_class": "gang"} | changes  # fmt: skip
    check(client.post(page(key, "isi"), data=form), 302)


def test_a_form_sent_twice_and_the_back_button_give_one_item(client_for, session):
    client, key = client_for(make.user()), uuid.uuid4()
    complete(client, key)
    first = client.post(page(key, "periksa"))
    again = client.post(page(key, "periksa"))
    check(first, 302)
    check(again, 302)
    assert session.scalar(select(func.count(Item.id)).where(Item.filing_key == key)) == 1
    for name in ("foto", "isi", "lokasi", "periksa"):
        back = client.get(page(key, name))
        assert "/lapor/L-" in back.location


def test_whoever_is_not_signed_in_any_more_comes_back_to_what_was_typed(client_for, session):
    stranger, key = client_for(), uuid.uuid4()
    complete(stranger, key)
    sent = stranger.post(page(key, "periksa"))
    check(sent, 302)
    assert sent.location.startswith("/masuk?lanjut=")
    user = make.user()
    stranger.post("/masuk", data={"email": user.email, "password": make.PASSWORD})
    text = check(stranger.get(page(key, "periksa")), 200)
    kept = "Lampu mati di gang" in text
    assert kept
    check(stranger.post(page(key, "periksa")), 302)
    assert session.scalar(select(Item.author_id).where(Item.filing_key == key)) == user.person_id


def test_sending_an_empty_draft_leads_to_the_page_that_lacks_something(client_for):
    client = client_for(make.user())
    sent = client.post(page(uuid.uuid4(), "periksa"))
    check(sent, 302)
    assert "/lokasi" in sent.location


def test_a_page_without_its_token_says_what_to_do(app, client_for, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    client = client_for(make.user())
    check(client.post(page(uuid.uuid4(), "isi"), data={"title": "Halo"}), 400)


# -- photos ---------------------------------------------------------------------------------


def jpeg(size=(40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, "JPEG")
    return out.getvalue()


def png_bomb(width=60_000, height=60_000) -> bytes:
    """A few bytes that claim to be 3.6 gigapixels."""

    def chunk(name, data):
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


WRONG = {
    "empty.jpg": b"",
    "teks.jpg": b"Halo, ini bukan gambar.",
    "halaman.html": b"<script>alert(1)</script>",
    "gambar.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "gambar.gif": b"GIF89a" + b"\0" * 40,
    "bom.png": png_bomb(),
    "putus.jpg": jpeg()[:200],
    "arsip.zip": b"PK\x03\x04" + b"\0" * 1000,
    "skrip.php.jpg": b"<?php system('id'); ?>",
    "naskah.pdf": b"%PDF-1.7\n" + b"\0" * 100,
    "tiff.jpg": b"II*\0" + b"\xff" * 500,
}


@pytest.mark.parametrize("name", WRONG)
def test_a_file_that_is_no_photo_is_named_and_the_others_are_kept(client, name, session):
    key = uuid.uuid4()
    files = [(io.BytesIO(jpeg()), "baik.jpg"), (io.BytesIO(WRONG[name]), name)]
    response = client.post(page(key, "foto"), data={"photos": files})
    check(response, 302)
    text = check(client.get(response.location), 200)
    told = name in text
    assert told
    rows = session.scalars(select(Photo).where(Photo.draft_key == key)).all()
    assert len(rows) == 1


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "a\0b.jpg", "\u202egpj.exe", "x" * 5000 + ".jpg", "<b>.jpg", "%s.jpg"],
)
def test_the_name_of_a_file_is_only_a_name(client, name):
    key = uuid.uuid4()
    for content in (jpeg(), b"bukan gambar"):
        response = client.post(page(key, "foto"), data={"photos": (io.BytesIO(content), name)})
        check(response, 302)
        check(client.get(response.location), 200)


def test_more_than_may_be_sent_is_refused_with_words(client):
    large = io.BytesIO(b"\xff\xd8" + b"\0" * (53 * 1024 * 1024))
    check(client.post(page(uuid.uuid4(), "foto"), data={"photos": (large, "besar.jpg")}), 413)


def test_a_body_that_is_not_what_it_says_is_read_as_nothing(client):
    for kind in ("multipart/form-data; boundary=x", "multipart/form-data", "application/json",
                 "text/xml", "application/x-www-form-urlencoded; charset=utf-16"):  # fmt: skip
        response = client.post(
            page(uuid.uuid4(), "isi"), data=b"\xff\xfe{}--x\r\n\0", content_type=kind
        )
        check(response, 400, 413, 422)


# -- steps, comments ------------------------------------------------------------------------


@pytest.mark.parametrize("what", WORST)
def test_nothing_sent_as_a_step_breaks_it(client_for, what, session):
    client, value = client_for(make.user(roles=("moderator",))), NASTY[what]
    for step, names in {
        "reject": ("reason", "note", "seen", "key", "photo_ids"),
        "route": ("department", "note", "seen"),
        "merge": ("into", "reason"),
        "relocate": ("area",),
        "recategorise": ("category",),
    }.items():
        item = make.item("lapor", state="verified" if step == "route" else None)
        for name in names:
            good = {"reason": "unclear", "note": "Kurang jelas di mana.", "seen": "1"}
            form = good | ({} if name in good or step == "reject" else {"seen": ""}) | {name: value}
            check(client.post(f"/lapor/{item.number}/langkah/{step}", data=form))


@pytest.mark.parametrize("what", WORST)
def test_nothing_an_officer_sends_breaks_a_step(client_for, what):
    client, value = client_for(make.user(roles=("officer", "planner"))), NASTY[what]
    ways = {
        ("lapor", "accepted", "plan"): ("date", "note"),
        ("lapor", "working", "submit_proof"): ("photo_ids", "note"),
        ("musrenbang", "works", "report_progress"): ("progress",),
        ("musrenbang", "in_rkpd", "enter_apbd"): ("budget",),
        ("badami", "incubation", "pilot"): ("period_from", "period_to", "indicators", "budget"),
    }
    for (kind, state, step), names in ways.items():
        item = make.item(kind, state=state, department_code=make.DEPARTMENT)
        for name in names:
            form = {"note": "Catatan.", "indicators": "Jumlah.", "period_from": "2026-12-01",
                    "period_to": "2027-01-01"} | {name: value}  # fmt: skip
            text = check(client.post(f"/{kind}/{item.number}/langkah/{step}", data=form))
            if "<form" in text and name != "note" and 'name="note"' in text:
                kept = "Catatan." in text
                assert kept


def test_an_author_rates_with_what_is_no_rating(client_for):
    for value in (*(NASTY[what] for what in WORST), "6", "0", "4.5"):
        item = make.item("lapor", user := make.user(), "resolved")
        check(
            client_for(user).post(f"/lapor/{item.number}/langkah/confirm", data={"rating": value})
        )


def test_steps_that_do_not_exist_are_refused_with_words(client_for):
    client, item = client_for(make.user(roles=("moderator",))), make.item("lapor")
    for step in ("terbang", "%00", "__init__", "lapse", "x" * 2000):
        for method in (client.get, client.post):
            check(method(f"/lapor/{item.number}/langkah/{step}"), 403, 404)


def test_photos_that_came_with_a_step_are_kept_when_something_else_lacks(client_for, session):
    officer = make.user(roles=("officer",))
    item = make.item("lapor", state="working", department_code=make.DEPARTMENT)
    client, address = client_for(officer), f"/lapor/{item.number}/langkah/submit_proof"
    form = {"photos": (io.BytesIO(jpeg()), "bukti.jpg"), "note": ""}
    text = check(client.post(address, data=form), 422)
    found = re.search(r'name="photo_ids"[^>]*value="(\d+)"', text)
    assert found
    check(client.post(address, data={"photo_ids": found[1], "note": "Sudah ditambal."}), 302)
    session.expire_all()
    assert item.state == "proof_submitted"


@pytest.mark.parametrize("what", WORST)
def test_nothing_said_in_a_discussion_breaks_it(client_for, what, session):
    item, client = make.item("badami", state="discussion"), client_for(make.user())
    for form in (
        {"body": NASTY[what]},
        {"body": "Setuju.", "stance": NASTY[what]},
        {"body": "Setuju.", "parent": NASTY[what]},
        {"body": "Setuju.", "key": NASTY[what]},
    ):
        check(client.post(f"/badami/{item.number}/komentar", data=form), 302, 400)
    check(client.get(f"/badami/{item.number}"), 200)
    comment = make.comment(item)
    report = f"/badami/{item.number}/komentar/{comment.id}/lapor"
    check(client.post(report, data={"reason": NASTY[what]}), 302)


def test_a_comment_of_another_item_is_not_found_here(client_for):
    one, other = make.item("lapor", state="verified"), make.item("lapor", state="verified")
    comment = make.comment(other)
    client = client_for(make.user(roles=("moderator",)))
    for act in ("lapor", "putuskan"):
        address = f"/lapor/{one.number}/komentar/{comment.id}/{act}"
        check(client.post(address, data={"reason": "x"}), 404)


def test_clicking_twice_is_one_step_and_one_comment(client_for, session):
    client, item = client_for(make.user(roles=("moderator",))), make.item("lapor")
    form = {"seen": "1", "key": str(uuid.uuid4()), "note": "Sudah dicek."}
    for _ in range(3):
        check(client.post(f"/lapor/{item.number}/langkah/verify", data=form), 302)
    said = {"body": "Terima kasih.", "key": str(uuid.uuid4())}
    for _ in range(3):
        check(client.post(f"/lapor/{item.number}/komentar", data=said), 302)
    assert session.scalar(select(func.count()).where(Change.item_id == item.id)) == 2
    assert session.scalar(select(func.count()).where(Comment.item_id == item.id)) == 1


def test_somebody_who_was_slower_is_told_so(client_for):
    client, item = client_for(make.user(roles=("moderator",))), make.item("lapor")
    check(client.post(f"/lapor/{item.number}/langkah/verify", data={"seen": "1"}), 302)
    form = {"seen": "1", "reason": "spam", "note": "Iklan."}
    check(client.post(f"/lapor/{item.number}/langkah/reject", data=form), 409)
