"""Change departments, categories and routing rules: under a lock, with a version, never a gap."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import delete, insert, select, text, update

from app.access import Actor
from app.queries.calendar import city_day
from app.queries.reroute import Preview, preview
from app.queries.rulebook import Office, Rulebook, read, successor
from app.queries.rules import Line
from app.workflow import NotAllowed
from models import Category, Department, Item, PastRule, RoutingRule, db

from . import audit, items

LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('routing', 0))")
STEP = 10  # between the positions of two rules
MOST = 500  # items given another department at once


class Unfit(Exception):
    """The change cannot be made; ``args`` are a field ("" for none) and why, for people."""


class Changed(Exception):
    """Somebody changed the rules since this preview was made."""


def placed(lines: Iterable[Line], line: Line, before: int | None) -> tuple[Line, ...]:
    """The rules with ``line`` standing before the rule at position ``before`` (None: last).

    A rule with the same id is moved.  Others keep their positions where there is room.
    """
    mine = (other for other in lines if not line.id or other.id != line.id)
    others = sorted(mine, key=lambda other: other.position)
    at = len(others)
    if before is not None:
        at = next((n for n, other in enumerate(others) if other.position >= before), at)
    previous = others[at - 1].position if at else 0
    following = others[at].position if at < len(others) else previous + 2 * STEP
    new = previous + max((following - previous) // 2, 1)
    row, last = [*others[:at], line._replace(position=new)], new
    for other in others[at:]:
        last = max(other.position, last + 1)
        row.append(other._replace(position=last))
    return tuple(row)


def without(lines: Iterable[Line], rule_id: int) -> tuple[Line, ...]:
    """The rules without one of them."""
    return tuple(line for line in lines if line.id != rule_id)


def check(book: Rulebook, line: Line, day: date) -> None:
    """Raises Unfit when a rule could lead nowhere."""
    if line.department_code not in book.offices:
        raise Unfit("department_code", _("There is no such owner."))
    if successor(book.offices, line.department_code, day) != line.department_code:
        raise Unfit("department_code", _("This department has ended. Choose its successor."))


def _locked(seen: str) -> Rulebook:
    """The rules as they are now, kept from others until the end of the transaction."""
    db.session.execute(LOCK)
    book = read(db.session)
    if book.version != seen:
        raise Changed
    return book


def _no_gap(found: Preview) -> None:
    if found.gaps:
        raise Unfit("", _("Some reports would have no owner. Add a rule for them first."))


def save_rules(
    lines: tuple[Line, ...], actor: Actor, seen: str, act: str, reroute: bool = False
) -> int:
    """Make ``lines`` the routing rules; says how many items were given another department.

    ``seen`` is the version the preview was made from.  Raises Changed, Unfit.
    """
    book = _locked(seen)
    after = book.with_lines(lines)
    found = preview(db.session(), book, after, actor, city_day())
    _no_gap(found)
    told = write_rules(book.lines, lines, actor.user_id)
    audit.note(act, "routing:rules", by=actor.user_id, detail=_json(told))
    db.session.flush()
    return rerouted(found, actor) if reroute else 0


def write_rules(
    old: tuple[Line, ...], new: tuple[Line, ...], by: int | None, origin: str = "admin"
) -> list[dict[str, Any]]:
    """Write what differs; each rule that changes or goes is kept as it was.  Says what changed."""
    before = {line.id: line for line in old}
    kept = {line.id: line for line in new if line.id}
    gone = [line for line in old if line.id not in kept]
    changed = [line for line in kept.values() if before[line.id] != line]
    _keep([*gone, *(before[line.id] for line in changed)], by)
    if gone:
        db.session.execute(delete(RoutingRule).where(RoutingRule.id.in_([g.id for g in gone])))
    now = datetime.now(UTC)
    for line in changed:  # out of each other's way first: positions are unique
        db.session.execute(_row(line.id).values(position=-line.id))
    for line in changed:
        moved = line._replace(position=before[line.id].position) == before[line.id]
        # a rule that only made room is still the city's
        mark = {} if moved and origin == "admin" and len(changed) > 1 else {"origin": origin}
        values = {**line._asdict(), **mark, "made_at": now}
        del values["id"]
        db.session.execute(_row(line.id).values(**values))
    fresh = [line for line in new if not line.id]
    if fresh:
        rows = [{**line._asdict(), "origin": origin, "made_at": now} for line in fresh]
        for row in rows:
            del row["id"]
        db.session.execute(insert(RoutingRule), rows)
    return [
        *({"gone": _told(line)} for line in gone),
        *({"was": _told(before[line.id]), "is": _told(line)} for line in changed),
        *({"new": _told(line)} for line in fresh),
    ]


def _row(rule_id: int) -> Any:
    return (
        update(RoutingRule)
        .where(RoutingRule.id == rule_id)
        .execution_options(synchronize_session=False)
    )


def _keep(lines: list[Line], by: int | None) -> None:
    if not lines:
        return
    wanted = select(RoutingRule).where(RoutingRule.id.in_([line.id for line in lines]))
    wanted = wanted.execution_options(populate_existing=True)
    for rule in db.session.scalars(wanted):
        columns = (c.key for c in PastRule.__table__.columns)
        told = {name: getattr(rule, name) for name in columns if hasattr(rule, name)}
        del told["id"]
        db.session.add(PastRule(**told, ended_by_id=by))
        db.session.flush()
        db.session.expunge(rule)


def _told(line: Line) -> dict[str, Any]:
    return {name: value for name, value in line._asdict().items() if value not in (None, "", 0)}


def _json(told: Any) -> str:
    return json.dumps(told, ensure_ascii=False, default=str)[:10_000]


def rerouted(found: Preview, actor: Actor) -> int:
    """Name the new department on items that are verified and not sent yet; says how many."""
    done = 0
    for move in found.moves:
        for number in move.named_ids[: MOST - done] if move.new else ():
            item = db.session.get(Item, number)
            try:
                if item is not None:
                    note = str(_("The routing rules have changed."))
                    items.move(item, "reroute", actor, {"department": move.new, "note": note})
                    done += 1
            except NotAllowed:
                continue  # it has moved on, or this actor may not know of it
    return done


# -- departments --------------------------------------------------------------------------

DEPARTMENT = ("name", "abbreviation", "handles", "external", "contact", "phone", "email", "advice")
CATEGORY = (
    "name", "name_en", "name_su", "help", "help_en", "complaint_class", "place_bound",
    "asks_road_class", "oversight", "emergency", "keywords", "position",
)  # fmt: skip


def add_department(values: Mapping[str, Any], actor: Actor) -> Department:
    """A new department, from today on.  Raises Unfit when its code is taken."""
    db.session.execute(LOCK)
    if db.session.get(Department, values["code"]) is not None:
        raise Unfit("code", _("This code is in use, or was. Choose another."))
    told = {name: values[name] for name in ("code", *DEPARTMENT)}
    made = Department(**told, origin="admin", valid_from=values.get("valid_from") or city_day())
    db.session.add(made)
    audit.note("add_department", f"department:{made.code}", by=actor.user_id, detail=_json(told))
    return made


def change_department(found: Department, values: Mapping[str, Any], actor: Actor) -> None:
    """Other words for a department; its code stays."""
    db.session.execute(LOCK)
    _change(found, {name: values[name] for name in DEPARTMENT}, "change_department", actor)


def ended(book: Rulebook, code: str, last: date, heir: str | None) -> Rulebook:
    """The rulebook once a department has ended, with the first day without it."""
    office = book.offices[code]
    return book.with_office(Office(code, office.valid_from, last, heir, office.external))


def end_department(
    found: Department, day: date, heir: str | None, actor: Actor, seen: str, reroute: bool = False
) -> int:
    """End a department on ``day``, the first without it; its rules lead to ``heir`` from then on.

    Says how many items were given the heir.  Raises Changed, Unfit.
    """
    book = _locked(seen)
    if heir == found.code:
        raise Unfit("successor_code", _("A department cannot follow itself."))
    after = ended(book, found.code, day, heir)
    seen_on = max(day, city_day())
    result = preview(db.session(), book, after, actor, seen_on)
    _no_gap(result)
    _change(found, {"valid_to": day, "successor_code": heir}, "end_department", actor)
    db.session.flush()
    return rerouted(result, actor) if reroute and day <= city_day() else 0


def _change(found: Any, values: Mapping[str, Any], act: str, actor: Actor) -> None:
    was = {name: getattr(found, name) for name in values}
    told = {name: [was[name], value] for name, value in values.items() if was[name] != value}
    if not told:
        return
    for name, value in values.items():
        setattr(found, name, value)
    found.origin = "admin"
    subject = f"{type(found).__name__.lower()}:{found.code}"
    audit.note(act, subject, by=actor.user_id, detail=_json(told))


# -- categories ---------------------------------------------------------------------------


def add_category(values: Mapping[str, Any], department: str, actor: Actor, seen: str) -> Category:
    """A new category and the rule that says whose it is.  Raises Changed, Unfit."""
    book = _locked(seen)
    if db.session.get(Category, values["code"]) is not None:
        raise Unfit("code", _("This code is in use, or was. Choose another."))
    line = Line(0, values["code"], None, None, None, department)
    check(book, line, city_day())
    told = {name: values[name] for name in ("code", "kind", *CATEGORY)}
    made = Category(**told, origin="admin", valid_from=city_day())
    db.session.add(made)
    db.session.flush()
    write_rules(book.lines, placed(book.lines, line, None), actor.user_id)
    told["department"] = department
    audit.note("add_category", f"category:{made.code}", by=actor.user_id, detail=_json(told))
    return made


def change_category(found: Category, values: Mapping[str, Any], actor: Actor) -> None:
    """Other words, class or order for a category; its code and service stay."""
    db.session.execute(LOCK)
    _change(found, {name: values[name] for name in CATEGORY}, "change_category", actor)


def end_category(found: Category, day: date, actor: Actor) -> None:
    """Offer a category no more from ``day`` on; what is filed in it stays in it."""
    db.session.execute(LOCK)
    _change(found, {"valid_to": day}, "end_category", actor)


def resume(found: Category | Department, actor: Actor) -> None:
    """Offer what had ended again."""
    db.session.execute(LOCK)
    values: dict[str, Any] = {"valid_to": None}
    _change(found, values, f"resume_{type(found).__name__.lower()}", actor)
