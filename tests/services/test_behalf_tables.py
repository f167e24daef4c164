"""Tables of many, typed for somebody else: tried row by row, filed once, receipts for all."""

from __future__ import annotations

import io

import openpyxl
import pytest
from sqlalchemy import func, select

from app.exchange.entries import Reader
from app.jobs.counter import batch_file, batch_read
from app.services import behalf_batch, tracking
from app.workflow import NotAllowed
from models import Batch, BatchRow, Item, db
from tests import factories as make
from tests.behalf import WORDS, clerk

pytestmark = pytest.mark.usefixtures("session")

HEAD = "nama,telepon,judul,uraian,kategori,kelurahan,rw,alamat,koordinat,tanggal,sifat\n"


def line(n, **changes):
    cells = {
        "nama": f"Warga {n}",
        "telepon": f"0812000{n:05}",
        "judul": f"Lampu mati nomor {n}",
        "uraian": f"Sudah tiga malam gelap di gang {n}.",
        "kategori": make.category().name,
        "kelurahan": "Dago",
        "rw": "3",
        "alamat": f"Gang {n}",
        "koordinat": "",
        "tanggal": "",
        "sifat": "anonim",
    } | changes
    return ",".join(f'"{cell}"' for cell in cells.values()) + "\n"


def batch_of(data, actor, channel="paper") -> Batch:
    data = data.encode() if isinstance(data, str) else data
    return behalf_batch.take(actor, "titipan.csv", data, channel=channel, how="signed", words=WORDS)


def read(batch) -> Batch:
    behalf_batch.checked(
        batch,
        Reader(_actor(batch)).entries(behalf_batch.folder().read(batch.stored_name)),
    )
    return batch


def _actor(batch):
    from models import User

    return make.actor(db.session.get_one(User, batch.made_by_id))


def problems(batch) -> dict[int, str]:
    return {row.line: row.problem for row, _number in behalf_batch.rows(batch, bad=True)}


def file_all(batch) -> None:
    behalf_batch.start(batch, _actor(batch))
    while behalf_batch.file_some(batch.id):
        pass


def test_good_rows_go_in_and_the_bad_one_says_why():
    actor = clerk()
    batch = read(batch_of(HEAD + line(1) + line(2, kategori="tidak ada") + line(3), actor))
    assert (batch.good, batch.bad, batch.status) == (2, 1, "checked")
    assert db.session.scalar(select(func.count()).select_from(Item)) == 0, "nothing is filed yet"
    assert list(problems(batch)) == [3]
    assert "tidak ada" in problems(batch)[3]
    file_all(batch)
    items = db.session.scalars(select(Item).order_by(Item.id)).all()
    assert [item.title for item in items] == ["Lampu mati nomor 1", "Lampu mati nomor 3"]
    assert {(item.channel, item.filed_by_id) for item in items} == {("paper", actor.user_id)}
    assert (batch.status, batch.filed) == ("filed", 2)


def test_the_same_table_twice_and_the_same_row_twice_file_nothing_twice():
    actor = clerk()
    first = read(batch_of(HEAD + line(1) + line(2) + line(1), actor))
    assert problems(first)[4] == "Sama dengan baris 2." or "2" in problems(first)[4]
    file_all(first)
    again = read(batch_of(HEAD + line(1) + line(2) + line(5), actor))
    assert again.good == 1
    numbers = set(db.session.scalars(select(Item.number)))
    assert all(any(n in why for n in numbers) for why in problems(again).values())
    file_all(again)
    with pytest.raises(NotAllowed):
        behalf_batch.start(again, actor)
    assert db.session.scalar(select(func.count()).select_from(Item)) == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"nama": ""},
        {"uraian": "x"},
        {"kelurahan": "Entah Di Mana"},
        {"kelurahan": "32.73.01.1001"},
        {"rw": "seratus"},
        {"telepon": "12"},
        {"tanggal": "kapan-kapan"},
        {"tanggal": "2099-01-01"},
        {"sifat": "entah"},
        {"koordinat": "-7.8, 110.4"},
        {"koordinat": "abc"},
        {"uraian": "Ada kebakaran besar di pasar."},
    ],
    ids=str,
)
def test_a_row_that_cannot_be_filed_says_why(changes):
    batch = read(batch_of(HEAD + line(1, **changes) + line(2), clerk()))
    assert (batch.good, batch.bad) == (1, 1)
    assert problems(batch)[2]


@pytest.mark.parametrize("place", ["-6.885, 107.613", "107.613, -6.885", "-6,885; 107,613"])
def test_coordinates_are_understood_however_they_are_written(place):
    batch = read(batch_of(HEAD + line(1, koordinat=place), clerk()))
    assert batch.bad == 0, problems(batch)


def test_a_workbook_with_excel_days_and_lost_zeros_is_read():
    book = openpyxl.Workbook()
    book.active.append(HEAD.strip().split(","))
    from datetime import date, timedelta

    day = date.today() - timedelta(days=3)
    book.active.append([
        "Pak Asep", 81234567890, "Lampu mati di gang", "Sudah tiga malam gelap sekali.",
        make.category().name, "Kel. Dago", 3, "Gang 1", None, day, None,
    ])  # fmt: skip
    out = io.BytesIO()
    book.save(out)
    batch = read(batch_of(out.getvalue(), clerk()))
    row = db.session.scalars(select(BatchRow)).one()
    assert batch.bad == 0, problems(batch)
    assert row.data["phone"] == "081234567890"
    assert row.data["happened_on"] == day.isoformat()
    assert row.data["rw"] == 3


def test_a_file_that_is_no_table_says_so(session):
    batch = batch_of(b"%PDF-1.7 nothing", clerk())
    batch_read(batch.id)
    assert batch.status == "unread"
    assert batch.problem


def test_jobs_read_and_file_and_may_run_twice(session):
    batch = batch_of(HEAD + "".join(line(n) for n in range(1, 8)), clerk())
    for _twice in range(2):
        batch_read(batch.id)
    assert batch.status == "checked"
    behalf_batch.start(batch, _actor(batch))
    for _twice in range(2):
        batch_file(batch.id)
    assert db.session.scalar(select(func.count()).select_from(Item)) == 7


def test_a_row_that_breaks_holds_up_no_other(session):
    batch = read(batch_of(HEAD + "".join(line(n) for n in (1, 2)), clerk()))
    broken = db.session.scalars(select(BatchRow).where(BatchRow.batch_id == batch.id)).first()
    broken.data = broken.data | {"category_code": "sudah-tidak-ada"}
    db.session.flush()
    file_all(batch)
    assert (batch.status, batch.filed, batch.bad) == ("filed", 1, 1)
    assert broken.problem


def test_receipts_of_a_table_hold_numbers_and_codes_that_open(client_for):
    user = make.user(roles=("moderator",))
    batch = read(batch_of(HEAD + line(1, nama="=HYPERLINK(1)"), make.actor(user)))
    file_all(batch)
    db.session.commit()
    client = client_for(user)
    assert client.get(f"/kerja/loket/tabel/{batch.id}").status_code == 200
    text = client.post(f"/kerja/loket/tabel/{batch.id}/tanda-terima").get_data(as_text=True)
    _head, row = text.strip().splitlines()
    _line, name, number, code = row.split(",")
    assert name == "'=HYPERLINK(1)"
    assert tracking.find(number, code)


def test_nobody_sees_the_table_of_another(client_for):
    batch = read(batch_of(HEAD + line(1), clerk()))
    db.session.commit()
    other = client_for(make.user(roles=("moderator",)))
    assert other.get(f"/kerja/loket/tabel/{batch.id}").status_code == 404
    assert other.post(f"/kerja/loket/tabel/{batch.id}/kirim").status_code == 404


def test_a_table_is_brought_on_the_page(client_for):
    client = client_for(make.user(roles=("moderator",)))
    sent = {"agreed": "y", "channel": "paper", "how": "signed"}
    assert client.post("/kerja/loket/tabel", data=sent).status_code == 422
    file = (io.BytesIO((HEAD + line(1)).encode()), "titipan.csv")
    done = client.post("/kerja/loket/tabel", data=sent | {"table": file})
    assert done.status_code == 302
    assert client.get(done.location).status_code == 200


def asking(n, category, answers):
    """A row of a category that asks; ``answers`` stand in columns behind the usual ones."""
    return line(n, kategori=category).rstrip("\n") + "".join(f',"{a}"' for a in answers) + "\n"


def test_a_column_for_each_question_is_read_as_the_form_would(session):
    labels = ("Bagaimana keadaan lampunya?", "jumlah", "Apa keluhannya?", "sejak")
    head = HEAD.rstrip("\n") + "".join(f',"{label}"' for label in labels) + "\n"
    table = head + "".join(
        asking(n, category, answers)
        for n, category, answers in (
            (1, "pju-mati", ("Redup atau berkedip", "3", "", "")),
            (2, "pju-mati", ("mati", "", "", "")),
            (3, "pju-mati", ("", "2", "", "")),
            (4, "pju-mati", ("entah", "", "", "")),
            (5, "air-bersih", ("", "", "Air mati; keruh", "20/11/2026 08.00")),
            (6, make.category().code, ("mati", "3", "", "")),
        )
    )
    batch = read(batch_of(table, clerk()))
    why = problems(batch)
    assert list(why) == [4, 5]
    assert all("Bagaimana keadaan lampunya?" in text for text in why.values())
    file_all(batch)
    given = [item.answers for item in session.scalars(select(Item).order_by(Item.id))]
    assert given[0] == {"keadaan": "redup", "jumlah": 3}
    assert given[1] == {"keadaan": "mati"}
    assert given[2]["keluhan"] == ["mati", "keruh"]
    assert given[2]["sejak"].startswith("2026-11-20T08:00")
    assert given[3] == {}


def test_the_empty_table_has_a_column_for_each_question(client_for):
    client = client_for(make.user(roles=("moderator",)))
    head = client.get("/kerja/loket/tabel/contoh").get_data(as_text=True)
    assert "Bagaimana keadaan lampunya?" in head
    assert "Jangan menyentuh kabel" not in head


def test_one_table_brought_by_two_operators_at_once_is_filed_once():
    first, second = (read(batch_of(HEAD + line(1), clerk())) for _n in range(2))
    assert (first.good, second.good) == (1, 1)
    for batch in (first, second):
        file_all(batch)
    item = db.session.scalars(select(Item)).one()
    assert (first.filed, second.filed, second.bad) == (1, 0, 1)
    assert item.number in problems(second)[2]
