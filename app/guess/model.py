"""What was learnt, as arrays and JSON: guess, and say by which words.  Never a pickle."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .words import Encoder, Floats, words_of

FORMAT = 1
SHOWN_WORDS = 3
HEADS = ("category", "department")


class Corrupt(Exception):
    """The saved model is not what was saved, or not of a kind we read."""


@dataclass(frozen=True)
class Guess:
    """A likely code; ``confidence`` is between 0 and 1, ``words`` of the text spoke most for it."""

    code: str
    confidence: float
    words: tuple[str, ...]


@dataclass(frozen=True)
class Head:
    """What decides between the codes of one question; ``temperature`` makes confidence honest."""

    codes: tuple[str, ...]
    weights: Floats  # places × codes
    bias: Floats
    temperature: float

    def scores(self, places: Any, values: Floats) -> Floats:
        """How much speaks for each code."""
        found: Floats = values @ self.weights[places] + self.bias
        return found

    def shares(self, scores: Floats) -> Floats:
        """Scores as probabilities."""
        raised = np.exp((scores - scores.max()) / self.temperature)
        found: Floats = raised / raised.sum()
        return found


@dataclass(frozen=True)
class Model:
    """The encoder and a head for each question that could be learnt."""

    encoder: Encoder
    heads: Mapping[str, Head]

    def guess(self, question: str, text: str, facts: Iterable[str] = ()) -> list[Guess]:
        """The three likeliest codes, the likeliest first; none when nothing is known."""
        head = self.heads.get(question)
        if head is None:
            return []
        places, values = self.encoder.encode(words_of(text), facts)
        if not len(places):
            return []
        scores = head.scores(places, values)
        shares = head.shares(scores)
        best = np.argsort(-scores)[:3]
        return [
            Guess(head.codes[code], float(shares[code]), self._words(head, places, values, code))
            for code in best
        ]

    def _words(self, head: Head, places: Any, values: Floats, code: int) -> tuple[str, ...]:
        """The words of the text itself that set this code apart from the others."""
        mine = places < len(self.encoder.words)
        rows = head.weights[places[mine]]
        lead = values[mine] * (rows[:, code] - rows.mean(axis=1))
        order = [n for n in np.argsort(-lead)[:SHOWN_WORDS] if lead[n] > 0]
        return tuple(self.encoder.word_at(int(places[mine][n])) for n in order)


def dump(model: Model) -> tuple[str, bytes, str]:
    """The model as JSON text, a NumPy archive, and the checksum over both."""
    head = {
        "format": FORMAT,
        "words": model.encoder.words,
        "facts": model.encoder.facts,
        "heads": {
            name: {"codes": found.codes, "temperature": found.temperature}
            for name, found in model.heads.items()
        },
    }
    arrays: dict[str, Any] = {"weights": model.encoder.weights.astype(np.float32)}
    for name, found in model.heads.items():
        arrays[f"{name}_weights"] = found.weights.astype(np.float16)
        arrays[f"{name}_bias"] = found.bias.astype(np.float32)
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **arrays)
    text = json.dumps(head, sort_keys=True, separators=(",", ":"))
    return text, packed.getvalue(), checksum(text, packed.getvalue())


def checksum(text: str, arrays: bytes) -> str:
    """SHA-256 over both parts, in hexadecimal."""
    return hashlib.sha256(text.encode() + b"\0" + arrays).hexdigest()


def load(text: str, arrays: bytes, expected: str) -> Model:
    """The model in these parts.  Raises Corrupt; never runs what a file might carry."""
    if checksum(text, arrays) != expected:
        raise Corrupt("the checksum does not match")
    try:
        head = json.loads(text)
        if head["format"] != FORMAT:
            raise Corrupt(f"format {head['format']}")
        with np.load(io.BytesIO(arrays), allow_pickle=False) as packed:
            encoder = Encoder(tuple(head["words"]), tuple(head["facts"]), packed["weights"])
            heads = {
                name: _head(found, packed[f"{name}_weights"], packed[f"{name}_bias"], encoder.size)
                for name, found in head["heads"].items()
            }
    except Corrupt:
        raise
    except Exception as error:  # whatever a spoilt archive makes of its reader
        raise Corrupt(str(error)) from error
    return Model(encoder, heads)


def _head(found: Any, weights: Any, bias: Any, size: int) -> Head:
    codes = tuple(found["codes"])
    if weights.shape != (size, len(codes)) or bias.shape != (len(codes),):
        raise Corrupt("arrays and labels do not fit")
    if not (np.isfinite(weights).all() and np.isfinite(bias).all()):
        raise Corrupt("not a number")
    return Head(codes, weights.astype(np.float32), bias, float(found["temperature"]))
