"""Answer texts on the form of a step: which fit, and the one that was chosen put in."""

from __future__ import annotations

from collections.abc import Sequence

from flask import request

from app.forms import whole
from app.forms.steps import StepForm
from app.queries import templates
from app.queries.actors import current_actor
from app.workflow import Step
from models import AnswerTemplate, Item

WANTED = "isi-teks"  # the button that puts a text in instead of sending the form


def offered(item: Item, step: Step) -> Sequence[AnswerTemplate]:
    """The texts that fit a step which asks for words."""
    actor = current_actor()
    if "note" not in step.answers or not actor.seats:
        return ()
    return templates.for_step(item, step, actor)


def put_in(item: Item, step: Step, form: StepForm) -> None:
    """Add the chosen text, filled in, below what has been typed."""
    chosen = whole(request.form.get("teks"))
    text = next((t.body for t in offered(item, step) if t.id == chosen), "")
    typed = (form["note"].data or "").strip()
    form["note"].data = "\n\n".join(filter(None, (typed, templates.filled(text, item))))
