"""The texts staff answer with: listed, written, shown filled in, retired."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import access
from app.extensions import limiter
from app.forms.templates import TemplateForm
from app.kinds import KINDS
from app.queries import choices
from app.queries import items as lists
from app.queries import templates as texts
from app.queries.actors import current_actor
from app.queries.labels import department_label
from app.services import templates
from app.workflow import NotAllowed
from models import AnswerTemplate, Item, db

from .guards import may

bp = Blueprint("work_templates", __name__, url_prefix="/kerja/templat")


@bp.get("")
@may("assign")
def index() -> ResponseReturnValue:
    """The texts the actor may use, and, for some, change."""
    actor = current_actor()
    rows = texts.editable(actor)
    may_change = {row.id for row in rows if templates.may_write(actor, row.department_code)}
    return render_template(
        "work/templates.html", rows=rows, may_change=may_change, step_label=step_label,
        writes=access.may(actor, "write_templates"),
    )  # fmt: skip


def step_label(kind: str, step: str) -> str:
    """What a text is for, in words."""
    if kind not in KINDS:
        return str(_("Any service and step"))
    label = KINDS[kind].label
    known = {known.name: known.label for known in KINDS[kind].workflow.steps}
    named = known.get(step) or _("any step")
    return f"{label}: {named}"


@bp.route("/baru", methods=["GET", "POST"])
@may("write_templates")
@limiter.limit("120/hour", methods=["POST"])
def create() -> ResponseReturnValue:
    """Write a new text."""
    return _edit(None)


@bp.route("/<id:template_id>", methods=["GET", "POST"])
@may("write_templates")
@limiter.limit("300/hour", methods=["POST"])
def edit(template_id: int) -> ResponseReturnValue:
    """Change a text."""
    return _edit(_theirs(template_id))


def _theirs(template_id: int) -> AnswerTemplate:
    found = db.session.get(AnswerTemplate, template_id)
    if found is None:
        abort(404)
    if not templates.may_write(current_actor(), found.department_code):
        abort(403)
    return found


def _edit(existing: AnswerTemplate | None) -> ResponseReturnValue:
    form = _form(existing)
    sample, number = None, request.values.get("contoh", "")
    if request.method == "POST" and form.validate():
        if request.form.get("lihat"):
            sample = _sample(form.body.data, number)
        elif _kept(form, existing):
            flash(_("The text is kept."), "success")
            return redirect(url_for(".index"))
    page = render_template(
        "work/template.html",
        form=form,
        existing=existing,
        sample=sample,
        number=number,
        placeholders=list(texts.PLACEHOLDERS),
    )
    return page, 422 if form.errors else 200


def _form(existing: AnswerTemplate | None) -> TemplateForm:
    form = TemplateForm(obj=existing)
    actor = current_actor()
    own = [seat.department_code for seat in actor.seats_as("officer") if seat.department_code]
    form.department_code.choices = [(code, department_label(code)) for code in own]
    if actor.seats_as("coordinator"):
        form.department_code.choices.insert(0, ("", _("Everybody in the city")))
    form.use.choices = [("", _("Any service and step")), *_uses()]
    categories = [(code, f"{kind.label}: {name}") for kind in KINDS.values()
                  for code, name in choices.categories(kind.slug)]  # fmt: skip
    form.category_code.choices = [("", _("Any category")), *categories]
    if existing is not None and request.method == "GET":
        form.use.data = f"{existing.kind}.{existing.step}" if existing.kind else ""
        form.department_code.data = existing.department_code or ""
        form.category_code.data = existing.category_code or ""
    return form


def _uses() -> list[tuple[str, Any]]:
    """Every step that asks for words, as "kind.step"; and each kind as a whole."""
    found: list[tuple[str, Any]] = []
    for kind in KINDS.values():
        found.append((f"{kind.slug}.", step_label(kind.slug, "")))
        for step in kind.workflow.steps:
            if "note" in step.answers and "author" not in step.by:
                found.append((f"{kind.slug}.{step.name}", f"{kind.label}: {step.label}"))
    return found


def _sample(body: str, number: str) -> str | None:
    """The text as it would read for an item the actor may read."""
    item = lists.by_number(db.session(), Item, number.strip().upper())
    if item is None or not access.may(current_actor(), "read", item):
        return None
    return texts.filled(body, item)


def _kept(form: TemplateForm, existing: AnswerTemplate | None) -> bool:
    kind, _dot, step = form.use.data.partition(".")
    draft = templates.Draft(
        name=form.name.data or "",
        body=form.body.data or "",
        department_code=form.department_code.data or None,
        kind=kind,
        step=step,
        category_code=form.category_code.data or None,
        position=form.position.data or 0,
    )
    try:
        templates.keep(draft, current_actor(), existing)
    except templates.Unfit as unfit:
        form.body.errors = [str(unfit)]
        return False
    except NotAllowed:
        abort(403)
    db.session.commit()
    return True


@bp.post("/<id:template_id>/pensiun")
@may("write_templates")
def retire(template_id: int) -> ResponseReturnValue:
    """Offer a text no longer."""
    templates.retire(_theirs(template_id), current_actor())
    db.session.commit()
    flash(_("It is not offered any more; it stays on record."), "success")
    return redirect(url_for(".index"))
