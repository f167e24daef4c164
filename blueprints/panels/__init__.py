"""Parts of an item's page that not every reader sees, each in a module of its own.

A module names its ``slot`` (a place on ``items/show.html``) and its ``order`` there, and has
``panel(item, actor, reads)``: a ``Panel``, or None when this reader gets nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from app.access import Actor
from models import AnySession, Item

SLOTS = ("due", "steps", "body", "side", "end")


@dataclass(frozen=True)
class Panel:
    """A template below ``items/panels`` and what it is given, as ``panel.values``."""

    template: str
    values: dict[str, Any]


@cache
def _modules() -> tuple[ModuleType, ...]:
    found = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    return tuple(sorted(found, key=lambda module: (SLOTS.index(module.slot), module.order)))


def panels(
    item: Item, actor: Actor, reads: AnySession, only: Collection[str] = ()
) -> dict[str, list[Panel]]:
    """What this reader gets to see beside the item itself, by slot; ``only`` some, by module."""
    shown: dict[str, list[Panel]] = defaultdict(list)
    for module in _modules():
        if only and module.__name__.rpartition(".")[2] not in only:
            continue
        if (made := module.panel(item, actor, reads)) is not None:
            shown[module.slot].append(made)
    return shown
