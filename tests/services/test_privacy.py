"""Accounts that close, what is erased and what stays, retention, and lists of a breach."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.config import SettingsError
from app.kinds import KINDS
from app.queries import forum as queries
from app.queries import trail as walk
from app.services import (
    comments,
    identity,
    items,
    privacy,
    retention,
    supports,
    tracking,
)
from app.services import forum as service
from app.services import forum_attendance as doors
from app.services import forum_closing as closing
from app.services.anonymise import anonymise, detach
from models import (
    ChangeText,
    Comment,
    Consent,
    Draft,
    IdentityReading,
    Item,
    Notification,
    Person,
    Photo,
    RetentionLog,
    TrackingCode,
    User,
    db,
)
from tests import factories as make
from tests.forums import called, came, lurah

pytestmark = pytest.mark.usefixtures("session")
NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=4000)


# -- closing an account ---------------------------------------------------------------------


def test_an_account_closes_a_week_after_it_was_asked_for_and_not_before():
    user = make.user()
    request = privacy.ask_deletion(user)
    assert privacy.ask_deletion(user) is request
    assert privacy.delete_due(NOW + timedelta(days=6)) == 0
    assert user.closed_at is None
    assert privacy.delete_due(NOW + timedelta(days=8)) == 1
    assert user.closed_at is not None
    assert user.person.name == "Warga"
    assert privacy.delete_due(NOW + timedelta(days=9)) == 0


def test_an_account_that_is_kept_after_all_stays():
    user = make.user()
    privacy.ask_deletion(user)
    assert privacy.cancel_deletion(user)
    assert not privacy.cancel_deletion(user)
    assert privacy.delete_due(NOW + timedelta(days=30)) == 0
    assert privacy.ask_deletion(user).due_at > NOW


def test_closing_is_asked_with_the_password_and_taken_back_with_a_press(client_for):
    user = make.user()
    client = client_for(user)
    sent = {"password": make.PASSWORD, "sure": "y"}
    assert client.post("/profil/tutup", data=sent | {"password": "salah"}).status_code == 422
    assert client.post("/profil/tutup", data=sent).status_code == 302
    assert privacy.open_request(user) is not None
    client.post("/profil/tutup/batal")
    assert privacy.open_request(user) is None
    assert db.session.get_one(User, user.id).closed_at is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_person_taken_out_leaves_what_they_gave_and_no_trace_of_themselves(kind):
    user = make.user(name="Euis Kartika", level=1)
    user.person.phone, user.person.address = "081234567890", "Jalan Dago 1"
    item = make.item(kind, user, title="Tetap ada")
    other = make.item(kind, state="discussion" if kind == "badami" else None)
    made = comments.add if kind == "badami" else None
    if made:
        made(other, make.actor(user), "Tetap ada juga.", key=uuid.uuid4())
    supports.support(other, make.actor(user)) if other.published_at else None
    tracking.issue(item)
    tracking.agreed(user.person, item, "contact", "form", "Boleh dihubungi.")
    picture = make.photo(item, uploaded_by_id=user.id, evidence=b"x")
    db.session.add(Draft(key=uuid.uuid4(), kind=kind, user_id=user.id, data={}))
    db.session.flush()
    anonymise(user.person, make.actor(user), "asked")
    db.session.expire_all()
    person = db.session.get_one(Person, user.person_id)
    assert (person.name, person.phone, person.address, person.nik_hash) == ("Warga", "", "", "")
    assert db.session.get_one(Item, item.id).title == "Tetap ada"
    mine = ChangeText.actor_id == user.id
    assert db.session.scalars(select(ChangeText).where(mine)).all() == []
    for table in (Draft, Notification):
        assert db.session.scalars(select(table).where(table.user_id == user.id)).all() == []
    assert db.session.get(TrackingCode, item.id) is None
    assert db.session.get_one(Photo, picture.id).evidence is None
    assert db.session.scalars(select(Consent.withdrawn_at)).one() is not None
    assert walk.verify(db.session()).whole, "the chain of the trail is what it was"


def test_taking_out_twice_changes_nothing():
    user = make.user()
    anonymise(user.person, make.actor(user), "asked")
    before = user.person.anonymised_at
    anonymise(user.person, make.actor(user), "asked")
    assert user.person.anonymised_at == before


def test_a_reporter_taken_out_of_one_item_keeps_account_and_other_items():
    user = make.user(name="Euis Kartika")
    hidden = make.item(author=user, state="verified", visibility="anonymous")
    kept = make.item(author=user, state="verified")
    comments.add(hidden, make.actor(user), "Saya pelapornya.", key=uuid.uuid4())
    identity.read(hidden, make.actor(make.user(roles=("moderator",))), "ask", "Perlu ditanya lagi.")
    tracking.issue(hidden)
    detach(hidden, make.actor(user), "retention")
    db.session.expire_all()
    assert hidden.author_id != user.person_id
    assert hidden.author.name == "Warga"
    assert hidden.filed_by_id is None
    assert kept.author_id == user.person_id
    assert db.session.scalars(select(Comment.person_id)).all() == [hidden.author_id]
    assert db.session.scalars(select(IdentityReading.person_id)).all() == [None]
    told = select(Notification).where(
        Notification.user_id == user.id, Notification.item_id == hidden.id
    )
    assert db.session.scalars(told).all() == []
    assert walk.verify(db.session()).whole


# -- retention ------------------------------------------------------------------------------


def city(app):
    return app.config["CITY"].folder


def ended(days: int, author=None, **given) -> Item:
    item = make.item(author=author, state="closed", **given)
    item.state_since = NOW - timedelta(days=days)
    db.session.flush()
    return item


def results(app, **options) -> dict[str, int]:
    return {kept.rule: rows for kept, rows in retention.run(city(app), **options)}


def test_every_rule_of_the_city_is_known_and_has_days_and_a_reason(app):
    rules = retention.rules(city(app))
    assert {kept.rule for kept in rules} == set(retention.RULES)
    assert all(kept.days > 0 and kept.why for kept in rules)


@pytest.mark.parametrize("line", ["nonsense,30,x", "drafts,0,x", "drafts,-3,x", "drafts,soon,x"])
def test_a_rule_that_cannot_be_is_said_at_once(tmp_path, line):
    (tmp_path / "retention.csv").write_text(f"rule,days,why\n{line}\n", "utf-8")
    with pytest.raises(SettingsError):
        retention.rules(tmp_path)


def test_a_rule_without_days_is_not_run(tmp_path):
    (tmp_path / "retention.csv").write_text("rule,days,why\ndrafts,,x\n", "utf-8")
    assert retention.rules(tmp_path) == []


def test_a_reporter_without_an_account_goes_a_year_after_everything_ended(app):
    gone, stays, open_one = (make.person(f"Tanpa Akun {n}") for n in range(3))
    for person in (gone, stays, open_one):
        person.created_at = LONG_AGO
    ended(400, gone)
    ended(400, stays)
    ended(100, stays)
    ended(400, open_one)
    make.item(author=open_one)
    assert results(app, dry=True)["reporter_identity"] == 1
    assert gone.name == "Tanpa Akun 0", "a trial erases nothing"
    assert results(app)["reporter_identity"] == 1
    assert [gone.name, stays.name, open_one.name] == ["Warga", "Tanpa Akun 1", "Tanpa Akun 2"]
    assert results(app)["reporter_identity"] == 0


def test_who_filed_without_a_name_is_forgotten_after_two_years_and_others_are_not(app):
    user = make.user()
    old = ended(800, user, visibility="anonymous")
    young = ended(700, user, visibility="anonymous")
    public = ended(800, user)
    assert results(app)["hidden_reporters"] == 1
    db.session.expire_all()
    assert old.author_id != user.person_id
    assert young.author_id == public.author_id == user.person_id


def test_a_dry_run_erases_nothing_and_both_runs_are_logged(app):
    key, user = uuid.uuid4(), make.user()
    db.session.add(Draft(key=key, kind="lapor", user_id=user.id, data={}, updated_at=LONG_AGO))
    item = ended(500)
    make.photo(item, evidence=b"x")
    tracking.issue(item)
    consent = tracking.agreed(user.person, None, "contact", "form", "Ya.")
    consent.withdrawn_at = LONG_AGO
    quiet = make.user(level=0, created_at=LONG_AGO)
    told = {"user_id": user.id, "event": "step", "item_id": item.id, "source_id": 1}
    db.session.add(Notification(**told, created_at=LONG_AGO))
    db.session.flush()
    trial = results(app, dry=True)
    expected = {
        "drafts",
        "photo_evidence",
        "tracking_codes",
        "unconfirmed_accounts",
        "notifications",
        "withdrawn_consents",
    }
    assert expected <= {rule for rule, rows in trial.items() if rows}
    assert db.session.get(Draft, key) is not None
    assert quiet.closed_at is None
    done = results(app)
    assert {rule: done[rule] for rule in expected} == {rule: trial[rule] for rule in expected}
    assert not any(rows for rows in results(app).values())
    logged = db.session.scalars(select(RetentionLog).where(RetentionLog.rule == "drafts")).all()
    assert [(row.dry, row.rows) for row in logged] == [(True, 1), (False, 1), (False, 0)]


def test_names_of_a_forum_go_and_its_counts_and_its_signed_text_stay(app):
    chair = make.actor(lurah())
    forum = called(chair, chair="Tati Suryati")
    people = [{"name": "Ibu Euis", "body": "RW 03", "group": "pkk", "sex": "P"}]
    (guest,) = service.invite(forum, chair, people)
    doors.add(forum, chair, {}, uuid.uuid4(), guest)
    came(forum, chair, 3)
    closing.freeze(forum, chair)
    signed = queries.versions(db.session, forum.id)[0]
    counted = queries.turnout(db.session, forum.id)
    later = NOW + timedelta(days=800)
    assert results(app, now=NOW + timedelta(days=700))["forum_names"] == 0
    assert results(app, now=later, dry=True)["forum_names"] == 5
    assert {one.name for one in queries.attendance(db.session, forum.id)} != {""}
    assert results(app, now=later)["forum_names"] == 5
    db.session.expire_all()
    rows = [*queries.attendance(db.session, forum.id), *queries.guests(db.session, forum.id)]
    assert {(one.name, one.body) for one in rows} == {("", "")}
    assert queries.turnout(db.session, forum.id) == counted
    again = closing.correct(forum, chair, "attendance", "Yang hadir 4 orang.", "Salah ketik.")
    digest = next(line for line in signed.text.split("\n") if line.startswith("sha256 daftar"))
    assert digest in again.text
    assert results(app, now=later)["forum_names"] == 0


def test_old_log_files_go_and_new_ones_stay(app):
    import os

    folder = app.config["VAR"] / "log"
    folder.mkdir(parents=True, exist_ok=True)
    old, new = folder / "old.log", folder / "new.log"
    for path in (old, new):
        path.write_text("x", "utf-8")
    os.utime(old, (LONG_AGO.timestamp(),) * 2)
    results(app)
    assert [old.exists(), new.exists()] == [False, True]


def test_an_erased_text_leaves_the_chain_whole():
    item = make.item(state="verified")
    change = items.move(item, "reject", make.everybody(item), {
        "reason": "unclear", "note": "Nama saya Euis, nomor 0812."
    })  # fmt: skip
    words = db.session.get_one(ChangeText, change.id)
    words.text = words.salt = None
    words.erased_at = NOW
    db.session.flush()
    report = walk.verify(db.session())
    assert report.whole
    assert report.erased == 1
