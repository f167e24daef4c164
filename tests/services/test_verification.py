"""How sure the city is of somebody: who may say so, how often, and what taking it back does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from app.access import Actor
from app.services import profiles
from app.services import verification as service
from app.services.verification import NotANik, Taken, Unfit
from app.workflow import NotAllowed
from models import AuditEvent, Eligible, Person, User, Verification, db
from tests import contests
from tests import factories as make
from tests.examples import examples
from tests.live import at_once, live_app, one_transaction

NIK = "3273024501900001"
OTHER_NIK = "3273020101850002"
TODAY = date(2026, 1, 1)
WHY = "Ternyata sudah pindah ke Cimahi."


def operator(rw: int | None = 3, **scope: Any) -> Actor:
    return make.actor(make.user(roles=("operator",), rw=rw, **scope))


def moderator(**scope: Any) -> Actor:
    return make.actor(make.user(roles=("moderator",), **scope))


def neighbour(rw: int = 3, **values: Any) -> User:
    values.setdefault("area_code", make.KELURAHAN)
    return make.user(person=make.person(rw=rw, **values))


def card(actor: Actor, nik: str = NIK, **values: Any) -> Verification:
    usual = {"name": "Ibu Euis", "area_code": make.KELURAHAN, "rw": 3}
    return service.check(actor, nik, **(usual | values))


def test_the_rw_vouches_for_its_own_residents_alone(session: Any) -> None:
    person = neighbour().person
    for wrong in (operator(4), operator(area_code=make.OTHER_KELURAHAN), moderator()):
        with pytest.raises(NotAllowed):
            service.attest(person, wrong, known="house")
    right = operator()
    with pytest.raises(Unfit):
        service.attest(person, right, known=" ")
    made = service.attest(person, right, known="house")
    assert (person.level, made.level, made.rw) == (2, 2, 3)
    with pytest.raises(Unfit):
        service.attest(person, right, known="house")
    assert session.scalar(select(func.count()).where(AuditEvent.act == "attest")) == 1


def test_nobody_vouches_for_themselves(session: Any) -> None:
    user = neighbour()
    make.give(user, "operator", rw=3)
    with pytest.raises(NotAllowed):
        service.attest(user.person, make.actor(user), known="house")


def test_a_quota_of_the_rw_goes_before_one_of_the_kelurahan(session: Any) -> None:
    planner = make.actor(make.user(roles=("planner",)))
    assert service.quota(make.KELURAHAN, 3).most == service.USUAL_QUOTA
    service.set_quota(planner, make.KELURAHAN, None, 50, TODAY)
    service.set_quota(planner, make.KELURAHAN, 3, 1, TODAY)
    service.set_quota(planner, make.KELURAHAN, 3, 9, date(2999, 1, 1))
    assert service.quota(make.KELURAHAN, 3).most == 1
    assert service.quota(make.KELURAHAN, 4).most == 50
    with pytest.raises(NotAllowed):
        service.set_quota(moderator(), make.KELURAHAN, 3, 1000, TODAY)
    service.attest(neighbour().person, operator(), known="house")
    with pytest.raises(Unfit):
        service.attest(neighbour().person, operator(), known="house")


def test_what_was_taken_back_still_counts_in_the_quota(session: Any) -> None:
    planner = make.actor(make.user(roles=("planner",)))
    service.set_quota(planner, make.KELURAHAN, 3, 1, TODAY)
    made = service.attest(neighbour().person, operator(), known="house")
    service.revoke(made, moderator(), WHY)
    assert service.quota(make.KELURAHAN, 3).left == 0


def test_eight_operators_at_once_do_not_exceed_the_quota() -> None:
    with live_app() as app:
        with app.app_context():
            planner = make.actor(make.user(roles=("planner",)))
            service.set_quota(planner, make.KELURAHAN, 3, 3, TODAY)
            vouching = operator()
            ids = [neighbour().person_id for _n in range(8)]
            db.session.commit()

        def vouch(n: int) -> int:
            service.attest(db.session.get_one(Person, ids[n]), vouching, known="house")
            db.session.commit()
            return n

        answers = at_once(app, 8, vouch)
        assert sum(isinstance(answer, int) for answer in answers) == 3, answers
        assert sum(isinstance(answer, Unfit) for answer in answers) == 5


def test_the_counter_keeps_a_hash_and_four_digits_and_nowhere_the_number(session: Any) -> None:
    user = neighbour()
    made = card(moderator(), person=user.person)
    assert (user.person.level, made.method) == (3, "counter")
    assert user.person.nik_hash == profiles.nik_hash(NIK)
    assert user.person.nik_last4 == NIK[-4:]
    for table in ("person", "verification", "audit_event"):
        rows = session.execute(text(f"SELECT t::text FROM {table} t")).scalars()
        assert not any(NIK in row for row in rows)


def test_somebody_without_an_account_is_made_once(session: Any) -> None:
    first = card(moderator())
    again = card(moderator(), name="Euis lagi", rw=5)
    assert first.person_id == again.person_id
    assert first.person.name == "Ibu Euis"
    assert first.person.rw == 5
    with pytest.raises(Unfit):
        card(moderator(), OTHER_NIK, name=" ")
    with pytest.raises(NotANik):
        card(moderator(), "12345")


def test_a_counter_checks_its_own_kelurahan_and_nobody_themselves(session: Any) -> None:
    with pytest.raises(NotAllowed):
        card(moderator(area_code=make.OTHER_KELURAHAN))
    user = make.user(roles=("moderator",))
    with pytest.raises(NotAllowed):
        card(make.actor(user), person=user.person)


def test_a_nik_of_somebody_else_is_refused_and_says_whose_it_is(session: Any) -> None:
    first = card(moderator())
    user = neighbour()
    with pytest.raises(Taken) as taken:
        card(moderator(), person=user.person)
    assert taken.value.args[0].id == first.person_id
    assert user.person.level == 1


def test_an_account_takes_over_what_was_checked_before_it(session: Any) -> None:
    known = card(moderator()).person
    contest = contests.contest("published", opens_at=datetime.now(UTC) + timedelta(days=1))
    session.add(Eligible(contest_id=contest.id, person_id=known.id, level=3))
    session.flush()
    user = neighbour()
    service.join(user, known, moderator())
    assert (user.person.level, known.level) == (3, 0)
    assert (user.person.nik_last4, known.nik_hash) == (NIK[-4:], "")
    assert session.get(Eligible, (contest.id, user.person_id)) is not None
    assert session.get(Eligible, (contest.id, known.id)) is None


def test_nobody_takes_over_a_place_on_the_roll_of_an_open_vote_or_a_person_with_a_login(
    session: Any,
) -> None:
    known = card(moderator()).person
    contest = contests.contest("open")
    session.add(Eligible(contest_id=contest.id, person_id=known.id, level=3))
    session.flush()
    with pytest.raises(Unfit):
        service.join(neighbour(), known, moderator())
    with pytest.raises(Unfit):
        service.join(neighbour(), neighbour().person, moderator())
    with pytest.raises(NotAllowed):
        service.join(neighbour(), known, operator())


def test_taking_back_lowers_the_level_to_what_still_holds(session: Any) -> None:
    user = neighbour()
    vouched = service.attest(user.person, operator(), known="house")
    checked = card(moderator(), person=user.person)
    with pytest.raises(NotAllowed):
        service.revoke(checked, moderator(area_code=make.OTHER_KELURAHAN), WHY)
    with pytest.raises(Unfit):
        service.revoke(checked, moderator(), "x")
    service.revoke(checked, moderator(), WHY)
    assert user.person.level == 2
    service.revoke(vouched, moderator(), WHY)
    assert user.person.level == 1
    with pytest.raises(NotAllowed):
        service.revoke(vouched, moderator(), WHY)


def test_a_phone_makes_nobody_more_than_confirmed(session: Any) -> None:
    user = make.user(level=0)
    assert service.by_phone(user, "telegram") is None
    assert service.by_phone(user, "whatsapp") is not None
    assert service.by_phone(user, "whatsapp") is None
    assert user.person.level == 1


ACTS = st.lists(st.sampled_from(["attest", "check", "revoke", "phone"]), max_size=7)


@examples(8)
@given(acts=ACTS)
def test_the_level_is_always_the_highest_that_holds(app: Any, acts: list[str]) -> None:
    with one_transaction(app):
        user, rw, desk = neighbour(), operator(), moderator()
        for act in acts:
            try:
                match act:
                    case "attest":
                        service.attest(user.person, rw, known="house")
                    case "check":
                        card(desk, person=user.person)
                    case "phone":
                        service.by_phone(user, "sms")
                    case "revoke":
                        service.revoke(service.standing(db.session, user.person_id)[0], desk, WHY)
            except (Unfit, NotAllowed, IndexError):
                pass
            held = [one.level for one in service.standing(db.session, user.person_id)]
            assert user.person.level == max([1, *held])


# -- pages -------------------------------------------------------------------------------------


def test_the_rw_s_page_vouches(client_for: Any) -> None:
    person = neighbour(name="Bapak Asep Sunandar").person
    elsewhere = neighbour(rw=7, name="Ibu Tati Rohaeti").person
    client = client_for(make.user(roles=("operator",), rw=3))
    page = client.get("/kerja/warga/rw").get_data(as_text=True)
    assert person.name in page
    assert elsewhere.name not in page
    assert client.post("/kerja/warga/rw", data={"person": str(person.id)}).status_code == 422
    sent = {"person": str(person.id), "known": "house"}
    assert client.post("/kerja/warga/rw", data=sent).status_code == 302
    assert db.session.get_one(Person, person.id).level == 2
    sent["person"] = str(elsewhere.id)
    assert client.post("/kerja/warga/rw", data=sent).status_code == 404


def test_the_counter_s_page_checks_joins_and_takes_back(client_for: Any) -> None:
    client = client_for(make.user(roles=("moderator",)))
    user = neighbour()
    sent = {"nik": NIK, "name": "Ibu Euis", "area_code": make.KELURAHAN, "rw": "3"}
    for wrong in ({"nik": "1"}, {"name": ""}, {"rw": ""}, {"area_code": make.OTHER_KELURAHAN},
                  {"email": "tidak@ada.id"}):  # fmt: skip
        assert client.post("/kerja/warga/loket", data=sent | wrong).status_code == 422
    assert client.post("/kerja/warga/loket", data=sent).status_code == 302
    known = db.session.scalars(select(Person).where(Person.nik_last4 == NIK[-4:])).one()
    twice = client.post("/kerja/warga/loket", data=sent | {"email": user.email})
    assert twice.status_code == 422
    assert "/kerja/warga/gabung" in twice.get_data(as_text=True)
    joined = {"user": str(user.id), "person": str(known.id)}
    assert client.post("/kerja/warga/gabung", data=joined).status_code == 302
    assert db.session.get_one(Person, user.person_id).level == 3
    assert client.get(f"/kerja/warga/{user.person_id}").status_code == 200
    assert client.get("/kerja/warga/loket?cari=0001").status_code == 200
    (act,) = db.session.scalars(select(Verification.id))
    assert client.post(f"/kerja/warga/batal/{act}", data={"reason": "x"}).status_code == 422
    assert client.post(f"/kerja/warga/batal/{act}", data={"reason": WHY}).status_code == 302
    assert db.session.get_one(Person, user.person_id).level == 1


def test_the_profile_says_the_level_and_how_to_raise_it(client_for: Any) -> None:
    user = neighbour()
    assert "verifikasi" in client_for(user).get("/profil").get_data(as_text=True)


def test_the_planner_sets_quotas(client_for: Any) -> None:
    client = client_for(make.user(roles=("planner",)))
    sent = {"area_code": make.KELURAHAN, "rw": "3", "most": "40", "valid_from": "2026-01-01"}
    assert client.post("/kerja/warga/kuota", data=sent | {"most": "-1"}).status_code == 422
    assert client.post("/kerja/warga/kuota", data=sent).status_code == 302
    assert service.quota(make.KELURAHAN, 3).most == 40
