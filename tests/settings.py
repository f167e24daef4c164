"""Settings for tests."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from typing import Any

from app.config import settings

SECRET = "only-for-tests-" + "x" * 32


def _folder() -> str:
    """A folder of its own, gone when the tests end."""
    made = tempfile.mkdtemp(prefix="rembuk-test-")
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def test_settings(database_url: str, **changes: Any) -> dict[str, Any]:
    """The application's settings on a test database, with files in a folder of their own."""
    values = settings(
        {
            "REMBUK_DATABASE_URL": database_url,
            "REMBUK_SECRET_KEY": SECRET,
            "REMBUK_EVIDENCE_KEY": SECRET,
            "REMBUK_NIK_KEY": SECRET,
            "REMBUK_VAR": _folder(),
            "REMBUK_DEMO": "1",
            "REMBUK_TILES_URL": "",
            "REMBUK_RATE_LIMITS": "0",
        }
    )
    fast = {"TESTING": True, "WTF_CSRF_ENABLED": False, "ARGON2": (1, 8, 1)}
    return values | fast | changes


test_settings.__test__ = False  # type: ignore[attr-defined]
