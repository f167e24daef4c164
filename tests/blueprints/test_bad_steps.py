"""Files, steps and words under bad input."""

from __future__ import annotations

import gc
import io
import re
import struct
import uuid
import zlib

import pytest
from PIL import Image
from sqlalchemy import func, select

from app.services import photos
from models import Change, Comment, Photo
from tests import factories as make
from tests.nasty import NASTY, WORST, check

pytestmark = pytest.mark.usefixtures("session")


def page(key, name, kind="lapor"):
    return f"/{kind}/baru/{key}/{name}"


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


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_more_than_may_be_sent_is_refused_with_words(client):
    """Werkzeug leaves the begun temporary file to the garbage collector."""
    large = io.BytesIO(b"\xff\xd8" + b"\0" * (53 * 1024 * 1024))
    check(client.post(page(uuid.uuid4(), "foto"), data={"photos": (large, "besar.jpg")}), 413)
    gc.collect()


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
    text = check(client.post(address, data=form), 200)
    found = re.search(r'name="photo_ids"[^>]*value="(\d+)"', text)
    assert found
    photos.process(int(found[1]))
    check(client.post(address, data={"photo_ids": found[1], "note": ""}), 422)
    why = {"explain_time": "Kamera lama tanpa jam.", "explain_distance": "Tanpa GPS di lokasi."}
    check(client.post(address, data={"note": "Sudah ditambal.", **why}), 302)
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
        check(client.post(f"/badami/{item.number}/komentar", data=form), 302, 422)
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
