"""HTTP.  One module per area of the site; each has ``bp`` and is found by itself."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from flask import Flask

from . import busy, converters, errors, options, page


def init_app(app: Flask) -> None:
    """Register every module's pages and what all pages share."""
    converters.init_app(app)
    page.init_app(app)
    options.init_app(app)
    errors.init_app(app)
    busy.init_app(app)
    for found in iter_modules(__path__):
        module = import_module(f"{__name__}.{found.name}")
        if hasattr(module, "bp"):
            app.register_blueprint(module.bp)
