"""One screen for a report, written without signal too; what the phone queued comes in here.

A queued report has its key from the phone: that is the filing key, so it becomes one item however
often it is sent.  What cannot be filed stays a draft under that key.
"""

from __future__ import annotations

import io
import uuid
from typing import Any, BinaryIO, cast

from flask import Blueprint, Response, abort, jsonify, render_template, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from app.extensions import limiter
from app.forms import Form, PlaceForm, key_of
from app.forms.questions import with_questions
from app.forms.tracking import GuestForm
from app.kinds import Kind
from app.queries import alike, choices, elsewhere, filing
from app.queries.actors import current_actor
from app.queries.labels import labels
from app.queries.questions import asked as questions_of
from app.services import drafts, items, queued, tracking
from app.services.images import PhotoProblem
from models import CategoryQuestion, Draft, Item, db

from .filing import draft_of, form_of, held_keys, values_of
from .guards import public
from .page import session

bp = Blueprint("quick", __name__)
PLACE = ("lon", "lat", "area_code", "address", "rw", "rt")
CONTACT = ("name", "phone", "contact")  # of a guest who may be called; kept in no draft
NOT_TYPED = {"csrf_token", "account", "photos", "aman", "tetap", "lihat", "website", *CONTACT}


def _kind(kind: Kind) -> Kind:
    """Only what is reported on the spot fits one screen; the others have more to ask."""
    if kind.promise is None:
        abort(404)
    return kind


def reply(status: int, **said: Any) -> Response:
    """An answer for the queue, kept by nobody."""
    response = jsonify(said)
    response.status_code = status
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.get("/<kind:kind>/cepat")
@public
def page(kind: Kind) -> ResponseReturnValue:
    """The screen.  The same for everybody but its frame, so that a phone may keep it."""
    form = _kind(kind).form(meta={"csrf": False}, data=filing.defaults(kind))
    filing.fill(session(), form, kind)
    place = PlaceForm(meta={"csrf": False})
    place.area_code.choices = {"": [("", _("Please choose"))], **choices.kelurahan()}
    stops = {c.code: c.emergency for c in labels().categories.values() if c.emergency}
    return render_template(
        "quick/page.html",
        kind=kind,
        form=form,
        place=place,
        stops=stops,
        alarm=filing.alarm().told(),
        conditions=filing.conditions(kind),
        asked=_asked(kind),
        guest=GuestForm(meta={"csrf": False}),
    )


def _asked(kind: Kind) -> dict[str, tuple[list[CategoryQuestion], Form]]:
    """What each category asks, with the fields: on the page before there is no signal."""
    found = {code: questions_of(kind, code) for code, _name in choices.categories(kind.slug)}
    return {
        code: (questions, with_questions(Form, questions)(meta={"csrf": False}))
        for code, questions in found.items()
        if questions
    }


@bp.get("/antrean")
@public
def queue() -> ResponseReturnValue:
    """What waits on this phone: reports and work in the field.  The phone alone knows."""
    return render_template("quick/queue.html")


@bp.get("/antrean/mulai")
@public
@limiter.limit("600/hour")
def begin() -> ResponseReturnValue:
    """A token to send with, and whose queue may go.  A key that nobody uses is this browser's.

    So an answer lost later takes nothing away: the browser holds the key before anything is sent.
    """
    actor = current_actor()
    key = key_of(request.args.get("kunci"))
    fresh = key is not None and not actor.is_signed_in and str(key) not in held_keys()
    if key is not None and fresh and not drafts.is_taken(key, actor):
        browser["drafts"] = [*held_keys()[-9:], str(key)]
    name = actor.name if actor.is_signed_in else ""
    return reply(200, token=generate_csrf(), account=queued.mark(actor), name=name)


def _sent(kind: Kind, key: uuid.UUID) -> Response | None:
    """The item this key has become already; its number for those who sent it."""
    item, code = drafts.is_sent(key, current_actor()), None
    if item is None and str(key) in held_keys() and tracking.was_filed(key):
        item, code = tracking.file(kind, key, {})
        db.session.commit()
    if item is not None:
        return _arrived(kind, item, code, earlier=True)
    return reply(200, number="", earlier=True) if tracking.was_filed(key) else None


def _arrived(kind: Kind, item: Item, code: str | None, earlier: bool = False) -> Response:
    guest = item.filed_by_id is None
    path = url_for("tracking.enter", nomor=item.number) if guest else None
    address = path or url_for("items.show", kind=kind, number=item.number)
    return reply(200, number=item.number, url=address, code=code, earlier=earlier)


def not_theirs() -> Response | None:
    """The refusal when the queue is another account's than the one signed in now."""
    if "account" not in request.form:
        return reply(400)
    mine = request.form["account"] == queued.mark(current_actor())
    return None if mine else reply(401)


@bp.post("/<kind:kind>/cepat/<uuid:key>/foto/<uuid:photo_key>")
@public
@limiter.limit("200/hour")
def photo(kind: Kind, key: uuid.UUID, photo_key: uuid.UUID) -> ResponseReturnValue:
    """One photo of a queued report; the same twice is one."""
    if done := _sent(_kind(kind), key) or not_theirs():
        return done
    actor = current_actor()
    earlier = draft_of(key)
    draft = drafts.save(
        key, kind.slug, actor, "foto", earlier.data.get("foto", {}) if earlier else {}
    )
    try:
        queued.keep_photo(draft, photo_key, upload(), actor)
    except PhotoProblem as wrong:
        db.session.commit()
        return reply(422, errors=[str(wrong)])
    db.session.commit()
    return reply(200)


def upload() -> BinaryIO:
    """The photo that came; nothing when none did."""
    sent = request.files.get("photo")
    return cast(BinaryIO, sent.stream) if sent else io.BytesIO()


@bp.post("/<kind:kind>/cepat/<uuid:key>")
@public
@limiter.limit(lambda: "60/hour;200/day" if current_actor().is_signed_in else "20/hour;60/day")
def send(kind: Kind, key: uuid.UUID) -> ResponseReturnValue:
    """A queued report's words: file it, or say why not; what was typed stays a draft."""
    if done := _sent(_kind(kind), key) or not_theirs():
        return done
    draft = _kept(kind, key)
    whole = queued.settle_photos(draft, [n for n in request.form.get("photos", "").split(",") if n])
    db.session.commit()
    if not whole:
        return reply(409, photos=True)
    values, wrong = values_of(kind, draft)
    if values is None:
        return reply(422, **_lacking(kind, key, draft, wrong))
    if not current_actor().is_signed_in and (errors := _contact().errors):
        said = [str(first[0]) for first in errors.values()]
        return reply(422, errors=said, edit=url_for("filing.step", kind=kind, key=key, page="isi"))
    return _stopped(kind, key, values) or _filed(kind, key, values)


def _contact() -> GuestForm:
    """Who sends it and may be called, as far as a guest said so; checked."""
    form = GuestForm(meta={"csrf": False})
    form.validate()
    return form


def _kept(kind: Kind, key: uuid.UUID) -> Draft:
    """The draft with what was typed: the place on one of its pages, the rest on another."""
    draft_of(key)
    typed: dict[str, str | list[str]] = {}
    for name, values in request.form.lists():
        cut = [value[: drafts.LARGEST] for value in values[:100]]
        typed |= {name: cut if len(cut) > 1 else cut[0]} if name not in NOT_TYPED else {}
    place = {name: typed.pop(name, "") for name in PLACE}
    actor = current_actor()
    for page, answers in (("foto", {}), ("lokasi", place), ("isi", typed)):
        draft = drafts.save(key, kind.slug, actor, page, answers)
    return draft


def _lacking(kind: Kind, key: uuid.UUID, draft: Draft, wrong: str) -> dict[str, Any]:
    """What is wrong, in words, and the page on which it can be put right."""
    form = form_of(kind, wrong, draft, kept=True)
    form.validate()
    errors = [f"{form[n].label.text}: {e[0]}" for n, e in form.errors.items() if n in form and e]
    if wrong == "lokasi" and not errors:
        errors = [_("We cannot use this place. Please choose the kelurahan, or set the pin again.")]
    return {"errors": errors, "edit": url_for("filing.step", kind=kind, key=key, page=wrong)}


def _stopped(kind: Kind, key: uuid.UUID, values: dict[str, Any]) -> Response | None:
    """An emergency, an owner outside, or others who reported the same; each may be answered."""
    asked = request.form
    if stop := filing.emergency(values, asked.get("aman") == "1"):
        firm = bool(filing.emergency_category(values["category_code"]))
        return reply(422, stop=stop, firm=firm)
    if asked.get("tetap") == "1":
        return None
    if owner := elsewhere.owner_outside(db.session(), values):
        told = _("This may belong to %(name)s", name=owner.name)
        return reply(422, owner=[told, *(t for t in (owner.contact, owner.advice) if t)])
    if asked.get("lihat") != "1":
        return None
    near = alike.similar(db.session(), alike.Question.typed(kind.slug, values))
    found = [
        {"title": r.title, "url": url_for("items.show", kind=kind, number=r.number)} for r in near
    ]
    return reply(422, near=found) if found else None


def _filed(kind: Kind, key: uuid.UUID, values: dict[str, Any]) -> Response:
    actor, code = current_actor(), None
    try:
        if actor.is_signed_in:
            item = items.file(kind, actor, key, values)
        else:
            item, code = tracking.file(kind, key, values, **_contact().told())
    except items.Emergency as emergency:
        db.session.rollback()
        return reply(422, stop=str(emergency), firm=True)
    db.session.commit()
    return _arrived(kind, item, code)
