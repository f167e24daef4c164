"""Who may do what: named rules, and the one table that says which act needs which.

A rule answers with the *seat* from which the actor may act ("moderator:32.73.09.1001",
"officer:dsdabm", "author") or with None.  What no rule allows is refused.  ``visible`` is the SQL
form of the reading rule; a property test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import ColumnElement, and_, false, or_, select, true

from models import PROPOSAL_LEVELS, Item, Proposal

PLANNED_KINDS = ("musrenbang", "badami")  # what Bapperida curates
BUDGETED_KINDS = ("musrenbang",)  # what the budget team agrees to
AREA_ROLES = ("moderator", "validator", "operator")
CONFIRMED = 1  # a person's level from which proposals and comments appear at once


@dataclass(frozen=True)
class Seat:
    """A mandate in force: a role over an area (and RW) or a department, which it may lead."""

    role: str
    area_code: str | None = None
    department_code: str | None = None
    rw: int | None = None
    leads: bool = False

    @property
    def name(self) -> str:
        """How the trail names this seat."""
        scope = self.area_code or self.department_code or ""
        return f"{self.role}:{scope}" if scope else self.role

    def covers(self, area_code: str) -> bool:
        """Does the area lie in this seat's area?"""
        mine = self.area_code
        return mine is None or area_code == mine or area_code.startswith(mine + ".")


@dataclass(frozen=True)
class Actor:
    """Somebody at the door.  Without ``user_id`` nobody has signed in.

    ``opens`` is the item whose tracking code somebody without a login has shown: of that one, and
    of no other, they are the author.
    """

    user_id: int | None = None
    person_id: int | None = None
    name: str = ""
    level: int = 0
    seats: tuple[Seat, ...] = ()
    opens: int | None = None

    @property
    def is_signed_in(self) -> bool:
        """Has somebody signed in?"""
        return self.user_id is not None

    def seats_as(self, *roles: str) -> tuple[Seat, ...]:
        """The actor's seats in one of these roles."""
        return tuple(seat for seat in self.seats if seat.role in roles)


ANONYMOUS = Actor()
SYSTEM = Actor(name="system", seats=(Seat("system"),))

Rule = Callable[[Actor, Item | None], str | None]


def in_conflict(seat: Seat, item: Item) -> bool:
    """May this seat not know of the item, being what the item is about?"""
    if not item.oversight:
        return False
    about = item.subject_department_code
    return seat.role in AREA_ROLES or (about is not None and seat.department_code == about)


def _seat(actor: Actor, item: Item | None, roles: Iterable[str], scoped: bool = True) -> str | None:
    for seat in actor.seats_as(*roles):
        if item is None:
            return seat.name
        if in_conflict(seat, item) or (scoped and not seat.covers(item.area_code)):
            continue
        return seat.name
    return None


def signed_in(actor: Actor, item: Item | None) -> str | None:
    """Anybody with a login."""
    return "resident" if actor.is_signed_in else None


def author(actor: Actor, item: Item | None) -> str | None:
    """Who filed the item, or whoever typed it for them; without a login, by its code."""
    if item is not None and actor.opens is not None and actor.opens == item.id:
        return "author"
    if item is None or not actor.is_signed_in:
        return None
    if item.author_id == actor.person_id:
        return "author"
    return "operator" if item.filed_by_id == actor.user_id else None


def coordinator(actor: Actor, item: Item | None) -> str | None:
    """The city's coordinator; decides what no kelurahan may."""
    return _seat(actor, item, ("coordinator",))


def triage(actor: Actor, item: Item | None) -> str | None:
    """The kelurahan's moderator; the coordinator everywhere and alone where it is about them."""
    return _seat(actor, item, ("moderator",)) or coordinator(actor, item)


def validator(actor: Actor, item: Item | None) -> str | None:
    """The kecamatan the item lies in."""
    return _seat(actor, item, ("validator",))


def owner(actor: Actor, item: Item | None) -> str | None:
    """An officer of the department that holds the item."""
    return _officer(actor.seats_as("officer"), item)


def head(actor: Actor, item: Item | None) -> str | None:
    """The head of the department that holds the item."""
    return _officer([seat for seat in actor.seats_as("officer") if seat.leads], item)


def _officer(seats: Iterable[Seat], item: Item | None) -> str | None:
    for seat in seats:
        if item is None:
            return seat.name
        mine = seat.department_code is not None and seat.department_code == item.department_code
        if mine and not in_conflict(seat, item):
            return seat.name
    return None


def planner(actor: Actor, item: Item | None) -> str | None:
    """Bapperida, for what it curates."""
    if item is not None and item.kind not in PLANNED_KINDS:
        return None
    return _seat(actor, item, ("planner",))


def tapd(actor: Actor, item: Item | None) -> str | None:
    """The budget team, for what asks for money of the budget."""
    if item is not None and item.kind not in BUDGETED_KINDS:
        return None
    return _seat(actor, item, ("tapd",))


def operator(actor: Actor, item: Item | None) -> str | None:
    """The RW operator of the item's RW."""
    for seat in actor.seats_as("operator"):
        if item is None:
            return seat.name
        here = seat.covers(item.area_code) and seat.rw in (None, item.rw)
        if here and not in_conflict(seat, item):
            return seat.name
    return None


def level(actor: Actor, item: Item | None) -> str | None:
    """Whoever decides at the level a proposal has reached."""
    deciders: dict[str, tuple[Rule, ...]] = {
        "rw": (operator, triage),
        "kelurahan": (triage,),
        "kecamatan": (validator, coordinator),
        "forum_opd": (owner, planner),
        "kota": (planner,),
    }
    rules = deciders.get(getattr(item, "level", ""), ())
    return next((seat for rule in rules if (seat := rule(actor, item))), None)


def appeal(actor: Actor, item: Item | None) -> str | None:
    """Whoever decides an appeal: kecamatan or coordinator, but nobody who decided before.

    Neither the office that answered, nor a seat or a login that accepted its answer.  What is
    about officials is known to the coordinator's seat alone: there another login is enough.
    """
    if item is None:
        return _seat(actor, None, ("validator", "coordinator"))
    before: Collection[str] = getattr(item, "decided_by", None) or ()
    if f"user:{actor.user_id}" in before or owner(actor, item):
        return None
    for rule in (validator, coordinator):
        seat = rule(actor, item)
        if seat and not _answered(seat, item) and (seat not in before or item.oversight):
            return seat
    return None


def _answered(seat: str, item: Item) -> bool:
    """Is it the seat of the office that answered?  Some seats act for a department."""
    roles = current_app.config["CITY"].roles
    offices = {"validator": roles.get("default_owner"), "coordinator": roles.get("coordinator")}
    return not item.oversight and item.department_code == offices[seat.partition(":")[0]]


def auditor(actor: Actor, item: Item | None) -> str | None:
    """Inspektorat: reads everything, changes nothing."""
    return _seat(actor, item, ("auditor",))


def admin(actor: Actor, item: Item | None) -> str | None:
    """Runs the system and gives mandates; has no say over items."""
    return _seat(actor, None, ("admin",))


def system(actor: Actor, item: Item | None) -> str | None:
    """The platform itself: clocks that ran out, thresholds that were reached."""
    return _seat(actor, None, ("system",))


def on_public_list(item: Item) -> bool:
    """May anybody see this item?"""
    return item.published_at is not None and item.visibility != "confidential"


def public_reader(actor: Actor, item: Item | None) -> str | None:
    """Anybody, for what is published."""
    return "public" if item is None or on_public_list(item) else None


RULES: dict[str, Rule] = {
    "signed_in": signed_in,
    "author": author,
    "triage": triage,
    "validator": validator,
    "owner": owner,
    "head": head,
    "planner": planner,
    "tapd": tapd,
    "coordinator": coordinator,
    "operator": operator,
    "level": level,
    "appeal": appeal,
    "auditor": auditor,
    "admin": admin,
    "system": system,
    "public": public_reader,
}

# The one table: act -> the rules of which one must hold.
ACTS: dict[str, tuple[str, ...]] = {
    "read": (
        "public",
        "author",
        "triage",
        "validator",
        "owner",
        "planner",
        "tapd",
        "level",
        "auditor",
        "system",
    ),
    "file": ("signed_in",),
    "file_on_behalf": ("operator", "triage"),
    "support": ("signed_in",),
    "follow": ("signed_in",),
    "comment": ("signed_in",),
    "answer": ("owner", "triage", "validator", "planner"),
    "moderate": ("triage",),
    "report_abuse": ("signed_in",),
    "read_identity": ("triage", "owner", "auditor"),
    "renew_code": ("triage",),  # never who is judged by the reporter, nor who changes nothing
    "work_triage": ("triage", "validator"),
    "work_owner": ("owner",),
    "work_plan": ("planner", "coordinator", "tapd"),
    "assign": ("owner", "triage", "validator", "planner"),
    "read_notes": ("owner", "triage", "validator", "planner", "tapd", "auditor"),
    "write_note": ("owner", "triage", "validator", "planner", "tapd"),
    "act_in_bulk": ("owner", "triage", "validator", "planner", "tapd"),
    "print_sheet": ("owner", "triage", "validator", "planner"),
    "write_templates": ("owner", "coordinator"),
    "audit": ("auditor", "admin"),
    "give_mandates": ("admin",),
    "survey": ("validator", "coordinator"),
    "plan_cycle": ("planner", "system"),
    "keep_ceilings": ("planner", "system"),
    "rank": ("operator", "triage", "validator", "owner", "planner"),  # each at its level's list
    "exchange_plans": ("planner",),  # files to and from SIPD-RI and the budget
    "run_forum": ("operator", "triage", "validator", "owner", "planner"),  # each at its level
    "keep_routing": ("coordinator", "admin"),  # departments, categories and the rules between
    "decide_owners": ("coordinator",),
    "see_repeated": ("triage", "validator", "planner"),
    "keep_scoring": ("planner", "validator", "owner", "triage"),  # the service asks whose list
    "draw_up_breach": ("admin",),
    "keep_catalogue": ("planner",),  # the kamus usulan, its prices, and what each RW may hand in
    "review_catalogue": ("triage", "planner"),  # what is proposed outside the kamus usulan
    "vote": ("signed_in",),  # who stands on the contest's roll; the service asks
    "keep_contests": ("planner", "coordinator", "validator", "triage"),  # each in its area
    "certify_contest": ("planner", "coordinator", "validator", "triage"),  # always two of them
    "judge": ("signed_in",),  # a contest's jury and delegates; the service asks
    "run_booth": ("triage", "operator"),  # each in its area
    "review_incidents": ("planner", "coordinator", "validator", "triage"),  # voiding takes two
    "attest": ("operator",),  # the RW's word that somebody lives there
    "verify_person": ("triage",),  # at the counter, with the card in hand
    "keep_quotas": ("planner", "coordinator"),  # of attestations
}
ITEM_ACTS = frozenset(
    {
        "support",
        "follow",
        "comment",
        "report_abuse",
        "answer",
        "moderate",
        "read_identity",
        "renew_code",
        "assign",
        "read_notes",
        "write_note",
        "print_sheet",
    }
)


def seat_for(actor: Actor, rules: Iterable[str], item: Item | None = None) -> str | None:
    """The seat from which the actor satisfies one of these rules, or None."""
    return next((seat for name in rules if (seat := RULES[name](actor, item))), None)


def may(actor: Actor, act: str, item: Item | None = None) -> bool:
    """May the actor do this?  Acts on an item need the right to read it as well."""
    if item is not None and act in ITEM_ACTS and not seat_for(actor, ACTS["read"], item):
        return False
    return seat_for(actor, ACTS[act], item) is not None


def visible(actor: Actor) -> ColumnElement[bool]:
    """The reading rule as SQL: which items the actor may read."""
    clauses: list[ColumnElement[bool]] = [public_items()]
    if actor.is_signed_in:
        clauses += [Item.author_id == actor.person_id, Item.filed_by_id == actor.user_id]
    if actor.opens is not None:
        clauses.append(Item.id == actor.opens)
    clauses += [_visible_from(seat) for seat in actor.seats]
    return or_(*clauses)


def public_items() -> ColumnElement[bool]:
    """What anybody may read."""
    return and_(Item.published_at.is_not(None), Item.visibility != "confidential")


def _visible_from(seat: Seat) -> ColumnElement[bool]:
    match seat.role:
        case "moderator" | "validator":
            return and_(in_area(seat.area_code), Item.oversight.is_(False))
        case "operator":
            return and_(in_area(seat.area_code), Item.oversight.is_(False), _decided_by_rw(seat))
        case "officer":
            mine = Item.department_code == (seat.department_code or "")
            return and_(mine, _not_about(seat))
        case "planner":
            return and_(Item.kind.in_(PLANNED_KINDS), in_area(seat.area_code), _not_about(seat))
        case "tapd":
            return and_(Item.kind.in_(BUDGETED_KINDS), in_area(seat.area_code), _not_about(seat))
        case "coordinator" | "auditor":
            return and_(in_area(seat.area_code), _not_about(seat))
        case "system":
            return true()
        case _:
            return false()


def _decided_by_rw(seat: Seat) -> ColumnElement[bool]:
    """Proposals that wait for the operator's RW; its decision publishes them."""
    at_rw = Item.id.in_(select(Proposal.id).where(Proposal.level == PROPOSAL_LEVELS[0]))
    return at_rw if seat.rw is None else and_(at_rw, Item.rw == seat.rw)


def _not_about(seat: Seat) -> ColumnElement[bool]:
    about = Item.subject_department_code
    return or_(Item.oversight.is_(False), about.is_(None), about != (seat.department_code or ""))


def in_area(area_code: str | None) -> ColumnElement[bool]:
    """Items in an area or anything below it; a byte range, so that an index serves it."""
    if area_code is None:
        return Item.area_code.is_not(None)
    below = and_(Item.area_code >= f"{area_code}.", Item.area_code < f"{area_code}/")
    return or_(Item.area_code == area_code, below)
