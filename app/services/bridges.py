"""Items that go on as one of another kind: reports or ideas as a proposal, a proposal as a report.

Somebody begins a draft that is filled from them; when it is filed, they and it name each other,
who followed them follows it, and what the filer may move on is moved on.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from geoalchemy2.shape import to_shape
from shapely import Point
from sqlalchemy import literal, select, union
from sqlalchemy.dialects.postgresql import insert

from app.access import SYSTEM, Actor, may, on_public_list
from app.kinds import Kind, kind_of
from app.queries.labels import labels
from app.workflow import NotAllowed
from models import Bridge, CategoryKinship, Draft, Follow, Item, Support, User, db

from . import drafts

SOURCE = "sumber"  # the part of a draft that says what it comes from
MOST = 50
MOST_BODY = 5000
CONNECT = "connect"
# What the filer takes on the way, where they may: by the kind that goes on.
ONWARD: Mapping[str, tuple[str, str]] = {
    "lapor": ("make_proposal", "needs_capital_works"),
    "musrenbang": ("refuse", "urgent_repair"),
}


def may_go_on(actor: Actor, item: Item, to: Kind) -> bool:
    """May the actor begin something of that kind from this item?  Only from what is public."""
    wanted = to.slug in kind_of(item).leads_to and on_public_list(item)
    return wanted and actor.is_signed_in and may(actor, "read", item)


def begin(actor: Actor, sources: Sequence[Item], to: Kind) -> uuid.UUID:
    """Begin a draft from items; returns its key.  Raises NotAllowed."""
    sources = sources[:MOST]
    if not sources or not all(may_go_on(actor, one, to) for one in sources):
        raise NotAllowed("go on as another kind")
    key, first = uuid.uuid4(), sources[0]
    point = to_shape(first.place)
    assert isinstance(point, Point)
    drafts.save(key, to.slug, actor, "foto", {})
    drafts.save(
        key,
        to.slug,
        actor,
        "lokasi",
        {
            "lon": f"{point.x:.6f}",
            "lat": f"{point.y:.6f}",
            "area_code": first.area_code,
            "rw": str(first.rw or ""),
            "rt": str(first.rt or ""),
            "address": first.address,
        },
    )
    drafts.save(key, to.slug, actor, "isi", _words(sources, to))
    drafts.save(key, to.slug, actor, SOURCE, {"nomor": [one.number for one in sources]})
    return key


def _words(sources: Sequence[Item], to: Kind) -> dict[str, str]:
    first = sources[0]
    body = first.body
    if len(sources) > 1:
        lines = [f"- {one.number}: {one.title}" for one in sources]
        head = _("%(num)s reports at this place say the same:", num=len(sources))
        body = "\n".join((head, *lines, "", first.body))
    words = {"title": first.title, "body": body[:MOST_BODY]}
    if code := _kindred(first.category_code, to):
        words["category_code"] = code
    return words


def _kindred(code: str, to: Kind) -> str:
    """The category of the other kind that is nearest to one; "" when none is."""
    theirs = {c.code for c in labels().categories.values() if c.kind == to.slug}
    query = select(CategoryKinship).where(
        (CategoryKinship.one_code == code) | (CategoryKinship.other_code == code)
    )
    near = sorted(db.session.scalars(query), key=lambda row: -row.closeness)
    others = (row.other_code if row.one_code == code else row.one_code for row in near)
    return next((other for other in others if other in theirs), "")


def settle(item: Item, draft: Draft, actor: Actor, at: datetime) -> None:
    """What was filed from other items is tied to them; called while it is filed."""
    numbers = (draft.data.get(SOURCE) or {}).get("nomor") or []
    if not numbers:
        return
    found = db.session.scalars(
        select(Item).where(Item.number.in_(numbers)).order_by(Item.id).with_for_update(of=Item)
    ).all()
    for source in found:
        if may_go_on(actor, source, kind_of(item)):
            tie(source, item, actor, at)


def tie(source: Item, item: Item, actor: Actor, at: datetime) -> None:
    """``source`` goes on as ``item``: both trails say so, its followers come along."""
    from .items import move  # it calls us

    seat = next((seat.name for seat in actor.seats), "resident")
    made = db.session.execute(
        insert(Bridge)
        .values(from_id=source.id, to_id=item.id, seat=seat, at=at)
        .on_conflict_do_nothing()
    )
    if not made.rowcount:  # type: ignore[attr-defined]
        return
    source.bridged = item.bridged = True
    _bring_followers(source, item)
    move(source, CONNECT, SYSTEM, {"note": item.number}, at=at)
    move(item, CONNECT, SYSTEM, {"note": source.number}, at=at)
    _go_on(source, item, actor, at)


def _bring_followers(source: Item, item: Item) -> None:
    """Who followed, supported or filed it follows what it became."""
    people = union(
        select(Support.person_id).where(Support.item_id == source.id),
        select(literal(source.author_id)),
    ).subquery()
    users = union(
        select(Follow.user_id).where(Follow.item_id == source.id),
        select(User.id).join(people, people.c[0] == User.person_id),
    ).subquery()
    rows = select(literal(item.id), users.c[0])
    query = insert(Follow).from_select(["item_id", "user_id"], rows)
    db.session.execute(query.on_conflict_do_nothing())


def _go_on(source: Item, item: Item, actor: Actor, at: datetime) -> None:
    """The step that says it goes on elsewhere, where the filer may take it now."""
    from .items import move, open_steps

    step, reason = ONWARD.get(source.kind, ("", ""))
    if any(known.name == step for known in open_steps(source, actor)):
        note: Any = _("It goes on as %(number)s.", number=item.number)
        move(source, step, actor, {"reason": reason, "note": note}, at=at)
