"""The queues as their pages ask for them: statements made once for all who ask alike.

``app.queries.work`` and ``app.queries.desk`` say what is in a queue; ``app.queries.marks`` how a
statement serves many.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from app.access import Actor
from app.queries import desk, marks, work
from app.queries.calendar import city_day
from app.queries.desk import After, Cut
from app.queries.marks import Kept
from app.queries.work import Tab

KEPT = 200  # statements remembered by each process, some 30 KB each
MARKED = ("area", "category", "department")  # what people choose from long lists
Scope = Callable[[Actor], ColumnElement[bool]]


@dataclass(frozen=True)
class Asked:
    """A queue as somebody asks for it, with marks; ``told`` says what they mean.

    ``often`` is False for what is hardly asked twice, like words somebody typed.
    """

    actor: Actor
    cut: Cut
    after: After | None
    told: marks.Values
    often: bool


def ask(actor: Actor, cut: Cut, after: After | None) -> Asked:
    """Mark a question."""
    alike, told = marks.marked(actor)
    for name in MARKED:
        if value := getattr(cut, name):
            mark = marks.word(name, value)
            cut, told[mark] = replace(cut, **{name: mark}), value
    if after is not None:
        told |= {marks.AFTER: after.id, marks.DAY: after.due}
        after = After(marks.AFTER, after.due and marks.DAY)
    often = not cut.q and cut.assigned in ("", desk.MINE, desk.NOBODY)
    return Asked(alike, cut, after, told, often)


def page(session: Session, asked: Asked, scope: Scope, tab: Tab, newest: bool) -> desk.Page:
    """A page of a tab: what the actor may read of it."""
    make = _page if asked.often else _page.__wrapped__
    kept = make(scope, tab, asked.cut, asked.actor, newest, asked.after, city_day())
    return desk.page_of(list(kept.run(session, asked.told)), newest)


def counts(session: Session, asked: Asked, scope: Scope, tabs: tuple[Tab, ...]) -> dict[str, int]:
    """How many items stand in each tab."""
    make = _counts if asked.often else _counts.__wrapped__
    kept = make(scope, tabs, asked.cut, asked.actor, city_day())
    return dict(kept.run(session, asked.told).one()._mapping)


def held(session: Session, asked: Asked) -> list[Any]:
    """Comments that wait for this moderator."""
    return list(_held(asked.actor).run(session, asked.told))


@lru_cache(maxsize=KEPT)
def _page(
    scope: Scope, tab: Tab, cut: Cut, actor: Actor, newest: bool, after: After | None, _day: date
) -> Kept:
    where = (scope(actor), work.condition(tab), *cut.conditions(actor))
    return Kept(desk.statement(actor, where, newest=newest, after=after))


@lru_cache(maxsize=KEPT)
def _counts(scope: Scope, tabs: tuple[Tab, ...], cut: Cut, actor: Actor, _day: date) -> Kept:
    return Kept(work.counting(actor, scope(actor), tabs, cut.conditions(actor)))


@lru_cache(maxsize=KEPT)
def _held(actor: Actor) -> Kept:
    return Kept(work.holding(actor))
