"""Make sure of residents: the RW's word, the card at the counter, and taking it back."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm

from app.extensions import limiter
from app.forms import whole
from app.forms.verification import AttestForm, CheckForm, QuotaForm, RevokeForm
from app.queries import choices, people
from app.queries.actors import current_actor
from app.queries.calendar import city_day
from app.services import accounts
from app.services import verification as service
from app.workflow import NotAllowed
from models import Person, User, Verification, db

from .guards import may

bp = Blueprint("verification", __name__, url_prefix="/kerja/warga")
METHODS = {
    "phone": lazy_gettext("Phone confirmed by a code"),
    "attestation": lazy_gettext("The RW vouched for them"),
    "counter": lazy_gettext("Card checked at the counter"),
    "dukcapil": lazy_gettext("Compared with Dukcapil"),
}


# -- the RW ------------------------------------------------------------------------------------


@bp.get("/rw")
@may("attest")
def residents() -> ResponseReturnValue:
    """Residents of the actor's RW for whom nobody has vouched yet."""
    return _residents(AttestForm(formdata=None))


def _residents(form: AttestForm, person_id: int = 0) -> str:
    actor = current_actor()
    groups = []
    for seat in actor.seats_as("operator"):
        area = seat.area_code or ""
        rows = [row for row in people.unvouched(db.session, area, seat.rw)
                if row.id != actor.person_id]  # fmt: skip
        numbers = {seat.rw} if seat.rw else {row.rw for row in rows}
        quotas = {rw: service.quota(area, rw) for rw in sorted(n for n in numbers if n)}
        groups.append({"area": area, "rw": seat.rw, "rows": rows, "quotas": quotas})
    mine = people.vouched_by(db.session, actor.user_id or 0)
    return render_template(
        "voting/verify_rw.html", groups=groups, mine=mine, form=form, asked=person_id
    )


@bp.post("/rw")
@may("attest")
@limiter.limit("300/hour")
def attest() -> ResponseReturnValue:
    """Vouch for one of them."""
    form = AttestForm()
    person = db.session.get(Person, whole(form.person.data) or 0)
    if person is None:
        abort(404)
    if not form.validate():
        return _residents(form, person.id), 422
    try:
        service.attest(person, current_actor(), known=form.known.data)
    except NotAllowed:
        abort(404)
    except service.Unfit as unfit:
        db.session.rollback()
        flash(str(unfit), "warning")
    else:
        db.session.commit()
        flash(_("You have vouched for %(name)s.", name=person.name), "success")
    return redirect(url_for(".residents"))


# -- the counter -------------------------------------------------------------------------------


@bp.route("/loket", methods=["GET", "POST"])
@may("verify_person")
@limiter.limit("300/hour", methods=["POST"])
def counter() -> ResponseReturnValue:
    """The card in hand: NIK, name, where they live."""
    form = CheckForm()
    form.area_code.choices = _areas()
    if request.method == "POST" and form.validate():
        user = accounts.confirmed(form.email.data) if form.email.data else None
        if form.email.data and user is None:
            form.email.errors = [_("We know no confirmed account with this address.")]
        elif (answer := _checked(form, user)) is not None:
            return answer
    return _counter(form)


def _areas() -> dict[str, Any]:
    """The kelurahan the actor's seats cover."""
    actor = current_actor()
    every = choices.kelurahan()
    mine = {district: [pair for pair in listed if service.counter_seat(actor, pair[0])]
            for district, listed in every.items()}  # fmt: skip
    return {district: listed for district, listed in mine.items() if listed}


def _counter(form: CheckForm, **words: Any) -> ResponseReturnValue:
    asked = request.args.get("cari", "")[:80]
    seats = current_actor().seats_as("moderator", "coordinator")
    home = next((seat.area_code for seat in seats if seat.area_code), None)
    area = home or current_app.config["CITY"].code
    words["found"] = people.seek(db.session, area, asked) if asked else ()
    page = render_template("voting/verify_counter.html", form=form, seek=asked, **words)
    return page, 422 if form.errors else 200


def _checked(form: CheckForm, user: User | None) -> ResponseReturnValue | None:
    """Keep it; None when the form has to say what is wrong."""
    try:
        made = service.check(
            current_actor(),
            form.nik.data or "",
            person=user.person if user else None,
            name=form.name.data or "",
            area_code=form.area_code.data,
            rw=form.rw.data,
            rt=form.rt.data,
        )
    except service.Taken as taken:
        db.session.rollback()
        other = db.session.get(Person, taken.args[0].id) if taken.args[0] else None
        form.nik.errors = [_("Another person with this NIK is on record.")]
        return _counter(form, other=other, user=user, token=FlaskForm())
    except NotAllowed:
        db.session.rollback()
        form.nik.errors = [_("You cannot check this person: another officer has to.")]
        return None
    db.session.commit()
    flash(_("%(name)s is checked (L3).", name=made.person.name), "success")
    return redirect(url_for(".person", person_id=made.person_id))


@bp.post("/gabung")
@may("verify_person")
@limiter.limit("60/hour")
def join() -> ResponseReturnValue:
    """An account takes over what was checked of its person before."""
    user = db.session.get(User, whole(request.form.get("user")) or 0)
    known = db.session.get(Person, whole(request.form.get("person")) or 0)
    if user is None or known is None:
        abort(404)
    try:
        service.join(user, known, current_actor())
    except NotAllowed:
        abort(404)
    except service.Unfit as unfit:
        db.session.rollback()
        flash(str(unfit), "warning")
        return redirect(url_for(".counter"))
    db.session.commit()
    flash(_("The account has taken over what was checked before."), "success")
    return redirect(url_for(".person", person_id=user.person_id))


def _person(person_id: int) -> Person:
    """A resident of where the actor's seats are; 404 otherwise."""
    found = db.session.get(Person, person_id)
    known = found is not None and found.anonymised_at is None
    if (
        found is None
        or not known
        or not service.counter_seat(current_actor(), found.area_code or "")
    ):
        abort(404)
    return found


@bp.get("/<id:person_id>")
@may("verify_person")
def person(person_id: int) -> ResponseReturnValue:
    """How sure the city is of somebody, and why."""
    return _shown(_person(person_id), RevokeForm(formdata=None))


def _shown(found: Person, form: RevokeForm, asked: int = 0) -> str:
    acts = people.acts_on(db.session, found.id)
    may_revoke = {one.id for one in acts if service.revoker(current_actor(), one)}
    return render_template(
        "voting/verify_person.html",
        person=found,
        acts=acts,
        may_revoke=may_revoke,
        methods=METHODS,
        form=form,
        asked=asked,
    )


@bp.post("/batal/<id:verification_id>")
@may("verify_person")
@limiter.limit("60/hour")
def revoke(verification_id: int) -> ResponseReturnValue:
    """Take a verification back."""
    found = db.session.get(Verification, verification_id)
    if found is None or not service.revoker(current_actor(), found):
        abort(404)
    form = RevokeForm()
    if not form.validate():
        return _shown(found.person, form, found.id), 422
    try:
        service.revoke(found, current_actor(), form.reason.data or "")
    except NotAllowed:
        db.session.rollback()
        flash(_("It was taken back already."), "info")
    else:
        db.session.commit()
        flash(_("Taken back. Lists of voters that are frozen stay as they are."), "success")
    return redirect(url_for(".person", person_id=found.person_id))


# -- quotas ------------------------------------------------------------------------------------


@bp.route("/kuota", methods=["GET", "POST"])
@may("keep_quotas")
@limiter.limit("120/hour", methods=["POST"])
def quotas() -> ResponseReturnValue:
    """How many residents an RW may vouch for."""
    form = QuotaForm(data={"valid_from": city_day()} if request.method == "GET" else None)
    form.area_code.choices = choices.kelurahan()
    if request.method == "POST" and form.validate():
        values = (form.area_code.data, form.rw.data, form.most.data, form.valid_from.data)
        service.set_quota(current_actor(), *values)
        db.session.commit()
        flash(_("The quota is kept."), "success")
        return redirect(url_for(".quotas"))
    page = render_template(
        "voting/verify_quotas.html",
        form=form,
        rows=people.quotas(db.session),
        usual=service.USUAL_QUOTA,
    )
    return page, 422 if form.errors else 200
