"""The printed set of a forum: invitations, minutes and lists, as PDF and as XLSX.

Ordered here, made by a job with its progress, kept for some days; the public files, which hold
numbers and no names, stay.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import select

from app.access import Actor, on_public_list
from app.queries import ceilings, forum_past
from app.queries import forum as queries
from app.queries import ranking as lists
from app.queries.calendar import city_day
from app.queries.forum import Result
from app.queries.forum_words import name_of, whose
from app.queries.labels import labels
from app.queue import enqueue
from models import CatalogueEntry, Forum, ForumPrint, ForumVersion, db

from . import audit, forum_text
from .disposition import documents
from .forum import letter_days, path_of, require
from .qr import squares

KEPT_DAYS = 60
PUBLIC = ("public_set", "public_table")
TABLES = ("table", "public_table")
FORMS = ("berita_acara", "hadir", "prioritas", "belum", "aset", "realisasi", "notulen")
PUBLIC_FORMS = ("berita_acara", "hadir", "prioritas", "belum", "aset", "realisasi")


@dataclass(frozen=True)
class Group:
    """The agreed proposals of one department, with what they come to in rupiah."""

    name: str
    rows: Sequence[Result]

    @property
    def total(self) -> int:
        """What they cost together."""
        return sum(row.cost or 0 for row in self.rows)


@dataclass(frozen=True)
class PrintedSet:
    """Everything a form may say.  ``public``: without names.

    ``ceiling`` (rupiah) held when the forum was closed, and as many agreed proposals fit under it;
    ``owners`` are the codes of departments by proposal.
    """

    forum: Forum
    public: bool
    name: str
    whose: str
    address: str
    day: date
    version: ForumVersion | None
    corrections: Sequence[ForumVersion]
    turnout: queries.Turnout
    agreed: Sequence[Result]
    others: Sequence[Result]
    groups: Sequence[Group]
    came: Sequence[Any] = ()
    minutes: dict[int, Any] = field(default_factory=dict)
    assets: Sequence[Any] = ()
    past: Sequence[Any] = ()
    delegates: Sequence[Any] = ()
    ceiling: int | None = None
    fitting: int = 0
    owners: Mapping[int, str | None] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """What the agreed proposals cost together, in rupiah."""
        return sum(row.cost or 0 for row in self.agreed)

    @property
    def past_is_cut(self) -> bool:
        """Are there more proposals of earlier years than the form has room for?"""
        return len(self.past) >= forum_past.MOST

    @property
    def digest(self) -> str:
        """The hash that stands at the foot of each page; '' while the forum is open."""
        return self.version.sha256.hex() if self.version else ""

    @property
    def by_vote(self) -> int:
        """How many were decided by vote."""
        return sum(row.decision.way == "suara" for row in (*self.agreed, *self.others))


def order(forum: Forum, actor: Actor, sort: str) -> ForumPrint:
    """Have files made.  The same waiting order is not made twice.  Raises NotAllowed."""
    seat = require(actor, forum)
    return _order(forum, sort, seat, actor.user_id)


def _order(forum: Forum, sort: str, seat: str, user_id: int | None) -> ForumPrint:
    waiting = select(ForumPrint).where(
        ForumPrint.forum_id == forum.id, ForumPrint.sort == sort, ForumPrint.status == "waiting"
    )
    made = db.session.scalars(waiting.limit(1)).first()
    number = len(queries.versions(db.session, forum.id))
    if made is not None:
        made.version = number  # it will say what holds by then
        return made
    made = ForumPrint(forum_id=forum.id, sort=sort, version=number, seat=seat, user_id=user_id)
    db.session.add(made)
    db.session.flush()
    enqueue("forum_print", print_id=made.id)
    audit.note("forum_print", f"forum:{forum.id}", by=user_id, detail=sort)
    return made


def order_public(forum: Forum, seat: str) -> None:
    """After closing or correcting: what everybody may open."""
    for sort in PUBLIC:
        _order(forum, sort, seat, None)


def gathered(forum: Forum, public: bool) -> PrintedSet:
    """All that the forms say, read once."""
    agreed, others = (
        [row for row in rows if not public or on_public_list(row.proposal)]
        for rows in forum_text.results(forum)
    )
    signed = queries.versions(db.session, forum.id)
    came = () if public else queries.attendance(db.session, forum.id)
    key = queries.key_of(forum)
    owners = _owners([*agreed, *others])
    ceiling = ceilings.ceiling_for(db.session, key, forum.closed_at)
    stored = lists.ranking_of(db.session, key)
    places = lists.cut([row.cost for row in agreed], ceiling, stored.rule if stored else "stop")
    return PrintedSet(
        forum=forum,
        public=public,
        name=name_of(forum),
        whose=whose(forum),
        address=current_app.config["BASE_URL"] + path_of(forum),
        day=city_day(forum.starts_at),
        version=signed[-1] if signed else None,
        corrections=signed[1:],
        turnout=queries.turnout(db.session, forum.id),
        agreed=agreed,
        others=others,
        groups=list(_groups(agreed, owners)),
        came=came,
        minutes={} if public else queries.minutes(db.session, forum.id),
        assets=queries.assets(db.session, forum.id),
        past=forum_past.realised(db.session, key),
        delegates=[one for one in came if one.delegate],
        ceiling=ceiling,
        fitting=sum(place.above is not False for place in places),
        owners=owners,
    )


def _owners(rows: Sequence[Result]) -> dict[int, str | None]:
    """The department of each; before anybody has assigned one, the one the catalogue names."""
    owners: dict[int, str | None] = {row.proposal.id: row.proposal.department_code for row in rows}
    meant = {row.proposal.catalogue_code for row in rows if not row.proposal.department_code}
    entry = CatalogueEntry
    known = select(entry.code, entry.department_code).where(entry.code.in_(meant))
    usual = {row[0]: row[1] for row in db.session.execute(known)} if meant else {}
    for row in rows:
        named = usual.get(row.proposal.catalogue_code or "")
        owners[row.proposal.id] = owners[row.proposal.id] or named
    return owners


def _groups(agreed: Sequence[Result], owners: Mapping[int, str | None]) -> Iterator[Group]:
    """By department, the one with the best placed proposal first; what has none comes last."""
    mine = {row.proposal.id: owners[row.proposal.id] for row in agreed}
    names = labels().department_names
    for code in sorted(dict.fromkeys(mine.values()), key=lambda code: code is None):
        rows = [row for row in agreed if owners[row.proposal.id] == code]
        yield Group(names.get(code or "", "") or "Belum ditentukan perangkat daerahnya", rows)


def pages(made: ForumPrint) -> list[str]:
    """The forms of an order as pages of HTML, in the language of the city's paper."""
    with force_locale("id"):
        if made.sort == "letters":
            return _letters(made.forum)
        public = made.sort in PUBLIC
        facts = gathered(made.forum, public)
        template = current_app.jinja_env.get_template("musrenbang/forum_print.html")
        return [
            template.render(form=form, s=facts, **_frame(made.forum))
            for form in (PUBLIC_FORMS if public else FORMS)
        ]


def _frame(forum: Forum) -> dict[str, Any]:
    config = current_app.config
    return {
        "city": config["CITY"],
        "says": config["CITY"].facts.get("disposition", {}),
        "qr": squares(config["BASE_URL"] + path_of(forum)),
        "now": datetime.now(UTC),
    }


def _letters(forum: Forum) -> list[str]:
    """One letter for each of the invited, each with their own code for the door."""
    template = current_app.jinja_env.get_template("musrenbang/forum_letter.html")
    base, made = current_app.config["BASE_URL"], []
    for guest in queries.guests(db.session, forum.id):
        door = f"{base}/hadir/{guest.token}"
        made.append(
            template.render(forum=forum, guest=guest, door=door, name=name_of(forum),
                            whose=whose(forum), day=city_day(forum.starts_at),
                            **(_frame(forum) | {"qr": squares(door)}))
        )  # fmt: skip
        guest.letter_at = guest.letter_at or datetime.now(UTC)
    db.session.flush()
    return made


def late_letters(forum: Forum, at: datetime | None = None) -> int | None:
    """Days of notice when that is fewer than the city wants; else None."""
    days = queries.days_of_notice(forum, at or datetime.now(UTC))
    return days if days < letter_days() else None


# -- the files --------------------------------------------------------------------------------


def keep(made: ForumPrint, file: bytes) -> None:
    """The file is there: keep it, with its digest."""
    made.file_name = secrets.token_hex(16)
    documents().put(made.file_name, file)
    made.sha256 = hashlib.sha256(file).digest()
    made.status, made.progress, made.ready_at = "ready", 100, datetime.now(UTC)
    db.session.flush()


def give_up(print_id: int) -> None:
    """It could not be made."""
    made = db.session.get(ForumPrint, print_id)
    if made is not None and made.status == "waiting":
        made.status = "failed"


def sweep() -> int:
    """Delete old files: those with names after some days, public ones once a newer one is there."""
    before = datetime.now(UTC) - timedelta(days=KEPT_DAYS)
    old = select(ForumPrint).where(
        ForumPrint.created_at < before,
        ForumPrint.status != "deleted",
        ForumPrint.sort.not_in(PUBLIC),
    )
    gone = 0
    for made in db.session.scalars(old.order_by(ForumPrint.id)).all():
        if made.file_name:
            documents().delete(made.file_name)
        made.status, made.file_name = "deleted", ""
        gone += 1
    db.session.flush()
    return gone


def file_name(made: ForumPrint) -> str:
    """What a file is called when it is saved."""
    ending = "xlsx" if made.sort in TABLES else "pdf"
    return f"musrenbang-{made.forum.plan_year}-forum-{made.forum_id}-{made.sort}.{ending}"


def mime_type(made: ForumPrint) -> str:
    """The sort of the file."""
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return sheet if made.sort in TABLES else "application/pdf"
