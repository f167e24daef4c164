"""Accounts: nothing tells whether an address is known, and every link works once."""

from __future__ import annotations

from typing import Any

import pytest
from flask import current_app
from sqlalchemy import select, text

from app.forms.account import NotANik
from app.services import accounts, passwords, profiles
from app.services.anonymise import anonymise
from models import AuditEvent, ChangeText, Draft, Follow, Notification, Person, User, db
from tests import factories
from tests.factories import PASSWORD

GOOD = "sepeda tua di Cikapundung"


@pytest.fixture(autouse=True)
def _session(session: Any) -> None:
    """Every test here works on the database."""


def letters() -> list[tuple[int, str]]:
    """Whom a letter waits for, and which."""
    jobs = "SELECT args FROM procrastinate_jobs WHERE task_name = 'mail_account' ORDER BY id"
    rows = db.session.execute(text(jobs)).scalars()
    return [(args["user_id"], args["template"]) for args in rows]


def token_of(user: User, purpose: str) -> str:
    """The token in the link a letter would carry."""
    return accounts.link_for(user, purpose).rpartition("/")[2]


def acts(user: User) -> list[str]:
    """What the audit says was done to a login."""
    query = select(AuditEvent.act).where(AuditEvent.subject == f"user:{user.id}")
    return list(db.session.scalars(query.order_by(AuditEvent.id)))


def test_registering_opens_an_unconfirmed_account_and_mails_its_confirmation():
    accounts.register("Ani@Contoh.ID ", GOOD, "Ani")
    user = accounts.find("ani@contoh.id")
    assert user is not None
    assert (user.email, user.person.name, user.person.level) == ("ani@contoh.id", "Ani", 0)
    assert user.confirmed_at is None
    assert GOOD not in user.password_hash
    assert user.password_hash.startswith("$argon2id$")
    assert letters() == [(user.id, "confirm")]


def test_registering_a_known_address_changes_nothing_and_tells_its_owner():
    owner = factories.user("budi@contoh.id")
    before = owner.password_hash
    accounts.register("BUDI@contoh.id", GOOD, "Penyusup")
    db.session.refresh(owner)
    assert owner.password_hash == before
    assert owner.person.name != "Penyusup"
    assert letters() == [(owner.id, "exists")]


def test_registering_again_before_confirming_does_not_replace_the_password():
    accounts.register("cici@contoh.id", GOOD, "Cici")
    accounts.register("cici@contoh.id", "kata sandi orang lain", "Bukan Cici")
    user = accounts.authenticate("cici@contoh.id", GOOD)
    assert user.person.name == "Cici"
    assert [template for _, template in letters()] == ["confirm", "confirm"]


def test_nobody_gets_more_than_a_few_letters_of_a_sort_an_hour():
    user = factories.user()
    for _ in range(accounts.MAILS + 3):
        accounts.forgot(user.email)
    assert letters() == [(user.id, "reset")] * accounts.MAILS


def test_a_link_stands_in_no_job():
    user = factories.user(level=0)
    accounts.send(user, "confirm")
    args = db.session.scalar(text("SELECT args FROM procrastinate_jobs ORDER BY id DESC LIMIT 1"))
    assert args == {"user_id": user.id, "template": "confirm"}


def test_a_confirmed_address_raises_the_person_to_level_one():
    user = factories.user(level=0)
    assert accounts.user_of(token_of(user, "confirm"), "confirm") is user
    accounts.confirm(user)
    assert user.confirmed_at is not None
    assert user.person.level == 1
    assert acts(user) == ["confirm"]


def test_confirming_leaves_a_vouched_person_vouched():
    user = factories.user(level=2, confirmed_at=None)
    accounts.confirm(user)
    assert user.person.level == 2


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é" * 500, "\0", "null.AAAA.BBBB"])
def test_a_token_of_nobody_is_refused(token: str):
    with pytest.raises(accounts.BadToken):
        accounts.user_of(token, "confirm")


def test_a_token_serves_only_its_purpose():
    user = factories.user()
    with pytest.raises(accounts.BadToken):
        accounts.user_of(token_of(user, "confirm"), "reset")


def test_a_token_gets_too_old(monkeypatch: pytest.MonkeyPatch):
    token = token_of(factories.user(), "reset")
    monkeypatch.setitem(accounts.LIFETIMES, "reset", -1)
    with pytest.raises(accounts.BadToken):
        accounts.user_of(token, "reset")


def test_a_reset_link_works_once_and_confirms_the_address():
    user = factories.user(level=0)
    token = token_of(user, "reset")
    accounts.reset(accounts.user_of(token, "reset"), GOOD)
    assert accounts.authenticate(user.email, GOOD) is user
    assert user.confirmed_at is not None
    assert (user.id, "password_changed") in letters()
    with pytest.raises(accounts.BadToken):
        accounts.user_of(token, "reset")


def test_a_link_to_a_closed_account_is_refused():
    user = factories.user()
    token = token_of(user, "confirm")
    anonymise(user.person, factories.actor(user), "test")
    with pytest.raises(accounts.BadToken):
        accounts.user_of(token, "confirm")


def test_the_right_password_signs_in_whatever_the_case_of_the_address():
    user = factories.user("dedi@contoh.id")
    assert accounts.authenticate(" DEDI@contoh.id", PASSWORD) is user
    assert acts(user) == ["sign_in"]


@pytest.mark.parametrize("email", ["dedi@contoh.id", "tak-ada@contoh.id", "", "\0", "x" * 100_000])
def test_a_wrong_password_and_an_unknown_address_are_refused_alike(email: str):
    factories.user("dedi@contoh.id")
    with pytest.raises(accounts.SignInRefused) as refusal:
        accounts.authenticate(email, "salah sama sekali")
    assert not refusal.value.args


def test_an_account_without_a_password_lets_nobody_in():
    user = accounts.open_account("baru@contoh.id", None, "Baru", level=1)
    with pytest.raises(accounts.SignInRefused):
        accounts.authenticate(user.email, "")


@pytest.mark.parametrize("known", [True, False])
def test_too_many_tries_rest_an_account_even_with_the_right_password(known: bool):
    email = factories.user().email if known else "tak-ada@contoh.id"
    for _ in range(accounts.TRIES):
        with pytest.raises(accounts.SignInRefused):
            accounts.authenticate(email, "salah sama sekali")
    with pytest.raises(accounts.TooManyTries):
        accounts.authenticate(email, PASSWORD)


def test_signing_in_forgives_earlier_tries():
    user = factories.user()
    for _ in range(3):
        for _ in range(accounts.TRIES - 1):
            with pytest.raises(accounts.SignInRefused):
                accounts.authenticate(user.email, "salah sama sekali")
        assert accounts.authenticate(user.email, PASSWORD) is user


def test_a_new_password_wakes_a_resting_account_and_ends_its_sessions():
    user, other = factories.user(), factories.user()
    before, others = user.get_id(), other.get_id()
    for _ in range(accounts.TRIES + 1):
        with pytest.raises((accounts.SignInRefused, accounts.TooManyTries)):
            accounts.authenticate(user.email, "salah sama sekali")
    accounts.set_password(user, GOOD)
    assert accounts.authenticate(user.email, GOOD) is user
    assert user.get_id() != before
    assert other.get_id() == others


def test_changing_the_password_needs_the_present_one():
    user = factories.user()
    with pytest.raises(accounts.SignInRefused):
        accounts.change_password(user, "salah sama sekali", GOOD)
    accounts.change_password(user, PASSWORD, GOOD)
    assert passwords.matches(user.password_hash, GOOD)


def test_a_hash_of_another_cost_is_renewed_at_sign_in(monkeypatch: pytest.MonkeyPatch):
    user = factories.user()
    before = user.password_hash
    monkeypatch.setitem(current_app.config, "ARGON2", (2, 16, 1))
    accounts.authenticate(user.email, PASSWORD)
    assert user.password_hash != before
    assert "m=16,t=2,p=1" in user.password_hash


def test_signing_out_everywhere_ends_every_session():
    user = factories.user()
    before = user.get_id()
    accounts.sign_out_everywhere(user)
    assert user.get_id() != before
    assert acts(user) == ["sign_out_everywhere"]


def test_a_profile_keeps_what_it_is_told():
    user = factories.user()
    told = {"name": "Euis", "phone": "0812", "area_code": "", "rw": 3, "rt": None, "address": None}
    profiles.update_profile(user, told)
    person = user.person
    assert (person.name, person.phone, person.area_code) == ("Euis", "0812", None)
    assert (person.rw, person.rt, person.address) == (3, None, "")


def test_a_nik_is_kept_as_a_keyed_code_and_four_digits():
    user = factories.user()
    profiles.update_profile(user, {"nik": "3273 0145 0190 0003"})
    person = user.person
    assert person.nik_last4 == "0003"
    assert "3273014501900003" not in person.nik_hash
    assert len(person.nik_hash) == 64
    profiles.update_profile(user, {"nik": ""})
    assert person.nik_last4 == "0003"
    profiles.update_profile(user, {"forget_nik": True})
    assert (person.nik_hash, person.nik_last4) == ("", "")


def test_one_nik_belongs_to_one_person():
    first, second = factories.user(), factories.user()
    profiles.update_profile(first, {"nik": "3273014501900003"})
    with pytest.raises(profiles.NikTaken):
        profiles.update_profile(second, {"nik": "3273014501900003"})
    profiles.update_profile(first, {"nik": "3273014501900003"})


@pytest.mark.parametrize(
    "nik",
    ["1", "327301450190000", "32730145019000033", "0273014501900003", "3273019901900003", "٣" * 16],
)
def test_what_is_no_nik_is_refused(nik: str):
    with pytest.raises(NotANik):
        profiles.update_profile(factories.user(), {"nik": nik})


def test_anonymising_erases_the_person_and_keeps_what_they_gave():
    user = factories.user("fitri@contoh.id", name="Fitri Rahayu", roles=["moderator"])
    profiles.update_profile(
        user,
        {"phone": "0812", "address": "Jl. Dago 1", "rw": 2, "nik": "3273014501900003"},
    )
    item = factories.item("lapor", user)
    db.session.add(Draft(key=item.filing_key, kind="lapor", user_id=user.id, data={}))
    noise = factories.item("lapor")
    anonymise(user.person, factories.actor(user), "asked")
    db.session.expire_all()
    person = db.session.get_one(Person, item.author_id)
    assert (person.name, person.phone, person.address, person.rw) == ("Warga", "", "", None)
    assert (person.nik_hash, person.nik_last4, person.area_code) == ("", "", None)
    assert user.closed_at is not None
    assert "fitri" not in user.email
    assert not user.is_active
    assert item.title
    for table in (Follow, Draft, Notification):
        assert not db.session.scalars(select(table).where(table.user_id == user.id)).all()
    assert not db.session.scalars(select(ChangeText).filter_by(actor_id=user.id)).all()
    assert db.session.scalars(select(ChangeText).filter_by(actor_id=noise.filed_by_id)).all()
    assert factories.actor(user).seats == ()


def test_anonymising_twice_is_written_down_once():
    user = factories.user()
    for _ in range(2):
        anonymise(user.person, factories.actor(user), "asked")
    query = select(AuditEvent).where(AuditEvent.subject == f"person:{user.person_id}")
    assert [event.detail for event in db.session.scalars(query)] == ["asked"]


def test_an_anonymised_address_may_register_afresh():
    user = factories.user("gina@contoh.id")
    anonymise(user.person, factories.actor(user), "asked")
    db.session.flush()
    accounts.register("gina@contoh.id", GOOD, "Gina")
    again = accounts.find("gina@contoh.id")
    assert again is not None
    assert again.id != user.id
