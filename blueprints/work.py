"""Where staff work: the queues of the kelurahan, the department and the planners."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import ColumnElement

from app import access
from app.access import PLANNED_KINDS, Actor
from app.kinds import KINDS, Kind
from app.queries import choices, colleagues, desk, filters, listing, queues, work
from app.queries.actors import current_actor
from app.queries.desk import After, Cut
from app.queries.labels import seat_label
from app.services import bulk_acts
from models import db, reading

from . import musrenbang_places
from .desk_lines import lines
from .guards import may
from .options import option_list

bp = Blueprint("work", __name__, url_prefix="/kerja")

AREA_DESKS = ("moderator", "validator", "coordinator")


@dataclass(frozen=True)
class Desk:
    """A queue: whose it is, and which items lie in it."""

    endpoint: str
    roles: tuple[str, ...]
    scope: Callable[[Actor], ColumnElement[bool]]
    title: Any = ""

    @property
    def kinds(self) -> list[Kind]:
        """The services whose items lie here."""
        planned = self.endpoint == "work.planning"
        return [KINDS[slug] for slug in PLANNED_KINDS] if planned else list(KINDS.values())

    def name(self, actor: Actor) -> str:
        """What stands above it."""
        if self.title:
            return str(self.title)
        seat = seat_label(actor.seats_as(*self.roles)[0].name)
        return str(_("Queue of %(seat)s", seat=seat))


TRIAGE = Desk("work.triage", AREA_DESKS, work.area_scope)
DEPARTMENT = Desk("work.department", ("officer",), work.department_scope)
PLANNING = Desk(
    "work.planning", ("planner", "tapd"), work.planning_scope, lazy_gettext("Planning queue")
)
DESKS = {desk.endpoint: desk for desk in (TRIAGE, DEPARTMENT, PLANNING)}


# Who may do what has which page: act, endpoint, name.
PLACES = (
    ("work_triage", "work.triage", lazy_gettext("Area queue")),
    ("survey", "musrenbang_levels.surveys", lazy_gettext("Surveys")),
    ("work_owner", "work.department", lazy_gettext("Department queue")),
    ("work_owner", "work_field.cards", lazy_gettext("In the field")),
    ("work_plan", "work.planning", lazy_gettext("Planning queue")),
    ("decide_owners", "outside.to_decide", lazy_gettext("Owners to decide")),
    ("file_on_behalf", "counter.begin", lazy_gettext("Counter")),
    ("attest", "verification.residents", lazy_gettext("Vouching for residents")),
    ("verify_person", "verification.counter", lazy_gettext("Checking cards")),
    ("keep_quotas", "verification.quotas", lazy_gettext("Quotas of the RW")),
    ("keep_contests", "work_voting.index", lazy_gettext("Votes")),
    ("run_booth", "work_booth.index", lazy_gettext("Voting booths")),
    ("give_mandates", "admin.mandates", lazy_gettext("Mandates")),
    ("keep_routing", "admin_rules.index", lazy_gettext("Who owns what")),
    ("audit", "auditing.index", lazy_gettext("Audit")),
    ("draw_up_breach", "privacy.breach", lazy_gettext("Data that got out")),
)


def places_for(actor: Actor) -> list[dict[str, str]]:
    """The queues this actor works in, as links."""
    if not actor.seats:
        return []
    links = [
        {"url": url_for(endpoint), "label": str(label)}
        for act, endpoint, label in PLACES
        if access.may(actor, act)
    ]
    if ways := musrenbang_places.musrenbang_work_places():
        links.append({"url": ways[0]["url"], "label": _("Musrenbang")})
    return links


LABELS = {
    "menunggu": lazy_gettext("Waiting for us"),
    "saya": lazy_gettext("In my hands"),
    "terlambat": lazy_gettext("Past the day"),
    "kembali": lazy_gettext("Came back"),
    "nilai": lazy_gettext("Rated low"),
    "berjalan": lazy_gettext("Under way"),
    "semua": lazy_gettext("All"),
}
UNCOUNTED = ("berjalan", "semua", "nilai")  # how many helps nobody, and counting them is dear


@lru_cache(maxsize=100)
def _tabs(here: Desk, actor: Actor, kind: str, area: str) -> tuple[work.Tab, ...]:
    states, levels = work.waiting(actor, here.roles)
    going, back = work.under_way(), work.came_back(states)
    mine = actor.user_id
    ours: dict[str, Any] = {"on_desk": True, "untaken": work.untaken(actor, here.roles)}
    tabs = (
        work.Tab("menunggu", LABELS["menunggu"], states, levels=levels, **ours),
        work.Tab("saya", LABELS["saya"], going, mine=mine, on_desk=True),
        work.Tab("terlambat", LABELS["terlambat"], states, True, levels=levels, **ours),
        work.Tab("kembali", LABELS["kembali"], back, **ours),
        work.Tab("nilai", LABELS["nilai"], work.all_states(), rated_low=True),
        work.Tab("berjalan", LABELS["berjalan"], going, on_desk=True),
        work.Tab("semua", LABELS["semua"], work.all_states()),
    )
    wanted = {"kembali": bool(back), "nilai": here is DEPARTMENT}
    shown = (tab for tab in tabs if wanted.get(tab.name, True))
    return tuple(replace(tab, kind=kind, area=area) for tab in shown)


def _queue(here: Desk) -> ResponseReturnValue:
    actor, cut = current_actor(), Cut.read(request.args)
    if number := listing.as_number(cut.q):
        return redirect(url_for("items.by_number", number=number))
    after = After.read(request.args.get("sesudah", ""))
    asked, reads = queues.ask(actor, cut, after), reading()
    tabs = _tabs(here, asked.actor, asked.cut.kind, asked.cut.area)
    tab = next((tab for tab in tabs if tab.name == request.args.get("tab")), tabs[0])
    newest = tab.name in ("semua", "nilai") or request.args.get("urut") == "baru"
    wide = any((seat.area_code or "").count(".") < 3 for seat in actor.seats_as(*here.roles))
    queue = queues.page(reads, asked, here.scope, tab, newest)
    counted = tuple(tab for tab in tabs if tab.name not in UNCOUNTED)
    return render_template(
        "work/queue.html",
        here_is=here,
        title=here.name(actor),
        tabs=tabs,
        tab=tab,
        counts=queues.counts(reads, asked, here.scope, counted),
        lines=lines(queue.items, wide or here is DEPARTMENT),
        wide=wide,
        next_after=queue.next_after,
        after=after,
        newest=newest,
        cut=cut,
        held=queues.held(reads, asked) if here is TRIAGE else [],
        **_beside(here, actor, cut),
    )


def _beside(here: Desk, actor: Actor, cut: Cut) -> dict[str, Any]:
    """What stands around the list: filters, saved ones, acts for many, what was left behind."""
    seats = sorted({seat.name for seat in actor.seats_as(*here.roles)})
    offered = [KINDS[cut.kind]] if cut.kind else here.kinds
    beside, assigns = colleagues.beside(reading(), seats), access.may(actor, "assign")
    return {
        "offered": here.kinds,
        "lists": _lists(here, offered, cut),
        "state": _state_label(cut.state),
        "people": beside.people,
        "saved": filters.of(reading(), actor, here.endpoint),
        "seats": [(seat, seat_label(seat)) for seat in seats] if assigns else [],
        "assigns": assigns,
        "acts": access.may(actor, "act_in_bulk"),
        "left_behind": beside.left_behind,
    }


def _lists(here: Desk, offered: list[Kind], cut: Cut) -> dict[str, str]:
    """What the filters and the acts for many offer, as options."""
    which = cut.kind or here.endpoint
    return {
        "categories": option_list(f"categories {which}", lambda: _by_kind(offered, _categories)),
        "departments": "" if here is DEPARTMENT else option_list("offices", _offices),
        "states": option_list(f"states {which}", lambda: [("", _states(offered, not cut.kind))]),
        "acts": option_list(f"acts {which}", lambda: _by_kind(offered, _acts)),
    }


def _by_kind(offered: list[Kind], of: Callable[[Kind], Any]) -> list[tuple[Any, Any]]:
    return [(kind.label, of(kind)) for kind in offered]


def _categories(kind: Kind) -> list[choices.Choice]:
    return choices.categories(kind.slug)


def _offices() -> list[tuple[str, list[choices.Choice]]]:
    return [("", choices.offices())]


def _states(offered: list[Kind], several: bool) -> list[tuple[str, str]]:
    return [
        (f"{kind.slug}.{state.name}", f"{kind.label}: {state.label}" if several else state.label)
        for kind in offered
        for state in kind.workflow.states
    ]


def _state_label(state: str) -> Any:
    kind, dot, name = state.partition(".")
    return KINDS[kind].workflow[name].label if dot else ""


def _acts(kind: Kind) -> list[tuple[str, Any]]:
    """The acts for many of a kind, with what they are called."""
    return [(f"{kind.slug}.{act}", act_label(kind, act)) for act in bulk_acts.acts_of(kind.slug)]


def act_label(kind: Kind, act: str) -> Any:
    """What an act for many is called."""
    return _("Give to somebody") if act == bulk_acts.ASSIGN else kind.workflow.named(act).label


@bp.get("/kelurahan")
@may("work_triage")
def triage() -> ResponseReturnValue:
    """What waits for the kelurahan (or the kecamatan, or the coordinator)."""
    return _queue(TRIAGE)


@bp.get("/opd")
@may("work_owner")
def department() -> ResponseReturnValue:
    """What waits for the officer's department."""
    return _queue(DEPARTMENT)


@bp.get("/perencanaan")
@may("work_plan")
def planning() -> ResponseReturnValue:
    """What waits for the planners."""
    return _queue(PLANNING)


@bp.get("/berikut/<number>")
@may("assign")
def following(number: str) -> ResponseReturnValue:
    """Lead to what waits after this item, in the order of the queue; else to the queue."""
    actor = current_actor()
    here = next((d for d in DESKS.values() if actor.seats_as(*d.roles)), None)
    if here is None:
        abort(404)
    states, levels = work.waiting(actor, here.roles)
    untaken = work.untaken(actor, here.roles)
    tab = work.Tab("menunggu", "", states, levels=levels, on_desk=True, untaken=untaken)
    scope = here.scope(actor)
    found = desk.following(db.session(), actor, (scope, work.condition(tab)), number)
    if found is None:
        return redirect(url_for(here.endpoint))
    return redirect(url_for("items.show", kind=KINDS[found[0]], number=found[1]))
