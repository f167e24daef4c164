"""Proof: what is looked at before a photo may close a report, and who must explain what.

The officer sees each check before the proof goes on and explains, in public, what did not pass.
What was found is kept, rounded; the camera's own words stay encrypted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import lazy_gettext as _
from sqlalchemy import text

from app.kinds import kind_of
from app.queries import proof as reads
from app.workflow import Incomplete, Step
from models import Change, Item, Photo, ProofCheck, db

from . import evidence
from .answers import Refused
from .images import Evidence

SKEW = timedelta(minutes=10)  # by so much a camera's clock may be wrong
FEWEST = 10  # characters of an explanation
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('proof', 22))")
# What the public trail calls each check before its explanation.
LABELS = {
    "time": _("About the time of the photo"),
    "distance": _("About the place of the photo"),
    "report": _("About a photo this report has already"),
    "city": _("About a photo used before"),
}


@dataclass(frozen=True)
class Finding:
    """What one check found on one photo.

    ``value`` is rounded: whole days after the report for ``time``, metres for ``distance``.
    """

    photo_id: int
    name: str
    result: str
    value: int | None = None
    match_item_id: int | None = None


def wanted(item: Item, step: Step) -> bool:
    """Are the photos of this step looked at as proof?  Only where there is a place to see."""
    return step.proves and "place_bound" in kind_of(item).facts(item)


def findings(item: Item, photos: Iterable[Photo], at: datetime | None = None) -> list[Finding]:
    """What the checks find on photos that are ready; ``at`` is when they are handed in."""
    ready = [photo for photo in photos if photo.status == "ready"]
    own = [photo.id for photo in ready]
    looks = reads.views(db.session, own)
    found: list[Finding] = []
    for photo in ready:
        seen = _seen(photo)
        found.append(_time(item, photo, seen, at or datetime.now(UTC)))
        found.append(_distance(item, photo, seen))
        found += _reuse(item, photo, looks[photo.id], own)
    return found


def _seen(photo: Photo) -> Evidence:
    """The camera's words; nothing when they were written with another key."""
    try:
        return evidence.unlock(photo.evidence, photo.id)
    except evidence.Unreadable:
        return Evidence()


def _time(item: Item, photo: Photo, seen: Evidence, at: datetime) -> Finding:
    """Taken after the report, and not in the future."""
    if seen.taken_at is None:
        return Finding(photo.id, "time", "no_data")
    taken = datetime.fromisoformat(seen.taken_at)
    if taken.tzinfo is None:  # a camera that knows no zone shows the city's time
        taken = taken.replace(tzinfo=current_app.config["CITY"].zone)
    right = item.created_at - SKEW <= taken <= at + SKEW
    days = (max(taken, item.created_at) if right else taken) - item.created_at
    return Finding(photo.id, "time", "passed" if right else "failed", days.days)


def _distance(item: Item, photo: Photo, seen: Evidence) -> Finding:
    """Taken at the place."""
    if seen.lon is None or seen.lat is None:
        return Finding(photo.id, "distance", "no_data")
    metres = reads.metres(db.session, item.id, seen.lon, seen.lat)
    result = "passed" if metres <= reach() else "failed"
    return Finding(photo.id, "distance", result, rounded(metres))


def reach() -> int:
    """How far from the place a proof may be taken, in metres (``proof_distance_m``)."""
    return int(current_app.config["CITY"].facts.get("limits", {}).get("proof_distance_m", 100))


def rounded(metres: float) -> int:
    """Metres as anybody may know them: never the exact place."""
    step = 10 if metres < 100 else 50 if metres < 1000 else 500
    return max(step, round(metres / step) * step)


def _reuse(
    item: Item, photo: Photo, looks: Sequence[tuple[int, int]], own: Sequence[int]
) -> list[Finding]:
    """Neither a photo this report has already nor one used elsewhere in the city."""
    if not looks:
        return [Finding(photo.id, name, "no_data") for name in ("report", "city")]
    here = reads.seen_here(db.session, item.id, looks, but=own)
    other = reads.seen_elsewhere(db.session, item.id, looks[0])
    return [
        Finding(photo.id, "report", "failed" if here else "passed"),
        Finding(photo.id, "city", "failed" if other else "passed", match_item_id=other),
    ]


def to_explain(found: Iterable[Finding]) -> tuple[str, ...]:
    """The checks that ask for words: a photo failed, or no camera said a thing."""
    results: dict[str, set[str]] = {}
    for finding in found:
        results.setdefault(finding.name, set()).add(finding.result)
    return tuple(
        name for name, those in results.items() if "failed" in those or "passed" not in those
    )


def checked(
    item: Item, step: Step, answers: Mapping[str, Any], given: Mapping[str, Any], at: datetime
) -> dict[str, Any]:
    """The answers of a step that proves, with ``findings`` and the explanations in the note.

    Raises Incomplete without a photo (or a reason, where the step takes one) and without the
    explanation of what did not pass; Refused while a photo is not ready.
    """
    if not wanted(item, step):
        return dict(answers)
    photos: list[Photo] = answers.get("photos") or []
    if not photos:
        if answers.get("reason"):
            return dict(answers)
        raise Incomplete("photos")
    _ready(photos)
    db.session.execute(ONE_AT_A_TIME)  # two proofs with one picture see each other
    found = findings(item, photos, at)
    said = _explained(to_explain(found), given.get("explanations") or {})
    note = "\n\n".join([answers.get("note", ""), *said]).strip()
    return {**answers, "note": note, "findings": found}


def _ready(photos: Iterable[Photo]) -> None:
    if any(photo.status == "refused" for photo in photos):
        raise Refused("photos", _("One photo cannot be used. Take it away first."))
    if any(photo.status != "ready" for photo in photos):
        raise Refused("photos", _("The photos are still being checked. Look again in a moment."))


def _explained(names: Sequence[str], given: Mapping[str, Any]) -> list[str]:
    """The explanations as the trail tells them, in the city's language.  Raises Incomplete."""
    words = {name: str(given.get(name) or "").strip() for name in names}
    lacking = [f"explain_{name}" for name in names if len(words[name]) < FEWEST]
    if lacking:
        raise Incomplete(*lacking)
    with force_locale(current_app.config["BABEL_DEFAULT_LOCALE"]):
        return [f"{LABELS[name]}: {words[name]}" for name in names]


def follow_up(item: Item, step: Step, given: Mapping[str, Any], change: Change) -> None:
    """Keep what the checks found, with the change that handed the proof in."""
    db.session.add_all(
        ProofCheck(
            item_id=item.id,
            change_id=change.id,
            photo_id=finding.photo_id,
            name=finding.name,
            result=finding.result,
            value=finding.value,
            match_item_id=finding.match_item_id,
            at=change.at,
        )
        for finding in given.get("findings", ())
    )
