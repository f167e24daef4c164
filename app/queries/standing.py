"""Items by their kind and state, said so that a statement is short and soon planned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy import ColumnElement, all_, and_, any_, false, literal_column, or_, true

from app.kinds import KINDS
from models import Item


def standing_in(pairs: Iterable[tuple[str, str]]) -> ColumnElement[bool]:
    """The items in one of these (kind, state); raises KeyError for one nobody declares."""
    return _standing(frozenset(pairs))


@lru_cache(maxsize=256)
def _standing(pairs: frozenset[tuple[str, str]]) -> ColumnElement[bool]:
    by_state: dict[str, set[str]] = defaultdict(set)
    for kind in KINDS.values():
        for state in kind.workflow.states:
            by_state[state.name].add(kind.slug)
    wanted: dict[str, set[str]] = defaultdict(set)
    for slug, name in pairs:
        wanted[name].add(slug)
        KINDS[slug].workflow[name]
    if not wanted:
        return false()
    if wanted == by_state:
        return true()
    sure = {name for name in wanted if wanted[name] == by_state[name]}
    by_kind: dict[str, set[str]] = defaultdict(set)
    for name in wanted.keys() - sure:
        for slug in wanted[name]:
            by_kind[slug].add(name)
    each = [and_(Item.kind == _said(slug), _state(names)) for slug, names in by_kind.items()]
    if not each:
        return _state(sure)
    # The names, which an index can tell; then the kind, where a name is not enough.  Naming the
    # sure ones twice would make the planner believe that there are few.
    unsure = [name for name in wanted if name not in sure]
    return and_(_state(wanted), or_(*([_not_in(unsure)] if sure else []), *each))


def _state(names: Iterable[str]) -> ColumnElement[bool]:
    listed = ",".join(sorted(names))
    return Item.state == any_(literal_column(f"'{{{listed}}}'::text[]"))


def _not_in(names: Iterable[str]) -> ColumnElement[bool]:
    listed = ",".join(sorted(names))
    return Item.state != all_(literal_column(f"'{{{listed}}}'::text[]"))


def _said(slug: str) -> ColumnElement[str]:
    return literal_column(f"'{slug}'")
