"""Photos on the form of a step: they wait there, checked, until the step is taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

from flask import request

from app.access import Actor
from app.forms import whole
from app.forms.steps import EXPLAIN, StepForm, photo_ids
from app.kinds import state_of
from app.queries import item_page
from app.queries import proof as reads
from app.services import photos, proof
from app.services.images import PhotoProblem
from app.workflow import Step
from models import Item, Photo, db

LOOK, DROP = "periksa", "buang"  # buttons: look at the photos again, take one away


@dataclass
class Waiting:
    """What the form shows of the photos that wait on it.

    ``checks`` gives the words for what was found, by photo; ``explain`` names the form's fields
    for what did not pass.
    """

    photos: list[Photo] = field(default_factory=list)
    checks: dict[int, list[reads.Line]] = field(default_factory=dict)
    explain: list[str] = field(default_factory=list)
    proves: bool = False

    @property
    def busy(self) -> bool:
        """Is one of them still being prepared?"""
        return any(photo.status == "staged" for photo in self.photos)


def look(item: Item, step: Step, actor: Actor) -> Waiting:
    """The photos on the form of a step, and what the checks say of them now."""
    if "photos" not in step.answers:
        return Waiting()
    there = photos.waiting(item, step.name, actor)
    if not proof.wanted(item, step):
        return Waiting(there)
    found = proof.findings(item, there)
    return Waiting(
        there,
        {photo.id: reads.lines([f for f in found if f.photo_id == photo.id]) for photo in there},
        [f"{EXPLAIN}{name}" for name in proof.to_explain(found)],
        proves=True,
    )


def keep(item: Item, step: Step, form: StepForm, actor: Actor) -> bool:
    """Stage what came along, so that no mistake elsewhere loses it; take away what is to go.

    Says whether anything was done.
    """
    fields: Any = form
    if "photos" not in fields:
        return False
    gone = whole(request.form.get(DROP))
    if gone is not None:
        photos.take_back(item, step.name, actor, gone)
    came = [upload for upload in fields.photos.data or [] if upload and upload.filename]
    try:
        for upload in came:
            stream = cast(BinaryIO, upload.stream)
            photos.stage(stream, actor=actor, item=item, step=step.name)
    except PhotoProblem as wrong:
        fields.photos.errors = [str(wrong)]
    there = [photo.id for photo in photos.waiting(item, step.name, actor)]
    others = [number for number in photo_ids(form) if number not in (*there, gone)]
    form.photo_ids.data = ",".join(map(str, [*there, *others]))
    return bool(came) or gone is not None


def forgive(form: StepForm) -> None:
    """Nothing was handed in, so nothing lacks; what is wrong with a photo is still said."""
    for each in form:
        if each.name != "photos":
            each.errors = []


def shown(item: Item, step: Step, actor: Actor) -> dict[str, Any]:
    """For a step's template: ``waiting`` photos, ``proofs`` to judge and the ``pictures`` there."""
    judged = step.target is not None and state_of(item).name in reads.JUDGED
    return {
        "waiting": look(item, step, actor),
        "proofs": reads.of_item(db.session(), item, actor) if judged else [],
        "pictures": item_page.photos(db.session(), item) if judged else [],
    }


def only_looking(item: Item, step: Step, actor: Actor) -> bool:
    """Is nothing handed in yet: a button of the photos was pressed, or they are being checked?"""
    if request.form.get(LOOK) or request.form.get(DROP):
        return True
    there = photos.waiting(item, step.name, actor) if proof.wanted(item, step) else []
    return any(photo.status == "staged" for photo in there)
