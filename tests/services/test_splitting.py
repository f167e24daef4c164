"""One complaint for several departments."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.access import ANONYMOUS, may
from app.services import items, supports
from app.services.answers import Refused
from app.workflow import NotAllowed
from models import Change, Complaint, Follow, Notification, db
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
PARTS = [(make.DEPARTMENT, "Menambal lubang"), (make.OTHER_DEPARTMENT, "Memasang lampu")]


def divided(**given):
    whole = make.item("lapor", state="verified", **given)
    items.move(whole, "divide", make.everybody(whole), {"parts": PARTS})
    parts = select(Complaint).where(Complaint.parent_id == whole.id).order_by(Complaint.id)
    return whole, list(db.session.scalars(parts))


def finish(part, step="confirm"):
    make.walk(part, "resolved", department_code=part.department_code)
    items.move(part, step, make.everybody(part), {"note": "Sudah."})


def test_each_department_gets_a_part_of_its_own_with_the_reporter_behind_it():
    whole, parts = divided()
    assert whole.state == "divided"
    assert [p.department_code for p in parts] == [make.DEPARTMENT, make.OTHER_DEPARTMENT]
    assert {p.state for p in parts} == {"routed"}
    assert {p.author_id for p in parts} == {whole.author_id}
    assert all(p.title.startswith(what) for p, (_code, what) in zip(parts, PARTS, strict=True))
    assert all(p.due_on is not None for p in parts)


def test_a_part_has_a_number_and_a_trail_of_its_own_that_names_the_whole(session):
    whole, parts = divided()
    assert len({whole.number, *(p.number for p in parts)}) == 3
    first = session.scalars(select(Change).where(Change.item_id == parts[0].id)).one()
    assert (first.step, first.source, first.target) == ("split_off", "", "routed")
    assert first.words.text == whole.number


def test_followers_of_the_whole_follow_its_parts(session):
    whole = make.item("lapor", state="verified")
    follower = make.user()
    supports.follow(whole, make.actor(follower))
    items.move(whole, "divide", make.everybody(whole), {"parts": PARTS})
    followed = session.scalars(select(Follow.item_id).where(Follow.user_id == follower.id)).all()
    assert len(followed) == 3


def test_the_officers_of_both_departments_are_told(session):
    officers = [make.user(roles=("officer",), department_code=code) for code, _what in PARTS]
    _whole, parts = divided()
    for officer, part in zip(officers, parts, strict=True):
        told = select(Notification.item_id).where(Notification.user_id == officer.id)
        assert part.id in session.scalars(told).all()


def test_the_whole_closes_when_the_last_part_does_and_not_before():
    whole, (one, two) = divided()
    finish(one)
    assert whole.state == "divided"
    finish(two)
    assert whole.state == "closed"


def test_a_part_that_is_only_resolved_waits_for_its_reporter():
    whole, parts = divided()
    for part in parts:
        make.walk(part, "resolved", department_code=part.department_code)
    assert whole.state == "divided"


def test_a_part_cannot_be_divided_again():
    _whole, (one, _two) = divided()
    with pytest.raises(NotAllowed):
        items.move(one, "divide", make.everybody(one), {"parts": PARTS})


@pytest.mark.parametrize(
    "parts",
    [
        PARTS[:1],
        [PARTS[0], PARTS[0]],
        [PARTS[0], ("tidak-ada", "Apa saja")],
        [PARTS[0], (make.OTHER_DEPARTMENT, "")],
    ],
)
def test_parts_that_make_no_sense_are_refused(parts):
    whole = make.item("lapor", state="verified")
    with pytest.raises(Refused):
        items.move(whole, "divide", make.everybody(whole), {"parts": parts})
    assert whole.state == "verified"


def test_parts_of_a_confidential_report_are_confidential_and_its_number_enters_no_trail():
    whole, parts = divided(visibility="confidential")
    assert not any(may(ANONYMOUS, "read", part) for part in parts)
    assert (
        db.session.scalars(select(Change).where(Change.item_id == parts[0].id)).one().words.text
        == ""
    )


def test_the_page_of_the_whole_shows_its_parts_and_theirs_lead_back(client):
    whole, (one, two) = divided()
    page = client.get(f"/lapor/{whole.number}").get_data(as_text=True)
    assert one.number in page
    assert two.number in page
    assert whole.number in client.get(f"/lapor/{one.number}").get_data(as_text=True)


def test_an_officer_divides_on_the_page_and_a_mistake_loses_nothing(client_for):
    whole = make.item("lapor", state="verified")
    client = client_for(make.user(roles=("moderator",)))
    address = f"/lapor/{whole.number}/langkah/divide"
    assert client.get(address).status_code == 200
    typed = {"part1_department": make.DEPARTMENT, "part1_what": "Menambal lubang itu"}
    wrong = client.post(address, data=typed)
    assert wrong.status_code == 422
    kept = "Menambal lubang itu" in wrong.get_data(as_text=True)
    assert kept
    typed |= {"part2_department": make.OTHER_DEPARTMENT, "part2_what": "Memasang lampu"}
    assert client.post(address, data=typed).status_code == 302
    db.session.refresh(whole)
    assert whole.state == "divided"


def test_a_part_is_not_joined_with_its_own_whole():
    whole, (one, _two) = divided()
    given = {"into": whole.number, "reason": "same_matter"}
    with pytest.raises(Refused):
        items.move(one, "merge", make.everybody(one), given)
    assert one.state == "routed"


def test_parts_of_what_turns_out_to_be_about_officials_are_hidden_with_it():
    whole, parts = divided()
    about = make.category(oversight=True, place_bound=False)
    items.move(whole, "recategorise", make.everybody(whole), {"category": about.code})
    db.session.flush()
    assert not any(may(ANONYMOUS, "read", one) for one in (whole, *parts))
    moderator = make.actor(make.user(roles=("moderator",)))
    assert not any(may(moderator, "read", one) for one in (whole, *parts))


def test_who_accepted_an_answer_to_a_part_decides_no_appeal_about_the_whole():
    whole, parts = divided()
    for part in parts:
        finish(part)
    assert whole.state == "closed"
    assert {name for part in parts for name in part.decided_by} <= set(whole.decided_by)
    assert whole.decided_by


def test_a_part_that_turns_out_to_be_about_officials_hides_its_whole_and_its_sister():
    whole, (one, two) = divided()
    about = make.category(oversight=True, place_bound=False)
    items.move(one, "recategorise", make.everybody(one), {"category": about.code})
    db.session.expire_all()
    assert [item.visibility for item in (whole, one, two)] == ["confidential"] * 3


def test_a_mark_that_is_lifted_from_a_part_is_lifted_from_its_whole_and_its_sister():
    whole, (one, two) = divided()
    about, usual = make.category(oversight=True, place_bound=False), make.category()
    items.move(one, "recategorise", make.everybody(one), {"category": about.code})
    db.session.expire_all()
    coordinator = make.actor(make.user(roles=("coordinator",)))
    told = {"category": usual.code, "note": "Bukan tentang petugas."}
    items.move(two, "not_about_officials", coordinator, told)
    db.session.expire_all()
    assert [item.oversight for item in (whole, one, two)] == [False] * 3
    assert one.category_code == usual.code
    moderator = make.actor(make.user(roles=("moderator",)))
    assert all(may(moderator, "read", item) for item in (whole, one, two))
    for item in (whole, one):
        last = db.session.scalars(
            select(Change).where(Change.item_id == item.id).order_by(Change.seq.desc()).limit(1)
        ).one()
        assert (last.step, last.words.text) == ("not_about_officials", told["note"])


def test_a_part_carries_what_its_category_asked_and_was_answered():
    given = {"keadaan": "redup", "jumlah": 3}
    whole, parts = divided(category_code="pju-mati", answers={**given, "keluhan": ["mati"]})
    assert whole.answers["keluhan"] == ["mati"]  # of a category it had before
    assert [part.answers for part in parts] == [given, given]


def join_outside(part):
    """Join a part with a report that is not of its family; returns that one."""
    other = make.item("lapor", state="working", department_code=part.department_code)
    told = {"into": other.number, "reason": "same_matter"}
    items.move(part, "merge", make.everybody(part), told)
    return other


def test_a_part_joined_with_an_open_report_ends_when_that_one_does():
    whole, (one, two) = divided()
    other = join_outside(one)
    finish(two)
    db.session.refresh(whole)
    assert whole.state == "divided"
    finish(other)
    db.session.refresh(whole)
    assert whole.state == "closed"


def test_a_part_joined_with_what_was_joined_further_on_ends_with_the_last():
    whole, (one, two) = divided()
    other = join_outside(one)
    last = make.item("lapor", state="working", department_code=make.DEPARTMENT)
    make_way = {"into": last.number, "reason": "same_matter"}
    other.state = "accepted"
    items.move(other, "merge", make.everybody(other), make_way)
    finish(two)
    db.session.refresh(whole)
    assert whole.state == "divided"
    finish(last)
    db.session.refresh(whole)
    assert whole.state == "closed"
