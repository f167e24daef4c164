"""Before a stage closes those concerned are told, each mark once."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from flask_babel import force_locale
from sqlalchemy import select, text

from app.access import SYSTEM
from app.config import SettingsError
from app.queries import notices as words
from app.services import cycle_reminders, cycles, drafts, notices
from app.services.cycles import Wanted
from models import Notice, User
from tests import factories as make
from tests.live import at_once, live_app

NOW = datetime.now(UTC).replace(microsecond=0)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
YEAR = NOW.year + 1
CITY = "32.73"


def closing(last, area=CITY, stage="rembug_warga", first=NOW - 9 * DAY):
    cycles.begin(YEAR, SYSTEM)
    return cycles.declare(YEAR, [Wanted(stage, area, first, last)], SYSTEM)


def lines(user, session):
    query = select(Notice).where(Notice.user_id == user.id).order_by(Notice.id)
    return list(session.scalars(query))


def draft(user, **place):
    drafts.save(uuid.uuid4(), "musrenbang", make.actor(user), "lokasi", place)


def test_those_who_decide_hear_three_days_a_day_and_hours_before_and_each_once(session):
    operator = make.user(roles=("operator",))
    closing(NOW + 10 * DAY)
    told = []
    for at in (NOW, NOW + 7 * DAY, NOW + 7 * DAY, NOW + 9 * DAY, NOW + 10 * DAY - 3 * HOUR):
        cycle_reminders.remind(at)
        told.append(len(lines(operator, session)))
    assert told == [0, 1, 1, 2, 3]
    cycle_reminders.remind(NOW + 11 * DAY)
    assert len(lines(operator, session)) == 3


def test_a_window_set_late_is_told_of_once(session):
    moderator = make.user(roles=("moderator",))
    closing(NOW + 2 * HOUR)
    cycle_reminders.remind(NOW)
    assert [line.mark.rpartition(" ")[2] for line in lines(moderator, session)] == ["3h"]


def test_who_has_drafts_is_told_how_many(session):
    resident, other = make.user(), make.user()
    for _n in range(3):
        draft(resident, area_code=make.KELURAHAN)
    draft(other, area_code=make.OTHER_KELURAHAN)
    closing(NOW + DAY, make.KECAMATAN)
    cycle_reminders.remind(NOW)
    (line,) = lines(resident, session)
    assert line.data["drafts"] == 3
    assert lines(other, session) == []
    with force_locale("en"):
        assert (
            "3 proposals of yours have not been sent yet." in words.said(line.event, line.data).text
        )


def test_a_draft_is_placed_by_its_pin_or_by_where_its_writer_lives(session):
    pinned, living = make.user(), make.user()
    draft(pinned, lon="107.6137", lat="-6.8850")
    living.person.area_code = make.KELURAHAN
    draft(living)
    closing(NOW + DAY, make.KECAMATAN)
    cycle_reminders.remind(NOW)
    assert [len(lines(user, session)) for user in (pinned, living)] == [1, 1]


def test_a_seat_hears_of_its_own_window_and_not_of_the_wider_one_it_replaces(session):
    here = make.user(roles=("moderator",))
    elsewhere = make.user(roles=("moderator",), area_code=make.OTHER_KELURAHAN)
    closing(NOW + DAY)
    closing(NOW + 5 * DAY, make.KELURAHAN)
    cycle_reminders.remind(NOW)
    assert (len(lines(here, session)), len(lines(elsewhere, session))) == (0, 1)


def test_a_kecamatan_hears_once_of_all_its_kelurahan_that_close_together(session):
    validator = make.user(roles=("validator",))
    closing(NOW + DAY, make.KELURAHAN)
    closing(NOW + DAY, "32.73.02.1001")
    cycle_reminders.remind(NOW)
    assert len(lines(validator, session)) == 1


def test_staff_read_how_many_still_wait(session):
    moderator = make.user(roles=("moderator",))
    for _n in range(2):
        make.item("musrenbang")
    make.item("musrenbang", area_code=make.OTHER_KELURAHAN)
    closing(NOW + DAY, stage="kelurahan")
    cycle_reminders.remind(NOW)
    (line,) = lines(moderator, session)
    assert line.data["waiting"] == 2


def test_reopening_is_told_with_its_reason_to_those_whose_drafts_were_kept(session):
    resident = make.user()
    draft(resident, area_code=make.KELURAHAN)
    closing(NOW - DAY)
    again = Wanted("rembug_warga", make.KELURAHAN, NOW - HOUR, NOW + 20 * DAY)
    cycles.reopen(YEAR, again, SYSTEM, "Banjir", at=NOW - 2 * HOUR)
    cycle_reminders.remind(NOW)
    (line,) = lines(resident, session)
    assert (line.event, line.data["reason"], line.data["drafts"]) == ("stage_opened", "Banjir", 1)


def test_a_letter_is_queued_for_those_who_want_letters_and_leaves_once(session):
    moderator = make.user(roles=("moderator",))
    closing(NOW + DAY)
    cycle_reminders.remind(NOW)
    (line,) = lines(moderator, session)
    queued = text("SELECT args FROM procrastinate_jobs WHERE task_name = 'mail_notices'")
    assert any(line.id in args["notice_ids"] for args in session.scalars(queued))
    letter = notices.letter(line.id)
    assert "Rembug Warga" in letter.subject
    notices.mailed(line.id)
    session.flush()
    session.expire_all()
    assert notices.letter(line.id) is None


def test_marks_come_from_the_city_s_settings(app, session, monkeypatch):
    city = app.config["CITY"]
    monkeypatch.setitem(city.facts, "cycle", {"reminders": ["7d"]})
    assert cycle_reminders.marks() == {"7d": 7 * DAY}
    monkeypatch.setitem(city.facts, "cycle", {"reminders": ["soon"]})
    with pytest.raises(SettingsError):
        cycle_reminders.marks()


def test_eight_workers_at_once_tell_once():
    with live_app() as live:
        with live.app_context():
            from models import db

            user_id = make.user(roles=("operator",)).id
            closing(NOW + 2 * HOUR)
            db.session.commit()

        def act(number):
            told = cycle_reminders.remind(NOW)
            db.session.commit()
            return told

        results = at_once(live, 8, act)
        assert all(isinstance(result, int) for result in results), results
        with live.app_context():
            user = db.session.get_one(User, user_id)
            assert len(lines(user, db.session)) == 1
