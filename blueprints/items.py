"""Pages every kind of item has: list, search, item, its steps."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import access
from app.extensions import limiter
from app.forms import key_of, whole
from app.forms.steps import StepForm, answers, form_for
from app.kinds import Kind, kind_of
from app.queries import alike, choices, item_page, item_table, listing, plan_prefill, suggestions
from app.queries import items as lists
from app.queries.actors import current_actor
from app.services import inbox, items, supports
from app.services.answers import Refused
from app.workflow import Incomplete, NotAllowed, Step
from models import Item, db

from . import step_photos, texts
from .errors import problem
from .guards import public, signed_in
from .page import item_url, last_seen, lonlat, session
from .panels import panels
from .work import places_for

bp = Blueprint("items", __name__)


def find(kind: Kind, number: str) -> Item:
    """The item with that number, for a reader who may read it; 404 otherwise."""
    item = lists.by_number(session(), kind.model, number)
    if item is None or not access.may(current_actor(), "read", item):
        abort(404)
    return item


def _list(kind: Kind | None) -> ResponseReturnValue:
    filters = lists.Filters.read(request.args, kind.slug if kind else "")
    before = last_seen()
    if number := listing.as_number(filters.q):
        return redirect(url_for(".by_number", number=number))
    count = lists.public_count(session(), filters)
    return render_template(
        "items/index.html",
        kind=kind,
        filters=filters,
        page=lists.public_page(session(), filters, before, count),
        count=count,
        options=listing.options(session(), filters),
        before=before,
        most=item_table.MOST,
    )


@bp.get("/<kind:kind>/")
@public
def index(kind: Kind) -> ResponseReturnValue:
    """The public list of one kind."""
    return _list(kind)


@bp.get("/cari")
@public
def search() -> ResponseReturnValue:
    """The public list of all kinds."""
    return _list(None)


@bp.get("/nomor/<number>")
@public
def by_number(number: str) -> ResponseReturnValue:
    """Lead from a number to its item."""
    item = lists.by_number(session(), Item, number)
    if item is None or not access.may(current_actor(), "read", item):
        abort(404)
    return redirect(url_for(".show", kind=item.kind, number=item.number))


@bp.get("/<kind:kind>/<number>")
@public
def show(kind: Kind, number: str) -> ResponseReturnValue:
    """An item's page."""
    item, actor = find(kind, number), current_actor()
    if actor.is_signed_in and inbox.mark_item_read(actor, item):
        db.session.commit()
    return page_of(kind, item)


def page_of(kind: Kind, item: Item, **said: str) -> str:
    """An item's page for this reader; ``said``: a comment's body and stance, what is wrong."""
    actor, reads = current_actor(), session()
    pictures = item_page.photos(reads, item)
    moderates = access.may(actor, "moderate", item)
    return render_template(
        "items/show.html",
        kind=kind,
        item=item,
        state=kind.workflow[item.state],
        joined=_readable(item.merged_into),
        entries=item_page.trail(reads, item, pictures),
        pictures=pictures,
        waiting=item_page.photos_waiting(reads, item) if actor.is_signed_in else 0,
        words=item_page.discussion(reads, item, actor, moderates),
        moderates=moderates,
        answers_from=access.seat_for(actor, access.ACTS["answer"], item),
        author=item_page.author_name(item, actor),
        own=bool(access.RULES["author"](actor, item)),
        holder=item_page.holder(item),
        why=listing.why(reads, item),
        supported=item_page.supports(reads, item, actor),
        followed=item_page.follows(reads, item, actor),
        steps=items.open_steps(item, actor) if actor.is_signed_in else [],
        comment_key=uuid.uuid4(),
        said=said,
        panels=panels(item, actor, reads),
    )


def _readable(item: Item | None) -> Item | None:
    """The item if this reader may read it: of others not even the number is said."""
    return item if item is not None and access.may(current_actor(), "read", item) else None


@bp.route("/<kind:kind>/<number>/langkah/<step>", methods=["GET", "POST"])
@signed_in
@limiter.limit("300/hour")
def step(kind: Kind, number: str, step: str) -> ResponseReturnValue:
    """Take a step: its form, and what was answered."""
    item = find(kind, number)
    try:
        wanted = kind.workflow.named(step)
        form = form_for(wanted, choices.of_step(db.session(), wanted, kind.slug))()
        if request.method == "GET":
            begin(item, wanted, form, current_actor())
        elif texts.WANTED in request.form:
            return _with_text(kind, item, wanted, form)
        elif taken(item, wanted, form, current_actor()):
            onward = _onward(kind, item)  # while all of it is still at hand
            db.session.commit()
            return onward
    except NotAllowed:
        return _too_late(item, step)
    except items.Stale:
        db.session.rollback()
        if wanted not in items.open_steps(item, current_actor()):
            return _too_late(item, step)
        _look_again(item, form)
        return _step_page(kind, item, wanted, form), 409
    return _step_page(kind, item, wanted, form), 422 if form.errors else 200


def _step_page(kind: Kind, item: Item, step: Step, form: StepForm) -> str:
    words: dict[str, Any] = {"kind": kind, "item": item, "step": step, "form": form}
    words |= step_photos.shown(item, step, current_actor())
    words["suggestions"] = suggestions.for_step(item, step.name)
    words["why"] = listing.why(db.session(), item) if "department" in form else None
    near = _alike(item) if "into" in form else []
    return render_template("items/step.html", **words, near=near, texts=texts.offered(item, step))


def _with_text(kind: Kind, item: Item, step: Step, form: StepForm) -> ResponseReturnValue:
    """The form again, with an answer text in its note and everything typed kept."""
    if step not in items.open_steps(item, current_actor()):
        raise NotAllowed(step.name)
    texts.put_in(item, step, form)
    if request.headers.get("HX-Request"):
        return render_template("work/_note_field.html", form=form)
    step_photos.keep(item, step, form, current_actor())
    db.session.commit()
    return _step_page(kind, item, step, form)


def _alike(item: Item) -> list[Any]:
    """Items nearby with which this one may be joined."""
    question = alike.Question.of(item, *lonlat(item.place))
    return alike.similar(db.session(), question, current_actor())


def begin(item: Item, step: Step, form: StepForm, actor: access.Actor) -> None:
    """Fill the form of a step with what is known.  Raises NotAllowed."""
    if step not in items.open_steps(item, actor):
        raise NotAllowed(step.name)
    form.seen.data = item_page.trail(db.session(), item, [])[-1].seq
    listing.prefill(db.session(), form, item)
    plan_prefill.prefill(db.session(), form, item, step.name)


def _onward(kind: Kind, item: Item) -> ResponseReturnValue:
    """Back to the item; whoever may no longer read it goes on with other work."""
    if request.form.get("lanjut") == "lapangan" and access.may(current_actor(), "work_owner"):
        flash(_("It is saved."), "success")
        return redirect(url_for("work_field.cards"))
    if access.may(current_actor(), "read", item):
        return redirect(url_for(".show", kind=kind, number=item.number))
    flash(_("It is saved. Another office looks after it now."), "success")
    places = places_for(current_actor())
    return redirect(places[0]["url"] if places else url_for("account.mine"))


def taken(item: Item, step: Step, form: StepForm, actor: access.Actor) -> bool:
    """Take the step if what was sent is good, for the caller to commit; else say on the form why.

    Photos are kept before anything is refused, and not at all when the step is not open.
    """
    good, is_open = form.validate(), step in items.open_steps(item, actor)
    if is_open:
        if step_photos.keep(item, step, form, actor):
            db.session.commit()  # the photos stay
        if step_photos.only_looking(item, step, actor):
            step_photos.forgive(form)
            return False
    elif not good:
        raise NotAllowed(step.name)
    if form.errors:
        return False
    try:
        items.move(
            item,
            step.name,
            actor,
            answers(form, step),
            key=key_of(form.key.data),
            seen=whole(form.seen.data),
            arrived=g.arrived,
        )
    except Incomplete as lacking:
        for name in lacking.args:
            form[name if name in form else "note"].errors = [_("This is needed.")]
    except Refused as wrong:
        _say(form, *wrong.args)
    else:
        return True
    db.session.rollback()
    return False


def _say(form: StepForm, name: str, why: str) -> None:
    """What is wrong, at the field it is about; at the top when there is none."""
    field = next((f for f in (name, f"{name}_to", "note") if f in form), None)
    if field is None:
        form.form_errors.append(str(why))
    else:
        form[field].errors = [why]


def _look_again(item: Item, form: StepForm) -> None:
    """Somebody was quicker, but the step is open still: everything typed stays."""
    form.seen.data = item_page.trail(db.session(), item, [])[-1].seq
    changed = _("Something changed here since you opened this page. Look at it, then send again.")
    form.form_errors.append(changed)


def _too_late(item: Item, step: str) -> ResponseReturnValue:
    """The step is not open to this actor: 403 for a stranger to it, 409 when it was open before."""
    db.session.rollback()
    steps = (known for known in kind_of(item).workflow.steps if known.name == step)
    theirs = any(access.seat_for(current_actor(), known.by, item) for known in steps)
    there = (item_url(item), _("See what became of it"))
    return problem(409 if theirs else 403, action=there)


def _back(kind: Kind, number: str, part: str = "") -> ResponseReturnValue:
    return redirect(url_for("items.show", kind=kind, number=number, _anchor=part or None))


@bp.post("/<kind:kind>/<number>/dukung")
@signed_in
@limiter.limit("120/hour")
def support(kind: Kind, number: str) -> ResponseReturnValue:
    """Stand behind an item, or no longer."""
    item = find(kind, number)
    act = supports.withdraw if request.form.get("batal") else supports.support
    try:
        act(item, current_actor())
    except NotAllowed:
        return problem(409)
    db.session.commit()
    if request.headers.get("HX-Request"):
        return render_template(
            "items/_support.html", kind=kind, item=item, supported=act is supports.support
        )
    return _back(kind, number, "dukungan")


@bp.post("/<kind:kind>/<number>/ikuti")
@signed_in
@limiter.limit("120/hour")
def follow(kind: Kind, number: str) -> ResponseReturnValue:
    """Follow an item, or no longer."""
    item = find(kind, number)
    act = supports.unfollow if request.form.get("batal") else supports.follow
    act(item, current_actor())
    db.session.commit()
    flash(
        _("You no longer follow it.") if request.form.get("batal") else _("You follow it now."),
        "success",
    )
    return _back(kind, number)
