"""Joined and split proposals: whoever proposed a part of it is a proposer of the whole."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from app.queries import journey
from app.services import items, supports
from app.services.refused import Refused
from models import Follow, Notification, Proposal, ProposalCredit, db
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def lurah():
    return make.actor(make.user(roles=("moderator",)))


def proposal(author=None, **values):
    given = {"volume": Decimal(20), "unit": "m", "unit_price": 1_000_000} | values
    return make.item("musrenbang", author, level="kelurahan", rw=3, **given)


def join(one, into, by):
    given = {"into": into.number, "reason": "same_place", "note": "Satu pekerjaan."}
    items.move(one, "merge", by, given)


def separate(one, by):
    items.move(one, "unmerge", by, {"note": "Ternyata berbeda."})


def credited(item):
    wanted = select(ProposalCredit.person_id, ProposalCredit.from_id)
    rows = db.session.execute(wanted.where(ProposalCredit.proposal_id == item.id))
    return {(person, origin) for person, origin in rows}


# -- joining --------------------------------------------------------------------------------


def test_every_proposer_of_joined_proposals_is_named_follows_and_hears(lurah):
    ani, budi = make.user(name="Ani"), make.user(name="Budi")
    one, into = proposal(ani), proposal(budi)
    join(one, into, lurah)
    assert credited(into) == {(ani.person_id, one.id)}
    assert into.credit_count == 1
    names = [line["name"] for line in journey.records(db.session, into).named]
    assert names == ["Ani"]
    following = set(db.session.scalars(select(Follow.user_id).where(Follow.item_id == into.id)))
    assert {ani.id, budi.id} <= following
    change = items.move(into, "verify", lurah)
    told = set(
        db.session.scalars(select(Notification.user_id).where(Notification.change_id == change.id))
    )
    assert {ani.id, budi.id} <= told


def test_who_wanted_no_name_gets_credit_without_one(lurah):
    one, into = proposal(make.user(name="Ani"), visibility="anonymous"), proposal()
    join(one, into, lurah)
    records = journey.records(db.session, into)
    assert (records.named, records.nameless) == ([], 1)
    assert records.credits[0]["number"] == one.number


def test_what_was_never_published_is_not_named_by_its_credit(lurah):
    one, into = proposal(make.user(name="Ani")), proposal()
    join(one, into, lurah)
    one.published_at = None
    db.session.flush()
    records = journey.records(db.session, into)
    assert (records.named, records.credits[0]["number"]) == ([], None)


def test_separating_takes_the_credit_back_and_restores_the_state(lurah):
    one, into = proposal(), proposal()
    items.move(one, "verify", lurah)
    join(one, into, lurah)
    separate(one, lurah)
    assert (credited(into), into.credit_count, one.state) == (set(), 0, "verified")


def test_credit_goes_on_through_joins_of_joins_and_comes_back(lurah):
    ani, budi, cici = (make.user() for _ in range(3))
    one, two, three = proposal(ani), proposal(budi), proposal(cici)
    join(one, two, lurah)
    join(two, three, lurah)
    assert credited(three) == {(ani.person_id, one.id), (budi.person_id, two.id)}
    separate(one, lurah)
    assert credited(three) == {(budi.person_id, two.id)}
    assert credited(two) == set()
    separate(two, lurah)
    assert credited(three) == set()


def test_two_proposals_of_one_person_are_no_credit_to_themselves(lurah):
    ani = make.user()
    one, into = proposal(ani), proposal(ani)
    join(one, into, lurah)
    assert (credited(into), into.credit_count) == (set(), 0)


# -- splitting ------------------------------------------------------------------------------


def parts_of(item):
    wanted = select(Proposal).where(Proposal.split_from_id == item.id).order_by(Proposal.id)
    return db.session.scalars(wanted).all()


def split(item, by, *shares):
    given = {"shares": list(shares), "reason": "several_departments", "note": "Dua dinas."}
    items.move(item, "split", by, given)
    return parts_of(item)


def test_parts_are_proposals_of_the_same_people_that_link_back(lurah):
    ani, budi, neighbour = make.user(), make.user(), make.user()
    other, whole = proposal(budi), proposal(ani)
    join(other, whole, lurah)
    supports.support(whole, make.actor(neighbour))
    share = {"title": "Bagian lampu jalan", "volume": Decimal(5), "cost": 6_000_000}
    (part,) = split(whole, lurah, share)
    assert (part.level, part.state, part.author_id) == ("kelurahan", "submitted", ani.person_id)
    assert (part.plan_year, part.bidang, part.unit) == (whole.plan_year, whole.bidang, "m")
    assert part.number.startswith(f"U-{whole.plan_year}-")
    assert {person for person, _from in credited(part)} == {budi.person_id}
    following = set(db.session.scalars(select(Follow.user_id).where(Follow.item_id == part.id)))
    assert {ani.id, budi.id, neighbour.id} <= following
    assert part.support_count == whole.support_count
    assert [p["number"] for p in journey.records(db.session, whole).parts] == [part.number]
    assert journey.records(db.session, part).whole["number"] == whole.number


def test_no_rupiah_is_lost_or_made_by_splitting(lurah):
    whole = proposal()
    shares = (
        {"title": "Bagian pertama", "volume": Decimal(5), "cost": 6_000_000},
        {"title": "Bagian kedua", "volume": Decimal(3), "cost": 1_500_000},
    )
    parts = split(whole, lurah, *shares)
    assert whole.cost + sum(part.cost for part in parts) == 20_000_000
    assert whole.volume + sum(part.volume for part in parts) == Decimal(20)


@pytest.mark.parametrize(
    ("share", "wrong"),
    [
        ({"title": "Semuanya", "volume": None, "cost": 20_000_000}, "share1_cost"),
        ({"title": "Lebih dari semua", "volume": Decimal(30), "cost": 5}, "share1_volume"),
        ({"title": "Tanpa biaya", "volume": None, "cost": None}, "share1_cost"),
        ({"title": "x", "volume": None, "cost": 5}, "share1_title"),
    ],
)
def test_parts_are_never_more_than_the_whole(lurah, share, wrong):
    with pytest.raises(Refused) as refused:
        split(proposal(), lurah, share)
    assert refused.value.args[0] == wrong
