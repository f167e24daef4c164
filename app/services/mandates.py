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
    leads: bool = False,
    valid_from: date | None = None,
    valid_to: date | None = None,
    note: str = "",
) -> Mandate:
    """Put a login on a seat from one day to another (both included).  Raises Unfit.

    ``leads``: an officer's seat is the one of the department's head.
    """
    _check_person(user, actor)
    seat = Mandate(
        user_id=user.id, role=role, rw=rw, leads=leads, note=note, given_by_id=actor.user_id
    )
    seat.area_code = area_code or None
    seat.department_code = department_code or current_app.config["CITY"].roles.get(role)
    seat.valid_from, seat.valid_to = valid_from or city_day(), valid_to
    _check_scope(seat)
    _check_days(seat)
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


def _check_scope(seat: Mandate) -> None:
    role, department = seat.role, seat.department_code
    if role not in ROLES:
        raise Unfit(_("There is no such role."))
    level = _area_level(seat.area_code)
    wanted = AREA_LEVELS.get(role)
    if wanted and level != wanted:
        raise Unfit(
            _("This role needs a kelurahan.")
            if wanted == "kelurahan"
            else _("This role needs a kecamatan.")
        )
    if role == "operator" and seat.rw is None:
        raise Unfit(_("An RW operator needs the number of the RW."))
    if role != "operator" and seat.rw is not None:
        raise Unfit(_("Only an RW operator has an RW."))
    if wanted and department is not None:
        raise Unfit(_("This role belongs to an area, not to a department."))
    if role == "officer" and (department is None or level is not None):
        raise Unfit(_("An officer needs a department, and no area."))
    if seat.leads and role != "officer":
        raise Unfit(_("Only an officer leads a department."))
    if department and db.session.get(Department, department) is None:
        raise Unfit(_("There is no such department."))


def _area_level(area_code: str | None) -> str | None:
    if area_code is None:
        return None
    area = db.session.get(Area, area_code)
    if area is None:
        raise Unfit(_("There is no such area."))
    return area.level


def _check_days(seat: Mandate) -> None:
    if seat.valid_to and seat.valid_to < seat.valid_from:
        raise Unfit(_("The last day lies before the first one."))
    same = select(Mandate.id).where(
        Mandate.user_id == seat.user_id,
        Mandate.role == seat.role,
        Mandate.area_code.is_not_distinct_from(seat.area_code),
        Mandate.rw.is_not_distinct_from(seat.rw),
        Mandate.department_code.is_not_distinct_from(seat.department_code),
        Mandate.leads == seat.leads,
        *in_force(seat.valid_from),
    )
    if db.session.scalar(same):
        raise Unfit(_("This person sits on that seat already."))


def _described(seat: Mandate) -> str:
    where = seat.area_code or seat.department_code or "-"
    until = seat.valid_to or "-"
    where += " head" if seat.leads else ""
    return f"{seat.role} {where} rw={seat.rw or '-'} {seat.valid_from}..{until} user:{seat.user_id}"
