"""Pages about the way of a proposal: level by level, why it stopped, what residents say."""

from __future__ import annotations

import io
import re
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from sqlalchemy import select

from app.kinds.musrenbang_states import DEFERRALS, DROPS, REFUSALS
from app.services import ceilings, items, supports
from models import Change, Survey, WorkConfirmation, db
from models.ceiling import Whose
from tests import factories as make
from tests import pictures
from tests.statements import Statements

pytestmark = pytest.mark.usefixtures("session")


def text(response, status=200) -> str:
    assert response.status_code == status, response.status
    return " ".join(unescape(response.get_data(as_text=True)).split())


def words(page: str) -> str:
    """What stands on a page, without its tags."""
    main = re.search(r"<main.*</main>", page, re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", main[0] if main else page).split())


def has(page: str, *wanted: str) -> bool:
    return all(word in page for word in wanted)


def seat(role: str, **scope):
    return make.actor(make.user(roles=(role,), **scope))


def proposal(level="kelurahan", author=None, **values):
    given = {"volume": Decimal(20), "unit": "m", "unit_price": 1_000_000} | values
    return make.item("musrenbang", author, level=level, rw=3, **given)


def address(item, part="") -> str:
    return f"/musrenbang/{item.number}{part}"


# -- the way, level by level ----------------------------------------------------------------


def test_the_page_shows_what_each_level_made_of_it_side_by_side(client):
    item = proposal("rw")
    clerk = make.everybody(item)
    items.move(item, "verify", clerk)
    items.move(item, "agree", clerk)
    items.move(item, "advance", clerk)
    items.move(item, "verify", clerk, {"volume": Decimal(18), "note": "Diukur ulang: 18 meter."})
    page = words(text(client.get(address(item))))
    assert has(page, "20 m", "18 m", "Rp20.000.000", "Rp18.000.000", "Diukur ulang: 18 meter.")


def test_a_rank_without_a_decision_is_no_level_that_decided(client):
    from models import ProposalLevel

    item = proposal()
    db.session.add(
        ProposalLevel(proposal_id=item.id, level="kelurahan", decision="", seat="x", rank=3)
    )
    db.session.flush()
    text(client.get(address(item)))


OWN = ("proposal_level", "survey", "realisation", "office_verdict", "proposal_credit")


def test_the_way_of_a_proposal_costs_a_stranger_two_statements(client):
    rich = proposal("kecamatan")
    clerk = make.everybody(rich)
    items.move(rich, "verify", clerk, {"volume": Decimal(18), "note": "Diukur ulang."})
    make.surveyed(rich)
    items.move(rich, "agree", clerk)
    where = address(rich)
    client.get(where)
    with Statements() as sent:
        text(client.get(where))
    mine = [one for one in sent if any(f"FROM {table}" in one for table in OWN)]
    assert len(mine) == 2, "\n---\n".join(sent)


def test_planned_and_spent_stand_beside_each_other(client):
    item = make.item("musrenbang", state="works", department_code=make.DEPARTMENT)
    item.budget, item.contract_value, item.spent, item.progress = (
        100_000_000,
        80_000_000,
        20_000_000,
        30,
    )
    db.session.flush()
    page = words(text(client.get(address(item))))
    assert has(page, "Rp100.000.000", "Rp80.000.000", "Rp20.000.000", "30 %", "25 %")


def test_the_record_of_handing_over_stands_on_the_page(client):
    item = make.item("musrenbang", state="done", department_code=make.DEPARTMENT)
    given = {"bast_number": "600.1/12-BAST", "bast_on": date.today(), "keeper": "Pengurus RW 03"}
    items.move(item, "hand_over", make.everybody(item), given)
    assert has(words(text(client.get(address(item)))), "600.1/12-BAST", "Pengurus RW 03")


# -- why ------------------------------------------------------------------------------------


def stopped(step, reason, item=None, note="Sudah kami periksa bersama."):
    item = item or proposal(visibility="anonymous", author=make.user(name="Asep Rahasia"))
    clerk = make.everybody(item)
    if step == "defer":
        items.move(item, "verify", clerk)
    items.move(item, step, clerk, {"reason": reason, "note": note})
    return item


@pytest.mark.parametrize(
    ("step", "reason"),
    [*(("refuse", r) for r in REFUSALS), *(("defer", r) for r in DEFERRALS)],
)
def test_a_stranger_reads_why_a_proposal_stopped_and_what_can_be_done(client, step, reason):
    item = stopped(step, reason)
    page = words(text(client.get(address(item, "/mengapa"))))
    assert has(page, item.title, item.number, "Sudah kami periksa bersama.")
    assert "Asep Rahasia" not in page
    assert "/mengapa" in text(client.get(address(item)))


@pytest.mark.parametrize("reason", DROPS)
def test_what_was_never_built_is_explained_as_well(client, reason):
    item = make.item("musrenbang", state="in_apbd", department_code=make.DEPARTMENT)
    clerk = make.everybody(item)
    items.move(item, "drop", clerk, {"reason": reason, "note": "Kami jelaskan di sini."})
    assert has(words(text(client.get(address(item, "/mengapa")))), "Kami jelaskan di sini.")


def test_the_numbers_are_told_rank_line_and_ceiling(client):
    first, second = proposal(), proposal()
    lurah = seat("moderator")
    planner, decree = seat("planner"), ceilings.Decree("final", "Kepwal 1", date.today(), "Final.")
    amounts = {Whose(area_code=make.KELURAHAN): 25_000_000}
    ceilings.save(planner, first.plan_year, amounts, decree)
    ceilings.publish(planner, first.plan_year)
    for rank, item in enumerate((first, second), 1):
        items.move(item, "verify", lurah)
        items.move(item, "agree", lurah, {"rank": rank})
    items.move(second, "defer", lurah, {"reason": "over_ceiling", "note": "Pagu habis."})
    page = words(text(client.get(address(second, "/mengapa"))))
    assert has(page, "Rp25.000.000", "Rp40.000.000", "2", "Pagu habis.")


def test_what_is_on_its_way_has_nothing_to_explain(client):
    item = proposal()
    response = client.get(address(item, "/mengapa"))
    assert (response.status_code, response.location) == (302, address(item))


def test_an_urgent_repair_goes_on_as_a_report_that_is_tied_to_it(client, client_for):
    item = stopped("refuse", "urgent_repair")
    page = client_for(make.user()).get(address(item, "/mengapa")).text
    assert f'href="{address(item)}#lanjutkan"' in page
    assert 'id="lanjutkan"' in client_for(make.user()).get(address(item)).text
    assert 'href="/lapor/baru' in client.get(address(item, "/mengapa")).text


def test_why_of_what_is_not_public_does_not_exist(client):
    item = stopped("refuse", "still_good")
    item.published_at = None
    db.session.flush()
    assert client.get(address(item, "/mengapa")).status_code == 404


def test_other_kinds_have_no_such_page(client):
    item = make.item("lapor", state="rejected")
    assert client.get(f"/lapor/{item.number}/mengapa").status_code == 404


# -- surveys --------------------------------------------------------------------------------


def test_surveyors_see_what_nobody_has_looked_at_nearest_first(client_for):
    there, seen, below = proposal("kecamatan"), proposal("kecamatan"), proposal()
    make.surveyed(seen)
    client = client_for(make.user(roles=("validator",)))
    page = text(client.get("/kerja/musrenbang/survei"))
    assert there.title in page
    assert not [i for i in (seen, below) if i.title in page]
    near = text(client.post("/kerja/musrenbang/survei", data={"lon": "107.61", "lat": "-6.88"}))
    assert there.title in near


def test_a_survey_is_recorded_on_its_form_with_questions_and_measured_volume(client_for):
    item, surveyor = proposal("kecamatan"), make.user(roles=("validator",))
    client = client_for(surveyor)
    form = text(client.get(address(item, "/langkah/survey")))
    assert has(form, 'name="check_land"', 'name="here"', 'name="volume"', "js/here.js")
    photo = make.proof_photo(
        item, uploaded_by_id=surveyor.id, for_item_id=item.id, for_step="survey"
    )
    sent = {f"check_{code}": "yes" for code in make.CHECKLIST}
    sent |= {"volume": "17,5", "note": "Sudah diukur bersama RW.", "photo_ids": str(photo.id)}
    sent |= {"here": "107.6186,-6.8853", "key": "11111111-1111-4111-8111-111111111111"}
    sent |= {f"explain_{n}": "Sudah kami periksa di tempat." for n in ("time", "distance")}
    response = client.post(address(item, "/langkah/survey"), data=sent)
    assert response.status_code == 302, text(response, response.status_code)[-900:]
    kept = db.session.scalar(select(Survey).where(Survey.proposal_id == item.id))
    assert kept.volume == Decimal("17.50")
    assert 'value="17,5"' in text(client.get(address(item, "/langkah/verify")))


def test_money_is_typed_as_people_write_it_and_what_is_wrong_stays_in_the_field(client_for):
    item = make.item("musrenbang", rw=3, level="kota", state="agreed", unit="m")
    client = client_for(make.user(roles=("tapd",)))
    where = address(item, "/langkah/agree_budget")
    wrong = text(client.post(where, data={"agreed_amount": "dua juta"}), 422)
    assert 'value="dua juta"' in wrong
    assert client.post(where, data={"agreed_amount": "Rp 2.000.000"}).status_code == 302
    assert item.tapd_amount == 2_000_000


# -- residents ------------------------------------------------------------------------------


def finished(*supporters):
    item = make.item("musrenbang", state="works", department_code=make.DEPARTMENT)
    for user in supporters:
        supports.support(item, make.actor(user))
    clerk = make.everybody(item)
    make.half_way(item, clerk)
    photo = make.photo(uploaded_by_id=clerk.user_id).id
    items.move(item, "finish", clerk, {"photos": [photo], "note": "Selesai."})
    return item


def test_a_supporter_says_with_a_photo_that_it_is_not_finished(client_for, client):
    one = make.user(name="Neneng Pendukung")
    item = finished(one)
    theirs = client_for(one)
    assert address(item, "/hasil") in text(theirs.get(address(item)))
    sent = {
        "confirmed": "no",
        "note": "Ujung gang belum dicor.",
        "photos": (io.BytesIO(pictures.jpeg().getvalue()), "ujung.jpg"),
    }
    response = theirs.post(address(item, "/hasil"), data=sent)
    assert (response.status_code, response.location) == (302, address(item))
    page = words(text(client.get(address(item))))
    assert "Ujung gang belum dicor." in page
    assert "Neneng" not in page
    assert db.session.scalar(select(WorkConfirmation.confirmed)) is False


def test_what_was_typed_stays_when_something_is_missing(client_for):
    one = make.user()
    item = finished(one)
    sent = {"confirmed": "no", "note": "belum"}
    page = text(client_for(one).post(address(item, "/hasil"), data=sent), 422)
    assert re.search(r">\s*belum</textarea>", page)
    steps = select(Change.step).where(Change.item_id == item.id)
    assert "contest_works" not in db.session.scalars(steps).all()


def test_a_passer_by_is_not_asked(client_for):
    item = finished()
    theirs = client_for(make.user())
    assert theirs.get(address(item, "/hasil")).status_code == 403
    assert "/hasil" not in text(theirs.get(address(item)))
