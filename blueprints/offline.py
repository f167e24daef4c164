"""What a phone needs to keep the site at hand: manifest, icons, worker, a page without signal."""

from __future__ import annotations

import hashlib
import io
from functools import cache

from flask import Blueprint, Response, abort, current_app, jsonify, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from app.config import ROOT
from app.kinds import KINDS

from .guards import public
from .page import static_url

bp = Blueprint("offline", __name__)
SIZES = (192, 512)
PAPER = "#fffefb"
# The mark (static/img/mark.svg) on its field of 40: what stands where, in which colour.
SQUARE, ROUND, DROP = ((2, 21, 19, 38), 3.5, "#5a5fd0"), ((29.5, 29.5), 8.5, "#1f8a4f"), "#d8401f"
SCRIPTS = ("app", "form", "choose", "alarm", "queue", "waiting", "quick")
STYLES = ("base", "parts", "print", "quick")
FONT = "vendor/fonts/plus-jakarta-sans-latin-wght-normal.woff2"


def _kept(body: str | bytes, mimetype: str, seconds: int) -> Response:
    """The same for everybody, whoever asks."""
    response = Response(body, mimetype=mimetype)
    response.headers["Cache-Control"] = (
        f"public, max-age={seconds}" if seconds else "public, no-cache"
    )
    response.add_etag()
    return response


@bp.get("/manifest.webmanifest")
@public
def manifest() -> ResponseReturnValue:
    """What the site is called and looks like on a phone's first screen."""
    city, language = current_app.config["CITY"], current_app.config["BABEL_DEFAULT_LOCALE"]
    drawn = [{"src": static_url("img/mark.svg"), "sizes": "any", "type": "image/svg+xml"}]
    for size in SIZES:
        for purpose in ("any", "maskable"):
            src = url_for(".icon", size=size)
            drawn.append(
                {"src": src, "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
            )
    quick = [kind for kind in KINDS.values() if kind.promise is not None]
    with force_locale(language):  # the same for all, whoever asks
        about = _("Reports, proposals and ideas of residents, followed until they are settled.")
    said = {
        "id": "/",
        "name": f"Rembuk {city.name}",
        "short_name": "Rembuk",
        "description": about,
        "lang": language,
        "start_url": url_for("front.index"),
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": drawn,
        "shortcuts": [
            {"name": city.services[kind.slug]["action"], "url": url_for("quick.page", kind=kind)}
            for kind in quick
        ],
    }
    response = jsonify(said)
    response.mimetype = "application/manifest+json"
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@bp.get("/ikon/<int:size>.png")
@public
def icon(size: int) -> ResponseReturnValue:
    """The mark as a picture, with room around it so that a phone may cut it round."""
    if size not in SIZES:
        abort(404)
    return _kept(_drawn(size), "image/png", 86_400 * 30)


@cache
def _drawn(size: int) -> bytes:
    """The mark in the middle three fifths, drawn four times as large and made small again."""
    from PIL import Image, ImageDraw

    large = size * 4
    image = Image.new("RGB", (large, large), PAPER)
    pen, scale = ImageDraw.Draw(image), large * 0.6 / 40

    def at(*numbers: float) -> list[float]:
        return [large * 0.2 + number * scale for number in numbers]

    box, radius, colour = SQUARE
    pen.rounded_rectangle(at(*box), radius * scale, fill=colour)
    (x, y), radius, colour = ROUND
    pen.ellipse(at(x - radius, y - radius, x + radius, y + radius), fill=colour)
    pen.ellipse(at(11.5, 1.5, 28.5, 18.5), fill=DROP)
    pen.polygon([tuple(at(*p)) for p in ((12.2, 13.5), (27.8, 13.5), (20, 21.5))], fill=DROP)
    out = io.BytesIO()
    image.resize((size, size), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()


@bp.get("/luring")
@public
def page() -> ResponseReturnValue:
    """What is shown when a page cannot be reached."""
    return render_template("quick/offline.html")


@bp.get("/sw.js")
@public
def worker() -> ResponseReturnValue:
    """The service worker, told by a mark of all it keeps: any change makes a new one."""
    quick = [url_for("quick.page", kind=k) for k in KINDS.values() if k.promise is not None]
    files = [
        *(static_url(f"js/{name}.js") for name in SCRIPTS),
        *(static_url(f"css/{name}.css") for name in STYLES),
        *(static_url(f"img/{name}.svg") for name in ("icons", "mark")),
        url_for("static", filename=FONT, v="5.3.0"),
    ]
    words = {
        "queue": static_url("js/queue.js"),
        "pages": [*quick, url_for("quick.queue")],
        "offline": url_for(".page"),
        "files": files,
        "table": {
            "at": url_for("musrenbang_rw.begin"),
            "page": url_for("musrenbang_rw.shell"),
            "files": [static_url("js/rw.js"), static_url("css/rw.css")],
        },
    }
    version = _version(render_template("quick/sw.js", version="", **words))
    script = render_template("quick/sw.js", version=version, **words)
    response = _kept(script, "text/javascript", 0)
    response.headers["Service-Worker-Allowed"] = "/"
    return response


def _version(script: str) -> str:
    """A mark of the worker, of the files it names, and of what its pages are made of.

    Their lists (categories, kelurahan) are fetched anew whenever such a page is opened.
    """
    city = current_app.config["CITY"]
    parts = [script.encode(), (city.folder / "settings.toml").read_bytes()]
    for path in sorted((ROOT / "app" / "templates" / "quick").glob("*.html")):
        parts.append(path.read_bytes())
    parts.append((ROOT / "app" / "templates" / "base.html").read_bytes())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]
