"""What colleagues keep beside the demo's reports: whose hands they are in, and notes with names."""

from __future__ import annotations

import random
import tomllib
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select, text

from app.access import Actor, may
from models import Assignment, Complaint, Department, db

from . import assignments, notes
from .demo_cast import Cast
from .fill_walk import City

ON_DESKS = ("routed", "accepted", "returned", "planned", "working", "reopened", "proof_submitted")
MOST = 40  # reports with notes
# What was told then is not to look as if it was told now.
THEN = (
    """
    UPDATE notification n SET created_at = m.at, read_at = CASE WHEN m.at < :read THEN m.at END
    FROM internal_note m WHERE n.event = 'mention' AND m.id = n.source_id
    """,
    """
    UPDATE notification n SET created_at = a.at, read_at = CASE WHEN a.at < :read THEN a.at END
    FROM assignment a WHERE n.event = 'assigned' AND a.id = n.source_id
    """,
)


def talk(cast: Cast, city: City, folder: Path, rng: random.Random) -> int:
    """Let officers take reports into their hands and write to each other; returns how many notes.

    Reports of the listed accounts come first, so that whoever signs in finds some.
    """
    path = folder / "notes.toml"
    said = tomllib.loads(path.read_text("utf-8"))["note"] if path.is_file() else []
    listed = [cast.officers.get(code) for code in ("dsdabm", "dlh")]
    query = select(Complaint).where(Complaint.state.in_(ON_DESKS)).order_by(Complaint.id)
    found = list(db.session.scalars(query))
    found.sort(key=lambda item: cast.officers.get(item.department_code or "") not in listed)
    made = 0
    for item in found[:MOST]:
        officer = cast.officers.get(item.department_code or "")
        moderator = cast.moderators.get(item.area_code)
        if not said or officer is None or moderator is None or item.oversight:
            continue
        _take(item, officer, city)
        for who, words, at in _lines(rng.choice(said), item, officer, moderator, city):
            if may(who, "write_note", item):
                note = notes.add(item, who, words, uuid.uuid4())
                note.at = at
                made += 1
    db.session.flush()
    return made


def _take(item: Complaint, officer: Actor, city: City) -> None:
    if item.state in ("routed", "returned"):
        return
    held: Assignment = assignments.give(item, officer, officer.user_id or 0)
    held.at = min(_since(item) + timedelta(hours=1), city.now)


def _since(item: Complaint) -> datetime:
    return item.state_since or item.created_at


def _lines(
    said: dict[str, str], item: Complaint, officer: Actor, moderator: Actor, city: City
) -> Iterator[tuple[Actor, str, datetime]]:
    """A question of the kelurahan, and what the office answers: who, the words, when."""
    office = db.session.get_one(Department, item.department_code)
    at = min(_since(item) + timedelta(hours=2), city.now - timedelta(minutes=30))
    places = {"opd": office.abbreviation, "petugas": officer.name, "kelurahan": moderator.name}
    yield moderator, said["asks"].format(**places), at
    if "answers" in said:
        later = min(at + timedelta(hours=3), city.now - timedelta(minutes=5))
        yield officer, said["answers"].format(**places), later


def date_back(read: datetime) -> None:
    """Give the lines of inboxes the day of what they tell; read before ``read``."""
    for statement in THEN:
        db.session.execute(text(statement), {"read": read})
