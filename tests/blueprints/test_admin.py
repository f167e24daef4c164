"""The administration of mandates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.queries.calendar import city_day
from models import AuditEvent, Mandate, db
from tests import factories
from tests.factories import DEPARTMENT, KELURAHAN

For = Callable[..., FlaskClient]


@pytest.fixture
def admin(client_for: For) -> FlaskClient:
    """An administrator's browser."""
    return client_for(factories.user(roles=["admin"]))


def given(**form: Any) -> dict[str, str]:
    """What the form of a mandate sends."""
    usual = {"role": "moderator", "area_code": KELURAHAN, "valid_from": city_day().isoformat()}
    return {name: str(value) for name, value in (usual | form).items()}


@pytest.mark.parametrize(
    "role",
    ["resident", "operator", "moderator", "validator", "officer", "planner", "coordinator"],
)
def test_nobody_but_administrators_gets_in(client_for: For, role: str):
    user = factories.user(roles=[] if role == "resident" else [role])
    seat = factories.give(factories.user(), "auditor")
    client = client_for(user)
    for path in (
        "/admin/mandat",
        f"/admin/mandat/beri/{user.id}",
        f"/admin/mandat/{seat.id}/akhiri",
    ):
        assert client.get(path).status_code == 403
    assert client.post(f"/admin/mandat/beri/{user.id}", data=given()).status_code == 403
    assert client.post(f"/admin/mandat/{seat.id}/akhiri", data={"note": "x"}).status_code == 403
    assert seat.ended_at is None


def test_a_person_is_found_by_the_beginning_of_the_address(admin: FlaskClient):
    factories.user("laksmi@contoh.id", name="Laksmi")
    factories.user("noise@contoh.id", name="Derau")
    page = admin.get("/admin/mandat?q=laks").text
    assert "laksmi@contoh.id" in page
    assert "noise@contoh.id" not in page
    assert db.session.scalar(select(AuditEvent.id).filter_by(act="search_people"))


@pytest.mark.parametrize("words", ["%%%", "___", "\0\0\0", "x" * 100_000, "\\", "'--", "ab", " "])
def test_odd_words_find_nobody(admin: FlaskClient, words: str):
    factories.user("laksmi@contoh.id", name="Laksmi")
    page = admin.get("/admin/mandat", query_string={"q": words})
    assert page.status_code in (200, 414)
    assert "laksmi@" not in page.text


def test_a_mandate_is_given_listed_and_ended(admin: FlaskClient):
    user = factories.user(name="Moderator Baru")
    path = f"/admin/mandat/beri/{user.id}"
    assert "Moderator Baru" in admin.get(path).text
    assert admin.post(path, data=given(note="SK 12/2026")).location == "/admin/mandat"
    seat = db.session.scalars(select(Mandate).filter_by(user_id=user.id)).one()
    assert (seat.role, seat.area_code, seat.department_code) == ("moderator", KELURAHAN, None)
    page = admin.get("/admin/mandat").text
    assert "SK 12/2026" in page
    ending = f"/admin/mandat/{seat.id}/akhiri"
    assert ending in page
    assert admin.post(ending, data={"note": ""}).status_code == 422
    assert admin.post(ending, data={"note": "pindah tugas"}).location == "/admin/mandat"
    assert admin.post(ending, data={"note": "dua kali"}).status_code == 422
    assert "Moderator Baru" not in admin.get("/admin/mandat").text
    assert "pindah tugas" in admin.get("/admin/mandat?tampil=ended").text


@pytest.mark.parametrize(
    "form",
    [
        {"role": ""},
        {"role": "king"},
        {"role": "officer"},
        {"role": "officer", "area_code": "", "department_code": "tak-ada"},
        {"role": "operator"},
        {"area_code": "32.73"},
        {"area_code": "x" * 100_000},
        {"rw": "9" * 400},
        {"valid_from": ""},
        {"valid_from": "1900-13-45"},
        {"valid_to": "2020-01-01"},
        {"note": "x" * 301},
    ],
)
def test_a_wrong_mandate_is_explained(admin: FlaskClient, form: dict[str, str]):
    user = factories.user()
    page = admin.post(f"/admin/mandat/beri/{user.id}", data=given(**form))
    assert page.status_code == 422
    assert "error-summary" in page.text
    assert not db.session.scalars(select(Mandate).filter_by(user_id=user.id)).all()


def test_an_officer_is_seated_in_a_department(admin: FlaskClient):
    user = factories.user()
    form = given(role="officer", area_code="", department_code=DEPARTMENT)
    assert admin.post(f"/admin/mandat/beri/{user.id}", data=form).status_code == 302
    (seat,) = factories.actor(user).seats
    assert (seat.department_code, seat.leads) == (DEPARTMENT, False)


def test_the_head_of_a_department_is_seated_and_shown_as_such(admin: FlaskClient):
    user = factories.user()
    form = given(role="officer", area_code="", department_code=DEPARTMENT, leads="y")
    assert admin.post(f"/admin/mandat/beri/{user.id}", data=form).status_code == 302
    assert factories.actor(user).seats[0].leads
    assert ", kepala<br>" in admin.get("/admin/mandat").text


@pytest.mark.parametrize("number", [0, 10**6, 2**63, 2**70])
def test_somebody_who_does_not_exist_is_not_found(admin: FlaskClient, number: int):
    assert admin.get(f"/admin/mandat/beri/{number}").status_code == 404
    assert admin.get(f"/admin/mandat/{number}/akhiri").status_code == 404


def test_a_closed_account_gets_no_mandate(admin: FlaskClient):
    from datetime import UTC, datetime

    user = factories.user(closed_at=datetime.now(UTC))
    assert admin.get(f"/admin/mandat/beri/{user.id}").status_code == 404


def test_the_list_shows_seats_by_time_and_role(admin: FlaskClient):
    today = city_day()
    now = factories.give(factories.user(name="Kini Duduk"), "auditor")
    factories.give(factories.user(name="Nanti Duduk"), "planner", valid_from=today + timedelta(9))
    factories.give(factories.user(name="Dulu Duduk"), "planner", valid_to=today - timedelta(1))
    names = {"now": "Kini Duduk", "later": "Nanti Duduk", "ended": "Dulu Duduk"}
    for shown, name in names.items():
        page = admin.get(f"/admin/mandat?tampil={shown}").text
        assert name in page
        assert not [other for other in names.values() if other != name and other in page]
    assert "Kini Duduk" not in admin.get("/admin/mandat?peran=planner").text
    assert "Kini Duduk" in admin.get(f"/admin/mandat?sebelum={now.id + 1}").text
    assert "Kini Duduk" not in admin.get(f"/admin/mandat?sebelum={now.id}").text


@pytest.mark.parametrize(
    "query", ["tampil=x", "peran=king", "sebelum=-1", "sebelum=x", "sebelum=" + "9" * 40]
)
def test_a_nonsense_list_shows_the_usual_one(admin: FlaskClient, query: str):
    assert admin.get(f"/admin/mandat?{query}").status_code == 200
