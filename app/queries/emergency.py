"""Do these words tell of an emergency that is happening now?  Pure; the city says which words.

The city's ``settings.toml`` names *signs* ("rumah terbakar") and what makes them *quiet*: a word
before them ("bekas", "rawan", "takut"), one in the same clause ("sering"), or a past day in the
sentence ("bulan lalu") unless the clause says that it goes on ("sedang").  In a sign, ``*`` stands
for any ending and `` ~ `` for up to three words between.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .rules import plain

BEFORE = 6  # words before a sign in which a quieting word counts
NEAR = 4  # words before a sign in which "now" counts
GAP = r"(?:\S+ ){0,3}"
NOTHING = re.compile(r"(?!)")
SHORT = re.compile(r"\b(jl|jln|gg|no|rt|rw|kel|kec|dr|moh|km|st|blok|bpk|hj|kp)\.", re.IGNORECASE)
SENTENCES = re.compile(r"[.!?;:\n…]+")
CLAUSES = re.compile(r"[,()–—\"]+|\b(?:tapi|tetapi|namun|sedangkan)\b", re.IGNORECASE)


def pattern(signs: Iterable[str]) -> re.Pattern[str]:
    """One expression for all these signs, for text as ``plain`` leaves it."""
    made = "|".join(sorted({_one(sign) for sign in signs}))
    return re.compile(rf"(?<!\S)(?:{made})(?!\S)") if made else NOTHING


def _one(sign: str) -> str:
    parts = [_words(part) for part in sign.split("~")]
    return f" {GAP}".join(parts)


def _words(part: str) -> str:
    words = (word for word in part.lower().split() if word)
    return " ".join(
        rf"{re.escape(plain(word[:-1]))}\S*" if word.endswith("*") else re.escape(plain(word))
        for word in words
    )


@dataclass(frozen=True)
class Sign:
    """Words that tell of danger; ``beside`` must stand near them, ``unless`` takes them back."""

    words: re.Pattern[str]
    beside: re.Pattern[str] | None
    unless: re.Pattern[str]


@dataclass(frozen=True)
class Alarm:
    """What a city calls an emergency."""

    signs: tuple[Sign, ...]
    before: re.Pattern[str]
    clause: re.Pattern[str]
    past: re.Pattern[str]
    now: re.Pattern[str]

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Alarm:
        """From ``[emergency]`` of a city's settings."""
        lists: dict[str, list[str]] = dict(said.get("lists", {}))
        quiet = said.get("quiet", {})

        def several(names: Iterable[str]) -> list[str]:
            found: list[str] = []
            for name in names:
                found += lists[name[1:]] if name.startswith("@") else [name]
            return found

        signs = [Sign(pattern(several(said["words"])), None, NOTHING)]
        for sign in said.get("signs", ()):
            beside = several(sign.get("with", ()))
            signs.append(
                Sign(
                    pattern(several(sign["words"])),
                    pattern(beside) if beside else None,
                    pattern(several(sign.get("unless", ()))),
                )
            )
        made = (pattern(several(quiet.get(n, ()))) for n in ("before", "clause", "past", "now"))
        return cls(tuple(signs), *made)

    def told(self) -> dict[str, Any]:
        """The same for a phone without signal (static/js/alarm.js): expressions as text."""
        signs = [
            [s.words.pattern, s.beside.pattern if s.beside else "", s.unless.pattern]
            for s in self.signs
        ]
        quiet = {n: getattr(self, n).pattern for n in ("before", "clause", "past", "now")}
        return {"signs": signs, **quiet}

    def heard(self, text: str) -> str:
        """The words that tell of an emergency happening now; nothing when there are none."""
        sentences = [
            clauses
            for sentence in SENTENCES.split(SHORT.sub(r"\1 ", text))
            if (clauses := [p for c in CLAUSES.split(sentence) if (p := plain(c))])
        ]
        for n, clauses in enumerate(sentences):
            following = sentences[n + 1] if n + 1 < len(sentences) else []
            whole = " ".join(clauses)
            around = " ".join((*clauses, *following))
            # the first sentence is the title: what comes next says when it was
            when = around if n == 0 else whole
            for clause in clauses:
                if found := self._in_clause(clause, around, when):
                    return found
        return ""

    def _in_clause(self, clause: str, around: str, when: str) -> str:
        for sign in self.signs:
            for hit in sign.words.finditer(clause):
                if sign.beside is not None and not sign.beside.search(around):
                    continue
                if sign.unless.search(clause) or self._quiet(clause, hit.start(), when):
                    continue
                return hit[0]
        return ""

    def _quiet(self, clause: str, start: int, when: str) -> bool:
        words = clause[:start].split()
        if self.before.search(" ".join(words[-BEFORE:])) or self.clause.search(clause):
            return True
        goes_on = self.now.search(" ".join(words[-NEAR:]))
        return not goes_on and bool(self.past.search(when))
