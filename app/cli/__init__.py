"""Commands a person runs: ``bin/flask NOUN VERB``.  One module per noun, thin: they call services.

Each module has ``group``, a click command or group; what stands here is found by itself.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from flask import Flask


def init_app(app: Flask) -> None:
    """Register every noun's commands."""
    for found in iter_modules(__path__):
        app.cli.add_command(import_module(f"{__name__}.{found.name}").group)
