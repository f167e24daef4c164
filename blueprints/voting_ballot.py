"""The ballot of a secret vote: pick, look once more, cast, keep the receipt, ask whether it counts.

Nothing on these pages writes a row that names the voter: the pace is kept in memory, because a
counter in a table would stand, by its transaction, next to the ballot.  What is picked travels in
form fields and lies nowhere on the server until it is cast.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from app.forms.ballot import Picks, problems, read
from app.logs import log
from app.queries import ballots
from app.queries.actors import current_actor
from app.queries.ballots import Door
from app.services import casting, contest_keys
from models import Contest, db, reading

from .errors import problem
from .guards import may, public
from .page import moment, session

bp = Blueprint("voting_ballot", __name__, url_prefix="/suara")

PACE = FixedWindowRateLimiter(MemoryStorage())
CASTS, LOOKS = parse("30/minute"), parse("60/minute")  # of one login or address, in one process


@bp.after_request
def _nobody_keeps(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _too_fast(limit: Any, who: str) -> bool:
    return bool(current_app.config["RATELIMIT_ENABLED"]) and not PACE.hit(limit, who)


# -- the ballot ------------------------------------------------------------------------------


@bp.route("/<id:contest_id>/pilih", methods=["GET", "POST"])
@may("vote")
def ballot(contest_id: int) -> ResponseReturnValue:
    """The ballot; sent on, it is looked at once more, and then cast."""
    step = request.form.get("langkah", "") if request.method == "POST" else ""
    cast = _cast(contest_id) if step == "kirim" else None
    return cast or _page(contest_id, step)


def _page(contest_id: int, step: str) -> ResponseReturnValue:
    """The list, or the last look at what was picked; why not, for whoever cannot vote now."""
    actor = current_actor()
    found = ballots.door(db.session, contest_id, actor.person_id)
    if found is None:
        abort(404)
    if not found.on_roll:
        return _shut(found, "away")
    if why := ballots.shut(found.contest, datetime.now(UTC)):
        return _shut(found, why, refused=step == "kirim")
    try:
        who = contest_keys.of_person(contest_id, actor.person_id or 0)
    except contest_keys.KeyGone:
        return _no_key(contest_id)
    there = ballots.stored(db.session, contest_id, who)
    if there.lock in ("paper", "void"):
        return _shut(found, there.lock, there.note)
    picks = read(found.contest, request.form)
    if step not in ("periksa", "kirim"):
        return _pick(found.contest, picks, voted=bool(there.channel))
    if wrong := problems(found.contest, picks):
        return _pick(found.contest, picks, wrong, voted=bool(there.channel)), 422
    return _confirm(found.contest, picks, voted=bool(there.channel))


def _pick(contest: Contest, picks: Picks, wrong: Any = (), voted: bool = False) -> str:
    who = current_actor().person_id or 0
    choices = ballots.choices(db.session, contest.id)
    return render_template(
        "voting/cast_pick.html",
        contest=contest,
        choices=ballots.shuffled(contest, choices, who),
        mark=ballots.browser_mark(contest, who),
        picks=picks,
        wrong=wrong,
        voted=voted,
        at=datetime.now(UTC),
    )


def _confirm(contest: Contest, picks: Picks, voted: bool) -> str:
    chosen = [one for one in ballots.choices(db.session, contest.id) if one.no in picks]
    cost = sum(one.cost or 0 for one in chosen)
    return render_template(
        "voting/cast_confirm.html", contest=contest, chosen=chosen, picks=picks, cost=cost,
        voted=voted,
    )  # fmt: skip


def _cast(contest_id: int) -> ResponseReturnValue | None:
    """Put the ballot into the box; None when it is none, and the page has to say why.

    All of it goes over the connection that commits each statement: no transaction is open.
    """
    actor = current_actor()
    limits = ballots.limits(reading(), contest_id, actor.person_id)
    if limits is None:
        return None
    picks = read(limits, request.form)
    if problems(limits, picks):
        return None
    if _too_fast(CASTS, f"u{actor.user_id}"):
        return problem(429)
    try:
        who = contest_keys.of_person(contest_id, actor.person_id or 0)
    except contest_keys.KeyGone:
        return _no_key(contest_id)
    made = casting.cast(contest_id, who, picks.numbers, picks.shares)
    if not made.stored:
        return _refused(contest_id, made.answer)
    cookie[f"bukti-{contest_id}"] = [made.answer, made.code, made.leaf]
    return redirect(url_for(".receipt", contest_id=contest_id), 303)


def _refused(contest_id: int, why: str) -> Response:
    found = ballots.door(reading(), contest_id, current_actor().person_id)
    return _shut(found, why, refused=True) if found else abort(404)


@bp.get("/<id:contest_id>/pilih/bukti")
@may("vote")
def receipt(contest_id: int) -> ResponseReturnValue:
    """The receipt, once: it came in the voter's own cookie and lies nowhere on the server."""
    actor = current_actor()
    found = ballots.door(session(), contest_id, actor.person_id)
    if found is None:
        abort(404)
    kept = cookie.pop(f"bukti-{contest_id}", None)
    if kept is None:
        return redirect(url_for(".check", contest_id=contest_id))
    made = casting.Receipt(*kept)
    return render_template(
        "voting/cast_receipt.html",
        contest=found.contest,
        receipt=made,
        mark=ballots.browser_mark(found.contest, actor.person_id or 0),
        saved=_saved(found.contest, made),
    )


def _saved(contest: Contest, receipt: casting.Receipt) -> str:
    """The receipt as a text to keep."""
    lines = [
        _("Receipt of a vote"),
        contest.title,
        f"{current_app.config['BASE_URL']}/suara/{contest.id}/cek",
        "",
    ]
    if contest.receipts:
        lines += [_("Receipt code: %(code)s", code=receipt.code)]
    lines += [_("Fingerprint: %(leaf)s", leaf=receipt.leaf), ""]
    lines += [_("It does not say whom or what you chose. Each new ballot of yours makes it void.")]
    return "\n".join(lines)


def _shut(found: Door, why: str, note: str = "", refused: bool = False) -> Response:
    """The page for whoever cannot vote here and now; nothing of a cast that was refused is kept."""
    page = render_template(
        "voting/cast_shut.html", contest=found.contest, why=why, note=note, refused=refused
    )
    return make_response(page, 409 if refused else 200)


def _no_key(contest_id: int) -> Response:
    log.error("no key", contest=contest_id)
    return problem(
        503,
        _("The ballot box cannot be opened just now. Nothing is lost; please try again later."),
    )


# -- did it count? ---------------------------------------------------------------------------


@bp.route("/<id:contest_id>/cek", methods=["GET", "POST"])
@public
def check(contest_id: int) -> ResponseReturnValue:
    """Whether a ballot lies in the box and, once it is sealed, the proof that it counts."""
    actor, reads = current_actor(), session()
    found = ballots.door(reads, contest_id, actor.person_id)
    if found is None:
        abort(404)
    code = request.form.get("kode", "").strip()[:100] if request.method == "POST" else ""
    if code and _too_fast(
        LOOKS, f"u{actor.user_id}" if actor.user_id else f"a{request.remote_addr}"
    ):
        return problem(429)
    sealed = found.contest.state in ("sealed", *ballots.COUNTED)
    mine = _mine(found)
    mark = ballots.digest(code) if code else None
    proof = ballots.prove(reads, found.contest, mark) if mark and sealed else None
    wrong = _wrong(found.contest, code, mark, proof, sealed, mine)
    page = render_template(
        "voting/cast_check.html",
        contest=found.contest,
        on_roll=found.on_roll,
        mine=mine,
        sealed=sealed,
        code=code,
        wrong=wrong,
        proof=proof,
        now_stored=bool(mine and mark and hmac.compare_digest(mine.nonce, mark)),
        shown=_shown(found.contest, proof),
        over=datetime.now(UTC) >= found.contest.closes_at,
    )
    return make_response(page, 422 if wrong else 200)


def _mine(found: Door) -> ballots.Stored | None:
    """What lies under the reader's own mark; None when nothing can be asked any more."""
    if not found.on_roll or found.contest.state == "void":
        return None
    try:
        who = contest_keys.of_person(found.contest.id, current_actor().person_id or 0)
    except contest_keys.KeyGone:
        return None
    return ballots.stored(session(), found.contest.id, who)


def _wrong(
    contest: Contest,
    code: str,
    mark: bytes | None,
    proof: ballots.Proof | None,
    sealed: bool,
    mine: ballots.Stored | None,
) -> str:
    """What is wrong with a code, in one sentence; empty when nothing is."""
    said = ""
    if code and mark is None:
        said = _(
            "This is neither a receipt code (8 groups of 4) nor a fingerprint "
            "(64 digits and letters a to f)."
        )
    elif mark and sealed and proof is None:
        said = _(
            "No sealed ballot of this vote has it. Please compare it sign by sign. If you voted "
            "again later, only the receipt of your last ballot counts."
        )
    elif mark and not sealed and (mine is None or not mine.channel or len(mark) != 16):
        said = _(
            "Codes can be looked up as soon as the ballots are sealed, after %(when)s.",
            when=moment(contest.closes_at),
        )
    elif mark and not sealed and mine and not hmac.compare_digest(mine.nonce, mark):
        said = _(
            "This is not the receipt of the ballot that lies in the box for you. "
            "It may be of one that you replaced."
        )
    return said


def _shown(contest: Contest, proof: ballots.Proof | None) -> list[Any]:
    """What the ballot says, once ballots of this contest are published one by one."""
    published = contest.receipts and contest.state in ballots.COUNTED
    if proof is None or not published or proof.size < ballots.PUBLISHED_FROM:
        return []
    points = dict(zip(proof.ballot.choices, proof.ballot.points, strict=False))
    chosen = set(proof.ballot.choices)
    listed = ballots.choices(session(), contest.id)
    return [(one, points.get(one.no)) for one in listed if one.no in chosen]
