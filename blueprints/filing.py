"""File an item in four steps: photos, place, what, check.  Signing in may come last."""

from __future__ import annotations

import uuid
from typing import Any, BinaryIO, cast

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.extensions import limiter
from app.forms import Form, ItemForm, PlaceForm, clean_line, whole
from app.forms.questions import SEEN, answers, unseen, with_questions
from app.kinds import Kind
from app.queries import alike, choices, elsewhere, filing, item_page, suggestions
from app.queries.actors import current_actor
from app.queries.questions import asked as questions_of
from app.queries.spot import NotHere, locate
from app.services import drafts, items, photos
from app.services.images import PhotoProblem
from maps import gazetteer
from models import Draft, Photo, db

from .guards import public, signed_in
from .items import find

bp = Blueprint("filing", __name__)
PAGES = ("foto", "lokasi", "isi", "periksa")


def held_keys() -> tuple[str, ...]:
    """The drafts this browser began before signing in."""
    return tuple(session.get("drafts", ()))


def draft_of(key: uuid.UUID) -> Draft | None:
    """The reader's draft; None when nothing was typed yet; 404 when it is somebody else's.

    One that was sent, perhaps before going back in the browser, leads to its item.
    """
    draft = drafts.find(key, current_actor(), held_keys())
    if draft is None and (sent := drafts.is_sent(key, current_actor())):
        abort(redirect(url_for("items.show", kind=sent.kind, number=sent.number)))
    if draft is None and drafts.is_taken(key, current_actor()):
        abort(404)
    return draft


def keep(kind: Kind, key: uuid.UUID, page: str) -> Draft:
    """Save what was typed on this page; of what no field takes, only its beginning."""
    draft_of(key)
    typed = {
        name: _typed(request.form.getlist(name))
        for name in request.form
        if name not in ("csrf_token", "submit")
    }
    draft = drafts.save(key, kind.slug, current_actor(), page, typed)
    if not current_actor().is_signed_in and str(key) not in held_keys():
        session["drafts"] = [*held_keys()[-9:], str(key)]
    return draft


def _typed(values: list[str]) -> str | list[str]:
    """One answer, or those of several boxes."""
    kept = [value[: drafts.LARGEST] for value in values[:100]]
    return kept if len(kept) > 1 else kept[0]


def form_of(
    kind: Kind, page: str, draft: Draft | None, sent: bool = False, kept: bool = False
) -> Any:
    """The form of a page with what was typed before, or what the person's profile knows.

    ``sent``: with what this request sends; ``kept``: to check what the draft holds, without CSRF.
    """
    meta = {"csrf": False} if kept else {}
    typed = request.form if sent else MultiDict((draft.data.get(page) if draft else None) or {})
    if page == "lokasi":
        form: Any = PlaceForm(typed or None, meta=meta, data=filing.profile(current_actor()))
        groups = choices.kelurahan()
        form.area_code.choices = {"": [("", _("Please choose"))], **groups}
    elif page == "isi":
        asked = questions_of(kind, typed.get("category_code", ""))
        form = with_questions(kind.form, asked)(
            typed or None, meta=meta, data=filing.defaults(kind)
        )
        filing.fill(db.session(), form, kind)
    else:
        form = Form()
    return form


@bp.get("/<kind:kind>/baru")
@public
def start(kind: Kind) -> ResponseReturnValue:
    """Begin: the first page, under a fresh key."""
    return _page(kind, uuid.uuid4(), "foto", None, Form())


@bp.get("/<kind:kind>/baru/<uuid:key>")
@public
def resume(kind: Kind, key: uuid.UUID) -> ResponseReturnValue:
    """Go on where it was left."""
    draft = draft_of(key)
    done = draft.data if draft else {}
    page = next((p for p in PAGES if p not in done), "periksa")
    return redirect(url_for(".step", kind=kind, key=key, page=page))


@bp.get("/<kind:kind>/baru/<uuid:key>/<any(foto, lokasi, isi, periksa):page>")
@public
def step(kind: Kind, key: uuid.UUID, page: str) -> ResponseReturnValue:
    """Show a page with what was typed."""
    draft = draft_of(key)
    if page == "periksa":
        return _check(kind, key, draft)
    return _page(kind, key, page, draft, form_of(kind, page, draft))


@bp.post("/<kind:kind>/baru/<uuid:key>/simpan/<any(lokasi, isi):page>")
@public
@limiter.limit("2000/hour")
def autosave(kind: Kind, key: uuid.UUID, page: str) -> ResponseReturnValue:
    """Keep what is being typed; answers nothing."""
    keep(kind, key, page)
    db.session.commit()
    return "", 204


@bp.post("/<kind:kind>/baru/<uuid:key>/foto")
@public
@limiter.limit("60/hour")
def add_photos(kind: Kind, key: uuid.UUID) -> ResponseReturnValue:
    """Take photos, then go on; a bad one is named and the others are kept."""
    draft = keep(kind, key, "foto")
    problems = []
    for upload in request.files.getlist("photos"):
        if not upload.filename:
            continue
        try:
            photos.stage(cast(BinaryIO, upload.stream), draft=draft, actor=current_actor())
        except PhotoProblem as wrong:
            problems.append(f"{clean_line(upload.filename)}: {wrong}")
    if gone := whole(request.form.get("hapus")):
        photos.discard(draft, gone)
    db.session.commit()
    if problems or gone:
        for text in problems:
            flash(text, "error")
        return redirect(url_for(".step", kind=kind, key=key, page="foto"))
    return redirect(url_for(".step", kind=kind, key=key, page="lokasi"))


@bp.post("/<kind:kind>/baru/<uuid:key>/lokasi")
@public
@limiter.limit("600/hour")
def set_place(kind: Kind, key: uuid.UUID) -> ResponseReturnValue:
    """Take the place; without a map, by its name or its kelurahan."""
    draft = keep(kind, key, "lokasi")
    db.session.commit()
    form = form_of(kind, "lokasi", draft, sent=True)
    if "cari" in request.form:
        hits = gazetteer.search(db.session(), clean_line(request.form.get("tempat")) or "")
        return _page(kind, key, "lokasi", draft, form, hits=hits, searched=True)
    if "pilih" in request.form:
        return _pick(kind, key, draft)
    if form.validate() and _spot(form):
        return redirect(url_for(".step", kind=kind, key=key, page="isi"))
    return _page(kind, key, "lokasi", draft, form)


def _pick(kind: Kind, key: uuid.UUID, draft: Draft) -> ResponseReturnValue:
    """A place found by name becomes the pin."""
    lon, _comma, lat = request.form["pilih"][:60].partition(",")
    picked = {**draft.data["lokasi"], "lon": lon, "lat": lat, "area_code": "", "rw": "", "rt": ""}
    drafts.save(key, kind.slug, current_actor(), "lokasi", picked)
    db.session.commit()
    return redirect(url_for(".step", kind=kind, key=key, page="lokasi"))


def _spot(form: Any) -> Any:
    """The spot of a place form; what is wrong stands on the form."""
    try:
        return locate(
            db.session(), form.lon.data or "", form.lat.data or "", form.area_code.data or ""
        )
    except NotHere as wrong:
        form.area_code.errors = [*form.area_code.errors, wrong.args[0]]
        return None


@bp.post("/<kind:kind>/baru/<uuid:key>/isi")
@public
@limiter.limit("600/hour")
def set_content(kind: Kind, key: uuid.UUID) -> ResponseReturnValue:
    """Take what it is about."""
    draft = keep(kind, key, "isi")
    db.session.commit()
    form: ItemForm = form_of(kind, "isi", draft, sent=True)
    good, category = form.validate(), form.category_code.data or ""
    asked, seen = questions_of(kind, category), request.form.get(SEEN, "")
    if unseen(form, asked, category, seen):
        return _page(kind, key, "isi", draft, form, more_asked=True)
    if good:
        return redirect(url_for(".step", kind=kind, key=key, page="periksa"))
    return _page(kind, key, "isi", draft, form)


@bp.get("/<kind:kind>/baru/pertanyaan")
@public
def questions(kind: Kind) -> ResponseReturnValue:
    """What a category asks, as a piece of the page: for forms on which another one is chosen."""
    asked = questions_of(kind, request.args.get("category_code", ""))
    form = with_questions(Form, asked)(meta={"csrf": False})
    return render_template("filing/_questions.html", questions=asked, form=form)


@bp.post("/<kind:kind>/baru/<uuid:key>/periksa")
@signed_in
@limiter.limit("30/hour;100/day")
def send(kind: Kind, key: uuid.UUID) -> ResponseReturnValue:
    """Send it: from here on it stands on the map, or waits for the kelurahan."""
    draft = draft_of(key)
    values, wrong = values_of(kind, draft)
    if values is None:
        flash(_("One page is not complete yet."), "error")
        return redirect(url_for(".step", kind=kind, key=key, page=wrong))
    try:
        item = items.file(kind, current_actor(), key, values)
    except items.Emergency as emergency:
        db.session.rollback()
        return stopped(kind, key, str(emergency))
    db.session.commit()
    return redirect(url_for(".received", kind=kind, number=item.number))


def values_of(kind: Kind, draft: Draft | None) -> tuple[dict[str, Any] | None, str]:
    """What was typed on all pages, checked once more; else the page where something is wrong."""
    place, content = (form_of(kind, page, draft, kept=True) for page in ("lokasi", "isi"))
    if draft is None or "lokasi" not in draft.data:
        return None, "lokasi"
    spot = _spot(place) if place.validate() else None
    if spot is None:
        return None, "lokasi"
    if "isi" not in draft.data or not content.validate():
        return None, "isi"
    values = {**place.data, **content.data, "area_basis": spot.basis}
    values |= {"lon": spot.lon, "lat": spot.lat, "area_code": spot.area_code}
    values |= filing.from_catalogue(db.session(), values)
    asked = questions_of(kind, values["category_code"])
    return values | {"answers": answers(content, asked)}, ""


def _check(kind: Kind, key: uuid.UUID, draft: Draft | None) -> ResponseReturnValue:
    """Everything once more, with what others have filed nearby and the promise."""
    values, wrong = values_of(kind, draft)
    if values is None or draft is None:
        return redirect(url_for(".step", kind=kind, key=key, page=wrong))
    assured, insists = request.args.get("aman") == "1", request.args.get("tetap") == "1"
    if stop := filing.emergency(values, assured):
        return stopped(kind, key, stop, filing.emergency_category(values["category_code"]))
    if not insists and (owner := elsewhere.owner_outside(db.session(), values)):
        words = {"kind": kind, "key": key, "owner": owner, "assured": int(assured) or None}
        return render_template("filing/wewenang.html", **words)
    asked = alike.Question.typed(kind.slug, values)
    return render_template(
        "filing/periksa.html",
        kind=kind,
        key=key,
        draft=draft,
        values=values,
        said=filing.said(form_of(kind, "isi", draft, kept=True)),
        near=alike.similar(db.session(), asked),
        unseen=alike.unseen(db.session(), asked),
        promise=filing.promise(kind, values),
        suggestion=suggestions.of_draft(kind.slug, draft.data),
        form=Form(),
        pages=PAGES,
    )


def stopped(kind: Kind, key: uuid.UUID, text: str, fixed: str = "-") -> ResponseReturnValue:
    """Whom to call; ``fixed`` (the category's own words) when only another category leads on."""
    return render_template("filing/darurat.html", kind=kind, key=key, text=text, fixed=fixed)


def _page(
    kind: Kind, key: uuid.UUID, page: str, draft: Draft | None, form: Any, **more: Any
) -> ResponseReturnValue:
    status = 422 if form.errors else 200
    shown: list[Photo] = draft.photos if draft else []
    words = {"kind": kind, "key": key, "draft": draft, "form": form, "pages": PAGES}
    if page == "isi":
        more["conditions"] = filing.conditions(kind)
        more["suggestion"] = suggestions.of_draft(kind.slug, draft.data if draft else {})
        more["questions"] = questions_of(kind, form.category_code.data or "")
    return render_template(f"filing/{page}.html", **words, photos=shown, **more), status


@bp.get("/<kind:kind>/<number>/terima-kasih")
@signed_in
def received(kind: Kind, number: str) -> ResponseReturnValue:
    """It has arrived: its number, who looks at it, and by when."""
    item = find(kind, number)
    return render_template(
        "filing/diterima.html", kind=kind, item=item, holder=item_page.holder(item)
    )
