"""Where staff work: the kelurahan's queue and the department's."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import access
from app.access import PLANNED_KINDS, Actor
from app.forms import clean_line
from app.kinds import KINDS
from app.queries import work
from app.queries.actors import current_actor
from app.queries.calendar import city_calendar, city_day
from app.queries.items import queue, read_after
from app.queries.labels import seat_label
from models import db

from .guards import may

bp = Blueprint("work", __name__, url_prefix="/kerja")


def places_for(actor: Actor) -> list[dict[str, str]]:
    """The queues this actor works in, as links."""
    links = []
    if access.may(actor, "work_triage"):
        links.append({"url": url_for("work.triage"), "label": _("Area queue")})
    if access.may(actor, "work_owner"):
        links.append({"url": url_for("work.department"), "label": _("Department queue")})
    if access.may(actor, "work_plan"):
        links.append({"url": url_for("work.planning"), "label": _("Planning queue")})
    if access.may(actor, "give_mandates"):
        links.append({"url": url_for("admin.mandates"), "label": _("Mandates")})
    return links


def _tabs(roles: tuple[str, ...], kind: str, area: str) -> tuple[work.Tab, ...]:
    states, levels = work.waiting(current_actor(), roles)
    cuts = (
        ("menunggu", _("Waiting for us"), states, levels),
        ("terlambat", _("Past the day"), states, levels),
        ("berjalan", _("Under way"), work.under_way(), ()),
        ("semua", _("All"), work.all_states(), ()),
    )
    return tuple(
        work.Tab(name, label, states, name == "terlambat", kind, area, levels)
        for name, label, states, levels in cuts
    )


def _queue(name: str, title: str, scope: Any, roles: tuple[str, ...]) -> ResponseReturnValue:
    actor = current_actor()
    kind = request.args.get("jenis", "")
    kind = kind if kind in KINDS else ""
    area = clean_line(request.args.get("wilayah", "")) or ""
    tabs = _tabs(roles, kind, area)
    tab = next((tab for tab in tabs if tab.name == request.args.get("tab")), tabs[0])
    after = read_after(request.args.get("sesudah", ""))
    return render_template(
        "work/queue.html",
        endpoint=name,
        title=title,
        tabs=tabs,
        tab=tab,
        counts=work.counted(db.session(), actor, scope, tabs),
        queue=queue(db.session(), actor, scope, work.condition(tab), after),
        after=after,
        args={"jenis": kind or None, "wilayah": area or None},
        offered=[KINDS[slug] for slug in PLANNED_KINDS]
        if name == "work.planning"
        else KINDS.values(),
        wide=any((seat.area_code or "").count(".") < 3 for seat in actor.seats),
        left=working_days_left,
        held=work.held_comments(db.session(), actor) if name == "work.triage" else [],
    )


def working_days_left(due: date | None) -> int | None:
    """Working days until a promised day; negative when it has gone by."""
    return None if due is None else city_calendar().between(city_day(), due)


@bp.get("/kelurahan")
@may("work_triage")
def triage() -> ResponseReturnValue:
    """What waits for the kelurahan (or the kecamatan, or the coordinator)."""
    roles = ("moderator", "validator", "coordinator")
    seats = current_actor().seats_as(*roles)
    title = _("Queue of %(seat)s", seat=seat_label(seats[0].name))
    return _queue("work.triage", title, work.area_scope(current_actor()), roles)


@bp.get("/opd")
@may("work_owner")
def department() -> ResponseReturnValue:
    """What waits for the officer's department."""
    seats = current_actor().seats_as("officer")
    title = _("Queue of %(seat)s", seat=seat_label(seats[0].name))
    return _queue("work.department", title, work.department_scope(current_actor()), ("officer",))


@bp.get("/perencanaan")
@may("work_plan")
def planning() -> ResponseReturnValue:
    """What waits for the planners."""
    scope = work.planning_scope(current_actor())
    return _queue("work.planning", _("Planning queue"), scope, ("planner",))
