"""What is sent before a close is filed as of then: once, in order, however long the line."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.access import SYSTEM
from app.kinds import KINDS
from app.queries import cycles as queries
from app.services import cycles, drafts, intake, items
from app.services.cycles import Wanted
from models import Draft, Intake, Item, Notice, Photo, User, db
from tests import factories as make
from tests.live import at_once, live_app

NOW = datetime.now(UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
YEAR = NOW.year + 1
KIND = KINDS["musrenbang"]


def closing(at: datetime = NOW) -> datetime:
    """A city whose Rembug Warga closes then."""
    cycles.begin(YEAR, SYSTEM)
    cycles.declare(YEAR, [Wanted("rembug_warga", "32.73", at - DAY, at)], SYSTEM)
    return at


def pages(title: str = "Drainase Gang Mawar") -> dict[str, dict[str, str]]:
    """What somebody typed on every page."""
    return {
        "foto": {},
        "lokasi": {"lon": "107.6137", "lat": "-6.8850", "rw": "5"},
        "isi": {
            "title": title,
            "body": "Setiap hujan air masuk ke rumah.",
            "category_code": make.category("musrenbang").code,
            "visibility": "public",
            "catalogue_code": "luar",
            "volume": "120",
            "unit": "m",
            "unit_price": "450000",
            "bidang": "fisik",
            "group": "umum",
            "land_status": "city",
        },
    }


def draft(user: User, typed: dict[str, dict[str, str]] | None = None) -> uuid.UUID:
    """A draft of theirs, ready to be sent."""
    key = uuid.uuid4()
    for page, answers in (typed or pages()).items():
        drafts.save(key, KIND.slug, make.actor(user), page, answers)
    return key


def sent(user: User, at: datetime = NOW, typed: dict[str, dict[str, str]] | None = None):
    key = draft(user, typed)
    return key, intake.take(KIND, key, make.actor(user), at)


def filed(key: uuid.UUID) -> Item | None:
    return db.session.scalar(select(Item).where(Item.filing_key == key))


def notices_of(user: User) -> list[str]:
    rows = select(Notice.event).where(Notice.user_id == user.id).order_by(Notice.id)
    return list(db.session.scalars(rows))


def test_what_came_at_the_last_second_is_filed_as_of_then(session):
    last, user = closing(), make.user()
    key, received = sent(user, last)
    assert received == last
    assert filed(key) is None
    assert intake.file_next() == key
    assert intake.of(key, make.actor(user)).problem == ""
    item = filed(key)
    assert (item.created_at, item.plan_year, item.title) == (last, YEAR, "Drainase Gang Mawar")
    assert intake.of(key, make.actor(user)).item_id == item.id
    assert session.get(Draft, key) is None
    assert notices_of(user) == ["intake_filed"]


def test_a_second_later_it_comes_back_as_a_draft_with_the_reason(session):
    last, user = closing(), make.user()
    key, _received = sent(user, last + SECOND)
    intake.file_next()
    row = intake.of(key, make.actor(user))
    assert (row.status, filed(key)) == ("refused", None)
    assert "Rembug Warga" in row.problem
    assert session.get(Draft, key).data["isi"]["title"] == "Drainase Gang Mawar"
    assert notices_of(user) == ["intake_refused"]


def test_what_was_refused_can_be_sent_again_when_it_opens_again(session):
    last, user = closing(), make.user()
    key, _received = sent(user, last + SECOND)
    intake.file_next()
    again = Wanted("rembug_warga", "32.73", NOW, NOW + DAY)
    cycles.reopen(YEAR, again, SYSTEM, "listrik padam")
    assert intake.take(KIND, key, make.actor(user), NOW + DAY / 2) is not None
    intake.file_next()
    assert filed(key).created_at == NOW + DAY / 2
    assert notices_of(user) == ["intake_refused", "intake_filed"]


def test_the_same_sent_twice_is_received_once(session):
    user = make.user()
    key, received = sent(user, closing())
    assert received is not None
    assert intake.take(KIND, key, make.actor(user), NOW + SECOND) is None
    assert intake.of(key, make.actor(user)).received_at == received


def test_what_was_sent_counts_and_not_what_was_typed_afterwards(session):
    user = make.user()
    key, _received = sent(user, closing())
    later = pages("Judul lain")["isi"]
    drafts.save(key, KIND.slug, make.actor(user), "isi", later)
    intake.file_next()
    assert filed(key).title == "Drainase Gang Mawar"


def test_a_draft_of_somebody_else_or_with_a_page_missing_is_not_taken(session):
    user = make.user()
    key = draft(user)
    assert intake.take(KIND, key, make.actor(make.user()), NOW) is None
    half = draft(user, {"lokasi": pages()["lokasi"]})
    assert intake.take(KIND, half, make.actor(user), NOW) is None


def test_what_does_not_hold_up_comes_back_with_what_is_wrong(session):
    user, typed = make.user(), pages()
    typed["isi"]["title"] = ""
    key, received = sent(user, closing(), typed)
    assert received is not None
    intake.file_next()
    row = intake.of(key, make.actor(user))
    assert (row.status, row.problem != "") == ("refused", True)


def test_photos_go_along_with_what_was_received(session):
    user = make.user()
    key, _received = sent(user, closing())
    photo = Photo(draft_key=key, uploaded_by_id=user.id, status="ready")
    session.add(photo)
    session.flush()
    intake.file_next()
    session.refresh(photo)
    assert photo.item_id == filed(key).id


def test_they_are_filed_in_the_order_in_which_they_came(session):
    last, user = closing(), make.user()
    keys = [sent(user, last - n * SECOND)[0] for n in (1, 3, 2)]
    order = [intake.file_next() for _key in keys]
    assert order == [keys[1], keys[2], keys[0]]
    assert intake.file_next() is None


def test_one_that_breaks_keeps_no_other_waiting(session, monkeypatch):
    last, user = closing(), make.user()
    bad, good = sent(user, last - SECOND)[0], sent(user, last)[0]
    real = items.file

    def file(kind, actor, key, values, **more):
        if key == bad:
            raise ZeroDivisionError
        return real(kind, actor, key, values, **more)

    monkeypatch.setattr(items, "file", file)
    with pytest.raises(intake.Broken) as broken, session.begin_nested():
        intake.file_next()
    assert broken.value.args[0] == bad
    assert intake.file_next({bad}) == good
    assert intake.of(bad, make.actor(user)).status == "waiting"


@pytest.mark.parametrize(
    ("minutes", "near"), [(-20, False), (-14, True), (0, True), (2, True), (4, False)]
)
def test_only_the_minutes_around_a_close_are_taken_in_line(session, minutes, near):
    last = closing(NOW + 5 * DAY)
    assert queries.closes_about(session, "rembug_warga", last + timedelta(minutes=minutes)) is near


# -- with real commits and real threads ------------------------------------------------------

SENDERS, WORKERS = 120, 8


@pytest.fixture(scope="module")
def live():
    with live_app() as app:
        yield app


def test_five_hundred_in_the_closing_minute_are_all_filed_once(live):
    with live.app_context():
        last = closing(NOW + 2 * DAY)
        people = [make.user() for _n in range(20)]
        keys = [(draft(people[n % 20], pages(f"Usulan {n}")), people[n % 20].id)
                for n in range(SENDERS)]  # fmt: skip
        db.session.commit()

    def send(number):
        taken = 0
        for n in range(number, SENDERS, WORKERS):
            key, user_id = keys[n]
            actor = make.actor(db.session.get_one(User, user_id))
            moment = last - timedelta(milliseconds=100 * (SENDERS - n) - 100)
            taken += intake.take(KIND, key, actor, moment) is not None
            if n % 3 == 0:  # impatient: the same again
                assert intake.take(KIND, key, actor, last) is None
            db.session.commit()
        return taken

    def work(number):
        count = 0
        while True:
            key = intake.file_next()
            if number == 0 and count % 5 == 3:  # a worker that dies with work in hand
                db.session.rollback()
                count += 1
                continue
            db.session.commit()
            if key is None:
                return count
            count += 1

    accepted = at_once(live, WORKERS, send)
    assert sum(accepted) == SENDERS, accepted
    done = at_once(live, 4, work)
    assert all(isinstance(count, int) for count in done), done
    with live.app_context():
        wanted = [key for key, _user in keys]
        count = select(func.count(), func.count(Item.filing_key.distinct()))
        assert tuple(db.session.execute(count.where(Item.filing_key.in_(wanted))).one()) == (
            SENDERS,
            SENDERS,
        )
        states = select(Intake.status, func.count()).group_by(Intake.status)
        assert dict(tuple(row) for row in db.session.execute(states)) == {"filed": SENDERS}
        order = select(Item.created_at).where(Item.filing_key.in_(wanted))
        assert max(db.session.scalars(order)) == last
        told = select(func.count()).select_from(Notice).where(Notice.event == "intake_filed")
        assert db.session.scalar(told) == SENDERS
