"""Budget and realisation from the books: steps that are due, each row once, reasons beside."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from app.exchange import budget_words, plan_files
from app.exchange.plan_tables import Wrong, money, percent
from app.exchange.reports import Outcome
from models import BudgetRow, Change, Proposal, db
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
HEAD = (
    "nomor_usulan;id_usulan;sub_kegiatan;anggaran_apbd;nilai_kontrak;penyedia;tanggal_kontrak;"
    "realisasi_keuangan;fisik (%);keuangan (%);status;alasan;catatan"
)
CODE = "1.03.10.2.01.0005"


@pytest.fixture
def planner():
    return make.actor(make.user(roles=("planner",)))


def line(item, **said):
    cells = {"nomor_usulan": item.number if isinstance(item, Proposal) else item, **said}
    return ";".join(str(cells.get(name, "")) for name in HEAD.split(";"))


def bring(planner, *lines, keep=True):
    db.session.commit()
    data = "\n".join((HEAD, *lines)).encode()
    return plan_files.go_through("budget", data, planner, {}, keep=keep)


def agreed():
    found = make.item("musrenbang", state="agreed", department_code=make.DEPARTMENT)
    found.level, found.tapd_amount, found.department_code = "kota", 50_000_000, make.DEPARTMENT
    db.session.flush()
    return found


def steps(item):
    return db.session.scalar(select(func.count()).where(Change.item_id == item.id))


def whole(item):
    return line(
        item,
        sub_kegiatan=CODE,
        anggaran_apbd="Rp 50.000.000,00",
        nilai_kontrak="45.000.000",
        penyedia="CV Karya",
        tanggal_kontrak="2026-02-01",
    )


def today(row):
    return row.replace("2026-02-01", date.today().isoformat())


def test_one_row_leads_from_the_plan_to_the_contract_and_twice_is_nothing(planner):
    item = agreed()
    (first,) = bring(planner, today(whole(item)))
    assert (first.outcome, first.item) == (Outcome.ACCEPTED, item.number), first.why
    assert (item.state, item.sub_kegiatan, item.budget) == ("procurement", CODE, 50_000_000)
    assert (item.contract_value, item.contractor) == (45_000_000, "CV Karya")
    before = steps(item)
    (again,) = bring(planner, today(whole(item)))
    assert again.outcome is Outcome.KNOWN
    assert steps(item) == before
    assert db.session.scalar(select(func.count()).select_from(BudgetRow)) == 1


def test_the_steps_are_taken_from_the_planner_s_seat(planner):
    item = agreed()
    bring(planner, line(item, sub_kegiatan=CODE))
    seats = db.session.scalars(
        select(Change.seat).where(Change.item_id == item.id, Change.step == "enter_rkpd")
    ).all()
    assert seats == ["planner"]


def test_a_rehearsal_says_the_same_and_keeps_nothing(planner):
    item = agreed()
    (tried,) = bring(planner, today(whole(item)), keep=False)
    assert tried.outcome is Outcome.ACCEPTED
    assert db.session.get_one(Proposal, item.id).state == "agreed"
    assert bring(planner, today(whole(item)))[0].outcome is Outcome.ACCEPTED


def test_good_rows_come_in_beside_bad_ones(planner):
    item = agreed()
    verdicts = bring(
        planner,
        line("U-1999-000009", sub_kegiatan=CODE),
        line(item, sub_kegiatan="bukan kode"),
        line(item, status="entah"),
        line(item, anggaran_apbd="-5"),
        line(item),
        line(item, sub_kegiatan=CODE),
    )
    assert [v.outcome.value for v in verdicts] == [*["refused"] * 5, "accepted"]
    assert all(v.why for v in verdicts[:5])
    assert item.state == "in_rkpd"


def test_works_begin_with_a_photo_so_the_file_leads_as_far_as_it_can(planner):
    item = make.item("musrenbang", state="in_apbd", department_code=make.DEPARTMENT)
    item.budget = 50_000_000
    db.session.flush()
    row = today(whole(item)).replace(CODE, "").replace("Rp 50.000.000,00", "")
    cells = dict(zip(HEAD.split(";"), row.split(";"), strict=True)) | {"fisik (%)": "30"}
    (verdict,) = bring(planner, line(item, **{k: v for k, v in cells.items() if v}))
    assert verdict.outcome is Outcome.CONFLICT
    assert item.state == "procurement"
    assert item.contract_value == 45_000_000


def test_progress_and_money_are_reported_while_works_go_on(planner):
    item = make.item("musrenbang", state="works", department_code=make.DEPARTMENT)
    item.budget = item.contract_value = 40_000_000
    item.sipd_id = "4711"
    db.session.flush()
    row = line("", id_usulan="4711", **{"fisik (%)": "45,5", "keuangan (%)": "25"},
               nilai_kontrak="40.000.000")  # fmt: skip
    (verdict,) = bring(planner, row)
    assert verdict.outcome is Outcome.REPAIRED, verdict.why
    assert (item.progress, item.spent) == (45, 10_000_000)
    (fallen,) = bring(planner, line(item, **{"fisik (%)": "20"}))
    assert fallen.outcome is Outcome.REFUSED
    assert item.progress == 45


def test_a_share_of_the_money_is_one_of_the_contract_we_know(planner):
    item = make.item("musrenbang", state="works", department_code=make.DEPARTMENT)
    item.budget, item.contract_value = 50_000_000, 40_000_000
    db.session.flush()
    (verdict,) = bring(planner, line(item, **{"fisik (%)": "45", "keuangan (%)": "25"}))
    assert verdict.outcome is Outcome.REPAIRED, verdict.why
    assert (item.progress, item.spent) == (45, 10_000_000)
    (nothing,) = bring(planner, line(agreed(), **{"keuangan (%)": "25"}))
    assert nothing.outcome is Outcome.REFUSED


def test_what_was_not_built_says_why(planner):
    item = make.item("musrenbang", state="in_apbd", department_code=make.DEPARTMENT)
    (silent,) = bring(planner, line(item, status="batal", catatan="Gagal dua kali."))
    assert silent.outcome is Outcome.REFUSED
    told = line(item, status="batal", alasan="tender_failed", catatan="Gagal dua kali.")
    assert bring(planner, told)[0].outcome is Outcome.ACCEPTED
    assert item.state == "not_realised"


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"anggaran_apbd": "1.000"}, "50.000.000"),
        ({"status": "rkpd"}, ""),
        ({"status": "apbd"}, ""),
    ],
)
def test_a_file_never_leads_back(planner, said, word):
    item = make.item("musrenbang", state="procurement", department_code=make.DEPARTMENT)
    item.budget = 50_000_000
    db.session.flush()
    (verdict,) = bring(planner, line(item, **said))
    assert verdict.outcome is Outcome.REFUSED
    assert word in verdict.why
    assert item.state == "procurement"


def test_who_may_not_enter_the_budget_does_not_by_a_file():
    item = agreed()
    officer = make.actor(make.user(roles=("officer",)))
    (verdict,) = bring(officer, line(item, sub_kegiatan=CODE))
    assert verdict.outcome is Outcome.REFUSED
    assert item.state == "agreed"


def test_the_same_file_at_the_next_line_is_seen_with_what_the_line_before_did(planner):
    item = agreed()
    verdicts = bring(planner, line(item, sub_kegiatan=CODE), line(item, anggaran_apbd="50000000"))
    assert [v.outcome for v in verdicts] == [Outcome.ACCEPTED] * 2
    assert item.state == "in_apbd"


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("1.500.000", 1_500_000),
        ("Rp1.500.000,-", 1_500_000),
        ("1500000", 1_500_000),
        ("1,500,000.00", 1_500_000),
        ("1,5 miliar", 1_500_000_000),
        ("0", 0),
    ],
)
def test_money_is_read_as_it_is_written(app, said, amount):
    assert money(said, "nilai") == amount


@pytest.mark.parametrize("said", ["-1", "1,5", "banyak", "1e9", "9" * 20])
def test_money_that_is_none_is_refused(app, said):
    with app.test_request_context(), pytest.raises(Wrong):
        money(said, "nilai")


@pytest.mark.parametrize(("said", "n"), [("45%", 45), ("45,5", 45.5), ("0,45", 45), ("100", 100)])
def test_percent(app, said, n):
    assert float(percent(said, "fisik")) == n


def test_states_are_known_by_their_words(app):
    with app.test_request_context():
        assert budget_words.state("Selesai") == "done"
        with pytest.raises(Wrong):
            budget_words.state("???")
