"""File an item in four steps: photos, place, what, check.  Signing in may come last."""

from __future__ import annotations

import uuid
from typing import Any, BinaryIO, cast

from flask import (
    Blueprint,
    abort,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.extensions import limiter
from app.forms import Form, ItemForm, clean_line, whole
from app.forms.questions import SEEN, unseen, with_questions
from app.kinds import Kind
from app.queries import alike, elsewhere, filing, item_page, suggestions, typed
from app.queries.actors import current_actor
from app.queries.questions import asked as questions_of
from app.services import documents, drafts, items, photos, proposing
from app.services.document_content import DocumentProblem
from app.services.images import PhotoProblem
from maps import gazetteer
from models import Draft, Photo, db

from . import musrenbang_intake as intake
from .guards import public, signed_in
from .items import find
from .kept import door

bp = Blueprint("filing", __name__)
PAGES = ("foto", "lokasi", "isi", "periksa")


def held_keys() -> tuple[str, ...]:
    """The drafts this browser began before signing in."""
    return tuple(session.get("drafts", ()))


def draft_of(key: uuid.UUID) -> Draft | None:
    """The reader's draft; None when nothing was typed yet; 404 when it is somebody else's.

    One that was sent, perhaps before going back in the browser, leads to its item; whoever is
    not signed in may be its owner, and is asked to sign in.
    """
    draft = drafts.find(key, current_actor(), held_keys())
    if draft is None and (sent := drafts.is_sent(key, current_actor())):
        abort(redirect(url_for("items.show", kind=sent.kind, number=sent.number)))
    if draft is None and drafts.is_taken(key, current_actor()):
        theirs = drafts.is_owned(key) and not current_actor().is_signed_in
        abort(make_response(door()) if theirs else 404)
    if draft is not None and (in_line := intake.in_line(draft)):
        abort(in_line)
    return draft


def keep(kind: Kind, key: uuid.UUID, page: str) -> Draft:
    """Save what was typed on this page; of what no field takes, only its beginning."""
    draft_of(key)
    answers = {
        name: _typed(request.form.getlist(name))
        for name in request.form
        if name not in ("csrf_token", "submit")
    }
    draft = drafts.save(key, kind.slug, current_actor(), page, answers)
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
    said = request.form if sent else MultiDict((draft.data.get(page) if draft else None) or {})
    if page == "lokasi":
        form: Any = typed.place_form(said, current_actor(), **meta)
    elif page == "isi":
        form = typed.content_form(kind, said, draft.data if draft else None, **meta)
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


@bp.post("/<kind:kind>/baru/<uuid:key>/buang")
@signed_in
@limiter.limit("120/hour")
def discard(kind: Kind, key: uuid.UUID) -> ResponseReturnValue:
    """Forget what was begun; somebody else's is as if it were not there."""
    if drafts.discard(key, current_actor()):
        db.session.commit()
        flash(_("It is thrown away."), "info")
    return redirect(url_for("account.mine"))


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
    if filing.asks_catalogue(kind):
        problems += _documents(draft)
    gone, paper = whole(request.form.get("hapus")), whole(request.form.get("hapus-dokumen"))
    if gone:
        photos.discard(draft, gone)
    if paper:
        documents.discard(draft, paper)
    db.session.commit()
    if problems or gone or paper:
        for text in problems:
            flash(text, "error")
        return redirect(url_for(".step", kind=kind, key=key, page="foto"))
    return redirect(url_for(".step", kind=kind, key=key, page=_after_photos(kind, draft)))


def _documents(draft: Draft) -> list[str]:
    """Take what was put to the documents; a bad one is named and the others are kept."""
    problems = []
    for sort in documents.NAMES:
        for upload in request.files.getlist(f"dokumen-{sort}"):
            if not upload.filename:
                continue
            stream, actor = cast(BinaryIO, upload.stream), current_actor()
            try:
                documents.take(stream, upload.filename, sort, actor=actor, draft=draft)
            except DocumentProblem as wrong:
                problems.append(f"{clean_line(upload.filename)}: {wrong}")
    return problems


def _after_photos(kind: Kind, draft: Draft) -> str:
    """The next page; whoever came back to add what was missing goes on to read it through."""
    if not {"lokasi", "isi"} <= set(draft.data):
        return "lokasi"
    return "foto" if unmet(kind, draft) else "periksa"


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
    if form.validate() and typed.spot_of(form):
        return redirect(url_for(".step", kind=kind, key=key, page="isi"))
    return _page(kind, key, "lokasi", draft, form)


def _pick(kind: Kind, key: uuid.UUID, draft: Draft) -> ResponseReturnValue:
    """A place found by name becomes the pin."""
    lon, _comma, lat = request.form["pilih"][:60].partition(",")
    picked = {**draft.data["lokasi"], "lon": lon, "lat": lat, "area_code": "", "rw": "", "rt": ""}
    drafts.save(key, kind.slug, current_actor(), "lokasi", picked)
    db.session.commit()
    return redirect(url_for(".step", kind=kind, key=key, page="lokasi"))


@bp.post("/<kind:kind>/baru/<uuid:key>/isi")
@public
@limiter.limit("600/hour")
def set_content(kind: Kind, key: uuid.UUID) -> ResponseReturnValue:
    """Take what it is about."""
    draft = keep(kind, key, "isi")
    db.session.commit()
    form: ItemForm = form_of(kind, "isi", draft, sent=True)
    good, category = form.validate(), form.category_code.data or ""
    good = filing.fits_catalogue(db.session(), form) and good
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
    if in_line := intake.receive(kind, key):
        return in_line
    draft = draft_of(key)
    values, wrong = values_of(kind, draft)
    if values is None:
        flash(_("One page is not complete yet."), "error")
        return redirect(url_for(".step", kind=kind, key=key, page=wrong))
    try:
        item = items.file(kind, current_actor(), key, values, at=g.arrived)
    except items.Emergency as emergency:
        db.session.rollback()
        return stopped(kind, key, str(emergency))
    onward = redirect(url_for(".received", kind=kind, number=item.number))
    db.session.commit()
    return onward


def values_of(kind: Kind, draft: Draft | None) -> tuple[dict[str, Any] | None, str]:
    """What was typed on all pages, checked once more; else the page where something is wrong."""
    values, wrong, _form = typed.values_of(kind, draft.data if draft else None, current_actor())
    return (None, "foto") if values and unmet(kind, draft) else (values, wrong)


def unmet(kind: Kind, draft: Draft | None) -> list[str]:
    """What the chosen line of the catalogue wants to come along and has not come yet."""
    if draft is None or not filing.asks_catalogue(kind):
        return []
    code = (draft.data.get("isi") or {}).get("catalogue_code", "")
    return documents.unmet(db.session(), draft, filing.in_catalogue(db.session(), code))


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
    near, more = alike.similar(db.session(), asked), {}
    if filing.asks_catalogue(kind):
        shown = [row.id for row in near]
        more["beside"] = proposing.beside(db.session(), kind, values, g.arrived, shown)
    return render_template(
        "filing/periksa.html",
        **more,
        kind=kind,
        key=key,
        draft=draft,
        values=values,
        said=filing.said(form_of(kind, "isi", draft, kept=True)),
        near=near,
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
    if page == "foto" and filing.asks_catalogue(kind):
        more["unmet"], more["sorts"] = unmet(kind, draft), documents.NAMES
        more["papers"] = documents.of_draft(db.session(), draft)
        more["begun"] = request.args.get("kamus", "")[:20]
    if page == "isi":
        more["entry"] = filing.chosen(kind, form)
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
