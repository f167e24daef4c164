"""The front page, and what every site must say about itself."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.queries import contests, front
from app.queries.actors import current_actor

from .guards import public
from .page import session

bp = Blueprint("front", __name__)
VOTES = 3  # that everybody is told of


@bp.get("/")
@public
def index() -> ResponseReturnValue:
    """The map, three doors, and what happened lately."""
    reads = session()
    mine = contests.open_for(reads, current_actor().person_id)
    return render_template(
        "front/index.html",
        votes=mine or contests.open_now()[:VOTES],
        may_vote=bool(mine),
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
