"""Who moves an item: what is about officials, and proposals through the levels."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import select

from app.access import AREA_ROLES, Actor, Seat, may
from app.kinds import KINDS, kind_of
from app.services import items
from app.services.answers import Refused
from app.workflow import Incomplete, NotAllowed
from models import ROLES, Change, Draft, Item, Notification, Photo
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
every_kind = pytest.mark.parametrize("kind", KINDS)


def trail(item: Item, session) -> list[Change]:
    return list(
        session.scalars(select(Change).where(Change.item_id == item.id).order_by(Change.seq))
    )


def seat(role: str, **scope) -> Actor:
    return make.actor(make.user(roles=(role,), **scope))


# -- oversight ------------------------------------------------------------------------------


def test_a_report_about_officials_is_triaged_by_the_coordinator_alone():
    item = make.item("lapor", oversight=True, published=False)
    for actor in (seat("moderator"), seat("validator")):
        assert not items.open_steps(item, actor)
        with pytest.raises(NotAllowed):
            items.move(item, "verify", actor)
    items.move(item, "verify", seat("coordinator"))
    assert item.state == "verified"


def test_the_department_a_report_is_about_may_not_handle_it():
    about = {"oversight": True, "subject_department_code": make.DEPARTMENT}
    item = make.item("lapor", state="routed", **about)
    assert not items.open_steps(item, seat("officer"))
    with pytest.raises(NotAllowed):
        items.move(item, "accept", seat("officer"))


def test_a_coordinator_of_the_department_a_report_is_about_may_not_triage_it():
    item = make.item("lapor", oversight=True, subject_department_code=make.DEPARTMENT)
    actor = Actor(1, 1, "Koordinator", 2, (Seat("coordinator", None, make.DEPARTMENT),))
    assert not items.open_steps(item, actor)


def under_oversight(**more):
    about = make.category(oversight=True, place_bound=False)
    item = make.item("lapor", make.user(), category_code=about.code, published=False, **more)
    assert (item.oversight, item.visibility, item.complaint_class) == (
        True, "confidential", "pengawasan"
    )  # fmt: skip
    return item


def test_a_wrong_mark_is_lifted_with_a_reason_and_the_kelurahan_goes_on(session):
    item = under_oversight(subject_department_code=make.OTHER_DEPARTMENT)
    moderator, coordinator = make.user(roles=("moderator",)), seat("coordinator")
    usual, reason = make.category(), "Ini tentang lubang, bukan tentang petugas."
    items.move(item, "not_about_officials", coordinator, {"category": usual.code, "note": reason})
    assert (item.oversight, item.subject_department_code) == (False, None)
    assert (item.category_code, item.complaint_class) == (usual.code, "bukan_pengawasan")
    assert item.visibility == "confidential"  # as its reporter was told
    assert item.state == "received"
    last = session.scalars(select(Change).order_by(Change.id.desc()).limit(1)).one()
    assert (last.step, last.words.text) == ("not_about_officials", reason)
    assert last.seat.startswith("coordinator")
    actor = make.actor(moderator)
    assert may(actor, "read", item)
    assert "verify" in {step.name for step in items.open_steps(item, actor)}
    told = select(Notification.event).where(Notification.user_id == moderator.id)
    assert list(session.scalars(told)) == ["task"]


def test_lifting_the_mark_needs_a_reason_and_a_category_that_is_not_about_officials():
    item, coordinator = under_oversight(), seat("coordinator")
    with pytest.raises(Incomplete) as lacking:
        items.move(item, "not_about_officials", coordinator, {"category": make.category().code})
    assert lacking.value.args == ("note",)
    told = {"category": item.category_code, "note": "Bukan tentang petugas."}
    with pytest.raises(Refused) as wrong:
        items.move(item, "not_about_officials", coordinator, told)
    assert wrong.value.args[0] == "category"
    assert item.oversight


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("marked", [True, False])
def test_the_coordinator_alone_lifts_the_mark_and_only_where_there_is_one(role, marked):
    item = under_oversight() if marked else make.item("lapor", state="verified")
    scope = {"area_code": make.KELURAHAN} if role in AREA_ROLES else {}
    open_steps = {step.name for step in items.open_steps(item, seat(role, **scope))}
    assert ("not_about_officials" in open_steps) == (marked and role == "coordinator")


def test_a_coordinator_the_report_is_about_lifts_nothing():
    item = under_oversight(subject_department_code=make.DEPARTMENT)
    actor = Actor(1, 1, "Koordinator", 2, (Seat("coordinator", None, make.DEPARTMENT),))
    told = {"category": make.category().code, "note": "Bukan tentang kami."}
    with pytest.raises(NotAllowed):
        items.move(item, "not_about_officials", actor, told)


# -- proposals climb ------------------------------------------------------------------------


CODE = "1.03.10.2.01.0005"


def test_a_proposal_climbs_the_levels_and_each_keeps_its_decision(session):
    item = make.item("musrenbang", department_code=make.DEPARTMENT)
    seats = {
        "rw": seat("moderator"),
        "kelurahan": seat("moderator"),
        "kecamatan": seat("validator"),
        "forum_opd": seat("officer"),
        "kota": seat("planner"),
    }
    for level, actor in seats.items():
        assert item.level == level
        if level == "forum_opd":
            judged = {"verdict": "feasible", "note": "Bisa dikerjakan."}
            items.move(item, "judge", actor, judged)
        else:
            items.move(item, "verify", actor, {"cost": 1000})
        if level == "kecamatan":
            make.surveyed(item)
        items.move(item, "agree", actor, {"rank": 3})
        if level != "kota":
            with pytest.raises(NotAllowed):
                items.move(item, "enter_rkpd", seat("planner"), {"sub_kegiatan": CODE})
            items.move(item, "advance", actor)
    with pytest.raises(NotAllowed):
        items.move(item, "advance", seats["kota"])
    with pytest.raises(NotAllowed):  # the budget team comes first
        items.move(item, "enter_rkpd", seats["kota"], {"sub_kegiatan": CODE})
    items.move(item, "agree_budget", seat("tapd"), {"agreed_amount": 1000})
    items.move(item, "enter_rkpd", seats["kota"], {"sub_kegiatan": CODE})
    session.expire_all()
    decided = [(row.level, row.decision, row.rank, row.cost) for row in item.levels]
    # Nobody else is on these lists, and without an RW there is none.
    assert decided == [(level, "agree", None if level == "rw" else 1, 1000) for level in seats]


@pytest.mark.parametrize(
    ("level", "role"),
    [
        ("rw", "validator"),
        ("kelurahan", "planner"),
        ("kecamatan", "moderator"),
        ("kota", "officer"),
    ],
)
def test_a_level_does_not_decide_for_another(level, role):
    item = make.item("musrenbang", level=level, department_code=make.DEPARTMENT)
    with pytest.raises(NotAllowed):
        items.move(item, "verify", seat(role))


def test_finished_works_stand_at_a_hundred_percent():
    item = make.item("musrenbang", state="works")
    officer = seat("officer")
    items.move(item, "report_progress", officer, {"progress": 40})
    assert (item.state, item.progress) == ("works", 40)
    make.half_way(item, make.everybody(item))
    step = kind_of(item).workflow.named("finish")
    items.move(item, "finish", make.everybody(item), make.answers(item, step))
    assert (item.state, item.progress) == ("done", 100)


def test_what_turns_out_to_be_about_officials_goes_past_the_kelurahan(session):
    item = make.item("lapor", make.user(), state="verified")
    moderator, coordinator = make.user(roles=("moderator",)), make.user(roles=("coordinator",))
    about = make.category(oversight=True, place_bound=False)
    items.move(item, "recategorise", make.actor(moderator), {"category": about.code})
    assert (item.oversight, item.visibility) == (True, "confidential")
    assert not may(make.actor(moderator), "read", item)
    told = select(Notification.event).where(Notification.user_id == coordinator.id)
    assert list(session.scalars(told)) == ["task"]


def test_who_files_for_somebody_else_does_it_from_their_seat(session):
    moderator, resident = make.user(roles=("moderator",)), make.person()
    item = items.file(
        KINDS["lapor"],
        make.actor(moderator),
        uuid.uuid4(),
        make.values(),
        author_id=resident.id,
    )
    assert trail(item, session)[0].seat == f"moderator:{make.KELURAHAN}"


def test_a_photo_of_a_draft_is_not_handed_in_with_a_step(session):
    officer = make.user(roles=("officer",))
    item = make.item("lapor", make.user(), state="working", department_code=make.DEPARTMENT)
    draft = Draft(key=uuid.uuid4(), kind="lapor", user_id=officer.id, data={})
    photo = Photo(uploaded_by_id=officer.id, draft_key=draft.key, status="ready")
    session.add(draft)
    session.flush()
    session.add(photo)
    session.flush()
    with pytest.raises(Refused) as error:
        items.move(item, "submit_proof", make.actor(officer), {"photos": [photo.id], "note": "Ya"})
    assert error.value.args[0] == "photos"
