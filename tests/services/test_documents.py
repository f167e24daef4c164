"""Documents: judged by what is in them, without what tells of their maker, kept from strangers."""

from __future__ import annotations

import io
import uuid
import zlib

import pytest
from PIL import Image

from app.access import ANONYMOUS
from app.services import documents, drafts
from app.services.document_content import (
    Active,
    Broken,
    DocumentProblem,
    Empty,
    Locked,
    NoDocument,
    TooLarge,
    harmless,
)
from app.workflow import NotAllowed
from models import DOCUMENT_LARGEST, Change, Document, db
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
TAIL = b"\nstartxref\n0\n%%EOF\n"
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>"
    b"endobj\n3 0 obj<</Author(Budi \\) Santoso)/Producer<FEFF0041>/Title (Surat rahasia)>>endobj\n"
    b"trailer<</Root 1 0 R/Info 3 0 R>>" + TAIL
)
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><dc:creator>Budi</dc:creator></x:xmpmeta>"


def jpeg(turned=6) -> bytes:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112], exif[0x013B] = "Kamera Rahasia", turned, "Budi"
    exif.get_ifd(0x8825)[2] = (6.0, 54.0, 0.0)
    out = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(out, "JPEG", exif=exif, comment=b"dari Budi")
    return out.getvalue()


def test_a_pdf_keeps_its_length_and_loses_its_maker():
    data = PDF.replace(b"3 0 obj", b"4 0 obj<</Length 90>>stream\n" + XMP + b"endstream\n3 0 obj")
    clean, sort = harmless(data)
    assert sort == "application/pdf"
    assert len(clean) == len(data)
    assert not any(word in clean for word in (b"Budi", b"Santoso", b"rahasia", b"FEFF"))
    assert b"/Type/Catalog" in clean


def test_a_jpeg_keeps_its_picture_and_how_it_is_turned_and_nothing_else():
    original = jpeg()
    clean, sort = harmless(original + b"PK\x03\x04 a second file")
    assert sort == "image/jpeg"
    assert not any(w in clean for w in (b"Kamera", b"Budi", b"second", b"PK\x03\x04"))
    with Image.open(io.BytesIO(clean)) as image:
        assert dict(image.getexif()) == {0x0112: 6}
        with Image.open(io.BytesIO(original)) as before:
            assert image.tobytes() == before.tobytes()


def hidden(objects: bytes) -> bytes:
    body = zlib.compress(objects)
    return b"%PDF-1.5\n5 0 obj<</Type/ObjStm/N 1>>stream\n" + body + b"\nendstream endobj" + TAIL


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", Empty),
        (b"%PDF-1.4" + b"x" * DOCUMENT_LARGEST, TooLarge),
        (b"PK\x03\x04 a spreadsheet", NoDocument),
        (b"MZ\x90 a program", NoDocument),
        (b"<html><script>", NoDocument),
        (b"\x89PNG\r\n\x1a\n", NoDocument),
        (PDF[:-20], Broken),
        (PDF.replace(b"/Root", b"/Encrypt 9 0 R/Root"), Locked),
        (PDF.replace(b"/Pages 2 0 R", b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>"), Active),
        (PDF.replace(b"/Pages 2 0 R", b"/AA<</S/J#61vaScript>>"), Active),
        (PDF.replace(b"/Pages 2 0 R", b"/Names<</EmbeddedFile 3 0 R>>"), Active),
        (hidden(b"1 0 <</S/Launch/F(cmd.exe)>>"), Active),
        (jpeg()[:-40], Broken),
        (b"\xff\xd8\xff\xe0 not really", Broken),
    ],
)
def test_what_is_no_harmless_document_is_refused_in_words(data, problem):
    with pytest.raises(problem) as told:
        harmless(data)
    assert str(told.value)


def test_words_that_only_look_like_a_program_do_no_harm():
    assert harmless(PDF.replace(b"/Pages 2 0 R", b"/Pages 2 0 R/JSmith 1"))[1] == "application/pdf"


@pytest.fixture
def author():
    return make.user()


def proposed(author, **values):
    item = make.item("musrenbang", author, **values)
    stream = io.BytesIO(PDF)
    actor = make.actor(author)
    return item, documents.take(stream, "../Surat <RW>.exe", "rab", actor=actor, item=item)


def test_a_document_is_named_by_its_content(author):
    _item, document = proposed(author)
    assert document.file_name == "Surat RW.pdf"
    assert documents.content(document)[:5] == b"%PDF-"


def test_strangers_read_a_document_only_once_it_is_published(session, author):
    item, document = proposed(author)
    moderator = make.actor(make.user(roles=("moderator",)))
    for actor, reads in ((make.actor(author), 1), (moderator, 1), (ANONYMOUS, 0)):
        assert len(documents.of_item(session, item, actor)) == reads
        assert bool(documents.readable(session, document.id, actor)) is bool(reads)
    with pytest.raises(NotAllowed):
        documents.publish(document, item, make.actor(author))
    documents.publish(document, item, moderator)
    assert documents.readable(session, document.id, ANONYMOUS) is document
    item.visibility = "confidential"
    db.session.flush()
    assert documents.readable(session, document.id, ANONYMOUS) is None
    item.visibility = "public"
    documents.publish(document, item, moderator, back=True)
    assert documents.readable(session, document.id, ANONYMOUS) is None


def test_proof_of_the_land_is_never_published(session, author):
    item, document = proposed(author)
    document.sort = "bukti_lahan"
    with pytest.raises(NotAllowed):
        documents.publish(document, item, make.actor(make.user(roles=("moderator",))))


def test_a_draft_takes_its_documents_along_and_eight_are_enough(session, author):
    key, actor = uuid.uuid4(), make.actor(author)
    draft = drafts.save(key, "musrenbang", actor, "foto", {})
    for _n in range(documents.MOST):
        documents.take(io.BytesIO(PDF), "a.pdf", "lainnya", actor=actor, draft=draft)
    with pytest.raises(DocumentProblem):
        documents.take(io.BytesIO(PDF), "a.pdf", "lainnya", actor=actor, draft=draft)
    gone = documents.of_draft(session, draft)[0]
    documents.discard(draft, gone.id)
    with pytest.raises(FileNotFoundError):
        documents.content(gone)
    item = make.item("musrenbang", author)
    drafts.become(draft, item, session.query(Change).filter_by(item_id=item.id).one())
    assert session.query(Document).filter_by(item_id=item.id).count() == documents.MOST - 1


def test_a_download_is_a_file_to_be_saved_and_never_a_page(client_for, session, author):
    item, document = proposed(author)
    assert client_for().get(f"/dokumen/{document.id}").status_code == 404
    response = client_for(author).get(f"/dokumen/{document.id}")
    assert response.status_code == 200
    assert response.headers["Content-Disposition"].startswith("attachment; filename=dokumen-")
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, no-store"
    shown = client_for().get(f"/musrenbang/{item.number}").get_data(as_text=True)
    assert "Surat RW.pdf" not in shown
