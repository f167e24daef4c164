"""Complaints from somebody's table: the good rows in, nothing twice, a reason for every other."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.exchange import complaints, importing, mapping, tables
from app.exchange.mapping import MappingError
from app.exchange.reports import Outcome, Verdict
from app.queries import trail
from models import Change, ChangeText, ExternalRef, ImportRun, Item, Person
from tests.factories import KELURAHAN

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "cities" / "bandung" / "demo" / "impor"
HEAD = "no,tanggal,judul,isi,kategori,status,opd,lat,lon,kel,rahasia,alasan,selesai,pelapor,nilai"
RULES: dict[str, Any] = {
    "source": "uji",
    "name": "Buku uji",
    "columns": {
        "id": "no",
        "created": "tanggal",
        "title": "judul",
        "body": "isi",
        "category": "kategori",
        "state": "status",
        "department": "opd",
        "latitude": "lat",
        "longitude": "lon",
        "area": "kel",
        "visibility": "rahasia",
        "reason": "alasan",
        "closed": "selesai",
        "reporter": "pelapor",
        "rating": "nilai",
    },
    "values": {
        "state": {"Selesai": "closed", "Baru": "received", "Tolak": "rejected"},
        "visibility": {"ya": "confidential", "tidak": "anonymous"},
    },
}
GOOD = (
    "{n},1/3/2024,Lubang {n},Lubang lebar,jalan-berlubang,Selesai,dsdabm,,,Dago,tidak,,9/3/2024,,"
)


@pytest.fixture
def rules(session: Any) -> mapping.Mapping:
    return mapping.made(RULES, complaints.codes())


@pytest.fixture
def take(rules: mapping.Mapping) -> Any:
    """Bring rows in, as one file; what became of each."""

    def go(*rows: str, batch: int = 100, source: str = "uji") -> list[Verdict]:
        table = tables.parse("\n".join((HEAD, *rows)).encode())
        importer = complaints.Importer(rules, None)
        found = importing.in_batches(table.rows, batch)
        return [verdict for portion in found for verdict in importer.take(portion)]

    return go


def _item(session: Any, number: str) -> Item:
    return session.scalars(
        select(Item).join(ExternalRef).where(ExternalRef.external_id == number)
    ).one()


def test_a_row_becomes_a_complaint_with_a_legal_chained_trail(session: Any, take: Any) -> None:
    assert [verdict.outcome for verdict in take(GOOD.format(n=1))] == [Outcome.REPAIRED]
    item = _item(session, "1")
    assert (item.state, item.department_code, item.area_code) == ("closed", "dsdabm", KELURAHAN)
    changes = session.scalars(select(Change).order_by(Change.seq)).all()
    assert [change.step for change in changes] == [
        "file", "verify", "route", "accept", "start", "submit_proof", "resolve", "lapse",
    ]  # fmt: skip
    assert changes[0].at.date() == date(2024, 3, 1) and changes[-1].at.date() == date(2024, 3, 9)
    assert trail.verify(session).whole
    texts = session.scalars(select(ChangeText.text)).all()
    assert all("Buku uji" in (text or "") for text in texts)
    assert item.published_at is not None and item.visibility == "anonymous"


def test_bringing_the_same_file_twice_gives_nothing_twice(session: Any, take: Any) -> None:
    rows = [GOOD.format(n=n) for n in range(7)]
    first, again = take(*rows, batch=3), take(*rows, batch=5)
    assert {verdict.outcome for verdict in first} == {Outcome.REPAIRED}
    assert {verdict.outcome for verdict in again} == {Outcome.KNOWN}
    assert [verdict.item for verdict in first] == [verdict.item for verdict in again]
    assert session.scalar(select(func.count()).select_from(Item)) == 7
    assert session.scalar(select(func.count()).select_from(Person)) == 1


def test_a_row_that_says_something_else_now_is_named_and_changes_nothing(
    session: Any, take: Any
) -> None:
    take(GOOD.format(n=1))
    changed = take(GOOD.format(n=1).replace("lebar", "sempit"))
    assert changed[0].outcome is Outcome.CONFLICT and changed[0].item
    assert _item(session, "1").body == "Lubang lebar"


BAD = {
    "no number": GOOD.format(n=""),
    "no such day": GOOD.format(n=90).replace("1/3/2024", "31/2/2024"),
    "a day to come": GOOD.format(n=91).replace("1/3/2024", "1/3/2090"),
    "an unknown category": GOOD.format(n=92).replace("jalan-berlubang", "jalan-tikus"),
    "an unknown status": GOOD.format(n=93).replace("Selesai", "Entahlah"),
    "an unknown department": GOOD.format(n=94).replace("dsdabm", "dinas-x"),
    "an unknown kelurahan": GOOD.format(n=95).replace("Dago", "Atlantis"),
    "no reason": GOOD.format(n=96).replace("Selesai", "Tolak"),
    "no words": GOOD.format(n=97).replace("Lubang 97,Lubang lebar", ","),
    "no place": GOOD.format(n=98).replace("Dago", ""),
    "another city": GOOD.format(n=99).replace(",,,Dago", ",-6.2,106.8,"),
    "too many cells": GOOD.format(n=89) + ",,lebih",
    "an unknown visibility": GOOD.format(n=88).replace("tidak", "mungkin"),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_a_bad_row_is_refused_with_its_reason_and_the_good_rows_come_in(
    session: Any, take: Any, bad: str
) -> None:
    verdicts = take(GOOD.format(n=1), bad, GOOD.format(n=2))
    outcomes = [verdict.outcome for verdict in verdicts]
    assert outcomes == [Outcome.REPAIRED, Outcome.REFUSED, Outcome.REPAIRED]
    assert verdicts[1].number == 3 and len(verdicts[1].why) > 8
    assert session.scalar(select(func.count()).select_from(Item)) == 2


def test_a_flaw_only_the_database_sees_costs_its_row_alone(
    session: Any, take: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell = complaints.tell

    def spoilt(found: Any, *more: Any) -> None:
        tell(found, *more)
        if found.external_id == "4":
            found.trail[1].source = "closed"

    monkeypatch.setattr(complaints, "tell", spoilt)
    verdicts = take(*(GOOD.format(n=n) for n in range(9)))
    assert [v.external_id for v in verdicts if v.outcome is Outcome.REFUSED] == ["4"]
    assert session.scalar(select(func.count()).select_from(Item)) == 8


def test_one_number_twice_in_a_file_comes_in_once(session: Any, take: Any) -> None:
    verdicts = take(GOOD.format(n=1), GOOD.format(n=1), batch=1)
    assert [verdict.outcome for verdict in verdicts] == [Outcome.REPAIRED, Outcome.REFUSED]


@pytest.mark.parametrize(
    ("lat", "lon", "mended"),
    [
        ("-6.8747", "107.616", False),
        ("107.616", "-6.8747", True),
        ("6.8747", "107.616", True),
        ("9239310", "789127", True),
    ],
)
def test_positions_are_put_right_and_the_report_says_so(
    session: Any, take: Any, lat: str, lon: str, mended: bool
) -> None:
    row = GOOD.format(n=1).replace(",,,Dago", f",{lat},{lon},")
    verdict = take(row)[0]
    assert verdict.outcome is (Outcome.REPAIRED if mended else Outcome.ACCEPTED)
    assert bool(verdict.why) is mended
    area = _item(session, "1").area_code
    assert area.startswith("32.73.02.")


def test_a_day_before_the_one_it_follows_is_put_right_and_said(session: Any, take: Any) -> None:
    same, before = (
        GOOD.format(n=n).replace("9/3/2024", day) for n, day in ((1, "1/3/2024"), (2, "9/1/2024"))
    )
    kept, mended = take(same, before)
    assert "mendahului" not in kept.why and "mendahului" in mended.why
    last = select(func.max(Change.at)).join(Item, Item.id == Change.item_id)
    assert session.scalar(last).date() == date(2024, 3, 1)


def test_the_names_of_reporters_come_in_as_people_and_stay_hidden(session: Any, take: Any) -> None:
    take(
        GOOD.format(n=1).replace(",,", ",Ibu Contoh,", 1)[:0]
        + GOOD.format(n=1)[:-2]
        + ",Ibu Contoh,"
    )
    item = _item(session, "1")
    assert item.visibility == "anonymous"


def test_what_is_about_officials_is_confidential_whatever_the_row_says(
    session: Any, take: Any
) -> None:
    take(GOOD.format(n=1).replace("jalan-berlubang", "pungli").replace("Selesai", "Baru"))
    item = _item(session, "1")
    assert (item.visibility, item.oversight, item.published_at) == ("confidential", True, None)


@pytest.mark.parametrize(
    "spoil",
    [
        {"source": ""},
        {"columns": {"id": "no"}},
        {"columns": {**RULES["columns"], "harga": "x"}},
        {"values": {"category": {"a": "tidak-ada"}}},
        {"defaults": {"state": "nirwana"}},
        {"date_order": "ymd"},
        {"columns": 3},
    ],
)
def test_a_mapping_that_cannot_work_is_refused_before_the_first_row(
    session: Any, spoil: dict[str, Any]
) -> None:
    with pytest.raises(MappingError) as refused:
        mapping.made({**RULES, **spoil}, complaints.codes())
    assert refused.value.problems


def test_the_sample_of_the_city_comes_in_by_the_command(
    app: Flask, session: Any, tmp_path: Path
) -> None:
    report = tmp_path / "hasil.csv"
    words = [
        "complaint", "import", str(SAMPLE / "riwayat.csv"),
        "--mapping", str(SAMPLE / "riwayat.toml"), "--report", str(report),
    ]  # fmt: skip
    run = app.test_cli_runner().invoke
    dry = run(args=[*words, "--dry-run"])
    assert dry.exit_code == 0, dry.output
    assert session.scalar(select(func.count()).select_from(ExternalRef)) == 0
    result = run(args=words)
    assert result.exit_code == 0, result.output
    with report.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 11
    assert session.scalar(select(func.count()).select_from(ExternalRef)) == 7
    done = session.scalars(select(ImportRun)).one()
    assert (done.accepted + done.repaired, done.refused) == (7, 3)
    assert done.finished_at is not None
    assert run(args=words).exit_code == 0
    assert session.scalar(select(func.count()).select_from(ExternalRef)) == 7


def test_the_command_says_what_is_wrong_with_file_or_mapping(
    app: Flask, session: Any, tmp_path: Path
) -> None:
    empty, other = tmp_path / "kosong.csv", tmp_path / "lain.csv"
    empty.write_text("")
    other.write_text("a,b\n1,2\n")
    rules = str(SAMPLE / "riwayat.toml")
    for file, said in ((empty, ""), (other, "No Aduan"), (tmp_path / "tak-ada.csv", "")):
        result = app.test_cli_runner().invoke(
            args=["complaint", "import", str(file), "--mapping", rules]
        )
        assert result.exit_code == 1 and said in result.output
        assert "Traceback" not in result.output


def test_two_writers_tell_of_every_portion_once(
    app: Flask, session: Any, rules: mapping.Mapping
) -> None:
    """Whichever of them finds the end first, nothing is missing from the report."""
    from app.exchange import runs

    class Slow(complaints.Importer):
        def settle(self, records: Any, verdicts: list[Verdict]) -> list[Verdict]:
            done = [Verdict(r.number, r.external_id, Outcome.ACCEPTED) for r in records]
            return done + verdicts

    table = tables.parse("\n".join((HEAD, *(GOOD.format(n=n) for n in range(23)))).encode())
    portions = importing.in_batches(table.rows, 5)
    told = list(runs._settled(Slow(rules, None), portions, 5))
    numbers = [verdict.number for verdicts in told for verdict in verdicts]
    assert sorted(numbers) == list(range(2, 25)) and len(told) == 5


def test_a_rehearsal_keeps_nothing_and_says_of_each_row_what_would_become_of_it(
    app: Flask, session: Any, rules: mapping.Mapping
) -> None:
    from app.exchange import runs

    lines = [GOOD.format(n=n) for n in range(23)] + [GOOD.format(n=3)]
    table = tables.parse("\n".join((HEAD, *lines)).encode())
    session.commit()
    portions = importing.in_batches(table.rows, 5)
    told = [v for some in runs._rehearsed(complaints.Importer(rules, None), portions) for v in some]
    assert [v.outcome for v in told].count(Outcome.REFUSED) == 1
    assert len(told) == 24
    assert session.scalar(select(func.count()).select_from(Item)) == 0
