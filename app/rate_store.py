"""The rate limiter's storage: counters in an UNLOGGED table, shared by all web workers.

Memory would count per worker and Redis would be one more server to run.
"""

from __future__ import annotations

import time
from typing import Any

from flask import current_app
from limits.storage import Storage
from sqlalchemy import Engine, text

from models import READING, db

HIT = text(
    "INSERT INTO rate_count AS r (key, hits, expires_at)"
    " VALUES (:key, :amount, now() + make_interval(secs => :expiry))"
    " ON CONFLICT (key) DO UPDATE SET"
    " hits = CASE WHEN r.expires_at <= now() THEN 0 ELSE r.hits END + excluded.hits,"
    " expires_at = CASE WHEN r.expires_at <= now() THEN excluded.expires_at"
    " ELSE r.expires_at END RETURNING hits"
)
GET = text("SELECT hits FROM rate_count WHERE key = :key AND expires_at > now()")
EXPIRY = text("SELECT extract(epoch FROM expires_at) FROM rate_count WHERE key = :key")
CLEAR = text("DELETE FROM rate_count WHERE key = :key")
SWEEP = text("DELETE FROM rate_count WHERE expires_at <= now()")


class TableStorage(Storage):
    """Fixed-window counters in the table ``rate_count``; each hit is its own transaction."""

    STORAGE_SCHEME = ["rembuk"]

    def __init__(self, uri: str, wrap_exceptions: bool = False, **options: Any) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions, **options)

    @property
    def base_exceptions(self) -> type[Exception]:
        """What may go wrong here."""
        return Exception

    @property
    def _engine(self) -> Engine:
        return db.engines[READING]

    def _value(self, statement: Any, **values: Any) -> Any:
        with self._engine.connect() as connection:
            result = connection.execute(statement, values)
            return result.scalar() if result.returns_rows else None

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count a hit and say how many there are in this window."""
        return int(self._value(HIT, key=key, expiry=expiry, amount=amount))

    def get(self, key: str) -> int:
        """Hits so far in this window."""
        return int(self._value(GET, key=key) or 0)

    def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds since 1970."""
        return float(self._value(EXPIRY, key=key) or time.time())

    def check(self) -> bool:
        """Is the table there?"""
        return bool(current_app)

    def reset(self) -> int | None:
        """Forget the windows that are over."""
        self._value(SWEEP)
        return None

    def clear(self, key: str) -> None:
        """Forget one counter."""
        self._value(CLEAR, key=key)
