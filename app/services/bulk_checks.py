"""What a batch of ``services.bulk`` must be before anything is written; each fault with a count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.kinds import KINDS
from app.workflow import BACK
from models import AnySession, Area, Category, Department, Person

if TYPE_CHECKING:
    from .bulk import Batch, NewChange, NewItem

TITLE, BODY = 140, 5000  # characters at most
Trails = dict[int, list["NewChange"]]  # the changes of each item by its ref, in order


def problems(session: AnySession, batch: Batch, trails: Trails) -> list[str]:
    """The faults of a batch as sentences with how often each was met; none when it may come in."""
    met: Counter[str] = Counter()
    refs = {item.ref for item in batch.items}
    met["Items named twice"] = len(batch.items) - len(refs)
    faults = _item_faults(session, {item.author_id for item in batch.items}, datetime.now(UTC))
    for item in batch.items:
        met.update(said for said, wrong in faults.items() if wrong(item))
    parts: Iterable[Any] = chain(batch.changes, batch.comments, batch.supports, batch.levels)
    strangers = sum(part.ref not in refs for part in parts)
    met["Changes, comments or supports of no item of the batch"] = strangers
    _trails(batch, trails, met)
    return [f"{said}: {number}." for said, number in met.items() if number]


def _item_faults(
    session: AnySession, authors: set[int], now: datetime
) -> dict[str, Callable[[NewItem], bool]]:
    """What may be wrong with one item."""
    topics = {(row.code, row.kind) for row in session.execute(select(Category.code, Category.kind))}
    areas = set(session.scalars(select(Area.code)))
    owners = {None, *session.scalars(select(Department.code))}
    people = set(session.scalars(select(Person.id).where(Person.id.in_(authors))))
    return {
        "Items with an unknown category, or one of another kind": (
            lambda item: (item.category_code, item.kind) not in topics
        ),
        "Items in an unknown area": lambda item: item.area_code not in areas,
        "Items with an unknown department": lambda item: item.department_code not in owners,
        "Items by an unknown person": lambda item: item.author_id not in people,
        "Items whose title has not 1 to 140 characters or whose text has not 1 to 5,000": (
            lambda item: not (0 < len(item.title) <= TITLE and 0 < len(item.body) <= BODY)
        ),
        "Items at no place on the earth": (
            lambda item: not (-180 <= item.lon <= 180 and -90 <= item.lat <= 90)
        ),
        "Items from the future, or that stand since before they began": (
            lambda item: (
                not item.created_at <= item.state_since <= now
                or (item.published_at or item.created_at) < item.created_at
            )
        ),
        "Items about an office that would be public": (
            lambda item: item.oversight and item.visibility != "confidential"
        ),
    }


def _trails(batch: Batch, trails: Trails, met: Counter[str]) -> None:
    now, arrows = datetime.now(UTC), _arrows()
    for item in batch.items:
        trail = trails.get(item.ref, [])
        stood, before = "", None
        for place, change in enumerate(trail, 1):
            early = before is not None and change.at < before
            if change.source != stood or change.pos != place or early or change.at > now:
                met["Steps that do not follow from the one before, or that lie in the future"] += 1
            if (item.kind, change.step, change.source, change.target) not in arrows:
                met["Steps no kind declares"] += 1
            stood, before = change.target, change.at
        if not trail or stood != item.state:
            met["Items without a trail that ends in their state"] += 1


def by_ref(changes: Iterable[NewChange]) -> Trails:
    """The trail of each item, in order."""
    trails: Trails = {}
    for change in changes:
        trail = trails.get(change.ref)
        if trail is None:
            trail = trails[change.ref] = []
        trail.append(change)
    for trail in trails.values():
        trail.sort(key=attrgetter("pos"))
    return trails


@lru_cache(maxsize=1)
def _arrows() -> frozenset[tuple[str, str, str, str]]:
    """Every arrow the kinds declare, filing included: kind, step, source, target."""
    rows = set()
    for kind in KINDS.values():
        names = [state.name for state in kind.workflow.states]
        rows.add((kind.slug, "file", "", kind.workflow.initial))
        for step in kind.workflow.steps:
            for source in step.sources:
                targets = names if step.target == BACK else [step.target or source]
                rows |= {(kind.slug, step.name, source, target) for target in targets}
    return frozenset(rows)
