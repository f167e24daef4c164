"""Voting in public: what is voted on, who may, by which rule, and what was frozen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.counting import Rule
from app.counting.words import Said
from app.counting.words import words as rule_words
from app.extensions import limiter
from app.forms.contest import DisputeForm, JoinForm
from app.queries import ballots, contests
from app.queries import booths as booth_queries
from app.queries import incidents as incident_queries
from app.queries.actors import current_actor
from app.services import contest_spec, incidents, named, roll_changes, rolls
from app.services.contest_checks import Unfit
from app.workflow import NotAllowed
from models import Contest, db

from .guards import may, public, signed_in
from .page import session

bp = Blueprint("voting", __name__, url_prefix="/suara")

STATES = {
    "draft": lazy_gettext("Draft"),
    "published": lazy_gettext("Announced"),
    "open": lazy_gettext("Open now"),
    "closed": lazy_gettext("Closed, ballots are being sealed"),
    "sealed": lazy_gettext("Sealed, being counted"),
    "tallied": lazy_gettext("Counted, not yet certified"),
    "certified": lazy_gettext("Certified"),
    "void": lazy_gettext("Void"),
}
ICONS = {"published": "clock", "open": "target", "closed": "lock", "sealed": "lock",
         "tallied": "chart", "certified": "check", "void": "x", "draft": "edit"}  # fmt: skip
MODES = {
    "support": lazy_gettext("Open support: anybody with an account, with their name"),
    "approval": lazy_gettext("Secret ballot: choose some of them"),
    "points": lazy_gettext("Secret ballot: share points among them"),
    "named_points": lazy_gettext("Delegates share points under their own name"),
    "jury": lazy_gettext("A jury marks each of them, with reasons"),
}
LEVELS = {
    0: lazy_gettext("Anybody with an account"),
    1: lazy_gettext("A confirmed account (L1)"),
    2: lazy_gettext("Residents whom their RW has vouched for, or who were checked (L2)"),
    3: lazy_gettext("Residents whose card was checked at the kelurahan (L3)"),
}
SOURCES = {
    "snapshot": lazy_gettext("since the list was made"),
    "dispute": lazy_gettext("after an objection"),
    "late": lazy_gettext("enrolled later"),
    "chosen": lazy_gettext("as the area you chose beside your own"),
}
REASONS = {
    "": lazy_gettext("The list as it was announced"),
    "dispute": lazy_gettext("After an objection"),
    "late": lazy_gettext("After a late enrolment"),
    "closed": lazy_gettext("As voting closed"),
}


def sentence(said: Said) -> str:
    """A sentence of a rule in the reader's language."""
    return str(_(said.text) % said.values if said.values else _(said.text))


def to_the_letter(contest: Contest) -> list[str]:
    """How a contest is counted, in sentences; empty for a draft without a rule."""
    if contest.mode == "support":
        said = [_("Supports are counted as they stand when it closes. Nothing else is computed.")]
    else:
        try:
            said = [sentence(one) for one in rule_words(Rule.from_json(contest.rule))]
        except ValueError:
            return []
    if contest.pagu is None:
        said.insert(0, _without_money(contest))
    return said


def _without_money(contest: Contest) -> str:
    places = contest.terms.get("places")
    if not places:
        return str(
            _("No money is shared out here: all are listed in order, and nothing is cut off.")
        )
    return str(_("No money is shared out here: each costs one of %(n)s places.", n=places))


@bp.app_template_global()
def contest_state(contest: Contest) -> tuple[str, str, Any]:
    """Where a contest stands now: the state's name, its icon, and what people call it."""
    state = contests.standing(contest, datetime.now(UTC))
    return state, ICONS[state], STATES[state]


@bp.get("")
@public
def index() -> ResponseReturnValue:
    """Every vote: what is open, what comes, what is over."""
    listed = contests.listed(session())
    now = datetime.now(UTC)
    groups: dict[str, list[Contest]] = {"open": [], "published": [], "over": []}
    for one in listed:
        state = contests.standing(one, now)
        groups[state if state in groups else "over"].append(one)
    mine = {brief.id for brief in contests.open_for(session(), current_actor().person_id)}
    return render_template("voting/contest_index.html", groups=groups, mine=mine)


def _found(contest_id: int) -> Contest:
    found = contests.published(session(), contest_id)
    return found if found is not None else abort(404)


@bp.get("/<id:contest_id>")
@public
def show(contest_id: int) -> ResponseReturnValue:
    """One vote in full."""
    return _page(_found(contest_id))


def _page(contest: Contest, **words: Any) -> str:
    actor, reads, now = current_actor(), session(), datetime.now(UTC)
    words.setdefault("dispute", DisputeForm(formdata=None) if actor.is_signed_in else None)
    return render_template(
        "voting/contest_show.html",
        contest=contest,
        standing=contests.standing(contest, now),
        choices=ballots.choices(reads, contest.id),
        versions=contests.versions(reads, contest.id) if contest.is_secret else (),
        letter=to_the_letter(contest),
        place=contests.place(reads, contest.id, actor.person_id),
        objected=_objected(contest),
        disputable=contests.disputable(contest, now),
        series=_series(contest),
        voices=named.public(reads, contest, now),
        modes=MODES,
        levels=LEVELS,
        booths=booth_queries.of_contest(reads, contest.id) if contest.is_secret else (),
        notices=incident_queries.public(reads, contest.id) if contest.is_secret else (),
        incident_sorts=incidents.KINDS,
        incident_outcomes=incidents.OUTCOMES,
        sources=SOURCES,
        reasons=REASONS,
        sits=named.sits(reads, contest, actor),
        **words,
    )


def _objected(contest: Contest) -> Any:
    actor = current_actor()
    if actor.user_id is None or not contest.is_secret:
        return ()
    return contests.disputes_of(session(), contest.id, actor.user_id)


def _series(contest: Contest) -> dict[str, Any] | None:
    """Whether the reader may vote in this area beside their own, or has chosen it."""
    actor, reads = current_actor(), session()
    running = contests.standing(contest, datetime.now(UTC)) in contests.RUNNING
    if not (contest.series and contest.terms.get("other_area") and actor.person_id and running):
        return None
    own = contests.own_in_series(reads, contest, actor.person_id)
    if own is None:
        return None
    chosen = contests.chosen_in_series(reads, contest, actor.person_id)
    others = contests.others_in_series(reads, contest) if own.contest_id == contest.id else ()
    fits = own.contest_id != contest.id and actor.level >= contest.min_level and chosen is None
    form = JoinForm(formdata=None) if fits else None
    return {"home": own.contest_id, "chosen": chosen, "others": others, "form": form}


@bp.get("/<id:contest_id>/spec.json")
@public
def spec(contest_id: int) -> ResponseReturnValue:
    """The specification, byte for byte as it was hashed."""
    contest = _found(contest_id)
    response = Response(contest_spec.canonical(session(), contest), mimetype="application/json")
    name = f"attachment; filename=spec-{contest.id}.json"
    response.headers["Content-Disposition"] = name
    return response


@bp.get("/<id:contest_id>/daftar-pemilih")
@signed_in
@limiter.limit("30/hour")
def own_place(contest_id: int) -> ResponseReturnValue:
    """Somebody's own entry of the roll, and the proof that it stands in the published root."""
    contest, actor = _found(contest_id), current_actor()
    found = rolls.place_on(db.session(), contest, actor.person_id or 0)
    latest = next(iter(contests.versions(db.session(), contest.id)), None)
    words = {"contest": contest, "found": found, "latest": latest}
    page = render_template("voting/contest_place.html", **words)
    response = Response(page)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.post("/<id:contest_id>/keberatan")
@signed_in
@limiter.limit("10/hour")
def dispute(contest_id: int) -> ResponseReturnValue:
    """Object to the list of voters."""
    contest, form = _found(contest_id), DisputeForm()
    if not form.validate():
        return _page(contest, dispute=form), 422
    try:
        roll_changes.dispute(contest, current_actor(), form.claim.data, form.words.data or "")
    except Unfit as unfit:
        db.session.rollback()
        form.words.errors = unfit.args[1]
        return _page(_found(contest_id), dispute=form), 422
    except NotAllowed:
        db.session.rollback()
        flash(_("The time for objections is over."), "warning")
    else:
        db.session.commit()
        flash(
            _("Your objection has arrived. The answer comes to this page and to your inbox."),
            "success",
        )
    return redirect(url_for(".show", contest_id=contest_id) + "#pemilih")


@bp.post("/<id:contest_id>/daerah")
@may("vote")
@limiter.limit("20/hour")
def choose(contest_id: int) -> ResponseReturnValue:
    """Vote in this area, too."""
    contest = _found(contest_id)
    try:
        roll_changes.choose(contest, current_actor())
    except Unfit as unfit:
        db.session.rollback()
        flash(" ".join(unfit.args[1]), "warning")
    except NotAllowed:
        db.session.rollback()
        flash(_("You cannot vote in this area."), "warning")
    else:
        db.session.commit()
        flash(_("Chosen. You may vote here, too."), "success")
    return redirect(url_for(".show", contest_id=contest_id))
