"""Hold a vote: draft it, publish what nobody may change any more, open, close, or void it.

What is declared is frozen when a contest is published, together with the roll of who may vote; the
database refuses any change from then on.  Irrevocable acts take two people.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import current_app
from geoalchemy2.shape import to_shape
from sqlalchemy import func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from app.access import (
    ACTS,
    BUDGETED_KINDS,
    PLANNED_KINDS,
    Actor,
    Seat,
    public_items,
    seat_for,
)
from app.queries import ranking
from app.queries.ranking_keys import ListKey
from app.workflow import NotAllowed
from models import Contest, ContestConsent, ContestItem, Idea, Item, Juror, User, db

from . import audit, contest_keys, contest_spec, rolls
from .contest_checks import Unfit, unready
from .rolls import on_roll

KEEPERS = ("planner", "coordinator", "validator", "moderator")
COLUMNS = (
    "title", "body", "kind", "level", "area_code", "department_code", "plan_year", "series",
    "mode", "least", "most", "points", "pagu", "min_level", "rule", "terms", "receipts",
    "precedence", "opens_at", "closes_at", "disputes_until",
)  # fmt: skip
CONSENTS = {  # act -> whose it is
    "certify": "certify_contest",
    "void": "certify_contest",
    "void_ballots": "review_incidents",
    "correct": "review_incidents",
}
CLOSE = text("SELECT close_contest(:which)")
SHORTEST = 10  # characters of a reason that everybody reads
SUMMARY = 400
LEFT = ("merged", "rejected", "stopped", "archived")  # ideas nobody can choose any more


def keeper(actor: Actor, area_code: str) -> str:
    """The seat from which the actor keeps contests of an area; "" for none.

    Bapperida and the coordinator keep any; kecamatan and kelurahan those inside their own.
    """
    found = (seat for seat in actor.seats_as(*KEEPERS) if _reaches(seat, area_code))
    return next((seat.name for seat in found), "")


def _reaches(seat: Seat, area_code: str) -> bool:
    return seat.role in ("planner", "coordinator") or seat.covers(area_code)


def keeps(actor: Actor, contest: Contest) -> str:
    """The seat from which the actor keeps this contest; "" for none."""
    return keeper(actor, contest.area_code)


def draft(actor: Actor, values: Mapping[str, Any]) -> Contest:
    """Begin a contest; ``values`` are its columns.  Raises NotAllowed."""
    seat = keeper(actor, values["area_code"])
    if not seat:
        raise NotAllowed("keep_contests")
    told = {name: values[name] for name in COLUMNS if name in values}
    made = Contest(**told, seat=seat, salt=secrets.token_bytes(16))
    db.session.add(made)
    db.session.flush()
    audit.note("contest.draft", f"contest:{made.id}", by=actor.user_id)
    return made


def _draft(contest: Contest, actor: Actor) -> str:
    """Lock a draft; raise NotAllowed when it is none any more, or not the actor's."""
    db.session.refresh(contest, with_for_update={"of": Contest})
    seat = keeps(actor, contest)
    if contest.state != "draft" or not seat:
        raise NotAllowed("keep_contests")
    return seat


def edit(contest: Contest, actor: Actor, values: Mapping[str, Any]) -> None:
    """Change a draft.  Raises NotAllowed, also for an area the actor does not keep."""
    _draft(contest, actor)
    if not keeper(actor, values.get("area_code", contest.area_code)):
        raise NotAllowed("keep_contests")
    for name in COLUMNS:
        if name in values:
            setattr(contest, name, values[name])
    db.session.flush()


def list_key(contest: Contest) -> ListKey | None:
    """The ranked list its proposals come from; None where there is no such list."""
    if contest.kind not in BUDGETED_KINDS or contest.plan_year is None:
        return None
    of_office = contest.level == "forum_opd"
    area, office = contest.area_code, contest.department_code
    rw = contest.terms.get("rw") if contest.level == "rw" else None
    try:
        return ListKey(
            contest.plan_year, contest.level, None if of_office else area,
            office if of_office else None, rw,
        )  # fmt: skip
    except ValueError:
        return None


def on_offer(contest: Contest) -> Sequence[Any]:
    """What may be voted on: the ranked list of its level, or the public ideas of its area.

    Rows have ``id``, ``number``, ``title``, ``area_code``, ``cost`` (rupiah) and ``rank``.
    """
    key = list_key(contest)
    if key is not None:
        listed = ranking.ranked(db.session, key)
        return [*listed.rows, *listed.unranked]
    if contest.kind not in PLANNED_KINDS or contest.kind in BUDGETED_KINDS:
        return ()
    wanted = select(Idea).where(public_items(), Idea.state.not_in(LEFT))
    if contest.area_code != current_app.config["CITY"].code:
        inside = Idea.area_code.startswith(f"{contest.area_code}.", autoescape=True)
        wanted = wanted.where(or_(Idea.area_code == contest.area_code, inside))
    ideas = db.session.scalars(wanted.order_by(Item.support_count.desc(), Item.id).limit(300)).all()
    return [
        ranking.Row(one.id, one.number, one.title, one.area_code, one.rw, one.state, "",
                    one.department_code, one.support_count, None, None, "badami")
        for one in ideas
    ]  # fmt: skip


def pick(contest: Contest, actor: Actor, item_ids: Sequence[int]) -> None:
    """Say what is voted on, in this order; title, cost and place are copied as they stand.

    Raises NotAllowed, and Unfit for what may not stand on the ballot.
    """
    _draft(contest, actor)
    offered = {row.id: row for row in on_offer(contest)}
    if unknown := [one for one in item_ids if one not in offered]:
        raise Unfit("items", unknown)
    contest.choices.clear()
    db.session.flush()
    found = {one.id: one for one in db.session.scalars(select(Item).where(Item.id.in_(item_ids)))}
    for no, item_id in enumerate(dict.fromkeys(item_ids), start=1):
        contest.choices.append(_choice(no, found[item_id], offered[item_id].cost))
    contest.items = len(contest.choices)
    db.session.flush()


def _choice(no: int, item: Item, cost: int | None) -> ContestItem:
    point: Any = to_shape(item.place)
    return ContestItem(
        no=no,
        item_id=item.id,
        title=item.title,
        summary=item.body[:SUMMARY],
        cost=cost or None,
        lon=round(point.x, 6),
        lat=round(point.y, 6),
        area_code=item.area_code,
        department_code=item.department_code,
    )


def seat_juror(contest: Contest, actor: Actor, user: User, seat: str = "") -> Juror:
    """Put somebody on the jury, or among the delegates, of a draft.  Raises NotAllowed."""
    _draft(contest, actor)
    known = db.session.get(Juror, (contest.id, user.id))
    if known is not None:
        return known
    made = Juror(contest_id=contest.id, user_id=user.id, seat=seat)
    db.session.add(made)
    db.session.flush()
    return made


def unseat_juror(contest: Contest, actor: Actor, user_id: int) -> None:
    """Take somebody off the jury of a draft.  Raises NotAllowed."""
    _draft(contest, actor)
    known = db.session.get(Juror, (contest.id, user_id))
    if known is not None:
        db.session.delete(known)
        db.session.flush()


def publish(contest: Contest, actor: Actor, at: datetime | None = None) -> str:
    """Freeze specification and roll and make the key; returns the specification's SHA-256.

    Raises NotAllowed when it is no draft (any more), and Unfit with what is missing.
    """
    seat, at = _draft(contest, actor), at or datetime.now(UTC)
    if problems := unready(contest, at):
        raise Unfit("", problems)
    contest.items = len(contest.choices)
    contest.spec_hash = contest_spec.digest(db.session, contest)
    contest.published_at, contest.state = at, "published"
    db.session.flush()
    if contest.is_secret:
        rolls.snapshot(contest, seat)
        contest_keys.make(contest.id)
    audit.note("contest.publish", f"contest:{contest.id}", by=actor.user_id,
               detail=contest.spec_hash)  # fmt: skip
    return contest.spec_hash


def open_due(at: datetime | None = None) -> list[int]:
    """Open what is due; returns the contests that opened."""
    due = (
        update(Contest)
        .where(Contest.state == "published", Contest.opens_at <= (at or func.now()))
        .values(state="open")
        .returning(Contest.id)
        .execution_options(synchronize_session=False)
    )
    opened = list(db.session.scalars(due))
    _forget(opened)
    return opened


def due_to_close() -> list[int]:
    """The contests whose time is over and that were not closed yet."""
    over = (Contest.state.in_(("published", "open")), Contest.closes_at <= func.clock_timestamp())
    return list(db.session.scalars(select(Contest.id).where(*over).order_by(Contest.id)))


def close(contest_id: int) -> bool:
    """Close one whose time is over: waits for ballots on their way, takes no other.

    False when somebody else closed it, or it is not over yet.
    """
    closed = bool(db.session.scalar(CLOSE, {"which": contest_id}))
    if closed:
        _forget([contest_id])
        contest = db.session.get_one(Contest, contest_id)
        if contest.is_secret:
            rolls.version(contest, "", "closed")
    return closed


def _forget(ids: Sequence[int]) -> None:
    """What the session knows of these is old."""
    for known in list(db.session.identity_map.values()):
        if isinstance(known, Contest) and known.id in ids:
            db.session.refresh(known)


def may_consent(actor: Actor, contest: Contest, act: str) -> str:
    """The seat from which the actor may be one of the two; "" for none."""
    if seat_for(actor, ACTS[CONSENTS[act]]) is None:
        return ""
    return keeps(actor, contest)


def consent(contest: Contest, act: str, subject: str, actor: Actor, reason: str = "") -> bool:
    """Agree to an irrevocable act; True when two different people have.

    ``act``: certify, void, void_ballots or correct; ``subject`` narrows it ("incident:7").  Two at
    once take turns, so that one of them sees both.  Raises NotAllowed.
    """
    seat = may_consent(actor, contest, act)
    if not seat or actor.user_id is None:
        raise NotAllowed(act)
    db.session.refresh(contest, with_for_update={"of": Contest, "key_share": True})
    row = insert(ContestConsent).values(
        contest_id=contest.id, act=act, subject=subject, user_id=actor.user_id, seat=seat,
        reason=reason.strip(),
    )  # fmt: skip
    db.session.execute(row.on_conflict_do_nothing())
    return len(consents(contest, act, subject)) >= 2


def consents(contest: Contest, act: str, subject: str = "") -> Sequence[ContestConsent]:
    """Who has agreed to an act so far, the first first."""
    wanted = select(ContestConsent).where(
        ContestConsent.contest_id == contest.id,
        ContestConsent.act == act,
        ContestConsent.subject == subject,
    )
    return db.session.scalars(wanted.order_by(ContestConsent.at, ContestConsent.user_id)).all()


def void(contest: Contest, actor: Actor, reason: str, at: datetime | None = None) -> bool:
    """Declare a contest void, with a reason everybody reads; True when the second has agreed.

    The caller destroys the key once this is committed.  Raises NotAllowed and Unfit.
    """
    if contest.state in ("draft", "certified", "void"):
        raise NotAllowed("void")
    if len(reason.strip()) < SHORTEST:
        raise Unfit("reason", [])
    if not consent(contest, "void", "", actor, reason):
        return False
    if contest.state in ("certified", "void"):  # while this one waited for its turn
        raise NotAllowed("void")
    contest.void_reason = consents(contest, "void")[0].reason or reason.strip()
    contest.void_at, contest.state = at or datetime.now(UTC), "void"
    contest.key_destroyed_at = contest.void_at if contest.is_secret else None
    db.session.flush()
    audit.note("contest.void", f"contest:{contest.id}", by=actor.user_id)
    return True


def discard(contest: Contest, actor: Actor) -> None:
    """Throw a draft away.  Raises NotAllowed."""
    _draft(contest, actor)
    for juror in db.session.scalars(select(Juror).where(Juror.contest_id == contest.id)):
        db.session.delete(juror)
    db.session.flush()
    db.session.delete(contest)
    db.session.flush()
    audit.note("contest.discard", f"contest:{contest.id}", by=actor.user_id)


__all__ = [
    "Unfit",
    "close",
    "consent",
    "consents",
    "discard",
    "draft",
    "due_to_close",
    "edit",
    "keeper",
    "keeps",
    "may_consent",
    "on_offer",
    "on_roll",
    "open_due",
    "pick",
    "publish",
    "seat_juror",
    "unready",
    "unseat_juror",
    "void",
]
