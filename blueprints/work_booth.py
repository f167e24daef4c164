"""Booths for those who serve there: found and open them, hand out, print packages, add up."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.extensions import limiter
from app.forms import whole
from app.forms.booth import BoothForm, IncidentForm, PackageForm, SearchForm, ShiftForm
from app.queries import booths as queries
from app.queries.actors import current_actor
from app.queries.labels import area_label
from app.services import booth_codes, booths, incidents
from app.services.refused import Refused
from models import Booth, CodeBatch, Contest, Eligible, Person, db

from .guards import may

bp = Blueprint("work_booth", __name__, url_prefix="/kerja/suara")


def contest_here(contest_id: int) -> Contest:
    """A secret contest in whose area the actor serves at booths; 404 otherwise."""
    found = db.session.get(Contest, contest_id)
    if found is None or not found.is_secret:
        abort(404)
    served = queries.of_contest(db.session(), contest_id)
    actor = current_actor()
    if not booths.places(actor, found) and not any(
        booths.seat_for(actor, one.area_code) for one in served
    ):
        abort(404)
    return found


def booth_here(booth_id: int) -> tuple[Booth, Contest]:
    """A booth at which the actor may serve, and its contest; 404 otherwise."""
    found = db.session.get(Booth, booth_id)
    if found is None or not booths.seat_for(current_actor(), found.area_code):
        abort(404)
    return found, db.session.get_one(Contest, found.contest_id)


def refused(form: Any, problem: Refused, usual: str) -> None:
    """Say on a form why something was refused."""
    name = str(problem.args[0])
    field = form[name if name in form else usual]
    field.errors = [*field.errors, str(problem.args[1])]


# -- which ------------------------------------------------------------------------------------


@bp.get("/bilik")
@may("run_booth")
def index() -> ResponseReturnValue:
    """The booths the actor serves at."""
    seats = current_actor().seats_as(*booths.RUNNERS)
    rows = queries.listed(db.session(), (seat.area_code for seat in seats))
    return render_template("voting/booth_index.html", rows=rows)


@bp.route("/<id:contest_id>/bilik", methods=["GET", "POST"])
@may("run_booth")
@limiter.limit("60/hour", methods=["POST"])
def contest(contest_id: int) -> ResponseReturnValue:
    """The booths of a contest, their packages, and what is left before sealing."""
    found, form = contest_here(contest_id), BoothForm()
    places = booths.places(current_actor(), found)
    form.area_code.choices = [(code, area_label(code)) for code in places]
    if form.validate_on_submit():
        names = ("name", "area_code", "address")
        try:
            booths.founded(found, current_actor(), {n: form[n].data or "" for n in names})
        except Refused as problem:
            db.session.rollback()
            refused(form, problem, "name")
        else:
            db.session.commit()
            return redirect(url_for(".contest", contest_id=contest_id))
    return _contest_page(contest_id, form, 422 if form.errors else 200)


def _contest_page(contest_id: int, form: BoothForm, status: int, package: PackageForm | None = None
                  ) -> ResponseReturnValue:  # fmt: skip
    found = db.session.get_one(Contest, contest_id)
    mine = [one for one in booths.totals(found) if _mine(one.booth)]
    package = package or PackageForm(formdata=None)
    package.booth.choices = [(str(one.booth.id), one.booth.name) for one in mine]
    page = render_template(
        "voting/booth_contest.html", contest=found, form=form, totals=mine, package=package,
        may_found=bool(form.area_code.choices), left=booths.ready_to_seal(found),
        batches=[one for one in queries.batches(db.session(), contest_id)
                 if one.booth and _mine(one.booth)],
        cards=queries.cards(db.session(), contest_id), now=datetime.now(UTC),
    )  # fmt: skip
    return page, status


def _mine(booth: Booth) -> bool:
    return bool(booths.seat_for(current_actor(), booth.area_code))


# -- packages ---------------------------------------------------------------------------------


@bp.post("/<id:contest_id>/bilik/paket")
@may("run_booth")
@limiter.limit("30/hour")
def order(contest_id: int) -> ResponseReturnValue:
    """Have cards or papers printed for a booth."""
    found, form = contest_here(contest_id), PackageForm()
    served = {str(one.id): one for one in queries.of_contest(db.session(), contest_id)}
    form.booth.choices = [(number, one.name) for number, one in served.items() if _mine(one)]
    if form.validate():
        booth = served[form.booth.data]
        seat = booths.seat_for(current_actor(), booth.area_code)
        try:
            booth_codes.order(
                found, booth, current_actor(), seat, form.sort.data, form.size.data or 0
            )
        except Refused as problem:
            db.session.rollback()
            refused(form, problem, "size")
        else:
            db.session.commit()
            return redirect(url_for(".contest", contest_id=contest_id, _anchor="paket"))
    blank = BoothForm(formdata=None)
    blank.area_code.choices = [
        (code, area_label(code)) for code in booths.places(current_actor(), found)
    ]
    return _contest_page(contest_id, blank, 422, form)


@bp.post("/<id:contest_id>/bilik/paket/<id:batch_id>")
@may("run_booth")
@limiter.limit("60/hour")
def fetch(contest_id: int, batch_id: int) -> ResponseReturnValue:
    """The file of a package, once, for who ordered it."""
    contest_here(contest_id)
    batch = db.session.get(CodeBatch, batch_id)
    if batch is None or batch.contest_id != contest_id:
        abort(404)
    file = booth_codes.fetched(batch, current_actor())
    db.session.commit()
    if file is None:
        flash(_("This file is gone. Order a new package; the cards of the old one do not work."),
              "error")  # fmt: skip
        return redirect(url_for(".contest", contest_id=contest_id, _anchor="paket"))
    word = "kartu-suara" if batch.sort == "codes" else "surat-suara"
    name = f"{word}-{contest_id}-{batch_id}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(file, mimetype="application/pdf", headers=headers)


# -- at the table -----------------------------------------------------------------------------


@bp.get("/bilik/<id:booth_id>")
@may("run_booth")
def desk(booth_id: int) -> ResponseReturnValue:
    """The table of a booth: begin, find who stands there."""
    booth_here(booth_id)
    return _desk(booth_id, SearchForm(formdata=None))


def _desk(booth_id: int, form: SearchForm, status: int = 200, **values: Any) -> ResponseReturnValue:
    booth, contest = booth_here(booth_id)
    shift = queries.running(db.session(), booth_id, current_actor().user_id)
    out = queries.handed(db.session(), contest.id).get(booth_id, queries.Handed())
    usual: dict[str, Any] = {"found": None, "person": None, "problem": ""}
    page = render_template(
        "voting/booth_desk.html", booth=booth, contest=contest, shift=shift, out=out, form=form,
        shift_form=ShiftForm(formdata=None), now=datetime.now(UTC), **(usual | values),
    )  # fmt: skip
    return page, status


@bp.post("/bilik/<id:booth_id>/tugas")
@may("run_booth")
@limiter.limit("120/hour")
def shift(booth_id: int) -> ResponseReturnValue:
    """Begin or end a shift; end those that others forgot."""
    booth, _contest = booth_here(booth_id)
    act, form = request.form.get("act", ""), ShiftForm()
    try:
        if act == "begin":
            booths.begin(booth, current_actor())
        elif act == "end" and form.validate():
            booths.end(booth, current_actor(), form.note.data or "")
        elif act == "end_left" and booths.seat_for(
            current_actor(), booth.area_code, booths.FOUNDERS
        ):
            booths.end_left(booth, current_actor())
        else:
            abort(400)
    except booths.NoShift:
        flash(_("Your shift has ended already."), "info")
    except Refused as problem:
        flash(str(problem.args[1]), "error")
    db.session.commit()
    where = "work_booth_end.record" if act == "end_left" else ".desk"
    return redirect(url_for(where, booth_id=booth_id))


@bp.post("/bilik/<id:booth_id>/cari")
@may("run_booth")
@limiter.limit("600/hour")
def search(booth_id: int) -> ResponseReturnValue:
    """Find somebody on the roll; what is typed stands in no address and no log."""
    _booth, contest = booth_here(booth_id)
    form = SearchForm()
    if not form.validate():
        return _desk(booth_id, form, 422)
    found = queries.people(
        db.session(), contest.id, form.name.data or "", form.rw.data, form.last4.data or ""
    )
    return _desk(booth_id, form, found=found)


@bp.post("/bilik/<id:booth_id>/serah")
@may("run_booth")
@limiter.limit("1200/hour")
def hand(booth_id: int) -> ResponseReturnValue:
    """The person found: what they are given."""
    booth, contest = booth_here(booth_id)
    person_id, what = whole(request.form.get("person")) or 0, request.form.get("what", "")
    entry = db.session.get(Eligible, {"contest_id": contest.id, "person_id": person_id})
    if entry is None:
        abort(404)
    person, problem, status = db.session.get_one(Person, person_id), "", 200
    if what:
        problem = _handed(booth, person_id, what, request.form.get("card", "")[:20])
        if not problem:
            db.session.commit()
            flash(str(DONE[what]), "success")
            return redirect(url_for(".desk", booth_id=booth_id))
        db.session.rollback()
        status = 409
    return _desk(booth_id, SearchForm(formdata=None), status, person=person, entry=entry,
                 problem=problem, card=request.form.get("card", "")[:20])  # fmt: skip


DONE = {
    "paper": lazy_gettext("Handed out: one paper. Next, please."),
    "card": lazy_gettext("Handed out: one card. Next, please."),
    "swap_paper": lazy_gettext("The spoiled paper was taken back, another handed out."),
    "swap_card": lazy_gettext("Another card was given. The first one does not work any more."),
}


def _handed(booth: Booth, person_id: int, what: str, card: str) -> str:
    """Hand it out; "" when it is done, else why not."""
    actor, answer = current_actor(), "given"
    try:
        if what == "paper":
            answer = booths.give_paper(booth, actor, person_id)
        elif what == "card":
            answer = booths.give_card(booth, actor, person_id, card)
        elif what == "swap_card":
            answer = booths.swap_card(booth, actor, person_id, card)
        elif what == "swap_paper":
            booths.swap_paper(booth, actor, person_id)
        else:
            abort(400)
    except booths.NoShift:
        return str(_("Begin your shift first."))
    except Refused as problem:
        return f"{problem.args[1]}"
    return "" if answer == "given" else str(WHY[answer])


WHY = {
    "paper": lazy_gettext("This person has a paper already. Only a spoiled one is exchanged."),
    "booth": lazy_gettext("This person has a card already. A torn or lost one is exchanged below."),
    "voted": lazy_gettext(
        "This person has voted online. In this vote the ballot cast online counts: no paper is "
        "handed out. They may still change it online, or with a card."
    ),
    "void": lazy_gettext(
        "Reviewers have declared the ballot of this person void. Please send them to the "
        "coordinator."
    ),
    "early": lazy_gettext("Voting has not begun yet."),
    "closed": lazy_gettext("The vote is closed. Nothing is handed out any more."),
    "none": lazy_gettext("This person has no card yet: give one above."),
}


@bp.post("/bilik/<id:booth_id>/kartu-rusak")
@may("run_booth")
@limiter.limit("120/hour")
def spoil(booth_id: int) -> ResponseReturnValue:
    """A card nobody took is torn: it does not work any more."""
    booth, _contest = booth_here(booth_id)
    try:
        booth_codes.spoil(booth, current_actor(), request.form.get("card", "")[:20])
    except Refused as problem:
        db.session.rollback()
        flash(str(problem.args[1]), "error")
    else:
        db.session.commit()
        flash(_("This card does not work any more."), "success")
    return redirect(url_for(".desk", booth_id=booth_id))


@bp.route("/bilik/<id:booth_id>/lapor", methods=["GET", "POST"])
@may("run_booth")
@limiter.limit("60/hour", methods=["POST"])
def report(booth_id: int) -> ResponseReturnValue:
    """Report that something may have gone wrong."""
    booth, contest = booth_here(booth_id)
    form = IncidentForm()
    form.kind.choices = [("", _("Please choose")), *incidents.KINDS.items()]
    if form.validate_on_submit():
        try:
            said = form.words.data or ""
            incidents.raised(contest, current_actor(), form.kind.data, said, booth_id)
        except Refused as problem:
            db.session.rollback()
            refused(form, problem, "words")
        else:
            db.session.commit()
            flash(_("Thank you. It waits for those who review incidents."), "success")
            return redirect(url_for(".desk", booth_id=booth_id))
    page = render_template("voting/booth_report.html", booth=booth, contest=contest, form=form)
    return page, 422 if form.errors else 200
