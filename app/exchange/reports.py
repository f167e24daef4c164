"""What became of each row of a table, as a CSV file that a spreadsheet opens safely."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TextIO

from flask_babel import gettext as _

from app.cells import guarded


class Outcome(StrEnum):
    """What became of a row."""

    ACCEPTED = "accepted"
    REPAIRED = "repaired"
    REFUSED = "refused"
    KNOWN = "known"
    CONFLICT = "conflict"

    @property
    def label(self) -> str:
        """As people say it."""
        words: dict[str, str] = {
            "accepted": _("brought in"),
            "repaired": _("put right and brought in"),
            "refused": _("refused"),
            "known": _("was here already"),
            "conflict": _("differs, to be looked at"),
        }
        return words[self.value]


@dataclass(frozen=True)
class Verdict:
    """One row's fate.  ``number`` is the line in the file, ``item`` our public number."""

    number: int
    external_id: str
    outcome: Outcome
    item: str = ""
    why: str = ""


class Report:
    """Counts the verdicts, and writes each into a file when there is one."""

    def __init__(self, out: TextIO | None = None) -> None:
        self.counts: Counter[Outcome] = Counter()
        self._rows = csv.writer(out) if out is not None else None
        if self._rows is not None:
            titles = (_("row"), _("their number"), _("outcome"), _("our number"), _("why"))
            self._rows.writerow(titles)

    def add(self, verdicts: Iterable[Verdict]) -> None:
        """Take down what became of some rows."""
        for verdict in verdicts:
            self.counts[verdict.outcome] += 1
            if self._rows is not None:
                cells = (verdict.external_id, verdict.outcome.label, verdict.item, verdict.why)
                self._rows.writerow((verdict.number, *map(guarded, cells)))

    @property
    def rows(self) -> int:
        """How many rows were gone through."""
        return sum(self.counts.values())

    def lines(self) -> list[str]:
        """The counts as lines to be read."""
        return [f"{self.counts[outcome]:8,d}  {outcome.label}" for outcome in Outcome]
