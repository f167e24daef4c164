"""Proposing in the wizard: what the catalogue knows is not asked, what it wants must come along."""

from __future__ import annotations

import io
import uuid
from html import unescape

import pytest

from app.services import items, rw_limits
from app.services.answers import Refused
from models import CatalogueEntry, Document, Item, Proposal, db
from tests import factories as make
from tests.pictures import jpeg

pytestmark = pytest.mark.usefixtures("session")
DAGO = {"lon": "107.6137", "lat": "-6.8850", "rw": "5"}
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
CONTENT = {
    "catalogue_code": "F02",
    "category_code": "",
    "volume": "72",
    "title": "Rabat beton di gang buntu",
    "body": "Becek setiap hujan dan licin untuk orang tua.",
    "visibility": "public",
    "land_status": "city",
    "group": "umum",
    "funding": "musrenbang",
    "siap-lahan": "yes",
    "siap-aset": "no",
}


@pytest.fixture
def author():
    return make.user()


@pytest.fixture
def client(client_for, author):
    return client_for(author)


def page(key, name):
    return f"/musrenbang/baru/{key}/{name}"


def text(response):
    return unescape(response.get_data(as_text=True))


def photos(n):
    return {"photos": [(io.BytesIO(jpeg().getvalue()), f"{i}.jpg") for i in range(n)]}


def typed(client, key, with_photos=2, **changes):
    """All pages but the last; the answer to the third."""
    client.post(page(key, "foto"), data=photos(with_photos))
    assert client.post(page(key, "lokasi"), data=DAGO).status_code == 302
    return client.post(page(key, "isi"), data=CONTENT | changes)


def test_what_the_catalogue_knows_is_not_asked(client):
    key = uuid.uuid4()
    assert typed(client, key, unit_price="1", unit="km", bidang="ekonomi").status_code == 302
    shown = text(client.get(page(key, "periksa")))
    assert "17.280.000" in shown
    assert client.post(page(key, "periksa")).status_code == 302
    item = db.session.query(Proposal).filter_by(filing_key=key).one()
    assert (item.catalogue_code, item.unit, item.unit_price) == ("F02", "m2", 240_000)
    assert (item.bidang, item.category_code) == ("fisik", "usul-jalan-lingkungan")
    assert item.cost == 72 * 240_000
    assert item.catalogue_review == ""
    assert item.readiness == {"lahan": "yes", "aset": "no"}


NO_VOLUMES = ("-3", "0", "5000000000", "5.000.000.000", "1501", "dua", "", "1,2,3", "NaN", "9" * 50)


@pytest.mark.parametrize("volume", NO_VOLUMES)
def test_a_volume_that_makes_no_sense_is_named_and_kept(client, volume):
    response = typed(client, uuid.uuid4(), volume=volume)
    assert response.status_code == 422
    shown = text(response)
    assert 'id="volume-error"' in shown
    assert f'value="{volume[:60]}"' in shown


@pytest.mark.parametrize(("volume", "cost"), [("12,5", 3_000_000), ("1.000,5", 240_120_000)])
def test_a_volume_is_read_as_it_is_written_here(client, volume, cost):
    key = uuid.uuid4()
    assert typed(client, key, volume=volume).status_code == 302
    client.post(page(key, "periksa"))
    assert db.session.query(Proposal).filter_by(filing_key=key).one().cost == cost


def test_photos_the_catalogue_wants_have_to_come_along(client):
    key = uuid.uuid4()
    typed(client, key, with_photos=1)
    assert client.get(page(key, "periksa")).location.endswith("/foto")
    assert client.post(page(key, "periksa")).location.endswith("/foto")
    assert db.session.query(Item).filter_by(filing_key=key).count() == 0
    assert client.post(page(key, "foto"), data=photos(1)).location.endswith("/periksa")
    assert client.post(page(key, "periksa")).location.endswith("/terima-kasih")


def test_documents_the_catalogue_wants_have_to_come_along(client, author):
    key = uuid.uuid4()
    assert typed(client, key, catalogue_code="F26", volume="1").status_code == 302
    assert client.get(page(key, "periksa")).location.endswith("/foto")
    wrong = {"dokumen-bukti_lahan": (io.BytesIO(b"MZ program"), "bukti.pdf")}
    assert client.post(page(key, "foto"), data=wrong).location.endswith("/foto")
    right = {"dokumen-bukti_lahan": (io.BytesIO(PDF), "bukti.pdf")}
    assert client.post(page(key, "foto"), data=right).location.endswith("/periksa")
    assert client.post(page(key, "periksa")).location.endswith("/terima-kasih")
    document = db.session.query(Document).one()
    assert document.item_id == db.session.query(Item.id).filter_by(filing_key=key).scalar()
    assert document.draft_key is None


def test_what_stands_outside_the_catalogue_waits_for_its_review(client, session):
    key = uuid.uuid4()
    outside = {"catalogue_code": "luar", "category_code": "usul-seni-budaya", "unit": "unit",
               "unit_price": "Rp 75.000.000", "bidang": "sosial_budaya", "volume": "1"}  # fmt: skip
    for lacking in ("category_code", "unit", "volume"):
        assert typed(client, uuid.uuid4(), **{**outside, lacking: ""}).status_code == 422
    assert typed(client, key, with_photos=0, **outside).status_code == 302
    client.post(page(key, "periksa"))
    item = db.session.query(Proposal).filter_by(filing_key=key).one()
    assert (item.catalogue_code, item.catalogue_review) == (None, "waiting")
    assert item.cost == 75_000_000
    moderator = make.actor(make.user(roles=("moderator",)))
    steps = {step.name for step in items.open_steps(item, moderator)}
    assert {"accept_outside", "refuse_outside", "verify"} <= steps
    items.move(item, "verify", moderator)
    assert "agree" not in {step.name for step in items.open_steps(item, moderator)}
    why = {"reason": "in_catalogue", "note": "Pakai baris F33."}
    items.move(item, "refuse_outside", moderator, why)
    assert item.catalogue_review == "refused"
    assert "agree" not in {step.name for step in items.open_steps(item, moderator)}
    items.move(item, "accept_outside", moderator)
    assert "agree" in {step.name for step in items.open_steps(item, moderator)}


def test_a_refused_proposal_finds_its_line_with_todays_price(session, author):
    item = make.item("musrenbang", author, catalogue_review="waiting", volume=3, unit="paket")
    moderator = make.actor(make.user(roles=("moderator",)))
    why = {"reason": "in_catalogue", "note": "Pakai baris F02."}
    items.move(item, "refuse_outside", moderator, why)
    proposer = make.actor(author)
    for wrong in ({"line": "F99", "volume": 3}, {"line": "F02", "volume": 1501}):
        with pytest.raises(Refused):
            items.move(item, "choose_line", proposer, wrong)
    items.move(item, "choose_line", proposer, {"line": "F02", "volume": 30})
    assert (item.catalogue_code, item.unit, item.catalogue_review) == ("F02", "m2", "")
    assert item.cost == 30 * 240_000
    assert "choose_line" not in {step.name for step in items.open_steps(item, proposer)}


def test_what_was_asked_before_is_shown_with_what_became_of_it(client, session):
    before = make.item(
        "musrenbang", title="Rabat beton di gang buntu", lon=107.6138, lat=-6.8851, funding="pokir",
        category_code="usul-jalan-lingkungan",
    )  # fmt: skip
    moderator = make.actor(make.user(roles=("moderator",)))
    items.move(before, "refuse", moderator, {"reason": "land_unclear", "note": "Tanah sengketa."})
    before.plan_year -= 2
    make.item("lapor", title="Gang buntu becek dan licin", body="Becek setiap hujan, licin.",
              lon=107.6137, lat=-6.8850, state="verified")  # fmt: skip
    hidden = make.item("musrenbang", title="Rabat beton di gang buntu rahasia", lon=107.6137,
                       lat=-6.8850, visibility="confidential")  # fmt: skip
    session.flush()
    key = uuid.uuid4()
    typed(client, key)
    shown = text(client.get(page(key, "periksa")))
    assert before.number in shown
    assert str(before.plan_year) in shown
    assert "pokir" in shown
    assert "Gang buntu becek" in shown
    assert hidden.number not in shown


def test_a_full_rw_is_told_before_and_refused_at_the_end(client, session):
    year = make.item("musrenbang", rw=5).plan_year
    rw_limits.agree(make.actor(make.user(roles=("planner",))), year, make.KELURAHAN, 1, None)
    session.flush()
    key = uuid.uuid4()
    typed(client, key)
    assert "RW 05" in text(client.get(page(key, "periksa")))
    response = client.post(page(key, "periksa"))
    assert response.status_code == 302
    assert response.location.endswith("/lokasi")
    assert db.session.query(Item).filter_by(filing_key=key).count() == 0
    assert "Rabat beton" in text(client.get(page(key, "isi"))), "what was typed is kept"


def test_a_line_of_the_catalogue_leads_into_the_wizard(client):
    key = uuid.uuid4()
    assert 'name="kamus" value="F10"' in text(client.get("/musrenbang/baru?kamus=F10"))
    client.post(page(key, "foto"), data={"kamus": "F10"})
    client.post(page(key, "lokasi"), data=DAGO)
    assert '<option data-bidang="fisik"' in text(client.get(page(key, "isi")))
    shown = text(client.get(page(key, "isi")))
    assert "Normalisasi saluran lingkungan (m)" in shown
    assert "165.000" in shown


@pytest.mark.parametrize(
    "address",
    [
        "/musrenbang/kamus?q=%00&bidang=%00&opd=%00&hal=-3",
        "/musrenbang/kamus?q=" + "a" * 3000,
        "/musrenbang/kamus?hal=99999999999999999999999",
        "/musrenbang/kamus/pilihan?catalogue_code=%00&bidang=%00",
        "/musrenbang/kamus/pilihan?catalogue_code=luar&siap-lahan=maybe",
        "/musrenbang/baru?kamus=%00%22%3E%3Cscript%3E",
    ],
)
def test_nonsense_in_an_address_is_no_trouble(client, address):
    response = client.get(address)
    assert response.status_code == 200
    assert "<script>" not in response.get_data(as_text=True)


def test_no_line_of_that_name(client):
    for code in ("F999", "%00", "..%2F", "a" * 60):
        assert client.get(f"/musrenbang/kamus/{code}").status_code == 404


def test_an_ended_line_is_not_proposed_any_more(client, session):
    from app.queries import catalogue as lines
    from app.services import catalogue

    planner = make.actor(make.user(roles=("planner",)))
    catalogue.end(planner, lines.entry(session, "F02"))
    assert typed(client, uuid.uuid4()).status_code == 422


def test_whoever_verifies_is_told_what_the_catalogue_still_wants(client_for, session):
    made = make.item("musrenbang")
    made.catalogue_code = "F02"
    session.get(CatalogueEntry, "F02").documents_wanted = ["rab"]
    session.flush()
    address = f"/musrenbang/{made.number}"
    page = text(client_for(make.user(roles=("moderator",))).get(address))
    assert "Kamus meminta 2 foto" in page
    assert 'id="dokumen"' in page
    assert "Kamus meminta" not in text(client_for().get(address))
