"""Mandates: a login sits on a seat for a while.  Given and ended here only, and written down."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select

from app.access import Actor
from app.queries.actors import in_force
from app.queries.calendar import city_day
from models import Area, Department, Mandate, User, db
from models.user import ROLES

from . import audit

VOUCHED = 2  # the level of a person whom the city has given a seat
AREA_LEVELS = {"operator": "kelurahan", "moderator": "kelurahan", "validator": "kecamatan"}


class Unfit(Exception):
    """This seat cannot be given like that; the text says what to change."""


def give(
    user: User,
    role: str,
    actor: Actor,
    *,
    area_code: str | None = None,
    rw: int | None = None,
    department_code: str | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
    note: str = "",
) -> Mandate:
    """Put a login on a seat from one day to another (both included).  Raises Unfit."""
    start, area_code = valid_from or city_day(), area_code or None
    department = department_code or current_app.config["CITY"].roles.get(role)
    _check_person(user, actor)
    _check_scope(role, area_code, rw, department)
    if valid_to and valid_to < start:
        raise Unfit(_("The last day lies before the first one."))
    seat = Mandate(
        user_id=user.id,
        role=role,
        area_code=area_code,
        rw=rw,
        department_code=department,
        valid_from=start,
        valid_to=valid_to,
        given_by_id=actor.user_id,
        note=note,
    )
    _check_not_given(seat)
    db.session.add(seat)
    user.person.level = max(user.person.level, VOUCHED)
    db.session.flush()
    audit.note("give_mandate", f"mandate:{seat.id}", by=actor.user_id, detail=_described(seat))
    return seat


def end(seat: Mandate, actor: Actor, note: str) -> None:
    """End a mandate at once; it stays on record.  Raises Unfit when it has ended."""
    today = city_day()
    if seat.ended_at is not None or (seat.valid_to and seat.valid_to < today):
        raise Unfit(_("This mandate has ended already."))
    seat.valid_to = max(today, seat.valid_from)
    seat.ended_at, seat.ended_by_id = datetime.now(UTC), actor.user_id
    seat.note = f"{seat.note}\n{note}".strip()
    db.session.flush()
    audit.note("end_mandate", f"mandate:{seat.id}", by=actor.user_id, detail=_described(seat))


def _check_person(user: User, actor: Actor) -> None:
    if user.id == actor.user_id:
        raise Unfit(_("Nobody gives a mandate to themselves. Ask another administrator."))
    if not user.is_active or user.confirmed_at is None:
        raise Unfit(_("This account has not confirmed its e-mail address yet."))


def _check_scope(role: str, area_code: str | None, rw: int | None, department: str | None) -> None:
    if role not in ROLES:
        raise Unfit(_("There is no such role."))
    area = db.session.get(Area, area_code) if area_code else None
    wanted = AREA_LEVELS.get(role)
    if area_code and area is None:
        raise Unfit(_("There is no such area."))
    if wanted == "kelurahan" and (area is None or area.level != "kelurahan"):
        raise Unfit(_("This role needs a kelurahan."))
    if wanted == "kecamatan" and (area is None or area.level != "kecamatan"):
        raise Unfit(_("This role needs a kecamatan."))
    if role == "operator" and rw is None:
        raise Unfit(_("An RW operator needs the number of the RW."))
    if role != "operator" and rw is not None:
        raise Unfit(_("Only an RW operator has an RW."))
    if role in AREA_LEVELS and department is not None:
        raise Unfit(_("This role belongs to an area, not to a department."))
    if role == "officer" and (department is None or area is not None):
        raise Unfit(_("An officer needs a department, and no area."))
    if department and db.session.get(Department, department) is None:
        raise Unfit(_("There is no such department."))


def _check_not_given(seat: Mandate) -> None:
    same = select(Mandate.id).where(
        Mandate.user_id == seat.user_id,
        Mandate.role == seat.role,
        Mandate.area_code.is_not_distinct_from(seat.area_code),
        Mandate.rw.is_not_distinct_from(seat.rw),
        Mandate.department_code.is_not_distinct_from(seat.department_code),
        *in_force(seat.valid_from),
    )
    if db.session.scalar(same):
        raise Unfit(_("This person sits on that seat already."))


def _described(seat: Mandate) -> str:
    where = seat.area_code or seat.department_code or "-"
    until = seat.valid_to or "-"
    return f"{seat.role} {where} rw={seat.rw or '-'} {seat.valid_from}..{until} user:{seat.user_id}"
