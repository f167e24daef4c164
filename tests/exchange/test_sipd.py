"""Proposals to SIPD-RI and their ids back: only what changed, no name, no formula."""

from __future__ import annotations

import openpyxl
import pytest

from app.exchange import plan_files, sipd
from app.exchange.problems import TableProblem
from app.exchange.reports import Outcome
from app.services import items
from models import Proposal, db
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def planner():
    return make.actor(make.user(roles=("planner",)))


@pytest.fixture
def export(tmp_path):
    """Write the file; the rows as a spreadsheet shows them."""

    def write(year, everything=False):
        path = tmp_path / "usulan.xlsx"
        many = sipd.write(path, sipd.rows(year, everything))
        db.session.commit()
        lines = list(openpyxl.load_workbook(path).active.iter_rows(values_only=True))
        assert len(lines) == many + 1
        return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]

    return write


def csv(*lines):
    return "\n".join(lines).encode()


def bring(data, planner, keep=True):
    db.session.commit()
    return plan_files.go_through("sipd_ids", data, planner, {}, keep=keep)


def proposal(**given):
    return make.item("musrenbang", **given)


def test_what_went_out_comes_back_with_ids_and_is_not_sent_again(export, planner):
    one, two = proposal(rw=3), proposal(rw=3)
    year = one.plan_year
    assert [row["nomor_usulan"] for row in export(year)] == [one.number, two.number]
    assert export(year) == []
    table = csv("nomor_usulan;id_usulan", f"{one.number};900123", f"{two.number.lower()};900124")
    assert {v.outcome for v in bring(table, planner)} == {Outcome.ACCEPTED}
    assert {v.outcome for v in bring(table, planner)} == {Outcome.KNOWN}
    assert export(year) == []
    assert [row["id_usulan"] for row in export(year, everything=True)] == ["900123", "900124"]


def test_only_what_has_changed_goes_out_again(export, planner):
    one, two = proposal(), proposal()
    export(one.plan_year)
    by = make.everybody(two)
    items.move(two, "verify", by)
    (row,) = export(one.plan_year)
    assert row["nomor_usulan"] == two.number


def test_a_name_that_is_not_shown_stands_nowhere(export):
    hidden = make.user(name="Sri Rahasia")
    shown = make.user(name="Ujang Terbuka")
    one = proposal(author=hidden, visibility="anonymous", rw=3)
    proposal(author=shown, visibility="public", rw=3)
    rows = export(one.plan_year)
    assert [row["pengusul"] for row in rows] == ["Warga RW 03", "Ujang Terbuka"]
    assert "Sri" not in str(rows)


def test_what_is_not_public_is_not_handed_over(export):
    one = proposal(published=False)
    assert export(one.plan_year) == []


@pytest.mark.parametrize("evil", ["=HYPERLINK(1)+1", "+62 klik", "@SUM(A1)", "-2+3", "\t=1+1 aa"])
def test_nothing_typed_becomes_a_formula(export, evil):
    one = proposal()
    one.title = evil
    db.session.flush()
    (row,) = export(one.plan_year)
    assert row["gagasan"].startswith("'")


def test_every_level_that_decided_stands_in_its_own_columns(export):
    one = make.walk(proposal(), "in_rkpd")
    (row,) = export(one.plan_year)
    assert row["rekom_mitra_rekomendasi"].startswith("Direkomendasikan")
    assert row["rekom_tapd_anggaran"] == one.tapd_amount
    assert row["sub_kegiatan"] == one.sub_kegiatan
    assert (row["id_kecamatan"], row["id_kelurahan"]) == (make.KECAMATAN, make.KELURAHAN)


def test_the_reason_is_that_of_the_step_that_stopped_it_and_no_earlier_one(export):
    back = proposal(catalogue_review="", bidang="ekonomi", level="kecamatan")
    clerk = make.actor(make.user(roles=("moderator", "validator")))
    said = {"reason": "survey_differs", "note": "Ukur lagi panjangnya."}
    items.move(back, "send_back", clerk, said)
    items.move(back, "refuse", clerk, {"reason": "not_city_asset", "note": "Lahan milik PJKA."})
    dropped = make.walk(proposal(), "not_realised")
    rows = {row["nomor_usulan"]: row["tolak_teks"] for row in export(back.plan_year)}
    assert rows[back.number] == "Bukan aset kota. Lahan milik PJKA."
    assert rows[dropped.number]


def test_ids_that_do_not_fit_are_named_row_by_row(planner):
    one, two = proposal(), proposal()
    one.sipd_id = "5"
    table = csv(
        "Nomor Usulan,ID Usulan",
        f"{one.number},6",
        f"{two.number},5",
        "U-1999-000001,7",
        f"{two.number},1.23E+10",
        f"{two.number},",
        f"{two.number},8",
        f"{two.number},9",
    )
    outcomes = [v.outcome.value for v in bring(table, planner)]
    assert outcomes == [
        *("conflict", "conflict", "refused", "refused", "refused", "accepted", "conflict")
    ]
    assert db.session.get_one(Proposal, two.id).sipd_id == "8"


def test_a_rehearsal_keeps_nothing(planner):
    one = proposal()
    table = csv("nomor_usulan,id_usulan", f"{one.number},77")
    assert bring(table, planner, keep=False)[0].outcome is Outcome.ACCEPTED
    assert db.session.get_one(Proposal, one.id).sipd_id is None


@pytest.mark.parametrize(
    "data",
    [
        b"<html><table><tr><td>1</td></tr></table></html>",
        b"PK\x03\x04 broken",
        b"\xd0\xcf\x11\xe0 old",
        b"",
        b"nama,harga\nsatu,2\n",
    ],
)
def test_what_is_no_such_table_says_so(planner, data):
    with pytest.raises(TableProblem):
        bring(data, planner)
