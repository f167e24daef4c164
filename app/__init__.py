"""The application, assembled."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix


def create_app(config: dict[str, Any] | None = None) -> Flask:
    """Build the application: settings, extensions, pages.  Raises app.config.SettingsError."""
    import blueprints
    from app import (  # noqa: F401 (registers the storage)
        cli,
        extensions,
        logs,
        prepared,
        rate_store,
        static_files,
        templating,
    )
    from app.config import settings
    from blueprints import safety
    from models import close_reading, db

    app = Flask(__name__)
    app.jinja_environment = templating.Templates  # type: ignore[assignment]
    app.config.from_mapping(config if config is not None else settings())
    if not app.testing:
        logs.configure()
    safety.init_app(app)  # first: what others refuse has its number in the log, too
    db.init_app(app)
    prepared.init_app(app)
    app.teardown_appcontext(close_reading)
    extensions.babel.init_app(app, locale_selector=extensions.language)
    extensions.csrf.init_app(app)
    extensions.login_manager.init_app(app)
    extensions.limiter.init_app(app)
    extensions.migrate.init_app(app, db, directory=str(app.root_path) + "/../migrations")
    blueprints.init_app(app)
    cli.init_app(app)
    static_files.serve(app)
    if app.config["PROXIES"]:
        n = app.config["PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, n, n, n, n)  # type: ignore[method-assign]
    return app
