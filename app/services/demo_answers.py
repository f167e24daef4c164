"""What the steps of a proposal are answered with in the demo: ranks, money, contracts, papers."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from app.access import Actor
from app.forms.plan_fields import CHECKLIST
from app.workflow import Step
from models import ReadinessQuestion

from .fill_walk import City

if TYPE_CHECKING:
    from .demo_plan import Story

CONTRACTORS = ("CV Karya Mandiri", "CV Bina Warga", "Kelompok masyarakat RW (swakelola)")
MEASURED = "measured"  # the volume that was found at the place
CORRECTED = "Volume disesuaikan dengan hasil ukur di lapangan: {measured} {unit}."


class PlanAnswers:
    """Answers by the name of what is asked, each a method with an underscore before it."""

    rng: random.Random
    city: City

    def _rank(self, *_rest: Any) -> int:
        return self.rng.randrange(1, 16)

    def _budget(self, story: Story, item: Any, *_rest: Any) -> int:
        known = (getattr(item, name, None) for name in ("tapd_amount", "cost"))
        return int(next((amount for amount in known if amount), 25_000_000))

    def _sub_kegiatan(self, *_rest: Any) -> str:
        return f"1.03.{self.rng.randrange(2, 13):02d}.2.01.{self.rng.randrange(1, 60):04d}"

    def _progress(self, story: Story, item: Any, *_rest: Any) -> int:
        return min(90, int(item.progress) + self.rng.randrange(30, 50, 5))

    def _volume(self, story: Story, item: Any, step: Step, *_rest: Any) -> int | None:
        """Measured at the place it is less now and then; the kecamatan takes what was measured."""
        if step.name == "survey" and (item.volume or 0) >= 4 and self.rng.random() < 0.4:
            story.values[MEASURED] = int(float(item.volume) * self.rng.uniform(0.78, 0.94))
        asked = step.name == "survey" or (step.name == "verify" and item.level == "kecamatan")
        return story.values.get(MEASURED) if asked else None

    def _verdict(self, *_rest: Any) -> str:
        return self.rng.choice(("feasible", "feasible", "with_changes"))

    def _checklist(self, *_rest: Any) -> dict[str, str]:
        usual = dict.fromkeys(CHECKLIST, "yes")
        return usual | {self.rng.choice(list(CHECKLIST)): self.rng.choice(("yes", "unknown"))}

    def _agreed_amount(self, story: Story, item: Any, *_rest: Any) -> int:
        return int(item.cost or 25_000_000)

    def _contract_value(self, story: Story, item: Any, *_rest: Any) -> int:
        return int(int(item.budget or 25_000_000) * self.rng.uniform(0.86, 0.98))

    def _contractor(self, *_rest: Any) -> str:
        return self.rng.choice(CONTRACTORS)

    def _contract_on(self, story: Story, item: Any, step: Step, actor: Actor, at: datetime) -> date:
        return at.astimezone(self.city.zone).date()

    _bast_on = _contract_on

    def _spent(self, story: Story, item: Any, step: Step, *_rest: Any) -> int:
        most = int(item.contract_value or item.budget or 0)
        done = 1.0 if step.name == "finish" else min(0.9, (item.progress + 20) / 100)
        return max(int(item.spent), int(most * done))

    def _bast_number(self, *_rest: Any) -> str:
        return f"600.1/{self.rng.randrange(20, 900)}-BAST"

    def _keeper(self, story: Story, *_rest: Any) -> str:
        return "Kelurahan bersama pengurus RW"


def ready(asked: Iterable[ReadinessQuestion], template: Mapping[str, Any]) -> dict[str, str]:
    """Answers to what is asked of such a proposal before works can begin; most of it is ready."""
    said = random.Random(template["title"])
    return {
        one.code: said.choices(("yes", "unknown", "no"), (8, 2, 1))[0]
        for one in asked
        if one.bidang in ("", template.get("bidang"))
        and one.entry_code in (None, template.get("catalogue"))
    }
