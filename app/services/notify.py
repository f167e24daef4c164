"""Who must hear of what happened: lines in the inbox, and e-mail for those who want it.

Nobody hears of their own acts, nobody hears twice of one act, and nobody hears of an item they
may not read: not followers of what has become confidential, not a seat the item is about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import ColumnElement, Select, exists, false, literal, or_, select, true
from sqlalchemy.dialects.postgresql import insert

from app.access import RULES, Actor, Seat, may, on_public_list
from app.kinds import kind_of
from app.queries.actors import in_force
from app.queries.calendar import city_day
from app.queue import enqueue_all
from models import Change, Comment, Follow, Item, Mandate, Notification, User, db

# Who only hears when nobody nearer holds the item: the city's own desks, the last one first.
LAST_RESORT = ("coordinator", "planner")


def step_taken(item: Item, change: Change) -> None:
    """Tell the seats that must act now ("task"), then author and followers ("step")."""
    db.session.flush()
    actor_id = change.words.actor_id if change.words else None
    if _changes_hands(item, change):
        _tell("task", item, change.id, change, _users(_holders(item), actor_id))
    _tell("step", item, change.id, change, _interested(item, actor_id))


def commented(comment: Comment) -> None:
    """Tell author and followers of a word that everybody may read; call when it is published."""
    if comment.status != "published":
        return
    db.session.flush()
    item = db.session.get_one(Item, comment.item_id)
    writer = db.session.scalar(select(User.id).where(User.person_id == comment.person_id))
    event = "answer" if comment.official else "comment"
    _tell(event, item, comment.id, None, _interested(item, writer))


def _tell(
    event: str, item: Item, source_id: int, change: Change | None, users: Select[int]
) -> None:
    """One line for each of these users who has none yet of this act, and its e-mail."""
    who = users.subquery()
    told = exists().where(
        Notification.user_id == who.c.id,
        Notification.item_id == item.id,
        Notification.change_id == (change.id if change else None),
    )
    row = select(
        who.c.id,
        literal(event),
        literal(item.id),
        literal(source_id),
        literal(change.id if change else None),
    ).where(~told if change else true())
    columns = ["user_id", "event", "item_id", "source_id", "change_id"]
    new = insert(Notification).from_select(columns, row).on_conflict_do_nothing()
    lines = db.session.execute(new.returning(Notification.id, Notification.user_id)).all()
    _mail({user_id: line_id for line_id, user_id in lines})


def _mail(lines: dict[int, int]) -> None:
    """Queue an e-mail for those who confirmed their address and want to hear by it."""
    wants = select(User.id).where(
        User.id.in_(lines), User.wants_email, User.confirmed_at.is_not(None)
    )
    wanted = db.session.scalars(wants).all() if lines else ()
    arguments = [{"notification_id": lines[user_id]} for user_id in sorted(wanted)]
    enqueue_all("mail_notification", arguments, queue="mail")


def _users(ids: Iterable[int], but: int | None) -> Select[int]:
    """These logins, without the one who acted and without those that are closed."""
    return _open(but).where(User.id.in_(list(ids)))


def _open(but: int | None) -> Select[int]:
    return select(User.id).where(User.closed_at.is_(None), User.id.is_distinct_from(but))


def _interested(item: Item, but: int | None) -> Select[int]:
    """The author and the followers, as far as they may read the item."""
    follows = select(Follow.user_id).where(Follow.item_id == item.id)
    near = or_(User.person_id == item.author_id, User.id.in_(follows))
    return _open(but).where(near, _may_read(item))


def _may_read(item: Item) -> ColumnElement[bool]:
    """What is public everybody may read; the rest its people and the seats the rule allows."""
    if on_public_list(item):
        return true()
    staff = [actor.user_id for actor in _following_staff(item) if may(actor, "read", item)]
    own = or_(User.person_id == item.author_id, User.id == item.filed_by_id)
    return or_(own, User.id.in_(staff) if staff else false())


def _following_staff(item: Item) -> list[Actor]:
    """The followers that hold a seat today."""
    query = (
        select(User.id, User.person_id, Mandate)
        .join(Follow, Follow.user_id == User.id)
        .join(Mandate, Mandate.user_id == User.id)
        .where(Follow.item_id == item.id, *in_force(city_day()))
    )
    seats: dict[tuple[int, int], list[Seat]] = defaultdict(list)
    for user_id, person_id, mandate in db.session.execute(query):
        seats[user_id, person_id].append(_seat(mandate))
    return [Actor(user, person, seats=tuple(held)) for (user, person), held in seats.items()]


def _changes_hands(item: Item, change: Change) -> bool:
    """Has somebody new to act?  A step within one department's hands troubles no colleague."""
    workflow = kind_of(item).workflow
    if not change.source:
        return True
    before, after = workflow[change.source].held_by, workflow[change.target].held_by
    if after == "level":
        return before != after or change.target == workflow.initial != change.source
    return change.source != change.target and (before != after or after == "owner" != before)


def _holders(item: Item) -> list[int]:
    """The logins whose seat holds the item now, by the same rules that let them act.

    A coordinator or planner is told only when no nearer seat is there, or none without conflict.
    """
    rule = kind_of(item).workflow[item.state].held_by
    if not rule or rule == "author":
        return []
    held: dict[str, list[int]] = defaultdict(list)
    for mandate in db.session.scalars(_near(item)):
        seat = _seat(mandate)
        if RULES[rule](Actor(mandate.user_id, seats=(seat,)), item):
            held[seat.role].append(mandate.user_id)
    nearer = [user for role, users in held.items() if role not in LAST_RESORT for user in users]
    return nearer or next((held[role] for role in reversed(LAST_RESORT) if role in held), [])


def _near(item: Item) -> Select[Mandate]:
    """The mandates of today that may cover the item: its area and what that lies in, its owner."""
    parts = item.area_code.split(".")
    areas = [".".join(parts[: n + 1]) for n in range(len(parts))]
    return select(Mandate).where(
        *in_force(city_day()),
        or_(Mandate.area_code.is_(None), Mandate.area_code.in_(areas)),
        or_(
            Mandate.department_code.is_(None),
            Mandate.department_code == item.department_code,
            Mandate.role.in_(LAST_RESORT),
        ),
    )


def _seat(mandate: Mandate) -> Seat:
    return Seat(mandate.role, mandate.area_code, mandate.department_code, mandate.rw)
