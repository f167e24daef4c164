"""Items that may mean the same thing as another: nearby, of late, in words alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from app.access import Actor, public_items, visible
from app.alike import Between, Said, likeness
from app.kinds import KINDS
from app.queries.items import ROW
from app.queries.labels import labels
from app.workflow import Phase
from models import AnySession, Item, Person

MOST = 3
LOOKED_AT = 60  # the nearest so many are compared
LIKELY = 0.5
BODY = 600  # so many letters of a text are compared
OVER_FOR = timedelta(days=21)  # so long something finished may still be meant


@dataclass(frozen=True)
class Question:
    """A report that looks for its like.  ``lon`` and ``lat`` are degrees, EPSG:4326."""

    kind: str
    category: str
    lon: float
    lat: float
    title: str
    body: str
    pinned: bool = True
    item_id: int = 0  # not itself

    @classmethod
    def typed(cls, kind: str, values: Mapping[str, Any]) -> Question:
        """The question of somebody about to file: ``values`` as ``services.items.file`` wants."""
        names = ("category_code", "lon", "lat", "title", "body")
        category, lon, lat, title, body = (values[name] for name in names)
        pinned = values["area_basis"] != "area"
        return cls(kind, category, lon, lat, title, body, pinned)

    @classmethod
    def of(cls, item: Item, lon: float, lat: float) -> Question:
        """The question an item asks about the others."""
        pinned = item.area_basis != "area"
        return cls(item.kind, item.category_code, lon, lat, item.title, item.body, pinned, item.id)


PIN = func.ST_SetSRID(func.ST_MakePoint(bindparam("lon"), bindparam("lat")), 4326)
METRES = func.ST_DistanceSphere(Item.place, PIN)
# States of the one kind that is asked for: pairs of kind and state take long to plan.  Said so that
# no index of states is read beside that of places: it names a third of the city to find a street.
STATE = Item.state.op("||")(literal_column("''"))
OPEN = STATE.in_(bindparam("open", expanding=True))
OVER = and_(
    STATE.in_(bindparam("over", expanding=True)), Item.state_since > bindparam("over_since")
)
# The widest box a radius fits into at these latitudes, and no state that began before anything that
# counts was filed: both for the index, which leaves nine tenths of a full city unread.
CLOSE = and_(
    Item.kind == bindparam("kind"),
    Item.id != bindparam("itself"),
    func.ST_DWithin(Item.place, PIN, bindparam("degrees")),
    Item.state_since > bindparam("since"),
    bindparam("metres") >= METRES,
    or_(and_(OPEN, Item.created_at > bindparam("open_since")), OVER),
)
# Of whichever year and state: what lies near, or means the same in the same kelurahan.
EVER = and_(
    Item.kind.in_(bindparam("kinds", expanding=True)),
    Item.id != bindparam("itself"),
    or_(
        and_(func.ST_DWithin(Item.place, PIN, bindparam("degrees")), bindparam("metres") >= METRES),
        and_(
            Item.area_code == bindparam("area_code"),
            func.similarity(func.lower(Item.title), bindparam("title")) >= 0.45,
        ),
    ),
)
SAID = func.lower(Item.title + " " + func.left(Item.body, BODY))
STEMS = cast(func.tsvector_to_array(Item.search), ARRAY(Text)).label("stems")
LETTERS = func.greatest(
    func.similarity(func.lower(Item.title), bindparam("title")),
    func.word_similarity(bindparam("title"), SAID),
).label("letters")
COMPARED = (
    METRES.label("metres"),
    Item.area_basis,
    STEMS,
    LETTERS,
    case((OPEN, Item.created_at), else_=Item.state_since).label("alive"),
    (~OPEN).label("over"),
)
ASKED = select(
    func.tsvector_to_array(func.to_tsvector("indonesian", bindparam("text"))).label("stems")
)
STEMMED = text(
    "SELECT word, (ts_lexize('indonesian_stem', word))[1] AS stem"
    " FROM unnest(CAST(:words AS text[])) AS word"
)


def similar(session: AnySession, question: Question, actor: Actor | None = None) -> list[Row[Any]]:
    """The likeliest items for a question, at most MOST: rows of a list.

    Public ones, or for staff all that ``actor`` may read.
    """
    clause = public_items() if actor is None else visible(actor)
    return [row for row, _likely in ranked(session, question, clause)][:MOST]


def ever(
    session: AnySession, question: Question, area_code: str, clause: ColumnElement[bool]
) -> list[tuple[Row[Any], float]]:
    """As ``ranked``, over all kinds, years and states: how long ago it was says nothing."""
    asked = {"kinds": list(KINDS), "area_code": area_code}
    return ranked(session, question, and_(clause, EVER), asked)


def ranked(
    session: AnySession,
    question: Question,
    clause: ColumnElement[bool],
    ever: Mapping[str, Any] | None = None,
) -> list[tuple[Row[Any], float]]:
    """Items that fit ``clause`` and may mean the same, with the probability, likeliest first."""
    close = (clause,) if ever else (clause, CLOSE)
    nearest = select(Item.id).where(*close).order_by(METRES, Item.id).limit(LOOKED_AT)
    near = select(*ROW, *COMPARED).join(Person, Person.id == Item.author_id)
    given = _values(question) | dict(ever or {})
    rows = list(session.execute(near.where(Item.id.in_(nearest)), given))
    if not rows:
        return []
    kin = labels().kinship.get(question.category, {})
    shares, known = labels().common_words, _synonyms(session)
    asked = session.scalar(ASKED, {"text": f"{question.title} {question.body[:BODY]}"})
    mine = Said(question.category, _meant(asked or [], known), question.pinned)
    timeless = ever is not None
    scored = [(row, _likeness(mine, row, kin, shares, known, timeless)) for row in rows]
    return sorted(
        (pair for pair in scored if pair[1] >= LIKELY), key=lambda pair: (-pair[1], pair[0].id)
    )


def unseen(session: AnySession, question: Question) -> list[Row[Any]]:
    """Category, distance in metres and time of what is not public yet nearby; nothing else."""
    kin = [question.category, *labels().kinship.get(question.category, ())]
    hidden = Item.published_at.is_(None), Item.visibility != "confidential"
    query = (
        select(Item.category_code, cast(METRES, Integer).label("metres"), Item.created_at)
        .where(*hidden, Item.oversight.is_(False), Item.category_code.in_(kin), CLOSE)
        .order_by(METRES, Item.id)
        .limit(MOST)
    )
    return list(session.execute(query, _values(question)))


def _values(question: Question) -> dict[str, Any]:
    limits = current_app.config["CITY"].facts.get("limits", {})
    metres, now = limits.get("duplicate_radius_m", 150), datetime.now(UTC)
    workflow = KINDS[question.kind].workflow
    open_since = now - timedelta(days=limits.get("duplicate_days", 90))
    return {
        "kind": question.kind,
        "itself": question.item_id,
        "lon": question.lon,
        "lat": question.lat,
        "title": question.title.lower(),
        "metres": metres,
        "degrees": metres / 110_000,
        "open": workflow.in_phase(Phase.NEW, Phase.OPEN),
        "over": workflow.in_phase(Phase.DONE),
        "open_since": open_since,
        "over_since": now - OVER_FOR,
        "since": min(open_since, now - OVER_FOR),
    }


def _likeness(
    mine: Said,
    row: Row[Any],
    kin: Mapping[str, float],
    shares: Mapping[str, float],
    known: Mapping[str, str],
    timeless: bool = False,
) -> float:
    theirs = Said(row.category_code, _meant(row.stems, known), row.area_basis != "area")
    same = 1.0 if row.category_code == mine.category else kin.get(row.category_code, 0.0)
    days = 0 if timeless else (datetime.now(UTC) - row.alive).total_seconds() / 86_400
    between = Between(row.metres, same, row.letters, days, row.over and not timeless)
    return likeness(mine, theirs, between, shares)


def _meant(stems: list[str], known: Mapping[str, str]) -> frozenset[str]:
    """The stems, each by its standard word."""
    return frozenset(known.get(stem, stem) for stem in stems)


def _synonyms(session: AnySession) -> Mapping[str, str]:
    """Stem of a word of the street -> stem of the standard word; asked for once a process."""
    kept: Mapping[str, str] | None = current_app.extensions.get("rembuk_synonyms")
    if kept is None:
        said: Mapping[str, str] = current_app.config["CITY"].synonyms
        words = sorted({*said, *said.values()})
        rows = session.execute(STEMMED, {"words": words})
        stems = {row.word: row.stem or row.word for row in rows}
        kept = {stems[word]: stems[means] for word, means in said.items()}
        current_app.extensions["rembuk_synonyms"] = kept
    return kept
