"""The city's invented texts (``cities/<city>/demo``), chosen and filled in; ``demo/README.md``."""

from __future__ import annotations

import random
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import cos, hypot, radians
from pathlib import Path
from typing import Any

Template = dict[str, Any]
FILES = {"lapor": "complaint", "musrenbang": "proposal", "badami": "idea"}
DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni",
    "Juli", "Agustus", "September", "Oktober", "November", "Desember",
)  # fmt: skip
SPANS = ("tiga hari", "seminggu", "dua minggu", "sebulan", "dua bulan", "tiga bulan")
HOURS = {"malam": (19, 24), "sore": (15, 18), "pagi": (5, 9), "sekolah": (6, 8)}
NUMBERS = ("tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")


class _Known(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return ""


@dataclass(frozen=True)
class Spot:
    """A place people name: lon, lat in degrees (EPSG:4326)."""

    name: str
    kind: str
    lon: float
    lat: float


@dataclass
class Texts:
    """What is written in the demo's files; ``items`` by kind."""

    items: Mapping[str, Sequence[Template]]
    answers: Mapping[tuple[str, str], Sequence[Template]]
    reasons: Mapping[tuple[str, str, str], Sequence[str]]
    comments: Mapping[tuple[str, str], Sequence[str]]
    groups: Mapping[str, str]  # category -> group
    names: Sequence[str]
    spots: Sequence[Spot] = field(default_factory=tuple)
    _fitting: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)

    @cached_property
    def by_category(self) -> Mapping[str, Sequence[Template]]:
        """The templates of each category."""
        found = defaultdict(list)
        for templates in self.items.values():
            for template in templates:
                found[template["category"]].append(template)
        return found

    def note(
        self, rng: random.Random, kind: str, step: str, category: str, reason: str = ""
    ) -> str:
        """What is written with a step: beside its reason, else as fits the category's group."""
        if reason and (said := self.reasons.get((kind, step, reason))):
            return rng.choice(said)
        place = kind, step, self.groups.get(category, "")
        if place not in self._fitting:
            self._fitting[place] = [
                answer["text"]
                for answer in self.answers.get((kind, step), ())
                if not answer.get("groups") or place[2] in answer["groups"]
            ]
        fitting = self._fitting[place]
        return rng.choice(fitting) if fitting else ""

    def near(self, kinds: Iterable[str], lon: float, lat: float) -> Spot | None:
        """The nearest place of one of these kinds."""
        wanted, scale = set(kinds), cos(radians(lat))
        fitting = [spot for spot in self.spots if spot.kind in wanted] or self.spots
        return min(
            fitting,
            key=lambda spot: hypot((spot.lon - lon) * scale, spot.lat - lat),
            default=None,
        )


def read(folder: Path, spots: Sequence[Spot] = ()) -> Texts:
    """The texts in ``folder``; empty ones where a file is missing."""

    def table(name: str) -> dict[str, Any]:
        path = folder / f"{name}.toml"
        return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}

    answers, reasons = defaultdict(list), defaultdict(list)
    comments, said = defaultdict(list), table("answers")
    for answer in said.get("answer", ()):
        answers[answer["kind"], answer["step"]].append(answer)
    for reason in table("reasons").get("reason", ()):
        reasons[reason["kind"], reason["step"], reason["code"]].append(reason["text"])
    for comment in table("comments").get("comment", ()):
        comments[comment["kind"], comment["tone"]].append(comment["text"])
    groups = {code: group for group, codes in said.get("groups", {}).items() for code in codes}
    items = {kind: table(f"{word}s").get(word, []) for kind, word in FILES.items()}
    names = table("names").get("names", [])
    return Texts(items, answers, reasons, comments, groups, names, spots)


def filled(text: str, values: Mapping[str, Any]) -> str:
    """A text with its placeholders filled; what is unknown vanishes."""
    return " ".join(text.format_map(_Known(values)).split())


def chances(rng: random.Random, text: str = "") -> dict[str, str]:
    """Values for the placeholders that stand for anything; the hour suits what ``text`` says."""
    first, last = next((h for word, h in HOURS.items() if word in text.casefold()), (6, 21))
    return {
        "hari": rng.choice(DAYS),
        "jam": f"pukul {rng.randrange(first, last):02d}.{rng.choice(('00', '15', '30', '45'))}",
        "jumlah": rng.choice(NUMBERS),
        "lama": rng.choice(SPANS),
    }


def day_in_words(day: Any) -> str:
    """A date as people write it: "3 Maret 2026"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
