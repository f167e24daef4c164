"""Why a proposal stopped, in plain words; what residents say of finished works; surveys to make."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.extensions import limiter
from app.forms.works import ConfirmForm
from app.kinds import KINDS, Kind
from app.kinds.musrenbang_reasons import WAYS
from app.queries import field_survey, item_page, journey
from app.queries import why as reasons
from app.queries.actors import current_actor
from app.services import realisation
from app.services.bridges import may_go_on
from app.services.images import PhotoProblem
from app.services.refused import Refused
from app.workflow import NotAllowed
from models import Proposal, db

from .errors import problem
from .guards import may, public, signed_in
from .items import find
from .page import session
from .work_field import here

bp = Blueprint("musrenbang_levels", __name__)


def _proposal(kind: Kind, number: str) -> Proposal:
    """The proposal with that number, for a reader who may read it; 404 otherwise."""
    item = find(kind, number)
    if not isinstance(item, Proposal):
        abort(404)
    return item


@bp.get("/<kind:kind>/<number>/mengapa")
@public
def why(kind: Kind, number: str) -> ResponseReturnValue:
    """Why it was refused, deferred, sent back or never built; leads on where it was not."""
    item, reads = _proposal(kind, number), session()
    found = reasons.of(reads, item)
    if found is None:
        return redirect(url_for("items.show", kind=kind, number=item.number))
    return render_template(
        "musrenbang/levels_why.html",
        kind=kind,
        item=item,
        state=kind.workflow[item.state],
        why=found,
        ways=WAYS,
        links=_links(kind, item),
        lines=journey.lines(reads, item),
        author=item_page.author_name(item, current_actor()),
        contact=current_app.config["CITY"].facts.get("contact", {}),
    )


def _links(kind: Kind, item: Proposal) -> dict[str, str]:
    """Where a way on begins, for those that begin on a page."""
    show = url_for("items.show", kind=kind, number=item.number)
    links = {"follow": show, "support": show}
    if may_go_on(current_actor(), item, KINDS["lapor"]):  # the panel there begins it, and ties both
        links["complaint"] = f"{show}#lanjutkan"
    for way, endpoint, values in (
        ("complaint", "filing.start", {"kind": KINDS["lapor"]}),
        ("catalogue", "musrenbang_kamus.index", {}),
        ("again", "musrenbang_cycle.calendar", {"wilayah": item.area_code}),
        ("mend", "musrenbang_cycle.calendar", {"wilayah": item.area_code}),
    ):
        links.setdefault(way, url_for(endpoint, **values))
    return links


@bp.route("/<kind:kind>/<number>/hasil", methods=["GET", "POST"])
@signed_in
@limiter.limit("60/hour")
def confirm(kind: Kind, number: str) -> ResponseReturnValue:
    """A proposer or supporter says whether the finished works are there."""
    item = _proposal(kind, number)
    if not realisation.may_say(item, current_actor()):
        return problem(403)
    form = ConfirmForm()
    if form.validate_on_submit() and (answer := _said(kind, item, form)) is not None:
        return answer
    page = render_template("musrenbang/levels_confirm.html", kind=kind, item=item, form=form)
    return page, 422 if form.errors else 200


def _said(kind: Kind, item: Proposal, form: ConfirmForm) -> ResponseReturnValue | None:
    """Keep what was said; what is wrong with it stands on the form."""
    streams = [cast(BinaryIO, f.stream) for f in form.photos.data or [] if f and f.filename]
    yes = form.confirmed.data == "yes"
    try:
        with db.session.begin_nested():
            realisation.say(item, current_actor(), yes, form.note.data or "", streams)
    except NotAllowed:
        db.session.rollback()
        return problem(409)
    except Refused as wrong:
        form[wrong.args[0]].errors = [wrong.args[1]]
        return None
    except PhotoProblem as wrong:
        form.photos.errors = [str(wrong)]
        return None
    db.session.commit()
    flash(_("Thank you. What you said stands on the page."), "success")
    return redirect(url_for("items.show", kind=kind, number=item.number))


@bp.route("/kerja/musrenbang/survei", methods=["GET", "POST"])
@may("survey")
def surveys() -> ResponseReturnValue:
    """What waits for a survey; sent with a place (in the body) the nearest first."""
    actor, place = current_actor(), here()
    area = request.values.get("wilayah", "")
    cards: list[Any] = list(field_survey.cards(actor, place, area=area))
    return render_template("musrenbang/levels_surveys.html", cards=cards, here_point=place)
