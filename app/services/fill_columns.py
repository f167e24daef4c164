"""What an invented item holds in the columns of its own kind: every one, with likely values."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from models import Category

WORKS = (("m2", 275_000), ("m", 480_000), ("unit", 6_500_000), ("titik", 4_200_000))
SOFT = (("paket", 12_000_000), ("orang", 750_000), ("kegiatan", 9_000_000))


def complaint(rng: random.Random, category: Category, day: date) -> dict[str, Any]:
    """A complaint's own columns."""
    roads = ("besar", "lingkungan", "gang", "tidak_tahu")
    asked = category.asks_road_class
    return {
        "complaint_class": category.complaint_class or "bukan_pengawasan",
        "priority": "normal",
        "road_class": rng.choices(roads, (30, 34, 26, 10))[0] if asked else "tidak_tahu",
        "happened_on": day - timedelta(days=rng.randrange(4)),
        "planned_on": None,
        "returns": 0,
        "rating": None,
        "info_asked": False,
        "disputes": 0,
        "appealed": False,
        "appeal_until": None,
        "decided_by": [],
    }


def proposal(rng: random.Random, category: Category, day: date) -> dict[str, Any]:
    """A proposal's own columns; it starts at the RW, for works in the year after."""
    works = category.place_bound
    unit, price = rng.choice(WORKS if works else SOFT)
    volume = rng.randrange(1, 12) if price > 1_000_000 else rng.randrange(40, 400, 5)
    return {
        "level": "rw",
        "plan_year": day.year + 1,
        "bidang": "fisik" if works else rng.choice(("ekonomi", "sosial_budaya")),
        "catalogue_code": None,
        "volume": volume,
        "unit": unit,
        "unit_price": price,
        "cost": volume * price,
        "beneficiaries": rng.randrange(20, 900, 10),
        "land_status": rng.choices(("city", "residents", "unknown"), (60, 15, 25))[0],
        "swadaya": rng.choice(("", "", "Kerja bakti warga", "Konsumsi dan tenaga")),
        "proposing_group": rng.choices(
            ("umum", "perempuan", "anak", "lansia", "disabilitas", "pemuda"), (70, 10, 4, 6, 3, 7)
        )[0],
        "funding": "musrenbang",
        "sub_kegiatan": "",
        "budget": None,
        "progress": 0,
        "catalogue_review": "",
        "filed_volume": volume,
        "filed_cost": volume * price,
        "redirects": 0,
        "tapd_amount": None,
        "contract_value": None,
        "contractor": "",
        "contract_on": None,
        "spent": 0,
        "disputed": False,
    }


def idea(rng: random.Random, category: Category, day: date) -> dict[str, Any]:
    """An idea's own columns."""
    return {
        "benefit": "Warga sekitar terlayani lebih cepat dan tidak perlu datang berulang kali.",
        "novelty": "Belum ada di kelurahan ini; memakai bahan dan tenaga yang sudah tersedia.",
        "form": rng.choice(("pelayanan_publik", "tata_kelola", "lainnya")),
        "digital": rng.random() < 0.4,
        "mentor": "",
        "pilot_from": None,
        "pilot_to": None,
        "indicators": "",
        "decree": "",
    }


Columns = Callable[[random.Random, Category, date], dict[str, Any]]
OWN: Mapping[str, Columns] = {"lapor": complaint, "musrenbang": proposal, "badami": idea}
