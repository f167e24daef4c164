"""Who must hear of what happened: lines in the inbox, and e-mail for those who want it.

Nobody hears of their own acts, nobody hears twice of one act, and nobody hears of an item they
may not read: not followers of what has become confidential, not a seat the item is about.
"""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import bindparam, or_, select, text

from app.access import RULES, Actor, Seat, may, on_public_list
from app.kinds import kind_of
from app.queries.actors import SEAT, in_force, seat_of
from app.queries.calendar import city_day
from models import Change, Comment, Follow, Item, Mandate, User, db
from models.area import chain

from . import watching
from .postbag import LETTERS

# Who only hears when nobody nearer holds the item: the city's own desks and, before them, the head
# of the department; the last one first.
LAST_RESORT = ("coordinator", "planner", "head")

# One statement: the lines, and the jobs that send their letters.
TELL = text(
    f"""
    WITH people AS (
      SELECT unnest(CAST(:holders AS bigint[])) AS id, 0 AS place, 'task' AS event
      UNION ALL SELECT user_id, 1, :event FROM follow WHERE item_id = :item
      UNION ALL SELECT id, 1, :event FROM user_account WHERE person_id = :author
    ),
    told AS (
      INSERT INTO notification (user_id, event, item_id, source_id, change_id)
      SELECT DISTINCT ON (people.id)
             people.id, people.event, :item, :source, CAST(:change AS bigint)
      FROM people JOIN user_account u ON u.id = people.id
      WHERE u.closed_at IS NULL
        AND u.id IS DISTINCT FROM CAST(:but AS bigint)
        AND (:public OR people.place = 0 OR u.person_id = :author
             OR u.id = CAST(:filed_by AS bigint) OR u.id = ANY(CAST(:staff AS bigint[])))
      ORDER BY people.id, people.place
      ON CONFLICT DO NOTHING
      RETURNING id, user_id
    ),
    letter AS (
      SELECT told.id, (row_number() OVER (ORDER BY told.id) - 1) / {LETTERS} AS round
      FROM told JOIN user_account u ON u.id = told.user_id
      WHERE u.wants_email AND u.mail_pace = 'instant' AND u.confirmed_at IS NOT NULL
         OR EXISTS (SELECT FROM channel WHERE user_id = u.id AND channel.confirmed_at IS NOT NULL)
    ),
    round AS (SELECT jsonb_agg(id ORDER BY id) AS ids FROM letter GROUP BY round ORDER BY round)
    SELECT procrastinate_defer_jobs_v1(ARRAY(
      SELECT row('mail', 'mail_notifications', 0, NULL, NULL,
                 jsonb_build_object('notification_ids', ids), NULL)::procrastinate_job_to_defer_v1
      FROM round
    ))
    """
)
TODAY = in_force(bindparam("today"))
# The mandates of today that may cover the item: its area and what that lies in, its owner.
NEAR = select(Mandate.user_id, *SEAT).where(
    *TODAY,
    or_(Mandate.area_code.is_(None), Mandate.area_code.in_(bindparam("areas", expanding=True))),
    or_(
        Mandate.department_code.is_(None),
        Mandate.department_code == bindparam("department"),
        Mandate.role.in_(LAST_RESORT),
    ),
)
FOLLOWING_STAFF = (
    select(User.id, User.person_id, *SEAT)
    .join(Follow, Follow.user_id == User.id)
    .join(Mandate, Mandate.user_id == User.id)
    .where(Follow.item_id == bindparam("item"), *TODAY)
)
WRITER = select(User.id).where(User.person_id == bindparam("person"))


def step_taken(item: Item, change: Change, handed_on: bool = False) -> None:
    """Tell the seats that must act now ("task"), and author and followers ("step").

    ``handed_on``: the area, the department or the oversight of the item is another one now.
    """
    db.session.flush()
    actor_id = change.words.actor_id if change.words else None
    holding = holders(item) if _changes_hands(item, change, handed_on) else []
    _tell("step", item, actor_id, change.id, change.id, holding)
    watching.heard(item, change)


def commented(comment: Comment) -> None:
    """Tell author and followers of a word that everybody may read; call when it is published."""
    if comment.status != "published":
        return
    db.session.flush()
    item = db.session.get_one(Item, comment.item_id)
    writer = db.session.scalar(WRITER, {"person": comment.person_id})
    _tell("answer" if comment.official else "comment", item, writer, comment.id)


def _tell(
    event: str,
    item: Item,
    but: int | None,
    source: int,
    change: int | None = None,
    holders: list[int] | None = None,
) -> None:
    """One line for everybody who has none of this act yet, and the jobs for their letters."""
    public = on_public_list(item)
    values = {
        "event": event,
        "item": item.id,
        "source": source,
        "change": change,
        "holders": holders or [],
        "but": but,
        "author": item.author_id,
        "filed_by": item.filed_by_id,
        "public": public,
        "staff": [] if public else _reading_staff(item),
    }
    db.session.execute(TELL, values)


def _reading_staff(item: Item) -> list[int]:
    """The followers who may read an item that is not public because of a seat they hold."""
    seats: dict[tuple[int, int], list[Seat]] = defaultdict(list)
    for row in db.session.execute(FOLLOWING_STAFF, {"item": item.id, "today": city_day()}):
        seats[row.id, row.person_id].append(seat_of(row))
    actors = (Actor(user, person, seats=tuple(held)) for (user, person), held in seats.items())
    return [actor.user_id or 0 for actor in actors if may(actor, "read", item)]


def _changes_hands(item: Item, change: Change, handed_on: bool) -> bool:
    """Has somebody new to act?  A step within one department's hands troubles no colleague."""
    workflow = kind_of(item).workflow
    if not change.source:
        return True
    if change.source == change.target:
        return handed_on
    before, after = workflow[change.source].held_by, workflow[change.target].held_by
    if after == "level":  # the next level begins with the first state again
        return before != after or change.target == workflow.initial != change.source
    return before != after or (handed_on and after == "owner")


def holders(item: Item) -> list[int]:
    """The logins whose seat holds the item now, by the same rules that let them act.

    A head, coordinator or planner is told only when no nearer seat is there, or none without
    conflict.
    """
    rule = kind_of(item).held_by(item)
    if not rule or rule == "author":
        return []
    held: dict[str, list[int]] = defaultdict(list)
    for actor in near(item):
        if RULES[rule](actor, item):
            (seat,) = actor.seats
            held["head" if seat.leads else seat.role].append(actor.user_id or 0)
    nearer = [user for role, users in held.items() if role not in LAST_RESORT for user in users]
    return nearer or next((held[role] for role in reversed(LAST_RESORT) if role in held), [])


def near(item: Item) -> list[Actor]:
    """Whoever has a seat that may cover the item, once for each seat."""
    values = {
        "today": city_day(),
        "areas": chain(item.area_code),
        "department": item.department_code,
    }
    rows = db.session.execute(NEAR, values)
    return [Actor(row.user_id, seats=(seat_of(row),)) for row in rows]
