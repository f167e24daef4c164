"""Flask extensions, unbound; create_app binds them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import g, request
from flask_babel import Babel
from flask_limiter import Limiter
from flask_login import LoginManager, current_user
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from geoalchemy2 import alembic_helpers
from sqlalchemy import select

from models import User, db

babel = Babel()
csrf = CSRFProtect()
login_manager = LoginManager()


def _client() -> str:
    """Whose acts are counted together: the login, else the address."""
    return f"u{current_user.id}" if current_user.is_authenticated else request.remote_addr or "-"


limiter = Limiter(_client, storage_uri="rembuk://", strategy="fixed-window")


def include_object(
    thing: Any, name: str | None, kind: str, reflected: bool, compare_to: Any
) -> bool:
    """Leave alone what PostGIS and procrastinate own."""
    if (name or "").startswith(("procrastinate_", "idx_procrastinate_")):
        return False
    of_postgis: Callable[..., bool] = alembic_helpers.include_object
    return of_postgis(thing, name, kind, reflected, compare_to)


migrate = Migrate(
    include_object=include_object,
    process_revision_directives=alembic_helpers.writer,
    render_item=alembic_helpers.render_item,
    compare_type=True,
)


@login_manager.user_loader
def load_user(session_id: str) -> User | None:
    """The login of a session cookie, unless it was signed out everywhere since."""
    number, _, epoch = session_id.partition(".")
    if not number.isdecimal():
        return None
    user = db.session.scalar(select(User).where(User.id == int(number)))
    return user if user and user.epoch == epoch and user.is_active else None


def language() -> str:
    """The page's language: asked for, remembered by the login, else the city's."""
    from flask import current_app

    if "language" not in g:
        languages = current_app.config["LANGUAGES"]
        asked = request.args.get("bahasa") if request else None
        if asked not in languages:
            asked = request.cookies.get("bahasa") if request else None
        if asked not in languages and current_user and current_user.is_authenticated:
            asked = current_user.language
        g.language = asked if asked in languages else languages[0]
    return str(g.language)
