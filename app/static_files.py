"""Static files: from memory of what there is, compressed where bin/ has made a .gz beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask
from whitenoise import WhiteNoise

YEAR = 365 * 86_400


class StaticFiles(WhiteNoise):
    """WhiteNoise that leaves a .gz alone which is not of the file as it now is."""

    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> Any:
        """A file with the ways in which it may be sent."""
        found = super().get_static_file(path, url, stat_cache)
        changed = Path(path).stat().st_mtime
        found.alternatives = [
            way for way in found.alternatives if Path(way[1]).stat().st_mtime >= changed
        ]
        return found


def serve(app: Flask) -> None:
    """Serve the static folder before the application.

    Pages name each file with a mark of its content (``static_url``), so it may be kept a year.
    Where somebody may be working on the files (tests, debugging, the demo) each is looked at anew.
    """
    app.wsgi_app = StaticFiles(  # type: ignore[method-assign]
        app.wsgi_app,
        root=app.static_folder,
        prefix="static/",
        max_age=0 if app.debug or app.testing else YEAR,
        autorefresh=files_change(app),
        allow_all_origins=False,
        add_headers_function=lambda headers, path, url: headers.__setitem__(
            "X-Content-Type-Options", "nosniff"
        ),
    )


def files_change(app: Flask) -> bool:
    """May the files change while this process runs?"""
    return bool(app.debug or app.testing or app.config["DEMO"])
