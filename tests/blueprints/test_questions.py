"""Questions that only one category asks: on the form, kept with the report, shown on its page."""

from __future__ import annotations

import uuid
from html import unescape

import pytest
from sqlalchemy import select

from app.forms.questions import read
from models import CategoryQuestion, Item, db
from tests import factories as make
from tests.blueprints.test_filing import DAGO, content, page, text

pytestmark = pytest.mark.usefixtures("session")
LIGHT = {"category_code": "pju-mati"}
ANSWERED = {"ditanya": "pju-mati", "tanya-keadaan": "redup", "tanya-jumlah": "3"}


def send(client, key, **changes):
    client.post(page(key, "lokasi"), data=DAGO)
    return client.post(page(key, "isi"), data=content(**changes))


def test_a_category_with_questions_asks_them_before_it_goes_on(client):
    key = uuid.uuid4()
    shown = text(send(client, key, **LIGHT))
    assert 'name="tanya-keadaan"' in shown
    assert 'name="tanya-nomor-tiang"' in shown
    assert "field-error" not in shown
    assert "Sudah tiga malam gelap sekali." in shown
    later = text(client.get(page(key, "isi")))
    assert 'name="tanya-keadaan"' in later


def test_a_category_without_questions_goes_straight_on(client):
    assert send(client, uuid.uuid4()).status_code == 302


def test_a_question_that_must_be_answered_says_so_and_loses_nothing(client):
    sent = send(client, uuid.uuid4(), **LIGHT, ditanya="pju-mati", **{"tanya-jumlah": "tiga"})
    shown = unescape(sent.get_data(as_text=True))
    assert sent.status_code == 422
    assert shown.count("field-error") == 2
    assert 'value="tiga"' in shown


def test_what_was_answered_is_kept_and_stands_on_the_page(client_for):
    client, key = client_for(make.user()), uuid.uuid4()
    assert send(client, key, **LIGHT, **ANSWERED).status_code == 302
    check = text(client.get(page(key, "periksa")))
    assert "Redup atau berkedip" in check
    client.post(page(key, "periksa"))
    item = db.session.scalars(select(Item).where(Item.filing_key == key)).one()
    assert item.answers == {"keadaan": "redup", "jumlah": 3}
    shown = text(client.get(f"/lapor/{item.number}"))
    assert "Bagaimana keadaan lampunya?" in shown
    assert "Redup atau berkedip" in shown


def test_questions_hints_and_choices_are_said_in_the_readers_language(client_for):
    client, key = client_for(make.user()), uuid.uuid4()
    client.get("/?bahasa=en")
    asked = text(send(client, key, **LIGHT))
    for said in ("What is wrong with the light?", "Choose what fits best.", "Dim or flickering"):
        assert said in asked
    send(client, key, **LIGHT, **ANSWERED)
    check = text(client.get(page(key, "periksa")))
    assert "Dim or flickering" in check
    assert "Redup atau berkedip" not in check


def test_every_question_of_the_city_is_said_in_english_as_well(session):
    for question in session.scalars(select(CategoryQuestion)):
        assert bool(question.help) == bool(question.help_en), question.code
        assert question.label_en
        assert all(name and english for _key, name, english in question.choices), question.code


def test_several_boxes_are_kept_while_typing_and_when_sent(client_for):
    client, key = client_for(make.user()), uuid.uuid4()
    boxes = {"tanya-keluhan": ["mati", "bocor"], "ditanya": "air-bersih"}
    client.post(page(key, "simpan/isi"), data=content(category_code="air-bersih", **boxes))
    shown = text(client.get(page(key, "isi")))
    assert shown.count("checked") >= 2
    send(client, key, category_code="air-bersih", **boxes)
    client.post(page(key, "periksa"))
    item = db.session.scalars(select(Item).where(Item.filing_key == key)).one()
    assert item.answers == {"keluhan": ["mati", "bocor"]}


def test_the_questions_of_a_category_come_as_a_piece_of_the_page(client):
    piece = text(client.get("/lapor/baru/pertanyaan?category_code=kabel-semrawut"))
    assert "Jangan menyentuh kabel" in piece
    assert 'name="tanya-pemilik"' in piece
    assert 'name="tanya-jangan-disentuh"' not in piece
    assert "csrf" not in piece
    assert "Set-Cookie" not in client.get("/lapor/baru/pertanyaan").headers
    for nonsense in ("", "tidak-ada", "jalan-berlubang", "\0", "rw-terang"):
        assert "tanya-" not in text(client.get("/lapor/baru/pertanyaan?category_code=" + nonsense))


def test_a_question_that_ended_is_asked_no_more_but_its_answers_stay(client, session):
    item = make.item("lapor", state="verified", category_code="pju-mati")
    item.answers = {"keadaan": "mati", "tidak-dikenal": "x"}
    ended = session.get_one(CategoryQuestion, ("pju-mati", "keadaan"))
    ended.valid_to = ended.valid_from = make.date.today()
    session.commit()
    assert "Mati total" in text(client.get(f"/lapor/{item.number}"))
    piece = text(client.get("/lapor/baru/pertanyaan?category_code=pju-mati"))
    assert "tanya-keadaan" not in piece


CASES = [
    ("number", ["12,5"], 12.5),
    ("number", [" 7 "], 7),
    ("number", ["nan"], None),
    ("number", ["1e99"], None),
    ("number", ["tujuh"], None),
    ("datetime", ["2026-11-21T09:30"], "2026-11-21T09:30+07:00"),
    ("datetime", ["2026-11-21T02:30:00Z"], "2026-11-21T02:30+00:00"),
    ("datetime", ["kemarin"], None),
    ("datetime", ["0001-01-01T00:00"], None),
    ("string", ["  satu   baris\n"], "satu baris"),
    ("string", ["x" * 201], None),
    ("text", ["dua\r\nbaris"], "dua\nbaris"),
    ("singlevaluelist", ["a"], "a"),
    ("singlevaluelist", ["a", "b"], None),
    ("singlevaluelist", ["Nama A"], None),
    ("multivaluelist", ["b", "a", "a"], ["a", "b"]),
    ("multivaluelist", ["a", "c"], None),
]


@pytest.mark.parametrize(("datatype", "given", "meant"), CASES)
def test_answers_are_read_by_their_type(datatype, given, meant):
    pairs = [["a", "Nama A", ""], ["b", "Nama B", ""]] if datatype.endswith("list") else []
    question = CategoryQuestion(code="q", datatype=datatype, choices=pairs, required=False)
    assert read(question, []) is None
    assert read(question, ["", "  "]) is None
    if meant is None:
        with pytest.raises(ValueError, match=r"."):
            read(question, given)
    else:
        assert read(question, given) == meant
