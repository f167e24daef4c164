"""The demo's forums: called, visited, written down and closed through the real services."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.access import Actor
from app.queries import forum as queries
from app.queries.cycles import city_code
from app.queries.labels import labels
from app.queries.ranking_keys import ListKey, is_member
from models import Forum, Item, Proposal, db

from . import forum as service
from . import forum_attendance as doors
from . import forum_closing, forum_decisions, forum_minutes, minutes, ranking
from .demo_plan import Story
from .demo_play import Play

LASTS = timedelta(hours=3)
CALLED = timedelta(days=10)  # before it begins
SENT = 3  # people sent on to the next level


@dataclass
class Meeting:
    """A forum of the demo: whose list it is about, when it begins, and what is proposed there."""

    key: ListKey
    begins: datetime
    actor: Actor
    stories: Sequence[Story]
    closes: bool = True
    prints: bool = False
    also: Sequence[Mapping[str, Any]] = ()  # further guests, with accounts
    ceiling: int = 0
    words: dict[str, Any] = field(default_factory=dict)
    forum_id: int = 0

    @property
    def forum(self) -> Forum:
        """As it stands."""
        return db.session.get_one(Forum, self.forum_id)


@dataclass
class Forums:
    """Puts meetings on the stage; ``said`` is the city's ``forum.toml``."""

    play: Play
    said: Mapping[str, Any]
    taken: set[str] = field(default_factory=set)

    def hold(self, meeting: Meeting) -> None:
        """Let it be called, come together and close."""
        play, begins = self.play, meeting.begins
        called = min(begins - CALLED, play.city.now - timedelta(days=2))
        play.at(called, lambda: self._call(meeting, called))
        if meeting.closes:
            play.at(begins, lambda: self._gather(meeting))
            play.at(begins + LASTS, lambda: self._close(meeting))

    def _name(self, sex: str) -> str:
        """Somebody who has not been named yet."""
        while True:
            first = self.play.rng.choice(self.said["men" if sex == "L" else "women"])
            name = f"{first} {self.play.rng.choice(self.said['surnames'])}"
            if name not in self.taken:
                self.taken.add(name)
                return name

    def _call(self, meeting: Meeting, at: datetime) -> None:
        usual, rng = self.said[meeting.key.level], self.play.rng
        meeting.words = {
            "wilayah": labels().areas[meeting.key.area_code or ""],
            "tahun": meeting.key.plan_year,
            "nomor": rng.randrange(20, 90),
        }
        unnamed = meeting.actor.name.startswith("Staf")  # a seat without a person of the demo
        values = {
            "venue": usual["venue"].format_map(meeting.words),
            "starts_at": meeting.begins,
            "ends_at": meeting.begins + LASTS,
            "chair": self._name("P") if unnamed else meeting.actor.name,
            "chair_role": usual["chair_role"].format_map(meeting.words),
            "secretary": self._name("P"),
            "letter_number": usual["letter"].format_map(meeting.words),
        }
        found = service.create(meeting.actor, meeting.key, values)
        found.created_at = found.changed_at = at
        meeting.forum_id = found.id
        guests = [
            {**row, "name": self._name(row["sex"]), "body": row["body"].format_map(meeting.words)}
            for row in usual["guests"]
        ]
        service.invite(found, meeting.actor, [*meeting.also, *guests], at)
        if not meeting.closes:
            service.send_letters(found, meeting.actor, at)
            for guest in queries.guests(db.session, found.id):
                guest.letter_at = None if guest.sent_at else at + timedelta(hours=2)
        self.play.done["forums"] += 1

    def _gather(self, meeting: Meeting) -> None:
        """Nearly everybody invited comes, a few minutes apart; a neighbour comes as well."""
        found, at = meeting.forum, meeting.begins - timedelta(minutes=35)
        came = queries.guests(db.session, found.id)
        for n, guest in enumerate(came[:-1]):
            at += timedelta(minutes=3)
            row, _new = doors.add(found, meeting.actor, {}, uuid.uuid4(), guest, at)
            if n % 4 == 1 and n // 4 < SENT:
                doors.delegate(found, meeting.actor, row.id, True)
        neighbour = {"name": self._name("P"), "group": "umum", "sex": "P"}
        doors.add(found, meeting.actor, neighbour, uuid.uuid4(), None, at)

    def _close(self, meeting: Meeting) -> None:
        found, actor = meeting.forum, meeting.actor
        agreed, others = self._table(meeting)
        end = meeting.begins + LASTS
        order = [item.id for item in agreed]
        if order:
            ranking.reorder(actor, meeting.key, order, end - timedelta(hours=1))
        for n, item in enumerate(agreed):
            self._decide(found, actor, item, self._for(n), end - timedelta(minutes=80 - 2 * n))
        for n, item in enumerate(others):
            given = self.said["refused_notes"][n % len(self.said["refused_notes"])]
            given = {"way": "mufakat", "outcome": "not_agreed", **given}
            self._decide(found, actor, item, given, end - timedelta(minutes=40 - 2 * n))
        self._write(meeting, len(agreed) + len(others), len(agreed))
        if meeting.prints:
            for asset in self.said["assets"]:
                service.keep_asset(found, actor, asset)
        forum_closing.freeze(found, actor, end)
        if meeting.prints:
            minutes.order_public(found, service.require(actor, found))

    def _for(self, n: int) -> dict[str, Any]:
        """The second one is agreed by vote, all others by consensus."""
        note = {"note": self.said["agreed_note"] if n == 0 else ""}
        if n == 1:
            return {"way": "suara", **self.said["votes"], **note}
        return {"way": "mufakat", "outcome": "agreed", **note}

    def _decide(
        self, found: Forum, actor: Actor, item: Proposal, given: Mapping[str, Any], at: datetime
    ) -> None:
        forum_decisions.decide(found, actor, item, given, at=at)

    def _table(self, meeting: Meeting) -> tuple[list[Proposal], list[Proposal]]:
        """What is agreed, most beneficiaries first, and what is not."""
        agreed: list[Proposal] = []
        others: list[Proposal] = []
        for story in meeting.stories:
            item: Item | None = db.session.get(Item, story.item_id) if story.item_id else None
            if not isinstance(item, Proposal) or item.state != "verified":
                continue
            if item.level == meeting.key.level and is_member(item, meeting.key, city_code()):
                (agreed if meeting.key.level in story.forums else others).append(item)
        agreed.sort(key=lambda item: -(item.beneficiaries or 0))
        return agreed, others

    def _write(self, meeting: Meeting, tabled: int, agreed: int) -> None:
        found = meeting.forum
        values = {
            **meeting.words,
            "ketua": found.chair_role,
            "hadir": queries.present_count(db.session, found.id),
            "jumlah": tabled,
            "sepakat": agreed,
            "pagu": f"Rp{meeting.ceiling:,}".replace(",", "."),
        }
        for point, at in self._points(found):
            text = self.said["minutes"][point - 1].format_map(values)
            forum_minutes.save(found, meeting.actor, point, 0, text, at)

    def _points(self, found: Forum) -> Iterator[tuple[int, datetime]]:
        at = found.starts_at
        for point, line in enumerate(found.agenda[: len(self.said["minutes"])], 1):
            at += timedelta(minutes=int(line["minutes"]))
            yield point, at
