"""Mandates: who may be seated where, and that it is all written down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.access import Actor, Seat
from app.queries.calendar import city_day
from app.services import mandates
from models import AuditEvent, User, db
from tests import factories
from tests.factories import DEPARTMENT, KECAMATAN, KELURAHAN


@pytest.fixture(autouse=True)
def _session(session: Any) -> None:
    """Every test here works on the database."""


@pytest.fixture
def admin() -> Actor:
    """An administrator."""
    return factories.actor(factories.user(roles=["admin"]))


def seats(user: User) -> tuple[Seat, ...]:
    """The seats a request of theirs would have."""
    return factories.actor(user).seats


def test_a_mandate_seats_and_vouches_for_a_person(admin: Actor):
    user = factories.user()
    mandates.give(user, "moderator", admin, area_code=KELURAHAN)
    assert seats(user) == (Seat("moderator", KELURAHAN),)
    assert user.person.level == 2


@pytest.mark.parametrize(
    ("role", "scope", "seat"),
    [
        ("operator", {"area_code": KELURAHAN, "rw": 4}, Seat("operator", KELURAHAN, None, 4)),
        ("validator", {"area_code": KECAMATAN}, Seat("validator", KECAMATAN)),
        ("officer", {"department_code": DEPARTMENT}, Seat("officer", None, DEPARTMENT)),
        (
            "officer",
            {"department_code": DEPARTMENT, "leads": True},
            Seat("officer", None, DEPARTMENT, None, True),
        ),
        ("planner", {}, Seat("planner", None, "bapperida")),
        ("coordinator", {}, Seat("coordinator", None, "diskominfo")),
        ("auditor", {}, Seat("auditor", None, "inspektorat")),
        ("admin", {}, Seat("admin")),
    ],
)
def test_every_role_has_its_scope(role: str, scope: dict[str, Any], seat: Seat, admin: Actor):
    user = factories.user()
    mandates.give(user, role, admin, **scope)
    assert seats(user) == (seat,)


@pytest.mark.parametrize(
    ("role", "scope"),
    [
        ("king", {}),
        ("operator", {"area_code": KELURAHAN}),
        ("operator", {"area_code": KECAMATAN, "rw": 1}),
        ("moderator", {}),
        ("moderator", {"area_code": KECAMATAN}),
        ("moderator", {"area_code": KELURAHAN, "rw": 1}),
        ("moderator", {"area_code": KELURAHAN, "department_code": DEPARTMENT}),
        ("moderator", {"area_code": "99.99"}),
        ("validator", {"area_code": KELURAHAN}),
        ("officer", {}),
        ("officer", {"department_code": "tak-ada"}),
        ("officer", {"department_code": DEPARTMENT, "area_code": KELURAHAN}),
        ("auditor", {"leads": True}),
    ],
)
def test_a_seat_without_its_place_is_refused(role: str, scope: dict[str, Any], admin: Actor):
    with pytest.raises(mandates.Unfit):
        mandates.give(factories.user(), role, admin, **scope)


def test_nobody_seats_themselves():
    user = factories.user(roles=["admin"])
    with pytest.raises(mandates.Unfit):
        mandates.give(user, "coordinator", factories.actor(user))


def test_an_unconfirmed_account_gets_no_seat(admin: Actor):
    with pytest.raises(mandates.Unfit):
        mandates.give(factories.user(level=0), "auditor", admin)


def test_the_same_seat_is_not_given_twice(admin: Actor):
    user = factories.user()
    mandates.give(user, "officer", admin, department_code=DEPARTMENT)
    with pytest.raises(mandates.Unfit):
        mandates.give(user, "officer", admin, department_code=DEPARTMENT)
    mandates.give(user, "officer", admin, department_code=factories.OTHER_DEPARTMENT)


def test_a_mandate_holds_on_its_days_only(admin: Actor):
    today = city_day()
    past, later, now = factories.user(), factories.user(), factories.user()
    factories.give(past, "auditor", valid_to=today - timedelta(days=1))
    mandates.give(later, "auditor", admin, valid_from=today + timedelta(days=1))
    mandates.give(now, "auditor", admin, valid_from=today, valid_to=today)
    assert (len(seats(past)), len(seats(later)), len(seats(now))) == (0, 0, 1)


def test_a_period_that_ends_before_it_begins_is_refused(admin: Actor):
    yesterday = city_day() - timedelta(days=1)
    with pytest.raises(mandates.Unfit):
        mandates.give(factories.user(), "auditor", admin, valid_to=yesterday)


def test_an_ended_mandate_stops_at_once_and_stays_on_record(admin: Actor):
    user = factories.user()
    seat = mandates.give(user, "auditor", admin)
    mandates.end(seat, admin, "pindah tugas")
    assert seats(user) == ()
    assert seat.ended_by_id == admin.user_id
    assert "pindah tugas" in seat.note
    with pytest.raises(mandates.Unfit):
        mandates.end(seat, admin, "lagi")


def test_a_mandate_to_come_can_be_ended_before_it_begins(admin: Actor):
    user = factories.user()
    seat = mandates.give(user, "auditor", admin, valid_from=city_day() + timedelta(days=9))
    mandates.end(seat, admin, "batal")
    assert seats(user) == ()


def test_giving_and_ending_are_written_down(admin: Actor):
    seat = mandates.give(factories.user(), "moderator", admin, area_code=KELURAHAN)
    mandates.end(seat, admin, "selesai")
    query = select(AuditEvent).where(AuditEvent.subject == f"mandate:{seat.id}")
    events = [(e.act, e.actor_id) for e in db.session.scalars(query)]
    assert events == [("give_mandate", admin.user_id), ("end_mandate", admin.user_id)]
