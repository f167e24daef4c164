"""The front page, and what every site must say about itself."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.queries import front

from .guards import public
from .page import session

bp = Blueprint("front", __name__)


@bp.get("/")
@public
def index() -> ResponseReturnValue:
    """The map, three doors, and what happened lately."""
    reads = session()
    return render_template(
        "front/index.html",
        numbers=front.numbers(reads),
        fresh=front.fresh(reads),
        finished=front.finished(reads),
    )


@bp.get("/tentang")
@public
def about() -> ResponseReturnValue:
    """What this is."""
    return render_template("front/about.html")


@bp.get("/privasi")
@public
def privacy() -> ResponseReturnValue:
    """What is kept of whom, and why."""
    return render_template("front/privacy.html")


@bp.get("/bantuan")
@public
def help() -> ResponseReturnValue:
    """How it works."""
    return render_template("front/help.html")
