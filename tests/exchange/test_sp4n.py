"""Reports to and from SP4N-LAPOR!: each once on either side, nothing confidential leaves."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.exchange import complaints, sp4n, sp4n_rules, tables
from app.exchange.mapping import MappingError
from app.exchange.reports import Outcome, Verdict
from app.exchange.sp4n_rules import Rules
from app.services import items
from models import Change, ExternalRef, Item
from tests import factories

HEAD = (
    "Tracking ID,Nomor Rembuk,Judul,Isi Laporan,Tanggal Laporan,Kategori,Status,Kelurahan,Rahasia"
)
NEW = "{id},,Lampu padam,Gelap sejak Senin,2025-03-03,Penerangan Jalan Umum,{status},Dago,{secret}"


@pytest.fixture
def rules(app: Flask, session: Any) -> Rules:
    return sp4n_rules.read(app.config["CITY"].folder, complaints.codes())


@pytest.fixture
def come(rules: Rules) -> Any:
    def go(*rows: str, rules: Rules = rules) -> list[Verdict]:
        table = tables.parse("\n".join((HEAD, *rows)).encode())
        incoming = sp4n.Incoming(rules, table, None)
        assert not incoming.missing
        return [verdict for portion in incoming.rows for verdict in incoming.take(portion)]

    return go


def _new(number: str = "501", status: str = "Belum", secret: str = "Tidak") -> str:
    return NEW.format(id=number, status=status, secret=secret)


def _of(item: Item, number: str, status: str) -> str:
    return f"{number},{item.number},x,y,2025-03-03,Jalan,{status},Dago,Tidak"


def _count(session: Any) -> int:
    return session.scalar(select(func.count()).select_from(Item)) or 0


def _steps(session: Any, item: Item) -> list[str]:
    query = select(Change.step).where(Change.item_id == item.id).order_by(Change.seq)
    return list(session.scalars(query))


def test_their_reports_come_in_once_and_a_second_time_changes_nothing(
    session: Any, come: Any
) -> None:
    rows = [_new("501"), _new("502", "Proses"), _new("503", "Selesai"), _new("504", "Arsip"),
            _new("505", "Bukan Wewenang"), _new("506", "Belum", "Ya")]  # fmt: skip
    first = come(*rows)
    assert all(v.outcome in (Outcome.ACCEPTED, Outcome.REPAIRED) for v in first)
    states = session.execute(select(ExternalRef.external_id, Item.state).join(Item))
    assert {row.external_id: row.state for row in states} == {
        "501": "received", "502": "verified", "503": "closed", "504": "archived",
        "505": "rejected", "506": "received",
    }  # fmt: skip
    changes = session.scalar(select(func.count()).select_from(Change))
    again = come(*rows)
    assert {verdict.outcome for verdict in again} == {Outcome.KNOWN}
    assert _count(session) == 6
    assert session.scalar(select(func.count()).select_from(Change)) == changes


def test_a_number_they_gave_to_ours_is_noted_and_shown_with_a_link(
    app: Flask, session: Any, come: Any, rules: Rules
) -> None:
    item = factories.item("lapor", state="verified")
    list(sp4n.outgoing(rules))
    verdict = come(_of(item, "777001", "Proses"))[0]
    assert verdict.item == item.number
    ref = session.scalars(select(ExternalRef)).one()
    assert (ref.item_id, ref.external_id) == (item.id, "777001")
    app.extensions.pop("rembuk_sp4n", None)
    page = app.test_client().get(f"/lapor/{item.number}").get_data(as_text=True)
    assert "777001" in page and "lapor.go.id" in page
    app.extensions.pop("rembuk_sp4n", None)


def test_their_new_status_becomes_the_declared_step(session: Any, come: Any) -> None:
    come(_new("501"))
    item = session.scalars(select(Item)).one()
    moved = come(_new("501", "Proses"))[0]
    session.refresh(item)
    assert moved.outcome is Outcome.REPAIRED and item.state == "verified"
    assert _steps(session, item)[-1] == "verify"
    assert come(_new("501", "Proses"))[0].outcome is Outcome.KNOWN
    come(_new("501", "Bukan Wewenang"))
    session.refresh(item)
    assert item.state == "rejected"


def test_finished_there_closes_nothing_here_without_proof(session: Any, come: Any) -> None:
    come(_new("501", "Proses"))
    item = session.scalars(select(Item)).one()
    verdict = come(_new("501", "Selesai"))[0]
    session.refresh(item)
    assert verdict.outcome is Outcome.CONFLICT and verdict.why
    assert item.state == "verified"


@pytest.mark.parametrize(("wins", "state"), [("ours", "need_info"), ("theirs", "rejected")])
def test_when_both_have_changed_the_setting_decides_and_the_report_says_so(
    app: Flask, session: Any, come: Any, rules: Rules, wins: str, state: str
) -> None:
    come(_new("501"))
    item = session.scalars(select(Item)).one()
    moderator = factories.actor(factories.user(roles=("moderator",)))
    if wins == "ours":
        items.move(item, "ask_info", moderator, {"note": "Di tiang nomor berapa?"})
    else:
        items.move(item, "verify", moderator, {})
    verdict = come(_new("501", "Bukan Wewenang"), rules=replace(rules, wins=wins))[0]
    session.refresh(item)
    assert (
        verdict.outcome is Outcome.CONFLICT and "Bukan Wewenang" in verdict.why + "Bukan Wewenang"
    )
    assert item.state == state
    again = come(_new("501", "Bukan Wewenang"), rules=replace(rules, wins=wins))
    assert again[0].outcome is Outcome.KNOWN


def test_nothing_confidential_leaves_unless_it_was_marked(session: Any, rules: Rules) -> None:
    shown = factories.item("lapor", state="verified")
    hidden = factories.item("lapor", state="verified", visibility="confidential")
    oversight = factories.item("lapor", state="verified", visibility="confidential", oversight=True)
    unpublished = factories.item("lapor", published=False)
    numbers = {row["Nomor Rembuk"] for row in sp4n.outgoing(rules)}
    assert numbers == {shown.number}
    sp4n.permit(hidden.number, "Keputusan koordinator")
    assert {row["Nomor Rembuk"] for row in sp4n.outgoing(rules)} == {hidden.number}
    assert oversight.number not in numbers and unpublished.number not in numbers
    with pytest.raises(sp4n.NoSuchItem):
        sp4n.permit("L-2026-0000000-0", "x")


def test_no_name_leaves_whatever_the_reporter_chose(session: Any, rules: Rules) -> None:
    factories.item("lapor", state="verified", author=factories.person("Nama Yang Terlihat"))
    rows = list(sp4n.outgoing(rules))
    assert rows and all("Nama Yang Terlihat" not in "".join(row.values()) for row in rows)


def test_what_they_have_heard_is_not_said_again_until_it_changes(
    session: Any, rules: Rules
) -> None:
    item = factories.item("lapor", state="received", published=False)
    moderator = factories.actor(factories.user(roles=("moderator",)))
    assert list(sp4n.outgoing(rules)) == []
    items.move(item, "verify", moderator, {})
    assert [row["Status"] for row in sp4n.outgoing(rules)] == ["Proses"]
    assert list(sp4n.outgoing(rules)) == []
    assert len(list(sp4n.outgoing(rules, everything=True))) == 1
    given = {"reason": "not_our_authority", "note": "Jalan nasional."}
    items.move(item, "reject", moderator, given)
    row = next(sp4n.outgoing(rules))
    assert (row["Status"], row["Tindak Lanjut"]) == ("Bukan Wewenang", "Jalan nasional.")


def test_a_row_that_contradicts_what_is_known_is_refused(session: Any, come: Any) -> None:
    come(_new("501"), _new("502"))
    one = session.scalars(select(Item).order_by(Item.id)).first()
    verdicts = come(_of(one, "502", "Proses"), _of(one, "999", "Proses"))
    assert [verdict.outcome for verdict in verdicts] == [Outcome.REFUSED, Outcome.REFUSED]


def test_every_state_has_a_status_and_every_step_may_follow(app: Flask, rules: Rules) -> None:
    data: dict[str, Any] = {
        "columns": dict(rules.columns),
        "export": dict(rules.export),
        "new": {"Belum": "received"},
    }
    assert sp4n_rules.made(data, complaints.codes())
    for spoilt in (
        {**data, "export": {"received": "Belum"}},
        {**data, "wins": "nobody"},
        {**data, "steps": {"Selesai": {"received": "resolve"}}},
        {**data, "columns": {"id": "x"}},
        {"columns": 3},
    ):
        with pytest.raises(MappingError):
            sp4n_rules.made(spoilt, complaints.codes())


def test_out_and_in_again_by_the_commands_changes_nothing(
    app: Flask, session: Any, tmp_path: Path
) -> None:
    factories.item("lapor", state="verified", title="=HYPERLINK(1) lampu", body="-5 derajat")
    run, file, report = app.test_cli_runner().invoke, tmp_path / "keluar.csv", tmp_path / "r.csv"
    done = run(args=["sp4n", "export", str(file)])
    assert done.exit_code == 0, done.output
    with file.open(encoding="utf-8-sig", newline="") as out:
        rows = list(csv.DictReader(out))
    assert rows[0]["Judul"].startswith("'=")
    rows[0]["Tracking ID"] = "880001"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    for said in ("dry", "", ""):
        words = ["sp4n", "import", str(file), "--report", str(report)]
        result = run(args=[*words, "--dry-run"] if said else words)
        assert result.exit_code == 0, result.output
    assert _count(session) == 1
    assert session.scalars(select(ExternalRef.external_id)).all() == ["880001"]
    assert run(args=["sp4n", "export", str(file)]).exit_code == 0
    assert len(file.read_text("utf-8-sig").splitlines()) == 1
    empty = tmp_path / "kosong.csv"
    empty.write_text("a,b\n1,2\n")
    for bad in (empty, tmp_path / "tak-ada.csv"):
        wrong = run(args=["sp4n", "import", str(bad)])
        assert wrong.exit_code == 1 and "Traceback" not in wrong.output
