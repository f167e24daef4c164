"""The demonstration: a living city, made anew on the day it is loaded."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select, text

from app.queries.calendar import city_calendar
from app.queries.spots import spots
from maps import fold
from models import Photo, User, db

from . import (
    audit,
    demo_cast,
    demo_desk,
    demo_season,
    demo_votes,
    facets,
    funnel,
    numbers,
    repeated,
)
from .demo_calendar import years
from .demo_city import texts
from .demo_plan import Planner
from .demo_play import Play
from .fill_walk import City, KeptCalendar

SEED = 1810  # Bandung's year of foundation
ACT = "demo.loaded"
READ_AFTER = timedelta(days=6)  # older lines of the inbox have been read
EVERY = 500  # acts between two lines of progress

# What happened then is not to look as if it happened now.
THEN = (
    """
    UPDATE notification n SET created_at = c.at, read_at = CASE WHEN c.at < :read THEN c.at END
    FROM change c WHERE c.id = n.change_id
    """,
    """
    UPDATE notification n SET created_at = c.created_at,
           read_at = CASE WHEN c.created_at < :read THEN c.created_at END
    FROM comment c WHERE n.change_id IS NULL AND c.id = n.source_id AND c.item_id = n.item_id
    """,
    """
    UPDATE support s SET created_at =
           i.created_at + (coalesce(i.state_since, now()) - i.created_at) * random()
    FROM item i WHERE i.id = s.item_id
    """,
    "UPDATE follow f SET created_at = i.created_at FROM item i WHERE i.id = f.item_id",
    "UPDATE photo p SET created_at = c.at FROM change c WHERE c.id = p.change_id",
    """
    UPDATE notice n SET created_at = g.invited_at
    FROM forum_guest g WHERE n.event = 'forum_invited' AND g.user_id = n.user_id
      AND n.mark = 'forum ' || g.forum_id AND g.sent_at IS NOT NULL
    """,
)


@dataclass(frozen=True)
class Account:
    """One account to try the demo with."""

    role: str
    name: str
    email: str
    password: str
    purpose: str


def loaded() -> bool:
    """Has the demo been loaded into this database?"""
    found = db.session.scalar(text("SELECT 1 FROM audit_event WHERE act = :act"), {"act": ACT})
    return found is not None


def accounts() -> list[Account]:
    """The accounts to try the demo with, as ``people.toml`` lists them."""
    password, people = demo_cast.listed(current_app.config["CITY"].folder / "demo")
    return [
        Account(row["role"], row["name"], row["email"], password, row.get("purpose", ""))
        for row in people
    ]


def load(say: Callable[[str], Any] = print, most: int = 100) -> Mapping[str, int]:
    """Make the people and play their stories up to now, in the caller's transaction.

    ``most`` limits how many items show the same way through the states.  After the commit the
    ``undeveloped`` pictures are to be processed.  Says how far it is; returns what was made.
    """
    rng, folder = random.Random(SEED), current_app.config["CITY"].folder / "demo"
    words = texts()
    cast = demo_cast.engage(folder, words.names, rng)
    say(f"{len(cast.residents)} residents, staff for every seat")
    city = City(
        calendar=KeptCalendar(city_calendar().overrides),
        zone=current_app.config["CITY"].zone,
        now=datetime.now(UTC) - timedelta(minutes=2),
        owner=lambda row: "",
        outside=lambda row: "",
        note=lambda *_rest: "",
    )
    play = Play(rng, city, words, cast)
    where, calendar = spots(db.session, 40, SEED), demo_season.timetable(city, cast)
    stories = list(Planner(rng, city, words, cast, where, most, calendar).stories())
    demo_season.Season.of(play, calendar, stories, folder).begin()
    for story in stories:
        play.tell(story)
    say(f"{len(play.acts)} stories")
    for done in play.run():
        if done % EVERY == 0:
            say(f"{done} acts, {play.done['photos']} pictures")
    say(f"{demo_desk.talk(cast, city, folder, rng)} notes among colleagues")
    held = demo_votes.hold(cast, city, years(city.now.astimezone(city.zone)), rng)
    say(f"{held} votes")
    _finish(cast)
    return play.done


def _finish(cast: demo_cast.Cast) -> None:
    db.session.flush()
    read = datetime.now(UTC) - READ_AFTER
    for statement in THEN:
        db.session.execute(text(statement), {"read": read})
    demo_desk.date_back(read)
    emails = [account.email for account in accounts()]
    db.session.execute(
        User.__table__.update().where(User.email.in_(emails)).values(wants_email=True)  # type: ignore[attr-defined]
    )
    facets.refresh(db.session)
    fold.fold(db.session)
    numbers.refresh(db.session)
    funnel.refresh(db.session)
    repeated.refresh(db.session)
    code = current_app.config["CITY"].code
    audit.note(ACT, f"city:{code}", by=None)
    db.session.flush()
    db.session.expire_all()


def undeveloped() -> list[int]:
    """The pictures whose originals still wait; ``photos.process`` and ``discard_original`` them."""
    found = select(Photo.id).where(Photo.staged_name != "").order_by(Photo.id)
    return list(db.session.scalars(found))
