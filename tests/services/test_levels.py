"""What levels decide about proposals: side by side, back a level, hands, verdicts, the budget."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from app.kinds import kind_of
from app.queries import journey
from app.services import items
from app.services.refused import Refused
from app.workflow import Incomplete, NotAllowed
from models import BulkAct, Hop, Mandate, Notification, OfficeVerdict, ProposalLevel, Survey, db
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
CODE = "1.03.10.2.01.0005"


def seat(role: str, **scope):
    return make.actor(make.user(roles=(role,), **scope))


def proposal(level: str = "kelurahan", **values):
    given = {"volume": Decimal(20), "unit": "m", "unit_price": 1_000_000} | values
    return make.item("musrenbang", level=level, rw=3, **given)


def rows(item):
    wanted = select(ProposalLevel).where(ProposalLevel.proposal_id == item.id)
    return {row.level: row for row in db.session.scalars(wanted)}


# -- side by side ---------------------------------------------------------------------------


def test_a_level_changes_the_volume_and_the_cost_follows_and_both_stay_side_by_side():
    item = proposal("rw")
    operator, lurah = seat("moderator"), seat("moderator")
    items.move(item, "verify", operator)
    items.move(item, "agree", operator)
    items.move(item, "advance", operator)
    changed = {"volume": Decimal(18), "note": "Diukur ulang: 18 meter."}
    change = items.move(item, "verify", lurah, changed)
    assert (item.volume, item.cost) == (Decimal(18), 18_000_000)
    kept = rows(item)
    assert [(kept[n].volume, kept[n].cost) for n in ("rw", "kelurahan")] == [
        (Decimal(20), 20_000_000),
        (Decimal(18), 18_000_000),
    ]
    assert (item.filed_volume, item.filed_cost) == (Decimal(20), 20_000_000)
    assert kept["kelurahan"].change_id == change.id
    assert kept["kelurahan"].decided_at == change.at
    lines = journey.lines(db.session, item)
    assert lines[1].changed == ("volume", "cost")
    assert lines[1].note == "Diukur ulang: 18 meter."
    items.move(item, "agree", lurah, {"note": "Disepakati secara mufakat."})
    line = journey.lines(db.session, item)[1]
    assert (line.explained, line.note) == (
        "Diukur ulang: 18 meter.",
        "Disepakati secara mufakat.",
    )


@pytest.mark.parametrize("given", [{"volume": Decimal(18)}, {"cost": 5}, {"unit_price": 900_000}])
def test_whoever_changes_a_number_says_why(given):
    with pytest.raises(Incomplete) as lacking:
        items.move(proposal(), "verify", seat("moderator"), given)
    assert lacking.value.args == ("note",)


def test_the_same_numbers_again_are_no_change():
    item = proposal()
    same = {"volume": Decimal("20.00"), "unit_price": 1_000_000, "cost": 20_000_000}
    items.move(item, "verify", seat("moderator"), same)
    assert item.cost == 20_000_000


def test_a_level_may_put_it_into_words_of_its_own_and_the_residents_words_stay():
    item = proposal()
    words = {"wording": "Drainase U-ditch 40 cm.", "note": "Supaya sesuai standar."}
    items.move(item, "verify", seat("moderator"), words)
    assert rows(item)["kelurahan"].text == "Drainase U-ditch 40 cm."
    assert item.body != "Drainase U-ditch 40 cm."


@pytest.mark.parametrize(
    ("name", "value"),
    [("cost", -1), ("unit_price", -5), ("volume", Decimal(-2)), ("volume", Decimal(0))],
)
def test_nothing_below_nothing_is_taken(name, value):
    with pytest.raises(Refused):
        items.move(proposal(), "verify", seat("moderator"), {name: value, "note": "Salah."})


# -- back a level ---------------------------------------------------------------------------


def test_the_kecamatan_sends_back_to_the_kelurahan_which_hears_of_it_and_decides_anew():
    item, lurah = proposal("kecamatan"), make.user(roles=("moderator",))
    given = {"reason": "not_agreed_below", "note": "Belum disepakati di forum kelurahan."}
    change = items.move(item, "send_back", seat("validator"), given)
    assert (item.level, item.state) == ("kelurahan", "submitted")
    assert (change.source, change.target, change.reason) == (
        "submitted",
        "submitted",
        "not_agreed_below",
    )
    kept = rows(item)["kecamatan"]
    assert (kept.decision, kept.reason, kept.change_id) == (
        "send_back",
        "not_agreed_below",
        change.id,
    )
    told = select(Notification.event).where(
        Notification.user_id == lurah.id, Notification.change_id == change.id
    )
    assert db.session.scalar(told) == "task"
    items.move(item, "verify", make.actor(lurah))
    assert item.state == "verified"


def test_the_rw_has_nobody_below():
    with pytest.raises(NotAllowed):
        items.move(
            proposal("rw"), "send_back", seat("moderator"), {"reason": "incomplete", "note": "x"}
        )


def test_nothing_goes_back_without_reason_and_words():
    with pytest.raises(Incomplete):
        items.move(proposal("kecamatan"), "send_back", seat("validator"), {"reason": "incomplete"})


# -- the survey -----------------------------------------------------------------------------


def test_physical_works_are_agreed_at_the_kecamatan_once_somebody_was_there():
    item, camat = proposal("kecamatan"), seat("validator")
    items.move(item, "verify", camat)
    with pytest.raises(Refused) as refused:
        items.move(item, "agree", camat)
    assert refused.value.args[0] == "note"
    make.surveyed(item)
    items.move(item, "agree", camat)
    assert item.state == "agreed"


def test_or_once_somebody_says_why_nobody_went():
    item, camat = proposal("kecamatan"), seat("validator")
    items.move(item, "verify", camat)
    given = {"reason": "surveyed_before", "note": "Sudah disurvei bersama pada 2025."}
    items.move(item, "skip_survey", camat, given)
    items.move(item, "agree", camat)
    kept = db.session.scalar(select(Survey).where(Survey.proposal_id == item.id))
    assert kept.skipped == "surveyed_before"


def test_what_is_not_built_needs_no_survey():
    item, camat = proposal("kecamatan", bidang="ekonomi"), seat("validator")
    items.move(item, "verify", camat)
    items.move(item, "agree", camat)
    assert item.state == "agreed"


def test_a_survey_keeps_its_answers_its_volume_and_how_far_the_phone_was():
    item, camat = proposal("kecamatan"), seat("validator")
    given = {
        "photos": [make.proof_photo(item, uploaded_by_id=camat.user_id).id],
        "checklist": dict.fromkeys(make.CHECKLIST, "yes") | {"size": "no"},
        "volume": Decimal("17.5"),
        "here": "107.6186,-6.8853",
        "note": "Panjang sebenarnya 17,5 meter.",
    }
    items.move(item, "survey", camat, given)
    kept = db.session.scalar(select(Survey).where(Survey.proposal_id == item.id))
    assert (kept.volume, kept.checklist["size"], kept.skipped) == (Decimal("17.50"), "no", "")
    assert kept.metres is not None
    assert item.volume == Decimal(20)  # the level decides, not the tape


def test_a_survey_answers_every_question():
    item, camat = proposal("kecamatan"), seat("validator")
    given = {
        "photos": [make.proof_photo(item, uploaded_by_id=camat.user_id).id],
        "checklist": {"needed": "yes"},
        "note": "Sebagian saja.",
    }
    with pytest.raises(Refused):
        items.move(item, "survey", camat, given)


# -- departments ----------------------------------------------------------------------------


def at_forum(**values):
    return proposal("forum_opd", department_code=make.DEPARTMENT, **values)


def test_a_departments_verdict_is_kept_with_its_cost():
    item, officer = at_forum(), seat("officer")
    given = {"verdict": "with_changes", "cost": 25_000_000, "note": "Perlu beton K-300."}
    items.move(item, "judge", officer, given)
    verdict = db.session.scalar(select(OfficeVerdict).where(OfficeVerdict.proposal_id == item.id))
    assert (verdict.body, verdict.verdict, verdict.amount) == ("opd", "with_changes", 25_000_000)
    assert verdict.department_code == make.DEPARTMENT
    assert (item.state, item.cost) == ("verified", 25_000_000)


def test_a_department_answers_in_words_and_says_what_it_costs():
    with pytest.raises(Incomplete):
        items.move(at_forum(), "judge", seat("officer"), {"verdict": "feasible"})
    unknown = at_forum(volume=None, unit_price=None)
    unknown.volume = unknown.cost = None
    with pytest.raises(Incomplete) as lacking:
        items.move(unknown, "judge", seat("officer"), {"verdict": "feasible", "note": "Bisa."})
    assert lacking.value.args == ("cost",)


def test_a_department_that_refuses_says_that_it_cannot_be_done():
    item = at_forum()
    given = {"reason": "technically_impossible", "note": "Kemiringan tidak memungkinkan."}
    items.move(item, "refuse", seat("officer"), given)
    verdict = db.session.scalar(select(OfficeVerdict).where(OfficeVerdict.proposal_id == item.id))
    assert (verdict.verdict, verdict.reason) == ("not_feasible", "technically_impossible")


def test_after_two_departments_the_planner_decides_which_it_is():
    item = at_forum()
    codes = (make.OTHER_DEPARTMENT, make.DEPARTMENT)
    for code in codes:
        officer = seat("officer", department_code=item.department_code)
        given = {"department": code, "reason": "other_department", "note": "Bukan tugas kami."}
        items.move(item, "redirect", officer, given)
        if code != codes[-1]:
            items.move(item, "take_over", seat("officer", department_code=code))
    assert (item.state, item.redirects) == ("redirected", 2)
    assert kind_of(item).held_by(item) == "planner"
    with pytest.raises(NotAllowed):
        items.move(item, "take_over", seat("officer"))
    decided = {"department": make.DEPARTMENT, "note": "Saluran ini milik DSDABM."}
    items.move(item, "decide_department", seat("planner"), decided)
    assert (item.state, item.department_code) == ("submitted", make.DEPARTMENT)
    with pytest.raises(NotAllowed):  # the planner's word holds
        items.move(
            item,
            "redirect",
            seat("officer"),
            {"department": make.OTHER_DEPARTMENT, "reason": "other_department", "note": "Lagi."},
        )
    hops = db.session.scalars(select(Hop).where(Hop.item_id == item.id).order_by(Hop.change_id))
    assert [hop.to_code for hop in hops] == [*codes, make.DEPARTMENT]


def test_nobody_redirects_to_their_own_department():
    with pytest.raises(Refused):
        items.move(
            at_forum(),
            "redirect",
            seat("officer"),
            {"department": make.DEPARTMENT, "reason": "other_department", "note": "Keliru."},
        )


# -- the budget -----------------------------------------------------------------------------


def at_city():
    item = make.item(
        "musrenbang", rw=3, level="kota", volume=Decimal(10), unit="m", unit_price=1_000_000
    )
    planner = seat("planner")
    items.move(item, "verify", planner)
    items.move(item, "agree", planner)
    return item


def test_the_budget_team_agrees_before_it_enters_the_plan():
    item, planner = at_city(), seat("planner")
    with pytest.raises(NotAllowed):
        items.move(item, "enter_rkpd", planner, {"sub_kegiatan": CODE})
    items.move(item, "agree_budget", seat("tapd"), {"agreed_amount": 10_000_000})
    items.move(item, "enter_rkpd", planner, {"sub_kegiatan": CODE})
    assert (item.state, item.tapd_amount, item.sub_kegiatan) == ("in_rkpd", 10_000_000, CODE)


def test_without_an_amount_the_budget_team_agrees_to_the_cost():
    item = at_city()
    items.move(item, "agree_budget", seat("tapd"))
    assert item.tapd_amount == item.cost == 10_000_000
    verdict = db.session.scalar(select(OfficeVerdict).where(OfficeVerdict.proposal_id == item.id))
    assert (verdict.verdict, verdict.amount) == ("feasible", 10_000_000)
    bare = at_city()
    bare.cost = None
    db.session.flush()
    with pytest.raises(Incomplete):
        items.move(bare, "agree_budget", seat("tapd"))


def test_the_budget_team_agrees_to_many_at_once_each_with_its_own_amount(client_for):
    several = [at_city(), at_city()]
    several[1].cost = 20_000_000
    db.session.commit()
    desk = client_for(make.user(roles=("tapd",)))
    sent = {"tindakan": "musrenbang.agree_budget", "n": [one.number for one in several]}
    page = desk.get("/kerja/sekaligus", query_string=sent)
    assert page.status_code == 200
    assert 'name="agreed_amount"' not in page.text
    assert desk.post("/kerja/sekaligus", data=sent | {"tahap": "kirim"}).status_code == 302
    queued = db.session.scalars(select(BulkAct)).one()
    assert (queued.act, queued.answers) == ("agree_budget", {})


def test_less_than_was_asked_for_is_explained():
    item, tapd = at_city(), seat("tapd")
    with pytest.raises(Incomplete):
        items.move(item, "agree_budget", tapd, {"agreed_amount": 9_000_000})
    given = {"agreed_amount": 9_000_000, "note": "Harga satuan disesuaikan."}
    items.move(item, "agree_budget", tapd, given)
    verdict = db.session.scalar(select(OfficeVerdict).where(OfficeVerdict.proposal_id == item.id))
    assert (verdict.body, verdict.verdict) == ("tapd", "with_changes")
    items.move(item, "enter_rkpd", seat("planner"), {"sub_kegiatan": CODE})
    with pytest.raises(Incomplete):
        items.move(item, "enter_apbd", seat("planner"), {"budget": 8_000_000})


def test_what_the_budget_team_does_not_agree_to_waits_with_a_reason():
    item = at_city()
    items.move(item, "object", seat("tapd"), {"reason": "over_ceiling", "note": "Pagu habis."})
    assert item.state == "deferred"
    assert rows(item)["kota"].decision == "object"


def test_the_planner_is_no_budget_team():
    with pytest.raises(NotAllowed):
        items.move(at_city(), "agree_budget", seat("planner"), {"agreed_amount": 1})


@pytest.mark.parametrize("code", ["1.03.10", "1.03.10.2.01.5", "satu", "1-03-10-2-01-0005"])
def test_a_code_that_is_none_is_not_taken(code):
    item = at_city()
    items.move(item, "agree_budget", seat("tapd"), {"agreed_amount": 10_000_000})
    with pytest.raises(Refused) as refused:
        items.move(item, "enter_rkpd", seat("planner"), {"sub_kegiatan": code})
    assert refused.value.args[0] == "sub_kegiatan"


@pytest.mark.parametrize("code", ["X.XX.01.2.01.0001", " 1.03.10.2.01.0005 ", "x.xx.01.2.01.0001"])
def test_codes_of_every_office_are_taken_as_people_type_them(code):
    item = at_city()
    items.move(item, "agree_budget", seat("tapd"), {"agreed_amount": 10_000_000})
    items.move(item, "enter_rkpd", seat("planner"), {"sub_kegiatan": code})
    assert item.sub_kegiatan == code.strip().upper()


def test_a_seat_of_the_budget_team_is_a_mandate_like_any_other():
    user = make.user(roles=("tapd",))
    assert db.session.scalar(select(Mandate.role).where(Mandate.user_id == user.id)) == "tapd"
