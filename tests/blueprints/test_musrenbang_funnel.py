"""What became of proposals: counted as anybody would count them, and open to everybody."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy import select, text

from app.kinds import KINDS
from app.queries import funnel as reads
from app.services import funnel, items
from models import PROPOSAL_LEVELS, Funnel, Proposal, db
from tests import factories as make
from tests.examples import examples
from tests.statements import Statements

pytestmark = pytest.mark.usefixtures("session")
YEAR = 2032
PAGE = "/musrenbang/hasil"
STATES = [state.name for state in KINDS["musrenbang"].workflow.states]
FAR = {"in_rkpd": 5, "in_apbd": 6, "procurement": 7, "works": 7, "done": 8}


def proposal(state: str = "verified", level: str = "rw", **values: Any) -> Proposal:
    """A proposal that stands somewhere; how it came there does not matter here."""
    made = make.item(
        "musrenbang", rw=values.pop("rw", 3), area_code=values.pop("area_code", make.KELURAHAN)
    )
    columns = {"plan_year": YEAR, "level": level, **values}
    for name, value in columns.items():
        setattr(made, name, value)
    db.session.flush()
    db.session.execute(text("UPDATE item SET state = :s WHERE id = :i"), {"s": state, "i": made.id})
    db.session.expire(made)
    return made  # type: ignore[return-value]


def city() -> Funnel:
    funnel.refresh(db.session())
    found = reads.of(db.session, YEAR, "city", "32.73")
    assert found is not None
    return found


def test_each_stage_holds_all_that_came_so_far(session):
    proposal("submitted", "rw", filed_cost=10, cost=12)
    proposal("refused", "kecamatan", filed_cost=100, cost=90)
    proposal("agreed", "kota", cost=80)
    proposal("in_apbd", "kota", cost=70, budget=65)
    proposal("done", "kota", cost=60, budget=55, contract_value=50, spent=49)
    proposal("not_realised", "kota", cost=40, budget=30)
    proposal("merged", "rw", filed_cost=10**6)
    found = city()
    counts = [getattr(found, name) for name in reads.STAGES]
    assert counts == [7, 5, 5, 4, 4, 3, 3, 1, 1]
    assert (found.refused, found.merged, found.not_realised) == (1, 1, 1)
    assert (found.asked, found.budget, found.contracts, found.spent) == (360, 150, 50, 49)
    assert found.agreed == 80 + 70 + 60 + 40


@examples(10, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(
            st.sampled_from(STATES), st.sampled_from(PROPOSAL_LEVELS), st.booleans(), st.booleans()
        ),
        min_size=1,
        max_size=6,
    )
)
def test_counts_are_those_of_a_walk_through_all_proposals(session, found):
    db.session.execute(text("DELETE FROM funnel"))
    with db.session.begin_nested() as point:
        expected: Counter[str] = Counter()
        for state, level, published, secret in found:
            one = proposal(state, level)
            if not published:
                one.published_at = None
            if secret:
                one.visibility = "confidential"
            if published and not secret:
                far = FAR.get(state, PROPOSAL_LEVELS.index(level))
                far = 5 if state == "not_realised" else far
                for n, name in enumerate(reads.STAGES):
                    expected[name] += n <= far
        db.session.flush()
        funnel.refresh(db.session())
        line = reads.of(db.session, YEAR, "city", "32.73")
        told = {name: getattr(line, name) if line else 0 for name in reads.STAGES}
        assert told == {name: expected[name] for name in reads.STAGES}
        point.rollback()


def test_parts_make_the_whole(session):
    for rw in (1, 2, 2):
        proposal("in_apbd", "kota", rw=rw, budget=10, department_code=make.DEPARTMENT)
    proposal("submitted", area_code=make.OTHER_KELURAHAN)
    whole = city()
    for scope in ("district", "area", "rw"):
        lines = session.scalars(select(Funnel).filter_by(plan_year=YEAR, scope=scope)).all()
        assert sum(line.submitted for line in lines) == whole.submitted == 4
        assert sum(line.budget for line in lines) == whole.budget == 30
    assert reads.of(session, YEAR, "department", make.DEPARTMENT).submitted == 3


def test_anybody_walks_from_the_city_to_an_rw_and_its_proposals(session, client):
    proposal("done", "kota", rw=4, title="Drainase Gang Melati", budget=5)
    proposal("refused", "kelurahan", rw=4, title="Taman RW 04", plan_year=YEAR - 1)
    funnel.refresh(session())
    assert "Coblong" in client.get(f"{PAGE}?tahun={YEAR}").text
    assert "Dago" in client.get(f"{PAGE}/wilayah/{make.KECAMATAN}?tahun={YEAR}").text
    assert "RW 04" in client.get(f"{PAGE}/wilayah/{make.KELURAHAN}?tahun={YEAR}").text
    page = client.get(f"{PAGE}/wilayah/{make.KELURAHAN}/rw/4").text
    assert page.index("Drainase Gang Melati") < page.index("Taman RW 04")
    assert client.get(f"{PAGE}/wilayah/{make.KELURAHAN}/rw/5").status_code == 404
    assert client.get(f"{PAGE}/wilayah/32.73").status_code == 404
    assert client.get(f"{PAGE}?tahun=abc").status_code == 200


def test_an_rw_reads_why_each_stopped_and_what_it_became(session, client):
    clerk = make.actor(make.user(roles=("moderator",)))
    kept, joined, refused, late = (
        make.item("musrenbang", rw=4, title=title, level="kelurahan")
        for title in ("Drainase Gang Melati", "Saluran Gang Melati", "Taman", "Lampu gang")
    )
    items.move(joined, "merge", clerk, {"into": kept.number, "reason": "same_matter"})
    no = {"reason": "not_city_asset", "note": "Lahan milik warga."}
    items.move(refused, "refuse", clerk, no)
    make.walk(late, "not_realised")
    next_one = make.item("musrenbang", rw=4, title="Lampu gang")
    next_one.plan_year, next_one.carried_from_id = late.plan_year + 1, late.id
    funnel.refresh(session())
    at = f"{PAGE}/wilayah/{make.KELURAHAN}/rw/4"
    page = client.get(at).text
    assert "Bukan aset kota" in page
    assert f"{refused.number}/mengapa" in page
    parts = page.split("<li>")
    assert kept.number in next(part for part in parts if joined.number in part)
    assert late.number in next(part for part in parts if next_one.number in part)
    table = client.get(f"{PAGE}/unduh.csv?wilayah={make.KELURAHAN}&rw=4").text
    rows = {row["nomor"]: row for row in csv.DictReader(io.StringIO(table.lstrip("\ufeff")))}
    assert len(rows) == 5
    assert rows[refused.number]["alasan"] == "Bukan aset kota"
    assert rows[next_one.number]["lanjutan_dari"] == late.number
    assert {row["tahun"] for row in rows.values()} == {str(late.plan_year), str(late.plan_year + 1)}
    assert client.get(f"{PAGE}/unduh.csv?rw=4").status_code == 404


def test_the_counts_themselves_are_taken_along(session, client):
    proposal("in_apbd", "kota", rw=1, budget=10, spent=4, department_code=make.DEPARTMENT)
    proposal("refused", "kelurahan", rw=2)
    funnel.refresh(session())
    address = f"{PAGE}/unduh.csv?hitungan=1&tahun={YEAR}"
    rows = list(csv.DictReader(io.StringIO(client.get(address).text.lstrip("\ufeff"))))
    by_scope = Counter(row["lingkup"] for row in rows)
    assert by_scope == {"city": 1, "district": 1, "area": 1, "rw": 2, "department": 1}
    whole = next(row for row in rows if row["lingkup"] == "city")
    assert (whole["submitted"], whole["refused"], whole["budget"], whole["spent"]) == (
        "2", "1", "10", "4"
    )  # fmt: skip
    inside = client.get(f"{address}&wilayah={make.KELURAHAN}").text
    assert ",department," not in inside and ",city," not in inside and ",rw," in inside
    assert "hitungan=1" in client.get(f"{PAGE}?tahun={YEAR}").text


def test_before_anything_is_counted_the_pages_say_so(session, client):
    session.execute(text("DELETE FROM funnel"))
    assert client.get(PAGE).status_code == 200
    assert client.get(f"{PAGE}/opd/{make.DEPARTMENT}").status_code == 200


def test_the_table_to_take_along_holds_what_is_public_and_guards_its_cells(session, client):
    proposal("verified", title="=cmd()|rapi sekali")
    proposal("verified", title="Usulan rahasia", visibility="confidential")
    proposal("verified", title="Usulan lama sekali", plan_year=YEAR - 1)
    answer = client.get(f"{PAGE}/unduh.csv?tahun={YEAR}&wilayah={make.KECAMATAN}")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["judul"] for row in rows] == ["'=cmd()|rapi sekali"]
    assert client.get(f"{PAGE}/unduh.csv?tahun=9999999999").status_code == 404
    assert client.get(f"{PAGE}/unduh.csv?tahun={YEAR}&rw=-1&opd=%00").status_code in (200, 400)


def test_the_map_shows_one_plan_year(session, client):
    mine = proposal("verified")
    proposal("verified", plan_year=YEAR - 1)
    view = "z=18&bbox=107.55,-6.97,107.74,-6.83"
    told = json.loads(client.get(f"/peta/klaster.json?{view}&kind=musrenbang&tahun={YEAR}").text)
    assert told["total"] == 1
    assert mine.number in str(told)
    funnel.refresh(session())
    assert client.get(f"/musrenbang/peta?tahun={YEAR}&state=verified").status_code == 200


def test_the_page_of_the_city_asks_few_questions(session, client):
    for n in range(6):
        proposal("verified", rw=n + 1)
    funnel.refresh(session())
    client.get(PAGE)
    with Statements() as asked:
        client.get(PAGE)
    assert len(asked) <= 6
