"""The application, assembled."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix


def create_app(config: dict[str, Any] | None = None) -> Flask:
    """Build the application: settings, extensions, pages.  Raises app.config.SettingsError."""
    import blueprints
    from app import cli, extensions, logs, rate_store  # noqa: F401 (registers the storage)
    from app.config import settings
    from models import close_reading, db

    app = Flask(__name__)
    app.config.from_mapping(config if config is not None else settings())
    if not app.testing:
        logs.configure()
    db.init_app(app)
    app.teardown_appcontext(close_reading)
    extensions.babel.init_app(app, locale_selector=extensions.language)
    extensions.csrf.init_app(app)
    extensions.login_manager.init_app(app)
    extensions.limiter.init_app(app)
    extensions.migrate.init_app(app, db, directory=str(app.root_path) + "/../migrations")
    blueprints.init_app(app)
    cli.init_app(app)
    _serve_files(app)
    if app.config["PROXIES"]:
        n = app.config["PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, n, n, n, n)  # type: ignore[method-assign]
    return app


def _serve_files(app: Flask) -> None:
    """Static files from memory of what there is, compressed where bin/ has made a .gz beside them.

    Pages name each file with a mark of its content (``static_url``), so it may be kept a year.
    """
    from whitenoise import WhiteNoise

    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=app.static_folder,
        prefix="static/",
        max_age=0 if app.debug or app.testing else 365 * 86400,
        autorefresh=app.debug or app.testing,
        allow_all_origins=False,
        add_headers_function=lambda headers, path, url: headers.__setitem__(
            "X-Content-Type-Options", "nosniff"
        ),
    )
