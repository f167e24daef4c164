"""The record of what was done around items; append-only, and without personal data."""

from __future__ import annotations

from models import AuditEvent, db


def note(act: str, subject: str, *, by: int | None, detail: str = "") -> None:
    """Write down that the login ``by`` (None: the system) did ``act`` to ``subject``.

    ``subject`` is a kind of thing and its number ("user:12", "mandate:3"); no names, no addresses.
    """
    db.session.add(AuditEvent(act=act, subject=subject, actor_id=by, detail=detail))
