"""Words for invented items: the city's demo texts, else sentences made of its categories."""

from __future__ import annotations

import random
from typing import Any

from app.workflow import Step

from .demo_texts import Texts, chances, filled

BODIES = (
    "{help} Lokasinya di {tempat}. Mohon ditindaklanjuti, sudah {lama}.",
    "Sudah {lama} begini di dekat {tempat}. {help} Warga RW {rw} berharap segera ada perbaikan.",
    "Dekat {tempat}. Kondisinya makin parah kalau hujan. {help} Terima kasih.",
    "Kami warga RT {rt} RW {rw} menyampaikan: {name}. {help} Tempatnya di {tempat}.",
)
TITLES = ("{name} di {tempat}", "{name}, RW {rw}", "{name} dekat {tempat}", "{word} di RT {rt}")
NOTE = "Sudah kami periksa di lapangan."
COMMENT = "Semoga cepat ditangani."
ENOUGH = 40  # places a kelurahan's texts name


class Words:
    """Sentences for one city; ``points`` are the kelurahan's (lon, lat; EPSG:4326)."""

    def __init__(self, texts: Texts, points: dict[str, tuple[float, float]]) -> None:
        self.texts, self.points = texts, points
        self.places: dict[tuple[str, str], str] = {}
        self.comments = {
            kind: [
                *texts.comments.get((kind, "dukung"), ()),
                *texts.comments.get((kind, "tanya"), ()),
                *texts.comments.get((kind, "kritik"), ()),
            ]
            or [COMMENT]
            for kind in texts.items
        }

    def _place(self, rng: random.Random, area_code: str, kinds: tuple[str, ...]) -> str:
        """A place of one of these kinds, near the kelurahan."""
        kind = rng.choice(kinds or ("jalan",))
        if (area_code, kind) not in self.places:
            spot = self.texts.near((kind,), *self.points[area_code])
            self.places[area_code, kind] = spot.name if spot else "kantor kelurahan"
        return self.places[area_code, kind]

    def item(self, rng: random.Random, row: Any) -> tuple[str, str, str]:
        """Title, body and address of an invented item."""
        category = row.category
        templates = self.texts.by_category.get(category.code)
        template = rng.choice(templates) if templates else {}
        place = self._place(rng, row.area_code, tuple(template.get("places", ())))
        word = rng.choice(category.keywords.split(";")).capitalize() or category.name
        values = chances(rng) | {
            "name": category.name,
            "word": word,
            "help": category.help,
            "tempat": place,
            "rw": f"{row.rw:02d}",
            "rt": f"{row.rt:02d}",
        }
        title = filled(template.get("title") or rng.choice(TITLES), values)
        body = filled(template.get("text") or rng.choice(BODIES), values)
        return title[:140], body[:5000], f"Dekat {place}, RT {values['rt']} RW {values['rw']}"

    def note(self, rng: random.Random, row: Any, step: Step, reason: str) -> str:
        """What is said with a step."""
        said = self.texts.note(rng, row.kind, step.name, row.category.code, reason)
        values = {"rw": row.rw, "rt": row.rt, "opd": (row.department_code or "").upper()}
        return filled(said, values) if "{" in said else said or NOTE

    def comment(self, rng: random.Random, kind: str) -> str:
        """What a resident adds."""
        said = rng.choice(self.comments[kind])
        return filled(said, chances(rng)) if "{" in said else said

    def answer(self, rng: random.Random, row: Any) -> str:
        """What a department says in the discussion."""
        said = self.texts.note(rng, row.kind, "official", row.category.code)
        return filled(said, {"opd": (row.department_code or "").upper()}) if said else NOTE
