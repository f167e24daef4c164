"""One statement for everybody who asks alike.

To put the statement of a queue together costs more than to run it.  So it is made once for each
way of asking: of a *marked* actor, in whose place anybody with seats of the same kind may stand.
Marks stand where people differ; when the statement runs, what belongs to whoever asks is put in.
No right is kept: it is the seats of this very request that choose the statement and fill it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Dialect, Result, Select

from app.access import Actor, Seat
from models import AnySession

Values = Mapping[Any, Any]

TEXT = re.compile("\x01[a-z]+\\d*\x01(?:\\.x)*")  # no text anybody types has this sign in it
NUMBER = -(2**62)  # nor is any number of ours near this one
USER, PERSON, OPENS, AFTER, RW, YEAR, LIST = (NUMBER - 1000 * n for n in range(7))
DAY = date(1, 1, 2)  # nor any day


def word(name: str, value: str) -> str:
    """A mark for a text; of a code it shows at which level it stands, and nothing more."""
    return f"\x01{name}\x01" + ".x" * value.count(".")


def marked(actor: Actor) -> tuple[Actor, dict[Any, Any]]:
    """The actor with marks in place of what is theirs alone; and what the marks mean."""
    told: dict[Any, Any] = {USER: actor.user_id, PERSON: actor.person_id, OPENS: actor.opens}
    seats = []
    for n, seat in enumerate(actor.seats):
        area = seat.area_code and word(f"a{n}", seat.area_code)
        department = seat.department_code and word(f"d{n}", "")
        rw = None if seat.rw is None else RW - n
        told |= {area: seat.area_code, department: seat.department_code, rw: seat.rw}
        seats.append(Seat(seat.role, area, department, rw))
    alike = replace(
        actor,
        user_id=actor.user_id and USER,
        person_id=actor.person_id and PERSON,
        opens=actor.opens and OPENS,
        name="",
        seats=tuple(seats),
    )
    return alike, {mark: value for mark, value in told.items() if mark}


class Kept:
    """A statement with marks, to be run for many."""

    def __init__(self, select: Select[Any]) -> None:
        self.select = select
        self._marks: dict[str, Any] | None = None

    def run(self, session: AnySession, told: Values) -> Result[Any]:
        """Its answer for whoever the marks stand for.  Raises KeyError for a mark not told."""
        return session.execute(self.select, self.filled(session.get_bind().dialect, told))

    def filled(self, dialect: Dialect, told: Values) -> dict[str, Any]:
        """By the names of its marked parameters, what is meant."""
        if self._marks is None:
            values = self.select.compile(dialect=dialect).params
            self._marks = {name: value for name, value in values.items() if _has_mark(value)}
        return {name: _filled(value, told) for name, value in self._marks.items()}


def _has_mark(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_has_mark, value))
    if isinstance(value, str):
        return TEXT.search(value) is not None
    return value == DAY or (isinstance(value, int) and value <= NUMBER)


def _filled(value: Any, told: Values) -> Any:
    if isinstance(value, list | tuple):
        return [_filled(one, told) if _has_mark(one) else one for one in value]
    if isinstance(value, str):
        return TEXT.sub(lambda mark: str(told[mark[0]]), value)
    return told[value]
