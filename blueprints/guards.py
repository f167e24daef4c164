"""Who may open a page.  Every view carries exactly one of these; a test checks."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import abort

from app import access
from app.queries.actors import current_actor

from . import kept

View = Callable[..., Any]


def public(view: View) -> View:
    """Anybody."""
    view.guard = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Anybody with a login; others are led to the sign-in page and back."""
    return _guarded(view, "signed_in", lambda actor: True)


def may(act: str) -> Callable[[View], View]:
    """Whoever may do ``act`` somewhere (``app.access.ACTS``); the view asks again for the item."""
    if act not in access.ACTS:
        raise ValueError(f"no act named {act}")

    def decorate(view: View) -> View:
        return _guarded(view, act, lambda actor: access.may(actor, act))

    return decorate


def _guarded(view: View, name: str, allowed: Callable[[access.Actor], bool]) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        actor = current_actor()
        if not actor.is_signed_in:
            return kept.door()
        if not allowed(actor):
            abort(403)
        return view(*args, **kwargs)

    guarded.guard = name  # type: ignore[attr-defined]
    return guarded
