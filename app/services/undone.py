"""Files written by a transaction that did not commit are taken away again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from models import db

from .files import Files

KEY = "files of this transaction"


def watch(session: Session, files: Files, name: str) -> None:
    """Delete the file if the session's transaction ends without a commit."""
    session.info.setdefault(KEY, []).append((files, name))


@event.listens_for(db.session, "after_commit")
def _stays(session: Session) -> None:
    """What is committed stays; a savepoint that is released decides nothing yet."""
    if not session.in_nested_transaction():
        session.info.pop(KEY, None)


@event.listens_for(db.session, "after_transaction_end")
def _goes(session: Session, transaction: SessionTransaction) -> None:
    """What is left when the outermost transaction ends was never committed."""
    if transaction.parent is None:
        left: list[tuple[Any, str]] = session.info.pop(KEY, [])
        for files, name in left:
            files.delete(name)
