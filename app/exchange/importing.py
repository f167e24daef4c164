"""Bring items in from somebody's table: history with its trail, each row once.

Batches of rows go through ``services.bulk``, each in the caller's transaction; what is known by its
number in the other system is left alone, so a run that broke off is simply started again.  A kind
says how a row is read, what its trail is and which columns are its own (``Importer``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, ClassVar, Generic, TypeVar

from flask_babel import gettext as _
from sqlalchemy import select, text

from app.kinds import Kind
from app.services import bulk
from app.services.bulk import Batch, BulkError, NewItem, NewLevel, NewPerson
from maps import many
from maps.place import resolve
from models import ExternalRef, Item, Person, db

from .ground import Entry, Ground, Refused
from .mapping import Mapping
from .reports import Outcome, Verdict
from .tables import Row

BATCH = 2_000
LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:system, 7))")
REFS = text(
    """
    INSERT INTO external_ref (system, external_id, item_id, run_id, row_hash, their_state, our_seq)
    SELECT :system, ids, items, :run, hashes, states, steps
    FROM unnest(CAST(:ids AS text[]), CAST(:items AS bigint[]), CAST(:hashes AS text[]),
                CAST(:states AS text[]), CAST(:steps AS int[]))
         AS given (ids, items, hashes, states, steps)
    """
)
Found = TypeVar("Found", bound=Entry)


def in_batches(rows: Iterable[Row], size: int = BATCH) -> Iterator[list[Row]]:
    """The rows in portions."""
    rest = iter(rows)
    while portion := list(islice(rest, size)):
        yield portion


class Importer(ABC, Generic[Found]):
    """Takes portions of rows in; remembers which numbers the file has named already."""

    kind: ClassVar[Kind]
    published_by: ClassVar[str]  # the step that shows an item to everybody

    def __init__(self, mapping: Mapping, run: int | None) -> None:
        self.ground, self.run = Ground.of(mapping, self.kind.slug), run
        self.system = mapping.source
        self.seen: dict[str, int] = {}

    @abstractmethod
    def record(self, row: Row) -> Found:
        """What stands in a row; where it lies is settled later.  Raises Refused."""

    @abstractmethod
    def tell(self, found: Found, ref: int) -> None:
        """Write the trail of what was read.  Raises Refused."""

    @abstractmethod
    def own(self, found: Found) -> dict[str, Any]:
        """The columns of the kind's own table."""

    def year(self, found: Found) -> int:
        """The year of the public number."""
        return found.trail[0].at.astimezone(self.ground.zone).year

    def levels(self, found: Found, ref: int) -> list[NewLevel]:
        """What each level decided, where a kind has levels."""
        return []

    def take(self, rows: Iterable[Row]) -> list[Verdict]:
        """Bring a portion in, in the caller's transaction; says what became of every row."""
        return self.settle(*self.read(rows))

    def read(self, rows: Iterable[Row]) -> tuple[list[Found], list[Verdict]]:
        """What stands in a portion, and what is nothing; portions in their order, one by one."""
        verdicts: list[Verdict] = []
        return list(self._read(rows, verdicts)), verdicts

    def settle(self, records: list[Found], verdicts: list[Verdict]) -> list[Verdict]:
        """Bring what was read in; several may do so at once, each in its own transaction."""
        records = list(self._placed(records, verdicts))
        db.session.execute(LOCK, {"system": self.system})
        self._bring(self._fresh(records, verdicts), verdicts)
        return sorted(verdicts, key=lambda verdict: verdict.number)

    def _read(self, rows: Iterable[Row], verdicts: list[Verdict]) -> Iterator[Found]:
        for row in rows:
            identity = self.ground.mapping.cell(row.cells, "id")
            try:
                found = self.record(row)
                identity = found.external_id
                self._once(found)
                yield found
            except Refused as error:
                verdicts.append(Verdict(row.number, identity, Outcome.REFUSED, why=str(error)))

    def _once(self, found: Found) -> None:
        """Refuse what stands in an earlier row."""
        if (first := self.seen.get(found.external_id)) is not None:
            raise Refused(_("The same number stands in row %(row)s already.", row=first))
        likeness = self.likeness(found)
        if likeness and (first := self.seen.get(likeness)) is not None:
            raise Refused(_("Row %(row)s says the same under another number.", row=first))
        self.seen |= dict.fromkeys(filter(None, (found.external_id, likeness)), found.number)

    def likeness(self, found: Found) -> str:
        """What makes two rows with different numbers the same matter; nothing does by itself."""
        return ""

    def _fresh(self, records: list[Found], verdicts: list[Verdict]) -> list[Found]:
        """What is not here yet; the rest stays as it is, and is named when the row has changed."""
        query = select(ExternalRef.external_id, Item.number, ExternalRef.row_hash).join(Item)
        ids = [found.external_id for found in records]
        rows = db.session.execute(
            query.where(ExternalRef.system == self.system, ExternalRef.external_id.in_(ids))
        )
        known = {row.external_id: row for row in rows}
        fresh = []
        for found in records:
            row = known.get(found.external_id)
            if row is None:
                fresh.append(found)
                continue
            same = row.row_hash == found.row_hash
            why = "" if same else _("The row says something else now; nothing was changed here.")
            outcome = Outcome.KNOWN if same else Outcome.CONFLICT
            verdicts.append(Verdict(found.number, found.external_id, outcome, row.number, why))
        return fresh

    def _placed(self, records: list[Found], verdicts: list[Verdict]) -> Iterator[Found]:
        """Settle where each lies and write its trail."""
        pins = [(r.place.lon, r.place.lat) if r.place else (0.0, 0.0) for r in records]
        inside = many.inside(db.session(), pins)
        for ref, found in enumerate(records):
            try:
                self._place(found, inside.get(ref, ""))
                self.tell(found, ref)
                yield found
            except Refused as error:
                why = str(error)
                verdicts.append(Verdict(found.number, found.external_id, Outcome.REFUSED, why=why))

    def _place(self, found: Found, inside: str) -> None:
        """The kelurahan the row names, else the one the pin lies in.  Raises Refused."""
        if found.place is not None and not inside:
            near = resolve(db.session(), found.place.lon, found.place.lat)
            inside = near.code or ""
            if not inside and not found.area_code:
                hint = f" {near.hint.text}" if near.hint else ""
                raise Refused(_("The position lies outside the city.") + hint)
            if not inside:
                found.notes.append(_("the position lies outside the city and was left out"))
                found.place = None
        found.area_code = found.area_code or inside
        if not found.area_code:
            raise Refused(_("There is neither a position nor a kelurahan."))
        if found.place is None:
            found.notes.append(_("placed in the middle of the kelurahan"))

    def _bring(self, records: list[Found], verdicts: list[Verdict]) -> None:
        """All at once; when the database finds a flaw, in halves until the flaw stands alone."""
        if not records:
            return
        try:
            with db.session.begin_nested():
                numbers = self._together(records)
        except BulkError as error:
            if len(records) == 1:
                why, one = str(error), records[0]
                verdicts.append(Verdict(one.number, one.external_id, Outcome.REFUSED, why=why))
                return
            half = len(records) // 2
            self._bring(records[:half], verdicts)
            self._bring(records[half:], verdicts)
            return
        for found in records:
            outcome = Outcome.REPAIRED if found.notes else Outcome.ACCEPTED
            number, why = numbers[found.external_id], "; ".join(found.notes)
            verdicts.append(Verdict(found.number, found.external_id, outcome, number, why))

    def _together(self, records: list[Found]) -> dict[str, str]:
        """Bring records in; returns the public number by their id."""
        authors = self._authors(records)
        batch = Batch(items=[self._item(r, n, authors[n]) for n, r in enumerate(records)])
        for ref, found in enumerate(records):
            for change in found.trail:
                change.ref = ref
            batch.changes += found.trail
            batch.levels += self.levels(found, ref)
        made = bulk.bring(batch).numbers
        db.session.execute(
            REFS,
            {
                "system": self.system,
                "run": self.run,
                "ids": [found.external_id for found in records],
                "items": [made[ref][0] for ref in range(len(records))],
                "hashes": [found.row_hash for found in records],
                "states": [found.state for found in records],
                "steps": [len(found.trail) for found in records],
            },
        )
        return {found.external_id: made[ref][1] for ref, found in enumerate(records)}

    def _authors(self, records: list[Found]) -> list[int]:
        """A person for each reporter named; the others share one without a face."""
        named = [found for found in records if found.reporter]
        created = [found.trail[0].at for found in named]
        rows = [
            NewPerson(found.reporter, None, None, None, 0, at)
            for found, at in zip(named, created, strict=True)
        ]
        made = iter(bulk.people(rows)) if rows else iter(())
        shared = self._shared() if len(named) < len(records) else 0
        return [next(made)[0] if found.reporter else shared for found in records]

    def _shared(self) -> int:
        """The person who stands for reporters whose names did not come along."""
        name = _("Reporter in %(name)s", name=self.ground.mapping.name)
        kept = db.session.scalar(
            select(Person.id)
            .join(Item, Item.author_id == Person.id)
            .join(ExternalRef, ExternalRef.item_id == Item.id)
            .where(ExternalRef.system == self.system, Person.name == name)
            .limit(1)
        )
        if kept is None:
            made = Person(name=name)
            db.session.add(made)
            db.session.flush()
            kept = made.id
        return kept

    def _item(self, found: Found, ref: int, author: int) -> NewItem:
        spot = found.place or None
        lon, lat = (spot.lon, spot.lat) if spot else self.ground.points[found.area_code]
        shown = (c.at for c in found.trail if c.step == self.published_by)
        return NewItem(
            ref=ref,
            kind=self.kind.slug,
            category_code=found.category.code,
            state=found.state,
            title=found.title,
            body=found.body,
            lon=lon,
            lat=lat,
            area_code=found.area_code,
            rw=found.rw,
            rt=found.rt,
            address=found.address,
            author_id=author,
            filed_by_id=None,
            channel=found.channel,
            visibility=found.visibility,
            oversight=found.category.is_about_officials,
            department_code=found.department or None,
            published_at=next(shown, None),
            due_on=None,
            state_since=found.trail[-1].at,
            created_at=found.trail[0].at,
            year=self.year(found),
            own=self.own(found),
        )
