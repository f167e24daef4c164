"""Booths: where people vote with help; who served there, what was handed out, and what adds up.

A person is found on the roll and given either a card with a one-time code or a paper.  What is
written says that it was given, never to whom in words: a name stands beside no card and no paper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select, text, update

from app.access import Actor
from app.queries import booths as queries
from app.queries.booths import Handed
from app.queries.labels import labels
from app.workflow import NotAllowed
from models import Booth, BoothShift, Contest, Eligible, Incident, db

from . import audit, booth_codes, contest_keys
from .refused import Refused

FOUNDERS = ("moderator", "coordinator")
RUNNERS = (*FOUNDERS, "operator")
HAND_OUT = text("SELECT hand_out(:which, :who, 'paper', :booth)")
TAKES = text("SELECT card_open(:which, :who)")
NOTE = 10  # characters of an explanation at least


class NoShift(Exception):
    """Whoever hands out must have begun a shift at the booth."""


def seat_for(actor: Actor, area_code: str, roles: Sequence[str] = RUNNERS) -> str:
    """The seat from which somebody may act at a booth in that area; "" for none."""
    seats = (seat for seat in actor.seats_as(*roles) if seat.covers(area_code))
    return next((seat.name for seat in seats), "")


def _require(actor: Actor, booth: Booth, roles: Sequence[str] = RUNNERS) -> str:
    seat = seat_for(actor, booth.area_code, roles)
    if not seat:
        raise NotAllowed("run_booth")
    return seat


def places(actor: Actor, contest: Contest) -> list[str]:
    """The kelurahan of a contest in which this actor may open a booth."""
    own = contest.area_code

    def within(code: str) -> bool:
        return code == own or code.startswith(f"{own}.")

    known = labels().levels.items()
    here = (code for code, level in known if level == "kelurahan" and within(code))
    return sorted(code for code in here if seat_for(actor, code, FOUNDERS))


def founded(contest: Contest, actor: Actor, values: Mapping[str, str]) -> Booth:
    """A new booth.  Raises NotAllowed, Refused."""
    if values["area_code"] not in places(actor, contest):
        raise NotAllowed("run_booth")
    if contest.state not in ("draft", "published", "open") or not contest.is_secret:
        raise Refused("name", _("No booth can be added to this vote any more."))
    same = select(Booth.id).where(Booth.contest_id == contest.id, Booth.name == values["name"])
    if db.session.scalar(same) is not None:
        raise Refused("name", _("There is a booth of that name already."))
    made = Booth(contest_id=contest.id, **values)
    db.session.add(made)
    db.session.flush()
    audit.note("found_booth", f"booth:{made.id}", by=actor.user_id)
    return made


# -- shifts -----------------------------------------------------------------------------------


def begin(booth: Booth, actor: Actor) -> BoothShift:
    """Begin to serve; one who serves already goes on.  Raises NotAllowed, Refused."""
    seat = _require(actor, booth)
    if _contest(booth).state not in ("published", "open"):
        raise Refused("", _("This vote is closed. Nothing is handed out any more."))
    earlier = queries.running(db.session(), booth.id, actor.user_id)
    if earlier is not None:
        return earlier
    made = BoothShift(booth_id=booth.id, user_id=actor.user_id, seat=seat)
    db.session.add(made)
    db.session.flush()
    audit.note("begin_shift", f"booth:{booth.id}", by=actor.user_id)
    return made


def end(booth: Booth, actor: Actor, note: str = "", at: datetime | None = None) -> None:
    """End one's own shift.  Raises NotAllowed, NoShift."""
    _require(actor, booth)
    shift = _shift(booth, actor)
    shift.ended_at, shift.note = at or datetime.now(UTC), note
    audit.note("end_shift", f"booth:{booth.id}", by=actor.user_id)
    db.session.flush()


def end_left(booth: Booth, actor: Actor, at: datetime | None = None) -> int:
    """End the shifts that others forgot, once the vote is closed; says how many."""
    _require(actor, booth, FOUNDERS)
    if _contest(booth).state in ("draft", "published", "open"):
        return 0
    left = select(BoothShift).where(BoothShift.booth_id == booth.id, BoothShift.ended_at.is_(None))
    found = db.session.scalars(left).all()
    for shift in found:
        shift.ended_at = at or datetime.now(UTC)
    audit.note("end_shifts", f"booth:{booth.id}", by=actor.user_id, detail=str(len(found)))
    db.session.flush()
    return len(found)


def _shift(booth: Booth, actor: Actor) -> BoothShift:
    found = queries.running(db.session(), booth.id, actor.user_id)
    if found is None:
        raise NoShift
    return found


def _contest(booth: Booth) -> Contest:
    return db.session.get_one(Contest, booth.contest_id)


# -- handing out ------------------------------------------------------------------------------


def _marked(booth: Booth, person_id: int) -> bytes:
    """What stands for somebody of the roll.  Raises Refused."""
    key = {"contest_id": booth.contest_id, "person_id": person_id}
    if db.session.get(Eligible, key) is None:
        raise Refused("person", _("This person is not on the roll of this vote."))
    try:
        return contest_keys.of_person(booth.contest_id, person_id)
    except contest_keys.KeyGone:
        raise Refused("", _("This vote is over. Nothing is handed out any more.")) from None


def give_paper(booth: Booth, actor: Actor, person_id: int) -> str:
    """Hand a paper to somebody; they vote no other way from now on.

    The answer of the database: "given", or why not: "paper" (they have one), "voted" (online
    wins in this contest), "void", "early", "closed".  Raises NotAllowed, NoShift, Refused.
    """
    _require(actor, booth)
    shift, who = _shift(booth, actor), _marked(booth, person_id)
    values = {"which": booth.contest_id, "who": who, "booth": booth.id}
    answer = str(db.session.scalar(HAND_OUT, values))
    if answer == "given":
        _count(shift, papers=1)
    return answer


def swap_paper(booth: Booth, actor: Actor, person_id: int) -> None:
    """Take a spoiled paper back and give another.  Raises NotAllowed, NoShift, Refused."""
    _require(actor, booth)
    shift, who = _shift(booth, actor), _marked(booth, person_id)
    answer = str(db.session.scalar(TAKES, {"which": booth.contest_id, "who": who}))
    if answer != "paper" or queries.place_of(db.session(), booth.contest_id, who) != booth.id:
        raise Refused("person", _("No paper was handed to this person at this booth."))
    _count(shift, papers=1, spoiled=1)


def give_card(booth: Booth, actor: Actor, person_id: int, card: str) -> str:
    """Bind a printed card to somebody; answers "given", or why not, as ``give_paper`` ("booth":
    they have a card).  Raises NotAllowed, NoShift, Refused.
    """
    _require(actor, booth)
    shift, who = _shift(booth, actor), _marked(booth, person_id)
    answer = str(db.session.scalar(TAKES, {"which": booth.contest_id, "who": who}))
    if answer != "open":
        return answer
    if booth_codes.given_to(booth.contest_id, who) is not None:
        return "booth"
    booth_codes.bind(booth, who, card)
    _count(shift, codes=1)
    return "given"


def swap_card(booth: Booth, actor: Actor, person_id: int, card: str) -> str:
    """Give another card for one that is torn or lost; the first is worth nothing from now on.

    Answers "given", "none" (they have no card), or as ``give_card``.  Whoever has voted with the
    first finds the second worth nothing, too: both are one person's.
    """
    _require(actor, booth)
    shift, who = _shift(booth, actor), _marked(booth, person_id)
    answer = str(db.session.scalar(TAKES, {"which": booth.contest_id, "who": who}))
    earlier = booth_codes.given_to(booth.contest_id, who) if answer == "open" else None
    if earlier is None:
        return "none" if answer == "open" else answer
    earlier.state, earlier.holder = "spoiled", None
    booth_codes.bind(booth, who, card)
    _count(shift, codes=1)
    return "given"


def _count(shift: BoothShift, **more: int) -> None:
    """Added in the database: an officer may have two windows."""
    added = {name: getattr(BoothShift, name) + n for name, n in more.items()}
    row = update(BoothShift).where(BoothShift.id == shift.id).values(added)
    db.session.execute(row.execution_options(synchronize_session=False))
    db.session.expire(shift)


# -- what adds up -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Totals:
    """A booth at its end.  ``states``: how many papers stand in which state."""

    booth: Booth
    shifts: Sequence[BoothShift]
    out: Handed
    states: Mapping[str, int]
    names: Mapping[int, str] = field(default_factory=dict)

    @property
    def keyed(self) -> int:
        """Papers of which at least one reading is there."""
        return sum(self.states.values())

    @property
    def valid(self) -> int:
        """Papers that count."""
        return sum(self.states.get(state, 0) for state in queries.GOOD)

    @property
    def differences(self) -> list[Any]:
        """What does not add up, in words."""
        boxed, wanted = self.booth.boxed, self.out.outside
        if boxed is None:
            return []
        found: list[Any] = []
        if boxed != wanted:
            found.append(_("%(wanted)s papers should be in the box, %(boxed)s were counted.",
                           wanted=wanted, boxed=boxed))  # fmt: skip
        if self.keyed != boxed:
            found.append(_("%(boxed)s papers were counted, %(keyed)s were typed in.",
                           boxed=boxed, keyed=self.keyed))  # fmt: skip
        return found


def totals(contest: Contest) -> list[Totals]:
    """All booths of a contest with what was handed out, counted and typed in."""
    session = db.session()
    shifts, out = queries.shifts(session, contest.id), queries.handed(session, contest.id)
    states = queries.keyed(session, contest.id)
    names = queries.officers(session, (s.user_id for mine in shifts.values() for s in mine))
    return [
        Totals(one, shifts.get(one.id, ()), out.get(one.id, Handed()), states.get(one.id, {}),
               names)
        for one in queries.of_contest(session, contest.id)
    ]  # fmt: skip


def count_box(booth: Booth, actor: Actor, boxed: int, note: str) -> None:
    """Write down how many papers lay in the box, and what explains a difference.

    Raises NotAllowed, Refused.
    """
    _require(actor, booth)
    if _contest(booth).state != "closed":
        raise Refused("boxed", _("The box is opened when the vote is closed."))
    booth.boxed, booth.note = boxed, note
    audit.note("count_box", f"booth:{booth.id}", by=actor.user_id, detail=str(boxed))
    db.session.flush()


def ready_to_seal(contest: Contest) -> list[Any]:
    """What must be done at booths before the ballots are sealed, in words; empty when nothing."""
    found: list[Any] = []
    for one in totals(contest):
        found += [_("%(booth)s: %(what)s", booth=one.booth.name, what=why) for why in _open(one)]
    waiting = select(Incident.id).where(
        Incident.contest_id == contest.id, Incident.state == "open"
    )  # fmt: skip
    count = len(db.session.scalars(waiting).all())
    if count:
        found.append(_("%(n)s incidents wait for a decision.", n=count))
    return found


def _open(one: Totals) -> list[Any]:
    """What is left to do at a booth."""
    found: list[Any] = []
    if any(shift.ended_at is None for shift in one.shifts):
        found.append(_("A shift has not been ended."))
    if not one.out.papers and not one.keyed:
        return found
    if one.booth.boxed is None:
        found.append(_("The papers in the box have not been counted."))
    if one.states.get("once"):
        found.append(_("%(n)s papers wait for their second reading.", n=one.states["once"]))
    if one.states.get("differs"):
        found.append(_("%(n)s papers were read differently.", n=one.states["differs"]))
    if one.differences and len(one.booth.note) < NOTE:
        found.append(_("The numbers differ, and nobody has explained why."))
    return found
