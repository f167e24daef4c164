"""What is answered where a step asks an invented item: likely words, days and sums of money."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from app.workflow import Step


def _date(rng: Random, city: Any, row: Any, step: Step, at: datetime) -> date:
    day: date = city.calendar.add(at.astimezone(city.zone).date(), rng.randrange(3, 25))
    return day


def _period(rng: Random, city: Any, row: Any, step: Step, at: datetime) -> tuple[date, date]:
    begin = at.date() + timedelta(days=rng.randrange(5, 30))
    return begin, begin + timedelta(days=rng.randrange(60, 200))


def _budget(rng: Random, city: Any, row: Any, step: Step, at: datetime) -> int:
    cost = getattr(row, "cost", None) or 50_000_000
    return round(int(cost * rng.uniform(0.85, 1.0)), -5)


def _progress(rng: Random, city: Any, row: Any, step: Step, at: datetime) -> int:
    return min(95, getattr(row, "progress", 0) + rng.randrange(10, 40))


def _spent(rng: Random, city: Any, row: Any, step: Step, at: datetime) -> int:
    most = getattr(row, "contract_value", None) or getattr(row, "budget", None) or 0
    return max(getattr(row, "spent", 0) or 0, round(int(most * rng.uniform(0.2, 0.95)), -5))


ANSWERS: Mapping[str, Callable[..., Any]] = {
    "note": lambda rng, city, row, step, at: "",  # follows from the reason
    "reason": lambda rng, city, row, step, at: rng.choice(step.reasons),
    "department": lambda rng, city, row, step, at: city.owner(row),
    "external": lambda rng, city, row, step, at: city.outside(row),
    "how": lambda rng, city, row, step, at: "letter",
    "photos": lambda rng, city, row, step, at: (),
    "date": _date,
    "period": _period,
    "budget": _budget,
    "progress": _progress,
    "cost": lambda rng, city, row, step, at: getattr(row, "cost", None),
    "rank": lambda rng, city, row, step, at: rng.randrange(1, 30),
    "rating": lambda rng, city, row, step, at: rng.choices((1, 2, 3, 4, 5), (4, 6, 15, 40, 35))[0],
    "sub_kegiatan": lambda rng, city, row, step, at: (
        f"1.03.{rng.randrange(2, 13):02d}.2.01.{rng.randrange(1, 90):04d}"
    ),
    "indicators": lambda rng, city, row, step, at: (
        "Jumlah warga yang terlayani; waktu tunggu; kepuasan warga"
    ),
    "verdict": lambda rng, city, row, step, at: rng.choice(("feasible", "with_changes")),
    "checklist": lambda rng, city, row, step, at: {},
    "agreed_amount": lambda rng, city, row, step, at: getattr(row, "cost", None) or 50_000_000,
    "contract_value": lambda rng, city, row, step, at: round(
        int((getattr(row, "budget", None) or 50_000_000) * rng.uniform(0.85, 1.0)), -5
    ),
    "contractor": lambda rng, city, row, step, at: rng.choice(
        ("CV Karya Warga", "CV Bina Jalan Mandiri", "Kelompok masyarakat (swakelola)")
    ),
    "contract_on": lambda rng, city, row, step, at: at.date(),
    "spent": _spent,
    "bast_number": lambda rng, city, row, step, at: f"BAST/{rng.randrange(10, 900)}/{at.year}",
    "bast_on": lambda rng, city, row, step, at: at.date(),
    "keeper": lambda rng, city, row, step, at: "Kelurahan",
    "decree": lambda rng, city, row, step, at: (
        f"Keputusan Wali Kota {rng.randrange(100, 900)}/{at.year}"
    ),
    "mentor": lambda rng, city, row, step, at: "",
}
