"""Learn from what moderators decided: category and department from words and place.

Runs in the job worker or a command; scikit-learn is imported here only while it learns, so that
the web never carries it.  What is learnt is switched on question by question, and only where it is
right more often than the rules and than always saying the commonest, on decisions that came later.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from flask import current_app
from sqlalchemy import delete, select

from app.guess import figures
from app.guess.model import HEADS, Head, Model, dump
from app.guess.words import BUCKETS, Encoder, pieces, words_of
from app.queries import decisions
from app.queries.decisions import Decision
from models import SuggestionModel, db

MOST_WORDS = 12_000
LEAST_TEXTS = 5  # different texts in which a word must stand before it is kept
LEAST_EXAMPLES = 8  # decisions, below which a code is never suggested
LEAST_DECISIONS = 200
LATE = 0.2  # the share of decisions kept for the test
CALIBRATION = 0.15  # the share of the earlier ones that sets the temperature
KEPT_MODELS = 3


class TooFew(Exception):
    """There are too few decisions to learn from; ``args[0]`` is how many."""


@dataclass(frozen=True)
class Learnt:
    """A model that learnt from the earlier decisions, and how it did on the later ones."""

    figures: dict[str, Any]
    temperatures: Mapping[str, float]
    helps: tuple[str, ...]


def train(limit: int = decisions.MOST, synthetic: bool | None = None) -> SuggestionModel:
    """Learn from the newest decisions, measure, and keep the model.  Raises TooFew."""
    found = decisions.read(db.session(), limit)
    learnt = evaluate(found, "time", synthetic)
    names = decisions.names(db.session())
    model = fit(found, names)
    heads = {
        name: replace(head, temperature=learnt.temperatures.get(name, 1.0))
        for name, head in model.heads.items()
    }
    head, arrays, checksum = dump(Model(model.encoder, heads))
    row = SuggestionModel(
        kind=decisions.KIND,
        decided_upto=max(one.decided_at for one in found),
        examples=len(found),
        synthetic=learnt.figures["synthetic"],
        helps=" ".join(learnt.helps),
        figures=learnt.figures,
        checksum=checksum,
        head=head,
        arrays=arrays,
    )
    db.session.add(row)
    db.session.flush()
    newest = select(SuggestionModel.id).where(SuggestionModel.kind == row.kind)
    kept = newest.order_by(SuggestionModel.id.desc()).limit(KEPT_MODELS)
    old = SuggestionModel.kind == row.kind, SuggestionModel.id.not_in(kept)
    db.session.execute(delete(SuggestionModel).where(*old))
    return row


def evaluate(
    found: Sequence[Decision], split: str = "time", synthetic: bool | None = None
) -> Learnt:
    """Learn from the earlier decisions, guess the later ones, and compare.  Raises TooFew."""
    if len(found) < LEAST_DECISIONS:
        raise TooFew(len(found))
    early, late = parted(found, split)
    cut = int(len(early) * (1 - CALIBRATION))
    model = fit(early[:cut], decisions.names(db.session()))
    said: dict[str, Any] = {
        "split": split,
        "train": len(early),
        "test": len(late),
        "from": late[0].filed_at.isoformat() if late else "",
        "synthetic": _synthetic() if synthetic is None else synthetic,
        "left_as_filed": round(sum(not one.corrected for one in late) / max(len(late), 1), 4),
    }
    temperatures, helps = {}, []
    known = {one.said for one in early}
    for name in HEADS:
        if name not in model.heads:
            continue
        temperatures[name] = calibrate(model, name, early[cut:])
        said[name], better = _compared(model, name, temperatures[name], early, late, known)
        helps += [name] if better else []
    return Learnt(said, temperatures, tuple(helps))


def parted(found: Sequence[Decision], split: str) -> tuple[list[Decision], list[Decision]]:
    """The decisions to learn from, and those to be guessed.

    By time: everything guessed was filed after everything learnt from was decided; what lies
    across that moment is in neither.
    """
    if split == "random":
        order = np.random.default_rng(7).permutation(len(found))
        mixed = [found[n] for n in order]
        cut = int(len(mixed) * (1 - LATE))
        return mixed[:cut], mixed[cut:]
    filed = sorted(found, key=lambda one: (one.filed_at, one.id))
    begin = filed[int(len(filed) * (1 - LATE))].filed_at
    early = sorted((one for one in filed if one.decided_at < begin), key=lambda one: one.decided_at)
    return early, [one for one in filed if one.filed_at >= begin]


def fit(found: Sequence[Decision], names: frozenset[str]) -> Model:
    """A model of these decisions; nothing but them decides what it knows.  Raises TooFew."""
    texts = [words_of(one.text) for one in found]
    encoder = _encoder(found, texts, names)
    heads = {}
    for question in HEADS:
        codes = Counter(one.answer(question) for one in found)
        known = tuple(sorted(c for c, n in codes.items() if n >= LEAST_EXAMPLES))
        if len(known) < 2:
            continue
        rows = [n for n, one in enumerate(found) if one.answer(question) in known]
        encoded = [encoder.encode(texts[n], found[n].facts(question)) for n in rows]
        answers = [known.index(found[n].answer(question)) for n in rows]
        heads[question] = _head(encoded, answers, known, encoder.size)
    if not heads:
        raise TooFew(len(found))
    return Model(encoder, heads)


def _encoder(
    found: Sequence[Decision], texts: Sequence[list[str]], names: frozenset[str]
) -> Encoder:
    """The words that stand in enough different texts, and are nobody's name."""
    different = {tuple(words) for words in texts}
    standing = Counter(word for words in different for word in set(words))
    common = [(word, n) for word, n in standing.items() if n >= LEAST_TEXTS and word not in names]
    words = tuple(sorted(word for word, _n in sorted(common, key=lambda w: -w[1])[:MOST_WORDS]))
    parts: Counter[int] = Counter()
    for said in different:
        parts.update({piece for word in set(said) for piece in pieces(word)})
    facts = Counter(fact for one in found for fact in one.facts("department"))
    known = tuple(sorted(fact for fact, n in facts.items() if n >= LEAST_TEXTS))
    n = 1 + len(different)
    weights = np.ones(len(words) + BUCKETS + len(known), np.float32)
    weights[: len(words)] = [1 + np.log(n / (1 + standing[word])) for word in words]
    weights[len(words) : len(words) + BUCKETS] = [
        1 + np.log(n / (1 + parts[bucket])) for bucket in range(BUCKETS)
    ]
    return Encoder(words, known, weights)


def _head(encoded: Sequence[Any], answers: list[int], codes: tuple[str, ...], size: int) -> Head:
    from scipy.sparse import csr_matrix
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    ends = np.cumsum([0, *(len(places) for places, _values in encoded)])
    rows = csr_matrix(
        (
            np.concatenate([values for _places, values in encoded]),
            np.concatenate([places for places, _values in encoded]),
            ends,
        ),
        shape=(len(encoded), size),
    )
    learner = LogisticRegression(C=12.0, max_iter=60, tol=1e-3)
    with warnings.catch_warnings(), threadpool_limits(1):  # the web runs on the same cores
        warnings.simplefilter("ignore", ConvergenceWarning)
        learner.fit(rows, answers)
    weights, bias = learner.coef_.T, learner.intercept_
    if len(codes) == 2:  # one column tells two codes apart
        weights, bias = np.hstack((-weights, weights)) / 2, np.array([-bias[0], bias[0]]) / 2
    return Head(codes, weights.astype(np.float32), bias.astype(np.float32), 1.0)


def calibrate(model: Model, question: str, later: Sequence[Decision]) -> float:
    """The temperature under which later decisions are least surprising."""
    head = model.heads[question]
    scores, truth = [], []
    for one in later:
        if one.answer(question) in head.codes:
            places, values = model.encoder.encode(words_of(one.text), one.facts(question))
            scores.append(head.scores(places, values))
            truth.append(head.codes.index(one.answer(question)))
    if not scores:
        return 1.0
    table = np.array(scores)

    def surprise(temperature: float) -> float:
        raised = table / temperature
        raised -= raised.max(axis=1, keepdims=True)
        shares = raised[np.arange(len(truth)), truth] - np.log(np.exp(raised).sum(axis=1))
        return float(-shares.mean())

    return float(min(np.geomspace(0.2, 5, 80), key=surprise))


def _compared(
    model: Model,
    question: str,
    temperature: float,
    early: Sequence[Decision],
    late: Sequence[Decision],
    known: set[str],
) -> tuple[dict[str, Any], bool]:
    """The figures of the model beside those of the rules and of always saying the commonest."""
    heads = {question: replace(model.heads[question], temperature=temperature)}
    warm = Model(model.encoder, heads)
    truth = [one.answer(question) for one in late]
    guesses = [warm.guess(question, one.text, one.facts(question)) for one in late]
    mine = [[guess.code for guess in ranked] for ranked in guesses]
    usual = [code for code, _n in Counter(one.answer(question) for one in early).most_common(3)]
    others = {
        "rules": decisions.by_rules(question, late, usual),
        "majority": [usual for _one in late],
    }
    first = [ranked[0] if ranked else "" for ranked in mine]
    better = {
        name: figures.beats(truth, first, [ranked[0] for ranked in theirs])
        for name, theirs in others.items()
    }
    fresh = [n for n, one in enumerate(late) if one.said not in known]
    right = [code == first_ for code, first_ in zip(truth, first, strict=True)]
    sure = [ranked[0].confidence if ranked else 0.0 for ranked in guesses]
    unseen = figures.score([truth[n] for n in fresh], [mine[n] for n in fresh])
    said = {
        "model": figures.score(truth, mine).as_dict(),
        **{name: figures.score(truth, theirs).as_dict() for name, theirs in others.items()},
        "unseen_texts": {"n": unseen.n, "accuracy": round(unseen.accuracy, 4)},
        "calibration_error": round(figures.calibration_error(right, sure), 4),
        "temperature": round(temperature, 3),
        "codes": len(model.heads[question].codes),
        "beats": better,
    }
    return said, all(better.values())


def _synthetic() -> bool:
    """Are the texts invented, wholly or in part?"""
    return bool(current_app.config["DEMO"]) or decisions.invented(db.session())
