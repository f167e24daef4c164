"""Field work a phone queued without signal: each step once, by its key, or why not."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, Response, abort, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import access
from app.extensions import limiter
from app.forms.steps import EXPLAIN, form_for
from app.kinds import kind_of
from app.queries import choices, item_page
from app.queries import items as lists
from app.queries.actors import current_actor
from app.services import items, queued
from app.services.images import PhotoProblem
from app.workflow import NotAllowed, Step
from models import Item, db

from . import step_photos
from .guards import may
from .items import taken
from .quick import not_theirs, reply, upload

bp = Blueprint("work_queued", __name__, url_prefix="/kerja/lapangan/antrean")


def _found(number: str, step: str) -> tuple[Item, Step]:
    """The item, for somebody who may read it, and the step; 404 otherwise."""
    item = lists.by_number(db.session(), Item, number)
    if item is None or not access.may(current_actor(), "read", item):
        abort(404)
    try:
        return item, kind_of(item).workflow.named(step)
    except NotAllowed:
        abort(404)


def _done(item: Item, key: uuid.UUID) -> Response | None:
    change = queued.taken_step(key, item)
    return None if change is None else _accepted(item)


def _accepted(item: Item) -> Response:
    address = url_for("items.show", kind=kind_of(item), number=item.number)
    return reply(200, number=item.number, url=address)


def _meanwhile(item: Item) -> Response:
    """It moved on while the phone had no signal: where it stands, since when, and by whom."""
    db.session.rollback()
    last = item_page.trail(db.session(), item, [])[-1]
    state = str(kind_of(item).workflow[item.state].label)
    address = url_for("items.show", kind=kind_of(item), number=item.number)
    told = _("Meanwhile it stands at “%(state)s”. Please look at it before you go on.", state=state)
    return reply(409, errors=[told], edit=address, seq=last.seq)


@bp.post("/<number>/<step>/<uuid:key>/foto/<uuid:photo_key>")
@may("work_owner")
@limiter.limit("200/hour")
def photo(number: str, step: str, key: uuid.UUID, photo_key: uuid.UUID) -> ResponseReturnValue:
    """One photo of a queued step; the same twice is one."""
    item, wanted = _found(number, step)
    actor = current_actor()
    if done := _done(item, key) or not_theirs():
        return done
    if wanted not in items.open_steps(item, actor):
        return _meanwhile(item)
    draft = queued.step_draft(key, actor)
    if draft is None:
        abort(404)
    try:
        queued.keep_photo(draft, photo_key, upload(), actor, item=item, step=wanted.name)
    except PhotoProblem as wrong:
        db.session.rollback()
        return reply(422, errors=[str(wrong)])
    db.session.commit()
    return reply(200)


@bp.post("/<number>/<step>/<uuid:key>")
@may("work_owner")
@limiter.limit("300/hour")
def send(number: str, step: str, key: uuid.UUID) -> ResponseReturnValue:
    """A queued step: taken, still being checked (202), or what is wrong with it."""
    item, wanted = _found(number, step)
    actor = current_actor()
    if done := _done(item, key) or not_theirs():
        return done
    form = form_for(wanted, choices.of_step(db.session(), wanted, item.kind))()
    form.key.data = str(key)
    try:
        if wanted not in items.open_steps(item, actor):
            return _meanwhile(item)
        if taken(item, wanted, form, actor):
            queued.close_step(key)
            accepted = _accepted(item)
            db.session.commit()
            return accepted
    except (NotAllowed, items.Stale):
        return _meanwhile(item)
    if step_photos.look(item, wanted, actor).busy:
        return reply(202)
    return reply(422, **_lacking(item, wanted, form))


def _lacking(item: Item, step: Step, form: Any) -> dict[str, Any]:
    """What is wrong, in words; what wants an explanation is asked for on the phone."""
    errors, asks = [], []
    for name, wrong in form.errors.items():
        label = str(form[name].label.text)
        if name.startswith(EXPLAIN):
            asks.append({"name": name, "label": label})
        elif wrong:
            errors.append(f"{label}: {wrong[0]}")
    address = url_for("items.step", kind=kind_of(item), number=item.number, step=step.name)
    return {"errors": errors, "asks": asks, "edit": address}
