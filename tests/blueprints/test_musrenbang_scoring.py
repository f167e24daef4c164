"""Scoring on its pages: kept, judged, closed; then anybody sees the arithmetic."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from models import ScoringRound, db
from tests import factories as make
from tests.services.test_scoring import YEAR, opened, planner, proposal

pytestmark = pytest.mark.usefixtures("session")
WORK = "/kerja/musrenbang/penilaian"
PUBLIC = "/musrenbang/penilaian"


def test_from_a_draft_to_a_published_round_by_its_pages(session, client_for):
    proposal()
    keeper, judges = client_for(make.user(roles=("planner",))), [make.user(), make.user()]
    begun = {"name": "Dago", "plan_year": YEAR, "least": 2, "place": f"area:{make.KELURAHAN}"}
    page = keeper.post(f"{WORK}/baru", data=begun)
    assert page.status_code == 302
    address = page.location
    assert "Urgensi" in keeper.get(address).text
    rows = {
        "rows-0-code": "urgensi", "rows-0-name": "Urgensi", "rows-0-weight": "62,5",
        "rows-0-measure": "", "rows-0-limits": "", "rows-0-anchors": "Rendah\nSedang\nTinggi",
        "rows-1-name": "Penerima", "rows-1-weight": "37,5", "rows-1-measure": "beneficiaries",
        "rows-1-limits": "100; 500", "rows-1-anchors": "Sedikit\nCukup\nBanyak",
    }  # fmt: skip
    refused = keeper.post(address, data=rows | {"rows-1-limits": "500; 100"})
    assert refused.status_code == 422
    assert "500; 100" in refused.text
    assert keeper.post(address, data=rows).status_code == 302
    found = session.scalars(select(ScoringRound)).one()
    assert [(c.code, c.weight, c.high, c.limits) for c in found.criteria] == [
        ("urgensi", 6250, 3, []),
        ("penerima", 3750, 3, [100, 500]),
    ]
    assert keeper.post(f"{address}/penilai", data={"email": "tidak@ada.id"}).status_code == 422
    for judge in judges:
        assert keeper.post(f"{address}/penilai", data={"email": judge.email}).status_code == 302
    assert client_for().get(f"{PUBLIC}/{found.id}").status_code == 404
    assert keeper.post(f"{address}/umumkan").status_code == 302
    told = client_for().get(f"{PUBLIC}/{found.id}").text
    assert "62,5" in told
    assert judges[0].email not in told


def test_weights_by_pairs_come_with_their_consistency(session, client_for):
    keeper = client_for(make.user(roles=("planner",)))
    begun = {"name": "Dago", "plan_year": YEAR, "least": 2, "place": f"area:{make.KELURAHAN}"}
    address = keeper.post(f"{WORK}/baru", data=begun).location
    found = session.scalars(select(ScoringRound)).one()
    equal = {f"p{i}_{j}": "1" for i in range(6) for j in range(i + 1, 6)}
    assert keeper.post(f"{address}/timbang", data=equal | {"p0_1": "100"}).status_code == 422
    assert keeper.post(f"{address}/timbang", data=equal).status_code == 302
    assert {c.weight for c in found.criteria} == {1666, 1667}
    ring = equal | {"p0_1": "9", "p1_2": "9", "p0_2": "1/9"}
    page = keeper.post(f"{address}/timbang", data=ring, follow_redirects=True).text
    assert "0,10" in page or "0.10" in page
    assert {c.weight for c in found.criteria} == {1666, 1667}


@pytest.fixture
def judged(session: Any) -> tuple[ScoringRound, list[Any]]:
    """An open round with two assessors and two proposals."""
    proposal(title="Saluran Gang Mawar", beneficiaries=900)
    proposal(title="=HYPERLINK(1) taman", rw=7)
    judges = [make.user(), make.user()]
    return opened(planner(), judges), judges


def judge_all(client_for: Any, found: ScoringRound, judges: list[Any]) -> None:
    from app.queries import scoring

    for judge in judges:
        mine = client_for(judge)
        for n, one in enumerate(scoring.candidates(db.session, found)):
            marks = {"m_urgensi": str(5 - n), "m_prioritas": "3", "note": "Sudah dilihat."}
            answer = mine.post(f"{WORK}/{found.id}/nilai/{one.number}", data=marks)
            assert answer.status_code == 302


def test_an_assessor_judges_by_pages_and_the_list_stays_hidden_until_closing(judged, client_for):
    found, judges = judged
    assert str(found.id) in client_for(judges[0]).get(f"{WORK}/tugas").text
    assert client_for(make.user()).get(f"{WORK}/{found.id}/nilai").status_code == 404
    judge_all(client_for, found, judges)
    assert "Sudah dilihat" not in client_for().get(f"{PUBLIC}/{found.id}").text
    assert client_for().get(f"{PUBLIC}/{found.id}/unduh.csv").status_code == 404
    keeper = client_for(make.user(roles=("planner",)))
    assert "2 dari 2" in keeper.get(f"{WORK}/{found.id}").text
    closed = keeper.post(f"{WORK}/{found.id}/tutup")
    assert closed.location == f"{PUBLIC}/{found.id}"
    told = client_for().get(closed.location)
    assert "Saluran Gang Mawar" in told.text
    assert "Sudah dilihat" in told.text
    assert all(judge.person.name not in told.text for judge in judges)


def test_anybody_tries_other_weights_and_takes_the_marks_along(judged, client_for):
    found, judges = judged
    judge_all(client_for, found, judges)
    client_for(make.user(roles=("planner",))).post(f"{WORK}/{found.id}/tutup")
    stranger = client_for()
    page = stranger.get(f"{PUBLIC}/{found.id}?kriteria=urgensi&bobot=0&lihat=topsis").text
    assert "TOPSIS" in page
    for nonsense in ("kriteria=urgensi&bobot=-1", "kriteria=x&bobot=5", "bobot=NaN"):
        assert stranger.get(f"{PUBLIC}/{found.id}?{nonsense}").status_code == 200
    told = stranger.get(f"{PUBLIC}/{found.id}/unduh.csv").text.lstrip("\ufeff")
    table = list(csv.reader(io.StringIO(told)))
    assert table[0][:3] == ["tempat", "nomor", "judul"]
    assert table[1][0] == "1"
    assert any(row[2].startswith("'=HYPERLINK") for row in table)


def test_an_auditor_reckons_points_and_fingerprint_again_from_what_is_published(judged, client_for):
    """By hand from the table alone: marks, weights and scales; nothing of ours is asked."""
    found, judges = judged
    judge_all(client_for, found, judges)
    client_for(make.user(roles=("planner",))).post(f"{WORK}/{found.id}/tutup")
    stranger = client_for()
    told = stranger.get(f"{PUBLIC}/{found.id}/unduh.csv").text.lstrip("\ufeff")
    head, *rows, weighed = list(csv.reader(io.StringIO(told)))
    last = head.index("nilai")
    rule = [re.fullmatch(r"([\d.]+) \((\d+)-(\d+)\)", cell) for cell in weighed[3:last]]
    assert sum(Decimal(one[1]) for one in rule if one) == 100
    for row in rows:
        total = Decimal(0)
        for one, cell in zip(rule, row[3:last], strict=True):
            assert one is not None
            marks = [int(mark) for mark in cell.split()]
            mean = Decimal(sum(marks)) / len(marks)
            total += (mean - int(one[2])) / (int(one[3]) - int(one[2])) * Decimal(one[1])
        assert f"{total:.6f}" == row[last]
    page = unescape(stranger.get(f"{PUBLIC}/{found.id}").text)
    shown = re.search(r"data-canonical>(.*?)</code>", page)
    assert shown
    assert hashlib.sha256(shown[1].encode()).hexdigest() == found.digest
    assert found.digest in page


def test_who_steps_back_leaves_the_proposal_to_others(judged, client_for):
    from app.queries import scoring

    found, judges = judged
    one = scoring.candidates(db.session, found)[0]
    mine, address = client_for(judges[0]), f"{WORK}/{found.id}/nilai/{one.number}"
    assert mine.post(address, data={"recused": ""}).status_code == 422
    assert mine.post(address, data={"m_urgensi": "9"}).status_code == 422
    assert mine.post(address, data={"recused": "kin"}).status_code == 302
    given = scoring.assessments(db.session, found)[one.id]
    assert [(a.recused, a.marks) for a in given] == [("kin", {})]


def test_the_public_page_of_a_round_costs_few_questions(judged, client_for, app):
    from tests.statements import Statements

    found, judges = judged
    judge_all(client_for, found, judges)
    client_for(make.user(roles=("planner",))).post(f"{WORK}/{found.id}/tutup")
    client = client_for()
    client.get(f"{PUBLIC}/{found.id}")
    with Statements() as asked:
        client.get(f"{PUBLIC}/{found.id}")
    assert len(asked) <= 8
