"""How likely two reports mean the same thing.  Pure Python: no Flask, no database.

Distance, kinship of the categories, words in common (rare ones weigh more), letters in common
(trigrams) and time each speak for or against; their votes are added up as log-odds.  The weights
were set by judgement; ``bin/bench duplicates`` measures them on paraphrased reports.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

RARE = 0.002  # what the city's list of frequent words does not know is about so frequent
POLITE = frozenset(
    """tolong mohon mangga punten nuhun hatur makasih terima kasih bapak ibu pak bu min admin kang
    teh saya aku kami kita abdi urang warga lapor laporan aduan segera cepat sudah belum lagi
    ada tidak gak ga nggak enggak bisa jadi banget sekali sangat aja saja nih tuh ya sih kok
    dong biar supaya karena soalnya kalau jika pas waktu setiap tiap hari minggu bulan lalu
    kemarin tadi pagi siang sore malam sejak dari sampai depan dekat samping sebelah arah
    kota bandung kelurahan kecamatan rw rt jalan jl gang gg""".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Said:
    """One report: its category, the stems of its words, and whether a pin tells where it is."""

    category: str
    stems: frozenset[str]
    pinned: bool = True


@dataclass(frozen=True)
class Between:
    """What lies between two reports.

    ``metres`` apart; ``kin`` from 0 (strangers) to 1 (the same category); ``letters`` from 0 to 1,
    the likeness of their trigrams; ``days`` since the earlier one last gave a sign of life;
    ``over``: it is finished.
    """

    metres: float
    kin: float
    letters: float
    days: float
    over: bool = False


def weight(stem: str, shares: Mapping[str, float]) -> float:
    """How much a word tells: the rarer, the more; courtesies tell almost nothing."""
    if stem in POLITE or len(stem) < 3:
        return 0.2
    return max(0.4, -math.log10(max(shares.get(stem, RARE), RARE)))


def words(one: frozenset[str], other: frozenset[str], shares: Mapping[str, float]) -> float:
    """The share of telling words two reports have in common, between 0 and 1."""
    if not one or not other:
        return 0.0
    weights = {stem: weight(stem, shares) for stem in one | other}
    common = math.fsum(weights[stem] for stem in one & other)
    smaller = min(math.fsum(weights[stem] for stem in side) for side in (one, other))
    return common / smaller


START, KIN, WORDS, LETTERS, NEAR, FAR, STALE, OVER = -4.4, 2.4, 3.4, 1.6, 2.6, -1.2, -0.5, -0.6
REACH = 60.0  # metres within which pins of one matter usually lie
MONTH = 30.0


def likeness(one: Said, other: Said, between: Between, shares: Mapping[str, float]) -> float:
    """The probability, between 0 and 1, that two reports mean the same thing.

    Where one of them has no pin, distance says nothing and the words have to say more.
    """
    pinned = one.pinned and other.pinned
    close = math.exp(-((between.metres / REACH) ** 2)) if pinned else 0.3
    far = max(0.0, between.metres - REACH) / 100 if pinned else 0.5
    votes = (
        START
        + KIN * between.kin
        + WORDS * words(one.stems, other.stems, shares)
        + LETTERS * between.letters
        + NEAR * close
        + FAR * far
        + STALE * between.days / MONTH
        + OVER * between.over
    )
    return 1 / (1 + math.exp(-votes))
