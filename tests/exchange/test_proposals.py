"""Proposals of earlier years from a table: what is wrong is explained, the rest comes in."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.exchange import mapping, proposals, tables
from app.exchange.proposal_amounts import number as read_number
from app.exchange.proposal_rows import STATES, path
from app.exchange.reports import Outcome, Verdict
from app.kinds.musrenbang import MUSRENBANG
from models import PROPOSAL_LEVELS, Change, Item, Proposal, RwLimit, db
from tests.examples import examples
from tests.factories import KECAMATAN, KELURAHAN

SAMPLE = Path(__file__).parents[2] / "cities" / "bandung" / "demo" / "impor"
HEAD = "id,tahun,usulan,kec,kel,rw,volume,satuan,harga,biaya,opd,status,tingkat,alasan,urutan"
FIELDS = {
    "id": "id", "plan_year": "tahun", "title": "usulan", "district": "kec", "area": "kel",
    "rw": "rw", "volume": "volume", "unit": "satuan", "unit_price": "harga", "cost": "biaya",
    "department": "opd", "state": "status", "level": "tingkat", "reason": "alasan",
    "rank": "urutan",
}  # fmt: skip
RULES: dict[str, Any] = {"source": "uji", "columns": FIELDS, "defaults": {"state": "submitted"}}
GOOD = (
    "{n},2024,Drainase Gang Melati {n},Coblong,Dago,3,120,m,650000,78000000,dsdabm,"
    "agreed,kelurahan,,2"
)


@pytest.fixture
def take(app: Any, session: Any) -> Any:
    """Bring rows in; returns their verdicts."""

    def bring(*rows: str) -> list[Verdict]:
        rules = mapping.made(RULES, proposals.codes(), proposals.SHAPE)
        table = tables.parse("\n".join((HEAD, *rows)).encode())
        importer = proposals.Importer(rules, None)
        return importer.take(table.rows)

    return bring


def only() -> Proposal:
    return db.session.scalars(select(Proposal)).one()


def test_a_proposal_comes_in_at_its_level_with_what_was_decided_below(session, take):
    (verdict,) = take(GOOD.format(n=1))
    assert (verdict.outcome, verdict.item[:6]) == (Outcome.REPAIRED, "U-2024")
    found = only()
    assert (found.state, found.level, found.area_code, found.rw) == (
        "agreed", "kelurahan", KELURAHAN, 3
    )  # fmt: skip
    assert (found.volume, found.unit_price, found.cost) == (Decimal(120), 650000, 78000000)
    assert found.published_at is not None
    assert [(row.level, row.decision, row.rank) for row in found.levels] == [
        ("rw", "agree", None),
        ("kelurahan", "agree", 2),
    ]
    query = select(Change.step).where(Change.item_id == found.id).order_by(Change.seq)
    steps = session.scalars(query).all()
    assert steps == ["file", "verify", "agree", "advance", "verify", "agree"]


def test_no_limit_of_an_rw_holds_for_what_is_brought_in(session, take):
    session.add(RwLimit(plan_year=2024, area_code=KELURAHAN, most=1))
    session.flush()
    assert [one.outcome for one in take(GOOD.format(n=1), GOOD.format(n=2))] == [
        Outcome.REPAIRED,
        Outcome.REPAIRED,
    ]


@pytest.mark.parametrize(
    ("column", "said", "column_after", "expected", "word"),
    [
        ("volume", "-80", "volume", None, "-80"),
        ("volume", "5000000000", "cost", 78000000, "5.000.000.000"),
        ("volume", "1.250,5 m2", "volume", Decimal("1250.50"), ""),
        ("volume", "seratus", "volume", None, "seratus"),
        ("volume", "0.125", "volume", Decimal("0.12"), ""),
        ("volume", "0,001", "volume", None, "0,001"),
        ("biaya", "Rp 78.000.000,-", "cost", 78000000, ""),
        ("biaya", "78,000,000.00", "cost", 78000000, ""),
        ("biaya", "-5", "cost", 78000000, "-5"),
        ("biaya", "7.8E+07", "cost", 78000000, ""),
        ("rw", "RW 99", "rw", None, "99"),
        ("opd", "dinas anu", "department_code", None, "dinas anu"),
    ],
)
def test_what_cannot_be_is_left_out_or_put_right_and_explained(
    session, take, column, said, column_after, expected, word
):
    names = HEAD.split(",")
    cells = GOOD.format(n=1).split(",")
    cells[names.index(column)] = f'"{said}"'
    (verdict,) = take(",".join(cells))
    assert verdict.outcome is Outcome.REPAIRED
    assert getattr(only(), column_after) == expected
    assert word in verdict.why


def test_a_cost_that_follows_is_rounded_as_everywhere_and_stops_no_import(session, take):
    half = GOOD.format(n=1).replace(",120,m,650000,78000000,", ',"2,5",m,333333,,')
    giant = GOOD.format(n=2).replace(",120,m,650000,78000000,", ",1000000,m,10000000000000,,")
    rounded, huge = take(half, giant)
    costs = dict(session.execute(select(Proposal.title, Proposal.cost)).all())
    assert costs == {"Drainase Gang Melati 1": 833_333, "Drainase Gang Melati 2": None}
    assert "10.000.000.000.000.000.000" in huge.why
    assert rounded.outcome is Outcome.REPAIRED


def test_an_amount_in_the_column_of_the_volume_becomes_the_cost(session, take):
    row = GOOD.format(n=1).replace(",120,m,650000,78000000,", ",5000000000,,,,")
    (verdict,) = take(row)
    found = only()
    assert (found.volume, found.cost) == (None, 5_000_000_000)
    assert "5.000.000.000" in verdict.why


def test_rows_that_stand_there_twice_come_in_once(session, take):
    first, again, same = take(
        GOOD.format(n=1),
        GOOD.format(n=1),
        GOOD.format(n=1).replace("1,2024", "77,2024", 1),
    )
    assert first.outcome is Outcome.REPAIRED
    assert (again.outcome, same.outcome) == (Outcome.REFUSED, Outcome.REFUSED)
    assert "2" in again.why and "2" in same.why
    assert {v.outcome for v in take(GOOD.format(n=1))} == {Outcome.KNOWN}
    changed = take(GOOD.format(n=1).replace("78000000", "79000000"))
    assert {v.outcome for v in changed} == {Outcome.CONFLICT}
    assert session.scalar(select(func.count()).select_from(Item)) == 1


def test_without_a_kelurahan_the_kecamatan_holds_it_and_without_either_it_is_refused(session, take):
    known, unknown, nowhere = take(
        GOOD.format(n=1).replace(",Dago,", ",,"),
        GOOD.format(n=2).replace(",Dago,", ",Kampung Anu,"),
        GOOD.format(n=3).replace(",Coblong,Dago,", ",,,"),
    )
    assert [v.outcome for v in (known, unknown, nowhere)] == [
        Outcome.REPAIRED, Outcome.REPAIRED, Outcome.REFUSED
    ]  # fmt: skip
    codes = session.scalars(select(Proposal.area_code)).all()
    assert set(codes) == {KECAMATAN}


def test_nobody_invents_a_category_a_year_or_a_status(session, take):
    verdicts = take(
        GOOD.format(n=1).replace("Drainase Gang Melati 1", "Hal lain"),
        GOOD.format(n=2).replace(",2024,", ",,"),
        GOOD.format(n=3).replace(",2024,", ",1890,"),
        GOOD.format(n=4).replace(",agreed,", ",entahlah,"),
        GOOD.format(n=5).replace(",kelurahan,,", ",provinsi,,"),
    )
    assert {verdict.outcome for verdict in verdicts} == {Outcome.REFUSED}
    assert all(verdict.why for verdict in verdicts)


@pytest.mark.parametrize("level", PROPOSAL_LEVELS)
@pytest.mark.parametrize("state", STATES)
def test_every_state_is_reached_by_declared_steps_at_every_level(session, take, state, level):
    row = GOOD.format(n=1).replace(",agreed,kelurahan,", f",{state},{level},")
    (verdict,) = take(row)
    assert verdict.outcome is Outcome.REPAIRED, verdict.why
    found = only()
    assert found.state == state
    ended = MUSRENBANG.workflow[state].phase
    assert ended is not None
    at_city = state in ("in_rkpd", "in_apbd", "procurement", "works", "done", "not_realised")
    assert found.level == ("kota" if at_city else level)
    assert len(found.levels) == len({row.level for row in found.levels})


def test_the_example_in_the_citys_folder_says_of_each_row_what_became_of_it(app, session, tmp_path):
    rules = mapping.read(SAMPLE / "usulan.toml", proposals.codes(), proposals.SHAPE)
    table = tables.read(SAMPLE / "usulan.csv", tuple(rules.columns.values()))
    told = proposals.Importer(rules, None).take(table.rows)
    outcomes = Counter(verdict.outcome for verdict in told)
    rows = (SAMPLE / "usulan.csv").read_text("utf-8").splitlines()[1:]
    assert sum(outcomes.values()) == len(rows)
    assert outcomes[Outcome.REFUSED] == 4  # twice the same, the same again, no place, no year
    assert outcomes[Outcome.REPAIRED] == 4


@examples(200)
@given(st.text(max_size=40))
def test_no_text_in_a_column_of_numbers_breaks_the_reading(app, text):
    with app.app_context():
        found = read_number(text)
    assert found is None or found.is_finite()


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_a_number_is_read_as_it_is_written_here(number):
    from app.forms.amounts import written

    assert read_number(written(number)) == number
    assert read_number(f"Rp {written(number)}") == number


def test_a_path_has_no_gap(app):
    with app.app_context():
        for state in STATES:
            for level in PROPOSAL_LEVELS:
                wish: Any = type("W", (), {"state": state, "level": level})()
                source = MUSRENBANG.workflow.initial
                for name, _level in path(wish):
                    step = MUSRENBANG.workflow.named(name)
                    if state in ("in_rkpd", "in_apbd") and level != "kota":
                        continue
                    assert source in step.sources, (state, level, name)
                    source = step.target or source
