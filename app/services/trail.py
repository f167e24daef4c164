"""Keep the trail: seal each day's changes, erase a text, hand the whole out for checking."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from psycopg.errors import LockNotAvailable
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.access import Actor, on_public_list, seat_for
from app.queries import merkle
from app.queries import trail as walk
from app.queries.calendar import city_day
from app.workflow import NotAllowed
from models import Change, ChangeText, Item, TrailSeal

from . import audit

ALONE = text("SELECT pg_advisory_xact_lock(hashtext('trail_seal'))")
BRIEFLY = text("SET LOCAL lock_timeout = '1s'")
STILL = text("LOCK TABLE change IN SHARE MODE")
TRIES, PAUSE = 8, 0.5  # seconds between tries
FORMAT = "rembuk-trail-1"


class Busy(Exception):
    """Somebody writes to the trail without a break, so that it cannot be sealed now."""


def seal(session: Session) -> TrailSeal | None:
    """Write a Merkle root over all changes since the last seal; None when there are none.

    Raises Busy.
    """
    session.execute(ALONE)
    after = session.scalar(select(func.max(TrailSeal.upto_id))) or 0
    upto = settled(session)
    tree = merkle.Tree()
    for _id, leaf in walk.hashes(session, after, upto):
        tree.add(leaf)
    if not tree.leaves:
        return None
    made = TrailSeal(
        day=city_day(), after_id=after, upto_id=upto, leaves=tree.leaves, root=tree.root()
    )
    session.add(made)
    session.flush()
    return made


def settled(session: Session) -> int:
    """The highest id below which no change can appear any more.

    A transaction under way may hold a lower id than one that has ended.  A lock that lets nobody
    write waits for all of them; it is given up at once by rolling back to the savepoint, so that
    writers wait a second at most.  Raises Busy.
    """
    for attempt in range(TRIES):
        if attempt:
            time.sleep(PAUSE)
        savepoint = session.begin_nested()
        try:
            session.execute(BRIEFLY)
            session.execute(STILL)
            return session.scalar(select(func.max(Change.id))) or 0
        except OperationalError as error:
            if not isinstance(error.orig, LockNotAvailable):
                raise
        finally:
            savepoint.rollback()
    raise Busy


def erase(session: Session, change: Change, actor: Actor, reason: str) -> None:
    """Erase a change's words, their salt and who acted; its hash stays, so the chain holds.

    Raises NotAllowed; also without a reason.
    """
    if not reason.strip() or not seat_for(actor, ("admin", "system")):
        raise NotAllowed("erase")
    words = session.get(ChangeText, change.id, with_for_update=True)
    if words is None or words.erased_at is not None:
        return
    words.text = words.salt = words.actor_id = None
    words.erased_at = datetime.now(UTC)
    subject = f"change:{change.id}"
    audit.note("trail.erase", subject, by=actor.user_id, detail=reason.strip(), session=session)
    session.flush()


def export(session: Session, item: Item | None = None, *, texts: bool = False) -> Iterator[Any]:
    """The trail as records for JSON lines, checked by ``bin/verify-trail``.

    One item's trail, each sealed change with its proof; or the whole city's with its seals, where
    of items that are not public only the hashes are given: enough for the seals, and nothing about
    them.  ``texts`` adds the words and their salts, where they were not erased.
    """
    yield {"format": FORMAT, "all": item is None, "exported_at": walk.stamp(datetime.now(UTC))}
    if item is not None:
        yield from _single(session, item, texts)
        return
    yield from _whole(session, texts)


def _whole(session: Session, texts: bool) -> Iterator[Any]:
    public = select(Item.id, Item.published_at, Item.visibility)
    upto = settled(session)
    for rows in walk.batches(session):
        ids = {row.item_id for row in rows}
        shown = {row.id for row in session.execute(public.where(Item.id.in_(ids))) if _open(row)}
        for row in rows:
            if row.id is None or row.id > upto:
                continue
            yield record(row, texts) if row.item_id in shown else _withheld(row)
    yield from (_seal(made) for made in walk.sealed(session) if made.upto_id <= upto)


def _single(session: Session, item: Item, texts: bool) -> Iterator[Any]:
    """One item's changes, each with the way from it up to the root of its seal."""
    yield {"number": item.number, "state": item.state}
    lines = walk.of_item(session, item.id)
    proofs: dict[int, dict[str, Any]] = {}
    for made in walk.sealed(session):
        inside = [line.id for line in lines if made.after_id < line.id <= made.upto_id]
        if inside:
            yield _seal(made)
            leaves = dict(walk.hashes(session, made.after_id, made.upto_id))
            places = {id_: place for place, id_ in enumerate(leaves)}
            tree = merkle.Levels(leaves.values())
            for id_ in inside:
                proofs[id_] = {"proof": {"seal": made.id, "path": tree.path(places[id_])}}
    for line in lines:
        yield record(line, texts) | proofs.get(line.id, {})


def _seal(made: TrailSeal) -> dict[str, Any]:
    return {
        "seal": made.id,
        "day": made.day.isoformat(),
        "after": made.after_id,
        "upto": made.upto_id,
        "leaves": made.leaves,
        "root": made.root.hex(),
    }


def _open(row: Any) -> bool:
    return bool(on_public_list(row))


def _withheld(row: Any) -> dict[str, Any]:
    return {"id": row.id, "hash": row.hash.hex()}


def record(line: Any, texts: bool) -> dict[str, Any]:
    """One change as the export writes it."""
    made = {
        "id": line.id,
        "number": line.number,
        "seq": line.seq,
        "seat": line.seat,
        "step": line.step,
        "source": line.source,
        "target": line.target,
        "reason": line.reason,
        "at": walk.stamp(line.at),
        "text_hash": line.text_hash.hex(),
        "previous_hash": line.previous_hash.hex() if line.previous_hash else "",
        "hash": line.hash.hex(),
    }
    if texts and line.text is not None and line.salt is not None:
        made |= {"text": line.text, "salt": line.salt.hex()}
    return made
