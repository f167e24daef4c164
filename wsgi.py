"""The WSGI entry: ``gunicorn wsgi:app``.  A wrong setting stops it with one sentence."""

from app import create_app
from app.config import SettingsError

try:
    app = create_app()
except SettingsError as wrong:
    raise SystemExit(f"Rembuk does not start: {wrong}") from None
