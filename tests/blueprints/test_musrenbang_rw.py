"""The operators' table: good rows go, bad ones say why, and none is lost or sent twice."""

from __future__ import annotations

import io
import uuid
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from app.access import SYSTEM
from app.services import cycles, intake, queued, rw_limits
from app.services.cycles import Wanted
from models import Consent, CycleWindow, Draft, Intake, Notice, Person, Proposal, db
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
HOME = "/kerja/musrenbang/rw"
HEAD = {
    "area_code": make.KELURAHAN,
    "rw": "5",
    "nama": "Pak Ketua RW",
    "telepon": "",
    "channel": "paper",
    "how": "signed",
    "agreed": "y",
    "funding": "musrenbang",
}


@pytest.fixture
def operator():
    return make.user(roles=("operator",), area_code=make.KELURAHAN, rw=5)


@pytest.fixture
def client(client_for, operator):
    return client_for(operator)


def rows(*cells, **head):
    """A form with these rows, as the page sends it."""
    keys = [str(uuid.uuid4()) for _row in cells]
    form = HEAD | head | {"baris": keys}
    for key, row in zip(keys, cells, strict=True):
        form |= {f"{key}-{name}": value for name, value in row.items()}
    return form


def sheet():
    return f"{HOME}/{uuid.uuid4()}"


def shown(response):
    return unescape(response.get_data(as_text=True))


def proposals():
    return db.session.query(Proposal).order_by(Proposal.id).all()


def test_good_rows_are_filed_and_bad_ones_say_why(client):
    form = rows(
        {"kamus": "F08 · Saluran", "volume": "90", "rt": "03", "tempat": "Gang Mawar"},
        {"kamus": "F02", "volume": "-4"},
        {"kamus": "tidak ada seperti ini", "volume": "1"},
        {"kamus": "f18", "volume": "1.000,5", "rt": "99"},
        {"kamus": "Penataan taman RW", "volume": "1,5", "masalah": "Anak-anak bermain di jalan."},
    )
    response = client.post(sheet(), data=form)
    assert response.status_code == 422
    made = proposals()
    assert [item.catalogue_code for item in made] == ["F08", "F23"]
    first = made[0]
    assert (first.rw, first.rt, first.address, first.cost) == (5, 3, "Gang Mawar", 90 * 780_000)
    assert "Gang Mawar" in first.title
    assert first.channel == "paper"
    assert "Anak-anak bermain di jalan." in made[1].body
    page = shown(response)
    assert page.count('aria-invalid="true"') == 4  # F02's volume, the words, F18's volume and RT
    assert "-4" in page, "what was typed is not lost"


def test_consent_is_written_down_and_one_proposer_is_one_person(client, operator):
    row = {"kamus": "F02", "volume": "10"}
    other = {"kamus": "F17", "volume": "2", "pengusul": "Bu Nani"}
    client.post(sheet(), data=rows(row, {**row, "kamus": "F10"}, other))
    made = proposals()
    assert len(made) == 3
    authors = [item.author.name for item in made]
    assert authors == ["Pak Ketua RW", "Pak Ketua RW", "Bu Nani"]
    assert made[0].author_id == made[1].author_id
    assert db.session.query(Person).filter_by(name="Bu Nani").count() == 1
    consents = db.session.query(Consent).filter_by(purpose="on_behalf").all()
    assert {consent.item_id for consent in consents} == {item.id for item in made}
    assert {item.filed_by_id for item in made} == {operator.id}


@pytest.mark.parametrize(
    "head", [{"agreed": ""}, {"nama": ""}, {"rw": "0"}, {"rw": "abc"}, {"area_code": ""},
             {"channel": "pigeon"}, {"how": ""}, {"funding": "mine"}],
)  # fmt: skip
def test_without_consent_or_a_place_nothing_is_filed_and_nothing_lost(client, head):
    address = sheet()
    response = client.post(address, data=rows({"kamus": "F02", "volume": "10"}, **head))
    assert response.status_code == 422
    assert proposals() == []
    assert 'value="F02"' in shown(client.get(address))


def test_the_same_form_twice_is_one_proposal_each(client):
    address, form = sheet(), rows({"kamus": "F02", "volume": "10"})
    for _n in range(2):
        assert client.post(address, data=form).status_code == 302
    assert len(proposals()) == 1
    assert proposals()[0].number in shown(client.get(address))


def test_an_operator_proposes_for_its_own_rw_only(client):
    response = client.post(sheet(), data=rows({"kamus": "F02", "volume": "10"}, rw="6"))
    assert response.status_code == 422
    response = client.post(
        sheet(), data=rows({"kamus": "F02", "volume": "9"}, area_code=make.OTHER_KELURAHAN)
    )
    assert response.status_code == 422
    assert proposals() == []


def test_a_full_rw_stops_at_its_number(client, session):
    year = make.item("musrenbang", rw=1).plan_year
    rw_limits.agree(make.actor(make.user(roles=("planner",))), year, make.KELURAHAN, 2, 10**8)
    session.flush()
    form = rows(*({"kamus": code, "volume": "5"} for code in ("F02", "F10", "F18")))
    response = client.post(sheet(), data=form)
    assert response.status_code == 422
    assert len([item for item in proposals() if item.rw == 5]) == 2
    assert "100.000.000" in shown(response)


def test_something_alike_is_shown_before_it_is_filed_again(client):
    row = {"kamus": "F02", "volume": "10", "tempat": "Gang Kenanga"}
    client.post(sheet(), data=rows(row))
    (item,) = proposals()
    item.published_at = item.created_at
    db.session.flush()
    form = rows(row)
    response = client.post(sheet(), data=form)
    assert response.status_code == 422
    assert item.title in shown(response)
    assert len(proposals()) == 1
    (key,) = form["baris"]
    assert client.post(sheet(), data=form | {f"{key}-tetap": "1"}).status_code == 302
    assert len(proposals()) == 2


def test_a_pin_is_the_place_and_must_lie_in_the_kelurahan(client):
    client.post(sheet(), data=rows({"kamus": "F02", "volume": "1", "titik": "-6.8850, 107.6137"}))
    (item,) = proposals()
    assert item.area_basis != "area"
    response = client.post(
        sheet(), data=rows({"kamus": "F10", "volume": "1", "titik": "-6.95, 107.70"})
    )
    assert response.status_code == 422
    assert len(proposals()) == 1


def test_a_row_is_kept_as_it_is_typed_and_only_its_owner_reads_it(client, client_for):
    address, row = sheet(), str(uuid.uuid4())
    typed = {"baris": row, "kamus": "F02", "volume": "1.000,5", "tempat": "<b>Gang</b>"}
    assert client.post(f"{address}/simpan", data=typed).status_code == 204
    assert client.post(f"{address}/simpan", data={"baris": "x"}).status_code == 400
    page = client.get(address).get_data(as_text=True)
    assert "1.000,5" in page
    assert "<b>Gang</b>" not in page
    other = client_for(make.user(roles=("operator",), area_code=make.KELURAHAN, rw=5))
    assert other.get(address).status_code == 404
    assert other.post(f"{address}/simpan", data=typed).status_code == 404
    assert client.get(HOME).location.endswith(address)
    assert client.post(f"{address}/hapus/{row}").status_code == 302
    assert "1.000,5" not in client.get(address).get_data(as_text=True)


def test_what_was_proposed_in_another_year_is_shown_with_what_became_of_it(client):
    row = {"kamus": "F02", "volume": "10", "tempat": "Gang Kenanga"}
    client.post(sheet(), data=rows(row))
    (item,) = proposals()
    item.published_at, item.state, item.plan_year = item.created_at, "refused", 2021
    item.funding = "pokir"
    db.session.flush()
    form = rows(row)
    response = client.post(sheet(), data=form)
    assert response.status_code == 422
    assert "Diusulkan untuk 2021 (pokir): " in shown(response)
    (key,) = form["baris"]
    assert client.post(sheet(), data=form | {f"{key}-tetap": "1"}).status_code == 302
    assert len(proposals()) == 2


def test_rows_stand_where_they_were_typed_in_whatever_order_they_arrive(client):
    address = sheet()
    for place, text in ((3, "Gang Tiga"), (1, "Gang Satu"), (2, "Gang Dua")):
        typed = {"baris": str(uuid.uuid4()), "tempat": text, "urut": str(place)}
        assert client.post(f"{address}/simpan", data=typed).status_code == 204
    page = client.get(address).get_data(as_text=True)
    assert page.index("Gang Satu") < page.index("Gang Dua") < page.index("Gang Tiga")


def test_a_phone_sends_a_row_once_however_often_it_asks(client, operator):
    key, account = uuid.uuid4(), queued.mark(make.actor(operator))
    address = f"{sheet()}/baris/{key}"
    form = HEAD | {"kamus": "F02", "volume": "12,5", "account": account}
    first = client.post(address, data=form)
    assert first.status_code == 200
    assert client.post(address, data=form).json == first.json
    assert len(proposals()) == 1
    assert client.post(address, data=form | {"account": "another"}).status_code == 401
    elsewhere = f"{sheet()}/baris/{uuid.uuid4()}"
    refused = client.post(elsewhere, data=form | {"volume": "5.000.000.000"})
    assert refused.status_code == 422
    assert refused.json["cells"]["volume"]
    unsigned = client.post(f"{sheet()}/baris/{uuid.uuid4()}", data=form | {"agreed": ""})
    assert unsigned.status_code == 422
    assert len(proposals()) == 1


def test_a_spreadsheet_fills_the_table_and_files_nothing(client):
    address = sheet()
    table = "Kode;Volume;RT;Alamat;Pengusul\nF14;5;1;Lapangan;\nF99;x;;;=1+1\n;;;;\n"
    file = {"berkas": (io.BytesIO(table.encode("cp1252")), "usulan.csv")}
    response = client.post(f"{address}/berkas", data=file)
    assert response.status_code == 302
    page = shown(client.get(response.location))
    assert 0 < page.find('value="F14"') < page.find('value="F99"'), "in the order of the file"
    assert 'value="=1+1"' in page
    assert page.count('aria-invalid="true"') == 2
    assert proposals() == []
    for data in (b"", b"\x00\x01\x02", b"nama,alamat\nA,B\n", b"PK\x03\x04 broken"):
        wrong = {"berkas": (io.BytesIO(data), "x.xlsx")}
        assert client.post(f"{sheet()}/berkas", data=wrong).status_code == 302
    assert db.session.query(Draft).filter_by(kind="musrenbang-rw").count() == 1


def test_the_example_is_a_table_we_read(client):
    example = client.get(f"{HOME}/contoh.csv")
    address = sheet()
    client.post(f"{address}/berkas", data={"berkas": (io.BytesIO(example.data), "contoh.csv")})
    page = shown(client.get(f"{address}?coba=1"))
    assert 'value="Gang Mawar"' in page
    assert 'aria-invalid="true"' not in page


# -- the minutes around a close -------------------------------------------------------------


@pytest.fixture
def closing():
    """Rembug Warga closes a minute from now."""
    now = datetime.now(UTC)
    cycles.begin(now.year + 1, SYSTEM)
    window = Wanted("rembug_warga", "32.73", now - timedelta(days=1), now + timedelta(minutes=1))
    cycles.declare(now.year + 1, [window], SYSTEM)
    return window.closes_at


def work() -> None:
    while intake.file_next():
        db.session.commit()


def test_around_the_close_rows_are_received_at_once_and_filed_with_the_time_they_came(
    client, closing
):
    address = sheet()
    good = {"kamus": "F08", "volume": "90", "rt": "1"}
    form = rows(good, {"kamus": "F08", "volume": "-1"}, {"kamus": "F16", "volume": "2"})
    page = client.post(address, data=form)
    assert page.status_code == 422  # one row is wrong, and is said so at once
    assert proposals() == []
    came = {row.key: row.received_at for row in db.session.query(Intake)}
    assert [str(key) for key in came] == [form["baris"][0], form["baris"][2]]
    told = shown(client.get(address))
    assert told.count("rw-row is-waiting") == 2
    assert 'baris" value="' + form["baris"][0] not in told
    work()
    made = proposals()
    assert {one.filing_key: one.created_at for one in made} == came
    assert len({one.author_id for one in made}) == 1
    assert shown(client.get(address)).count("rw-row is-sent") == 2
    assert db.session.query(Notice).count() == 0


def test_a_row_filed_after_the_close_counts_because_it_came_before(client, operator, closing):
    address, key = sheet(), uuid.uuid4()
    said = {"kamus": "F08", "volume": "90", "account": queued.mark(make.actor(operator)), **HEAD}
    first = client.post(f"{address}/baris/{key}", data=said)
    assert (first.status_code, proposals()) == (202, [])
    assert client.post(f"{address}/baris/{key}", data=said).status_code == 202
    window = db.session.query(CycleWindow).one()
    intake_row = db.session.query(Intake).one()
    assert intake_row.received_at < window.closes_at
    work()  # however long the line was
    told = client.post(f"{address}/baris/{key}", data=said)
    assert told.status_code == 200
    assert told.json["number"] == proposals()[0].number
    assert proposals()[0].created_at == intake_row.received_at


def test_a_row_that_came_too_late_stays_in_the_table_with_the_reason(client, operator, closing):
    address, key = sheet(), uuid.uuid4()
    late = {"X-Request-Start": f"t={(closing + timedelta(seconds=5)).timestamp():.3f}"}
    said = {"kamus": "F08", "volume": "90", "account": queued.mark(make.actor(operator)), **HEAD}
    assert client.post(f"{address}/baris/{key}", data=said).status_code == 202
    db.session.query(Intake).one().received_at = closing + timedelta(seconds=5)
    db.session.flush()
    work()
    told = client.post(f"{address}/baris/{key}", data=said, headers=late)
    assert told.status_code == 422
    assert "Rembug Warga" in told.json["errors"][0]
    assert proposals() == []
    page = shown(client.get(address))
    assert "Rembug Warga" in page
    assert "90" in page
    assert [one.event for one in db.session.query(Notice)] == ["intake_refused"]
    # Typed anew it is sent anew.
    assert client.post(f"{address}/baris/{key}", data=said | {"volume": "91"}).status_code == 202
    work()
    assert [one.volume for one in proposals()] == [91]
