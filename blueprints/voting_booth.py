"""Voting with a card on the tablet of a booth: the code, the ballot, the box, back to the start.

Nobody is signed in and no cookie is set.  The code travels in form fields; whoever holds it votes,
so there is no form token beside it.  Nothing is written but the ballot itself.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from app.extensions import csrf, language
from app.forms.ballot import Picks, problems, read
from app.queries import ballots
from app.queries.actors import current_actor
from app.services import booth_codes
from app.services.booth_codes import Admitted
from models import Contest, reading

from .errors import problem
from .guards import public

bp = Blueprint("voting_booth", __name__, url_prefix="/suara/bilik")

PACE = FixedWindowRateLimiter(MemoryStorage())  # in memory: a counter's row would stand by a ballot
TRIES = parse("120/minute")  # of one address; a booth's tablets may share one
BACK = 45  # seconds until a page that says goodbye gives way to the first


@bp.after_request
def _nobody_keeps(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@bp.get("")
@public
def start() -> ResponseReturnValue:
    """Type the code, or scan it."""
    return _page("booth_start", why="", typed="")


@bp.post("")
@public
@csrf.exempt  # the code of the card says more than a token of a session could
def vote() -> ResponseReturnValue:
    """From the code to the ballot, to a last look, into the box."""
    limited = current_app.config["RATELIMIT_ENABLED"]
    if limited and not PACE.hit(TRIES, request.remote_addr or "-"):
        return problem(429)
    typed, step = request.form.get("kode", "")[:60], request.form.get("langkah", "")
    found = booth_codes.admitted(reading(), typed)
    if found.contest is None or found.why:
        return _page("booth_start", 422, why=found.why, typed=_again(typed, found.why))
    if why := ballots.shut(found.contest, datetime.now(UTC)):
        return _page("booth_start", 409, why=why, typed="", contest=found.contest)
    if step == "kirim":
        return _cast(found.contest, found, typed)
    return _ballot(found.contest, typed, step)


def _again(typed: str, why: str) -> str:
    """What was mistyped may be put right; a card that does not work is laid aside."""
    return typed if why == "unknown" else ""


def _ballot(contest: Contest, typed: str, step: str) -> ResponseReturnValue:
    picks = read(contest, request.form)
    wrong = problems(contest, picks) if step == "periksa" else []
    listed = ballots.choices(reading(), contest.id)
    if step == "periksa" and not wrong:
        chosen = [one for one in listed if one.no in picks]
        cost = sum(one.cost or 0 for one in chosen)
        return _page(
            "booth_confirm", contest=contest, picks=picks, typed=typed, chosen=chosen, cost=cost
        )
    return _pick(contest, typed, picks, wrong, listed)


def _pick(contest: Contest, typed: str, picks: Picks, wrong: list[str], listed: Any
          ) -> ResponseReturnValue:  # fmt: skip
    mixed = ballots.shuffled(contest, listed, booth_codes.bare(typed))
    status = 422 if wrong else 200
    return _page("booth_pick", status, contest=contest, picks=picks, typed=typed, wrong=wrong,
                 choices=mixed)  # fmt: skip


def _cast(contest: Contest, found: Admitted, typed: str) -> ResponseReturnValue:
    picks = read(contest, request.form)
    if wrong := problems(contest, picks):
        return _pick(contest, typed, picks, wrong, ballots.choices(reading(), contest.id))
    language()  # all that is read for the page is read before
    current_actor()
    receipt = booth_codes.cast(contest.id, found.who, picks.numbers, picks.shares)
    if not receipt.stored:
        return _page("booth_start", 409, why=receipt.answer, typed="", contest=contest)
    answer = make_response(_page("booth_done", contest=contest, receipt=receipt))
    answer.headers["Refresh"] = f"{BACK}; url=/suara/bilik{'?huruf=besar' if _large() else ''}"
    return answer


def _large() -> bool:
    return request.values.get("huruf") == "besar"


def _page(name: str, status: int = 200, **values: Any) -> Response:
    page = render_template(f"voting/{name}.html", large=_large(), back=BACK, **values)
    return make_response(page, status)
