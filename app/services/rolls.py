"""Who may vote in a contest: a snapshot at publication, disputes, late enrolment, one area chosen.

Each state of the roll is published as counts per RW and a Merkle root over its entries.  An entry
names nobody: it begins with a keyed mark that only its owner is shown.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Mapping
from typing import Any

from flask import current_app
from sqlalchemy import BigInteger, Select, Text, and_, func, insert, literal, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from app.queries.merkle import Levels, Tree
from models import AnySession, Contest, Eligible, Person, RollVersion, Verification, db

SMALL = 5  # fewer are never said
ELSEWHERE = ""  # the RW of nobody in particular


def residence(least: int) -> tuple[Any, Any]:
    """Kelurahan and RW of a person as columns, beside the act that verified them.

    From level 2 on only where somebody vouched for it counts, below that what people say.
    """
    row = (
        select(Verification.area_code, Verification.rw)
        .where(
            Verification.person_id == Person.id,
            Verification.revoked_at.is_(None),
            Verification.area_code.is_not(None),
            Verification.level >= max(least, 2),
        )
        .order_by(Verification.level.desc(), Verification.id.desc())
        .limit(1)
        .correlate(Person)
        .lateral("verified")
    )
    if least >= 2:
        return row, (row.c.area_code, row.c.rw)
    areas = (func.coalesce(row.c.area_code, Person.area_code), func.coalesce(row.c.rw, Person.rw))
    return row, areas


def entitled(contest: Contest) -> Select[Any]:
    """Everybody who fulfils what a contest asks: person, kelurahan, RW and level."""
    row, (area, rw) = residence(contest.min_level)
    code = contest.area_code
    here = or_(area == code, and_(area >= f"{code}.", area < f"{code}/"))
    if contest.min_level < 2 and code == current_app.config["CITY"].code:
        here = or_(here, area.is_(None))  # whoever has only an account counts for the whole city
    wanted = (
        select(Person.id, area.label("area_code"), rw.label("rw"), Person.level)
        .select_from(Person)
        .outerjoin(row, literal(True))
        .where(Person.level >= contest.min_level, Person.anonymised_at.is_(None), here)
    )
    if only := contest.terms.get("rw"):
        wanted = wanted.where(rw == int(only))
    return wanted


def snapshot(contest: Contest, seat: str) -> RollVersion:
    """Freeze who may vote now, and publish counts and root.  Once, when it is published."""
    rows = entitled(contest).add_columns(
        literal(contest.id, BigInteger).label("contest_id"),
        literal("snapshot", Text).label("source"),
        literal(contest.series, Text).label("series"),
    )
    names = ["person_id", "area_code", "rw", "level", "contest_id", "source", "series"]
    db.session.execute(insert(Eligible).from_select(names, rows))
    return version(contest, seat, "")


def version(contest: Contest, seat: str, reason: str) -> RollVersion:
    """Write down how the roll stands now."""
    tree, counts, size = Tree(), Counter[tuple[str, int]](), 0
    for entry in entries(db.session, contest):
        tree.add(entry["leaf"].encode())
        counts[entry["area_code"] or ELSEWHERE, entry["rw"] or 0] += 1
        size += 1
    latest = select(func.max(RollVersion.no)).where(RollVersion.contest_id == contest.id)
    made = RollVersion(
        contest_id=contest.id,
        no=(db.session.scalar(latest) or 0) + 1,
        size=size,
        root=tree.root().hex(),
        counts={"rows": suppressed(counts)},
        reason=reason,
        seat=seat,
    )
    db.session.add(made)
    db.session.flush()
    return made


def entries(session: AnySession, contest: Contest) -> list[dict[str, Any]]:
    """The roll in the order of its marks, which says nothing about who is who."""
    columns = (Eligible.person_id, Eligible.area_code, Eligible.rw, Eligible.level, Eligible.source)
    rows = session.execute(select(*columns).where(Eligible.contest_id == contest.id))
    key = str(current_app.config["NIK_KEY"]).encode()
    made = []
    for row in rows:
        mark = _mark(key, contest.id, row.person_id)
        where = f"{row.area_code or '-'}|{row.rw or '-'}"
        leaf = f"{contest.id}|{mark}|{where}|{row.level}|{row.source}"
        made.append({"leaf": leaf, "person_id": row.person_id, "area_code": row.area_code,
                     "rw": row.rw})  # fmt: skip
    return sorted(made, key=lambda entry: entry["leaf"])


def _mark(key: bytes, contest_id: int, person_id: int) -> str:
    said = f"roll:{contest_id}:{person_id}".encode()
    return hmac.digest(key, said, hashlib.sha256).hex()[:32]


def place_on(session: AnySession, contest: Contest, person_id: int) -> tuple[str, list[str]] | None:
    """Somebody's own entry and its path to the root of the roll as it stands; None if not on it."""
    listed = entries(session, contest)
    index = next((n for n, entry in enumerate(listed) if entry["person_id"] == person_id), None)
    if index is None:
        return None
    return listed[index]["leaf"], Levels(e["leaf"].encode() for e in listed).path(index)


def suppressed(counts: Mapping[tuple[str, int], int]) -> list[dict[str, Any]]:
    """People per kelurahan and RW for everybody's eyes: ``n`` None where it would be under five.

    Where what is hidden could be told from the sum, the next smallest is hidden with it.
    """
    rows = sorted((n, area, rw) for (area, rw), n in counts.items() if n)
    hidden = sum(1 for n, _area, _rw in rows if n < SMALL)
    while 0 < hidden < len(rows) and (
        hidden == 1 or sum(n for n, _area, _rw in rows[:hidden]) < SMALL
    ):
        hidden += 1
    said = [
        {"area": area, "rw": rw or None, "n": None if place < hidden else n}
        for place, (n, area, rw) in enumerate(rows)
    ]
    return sorted(said, key=lambda row: (row["area"], row["rw"] or 0))


def on_roll(session: AnySession, contest: Contest, person_id: int | None) -> Eligible | None:
    """Somebody's place on the roll of a contest; None when they may not vote in it."""
    if person_id is None:
        return None
    found: Eligible | None = session.get(Eligible, (contest.id, person_id))
    return found


def add(contest: Contest, person: Person, source: str) -> bool:
    """Put somebody on the roll; False when they stand there already."""
    row, (area, rw) = residence(contest.min_level)
    place = select(area, rw).select_from(Person).outerjoin(row, literal(True))
    where = db.session.execute(place.where(Person.id == person.id)).one()
    values = {"contest_id": contest.id, "person_id": person.id, "level": person.level,
              "area_code": where[0], "rw": where[1], "source": source,
              "series": contest.series}  # fmt: skip
    query = upsert(Eligible).values(values).on_conflict_do_nothing()
    return db.session.scalar(query.returning(Eligible.person_id)) is not None


def fulfils(contest: Contest, person_id: int) -> bool:
    """Does somebody fulfil what the contest asks, as of now?"""
    wanted = entitled(contest).where(Person.id == person_id)
    return db.session.execute(wanted).first() is not None
