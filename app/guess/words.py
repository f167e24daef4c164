"""A matter as numbers: its words, pieces of its words, and facts about it.

What tells one person from another never gets in: numbers, and what follows a form of address, are
left out before anything else happens.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

PIECE = 4  # letters
MOST_WORDS = 150  # of one text
LONGEST = 24  # letters; longer is an address of the web or a mistake
BUCKETS = 1 << 14
FACT_WEIGHT = 0.7
ADDRESSED = frozenset(
    re.findall(
        r"\w+",
        """pak bapak bpk bu ibu sdr sdri saudara saudari kang teh teteh aa mang bang mas mbak neng
        ustad ustadz haji hj nama atas""",
    )
)
COMMON = frozenset(
    re.findall(
        r"\w+",
        """yang dan dari untuk ini itu ada dengan pada atau nya saya kami kita sudah belum tidak
        tolong mohon karena juga agar akan bisa dapat dekat depan sampai sejak lagi saja kalau jadi
        jangan oleh para lebih sangat seperti hari minggu bulan tahun pagi siang sore malam orang
        punten nuhun teu aya kana sareng abdi warga rumah""",
    )
)

Floats = NDArray[np.float32]
Whole = NDArray[np.int32]


def plain(text: str) -> str:
    """Lower case, without accents."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def words_of(text: str) -> list[str]:
    """The words of a text that may be learnt from, in order."""
    found: list[str] = []
    named = False
    for token in re.findall(r"[^\W_]+", plain(text)):
        before, named = named, token in ADDRESSED
        if before or named or len(found) >= MOST_WORDS:
            continue
        if token.isascii() and token.isalpha() and 3 <= len(token) <= LONGEST:
            found.append(token)
    return [word for word in found if word not in COMMON]


@lru_cache(maxsize=20_000)
def pieces(word: str) -> tuple[int, ...]:
    """The places of a word's pieces among the buckets: misspelt words share most of them."""
    whole = f"_{word}_"
    parts = {whole[at : at + PIECE] for at in range(max(1, len(whole) - PIECE + 1))}
    return tuple(sorted(crc32(part.encode()) % BUCKETS for part in parts))


@dataclass(frozen=True)
class Encoder:
    """Knows the words and facts that were learnt; everything else is pieces.

    ``weights`` says for each place (words, then buckets, then facts) how much it counts.
    """

    words: tuple[str, ...]
    facts: tuple[str, ...]
    weights: Floats
    _word: Mapping[str, int] = field(init=False, repr=False)
    _fact: Mapping[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        begin = len(self.words) + BUCKETS
        object.__setattr__(self, "_word", {word: n for n, word in enumerate(self.words)})
        facts = {fact: begin + n for n, fact in enumerate(self.facts)}
        object.__setattr__(self, "_fact", facts)
        if self.weights.shape != (self.size,):
            raise ValueError("the weights do not fit the words")

    @property
    def size(self) -> int:
        """How many places there are."""
        return len(self.words) + BUCKETS + len(self.facts)

    def encode(self, words: Iterable[str], facts: Iterable[str] = ()) -> tuple[Whole, Floats]:
        """Places and values of a matter; words and pieces each have length one."""
        counted = Counter(words)
        known = {self._word[word]: n for word, n in counted.items() if word in self._word}
        parts: Counter[int] = Counter()
        for word, n in counted.items():
            for piece in pieces(word):
                parts[piece] += n
        shift = len(self.words)
        place, value = _unit(known, self.weights)
        more, theirs = _unit({shift + piece: n for piece, n in parts.items()}, self.weights)
        mine = [self._fact[fact] for fact in facts if fact in self._fact]
        return (
            np.concatenate((place, more, np.array(mine, np.int32))),
            np.concatenate((value, theirs, np.full(len(mine), FACT_WEIGHT, np.float32))),
        )

    def word_at(self, place: int) -> str:
        """The word that stands at a place; nothing for pieces and facts."""
        return self.words[place] if place < len(self.words) else ""


def _unit(counts: Mapping[int, int], weights: Floats) -> tuple[Whole, Floats]:
    """Counts, damped and weighed, as a vector of length one."""
    places = np.fromiter(counts, np.int32, len(counts))
    values = np.fromiter(counts.values(), np.float32, len(counts))
    values = (1 + np.log(values, where=values > 0, out=np.zeros_like(values))) * weights[places]
    length = float(np.linalg.norm(values))
    return places, (values / length if length else values).astype(np.float32)
