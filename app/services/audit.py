"""The record of what was done around items; append-only, and without personal data."""

from __future__ import annotations

from app.queries.audit_words import ACTS, OWN
from models import AnySession, AuditEvent, db


def note(
    act: str, subject: str, *, by: int | None, detail: str = "", session: AnySession | None = None
) -> None:
    """Write down that the login ``by`` (None: the system) did ``act`` to ``subject``.

    ``subject`` is a kind of thing and its number ("user:12", "mandate:3"); no names, no addresses.
    """
    assert act in ACTS or act in OWN, f"{act} has no words"
    event = AuditEvent(act=act, subject=subject, actor_id=by, detail=detail)
    (session or db.session).add(event)
