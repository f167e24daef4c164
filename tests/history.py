"""An invented history of decisions, with paraphrase, misspelling and wrong labels.  Synthetic."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from app.queries.decisions import Decision

BEGIN = datetime(2023, 1, 2, 3, tzinfo=UTC)
THINGS = {
    "pju-mati": (
        "dishub",
        ["lampu", "tiang", "penerangan", "bohlam", "pju"],
        ["padam", "mati", "gelap", "berkedip", "redup"],
    ),
    "jalan-berlubang": (
        "dsdabm",
        ["aspal", "lubang", "jalanan", "tambalan", "paving"],
        ["bolong", "amblas", "hancur", "retak", "ambles"],
    ),
    "sampah-menumpuk": (
        "dlh",
        ["sampah", "runtah", "kresek", "gerobak", "tumpukan"],
        ["bau", "menumpuk", "berserakan", "belatung", "tercecer"],
    ),
    "pohon-rawan": (
        "dpkp",
        ["pohon", "dahan", "ranting", "mahoni", "angsana"],
        ["miring", "lapuk", "tumbang", "keropos", "patah"],
    ),
}
FILLER = (
    "mohon segera ditangani petugas", "sudah seminggu dibiarkan", "membahayakan pengendara motor",
    "dekat sekolah dasar", "anak kecil sering lewat", "kalau hujan tambah parah",
    "punten pisan nuhun", "belum ada tindakan sama sekali", "tetangga sudah mengeluh",
)  # fmt: skip
AREAS = ("32.73.02.1004", "32.73.01.1001", "32.73.20.1005")


def misspelt(rng: random.Random, word: str) -> str:
    """A word with one letter lost, now and then."""
    if len(word) < 5 or rng.random() > 0.25:
        return word
    at = rng.randrange(1, len(word) - 1)
    return word[:at] + word[at + 1 :]


def sentence(rng: random.Random, category: str) -> str:
    """Something somebody might write about that category."""
    _office, things, states = THINGS[category]
    words = [rng.choice(things), rng.choice(states), rng.choice(things), rng.choice(states)]
    parts = [*words, *rng.sample(FILLER, 3)]
    rng.shuffle(parts)
    return " ".join(misspelt(rng, word) for word in " ".join(parts).split())


def decisions(number: int, seed: int = 1, noise: float = 0.06) -> list[Decision]:
    """Decided reports, filed an hour apart and decided a day later.

    In one kelurahan the pavement is another department's, which no rule says.
    """
    rng, made = random.Random(seed), []
    for n in range(number):
        category = rng.choices(list(THINGS), (40, 30, 20, 10))[0]
        area = rng.choice(AREAS)
        office = THINGS[category][0]
        if category == "jalan-berlubang" and area == AREAS[2]:
            office = "dpkp"
        said = sentence(rng, category)
        if rng.random() < noise:
            category = rng.choice(list(THINGS))
        filed = BEGIN + timedelta(hours=n)
        made.append(
            Decision(
                id=n + 1,
                text=said,
                address="",
                category=category,
                department=office,
                area=area,
                road_class="tidak_tahu",
                filed_at=filed,
                decided_at=filed + timedelta(hours=rng.choice((3, 20, 200))),
                corrected=rng.random() < 0.1,
            )
        )
    return made
