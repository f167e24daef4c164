"""Figures of what was learnt as lines to be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

ROWS = ("model", "rules", "majority")


def told(figures: dict[str, Any]) -> Iterator[str]:
    """The figures beside their baselines; invented texts are said to be."""
    how = "later than all it learnt from" if figures["split"] == "time" else "drawn at random"
    yield f"{figures['train']:,} decisions learnt from, {figures['test']:,} guessed, {how}."
    if figures["synthetic"]:
        yield "SYNTHETIC (sintetis): these texts are invented; the figures say nothing of a city."
    yield f"Left as the resident had filed it: {figures['left_as_filed']:.1%} of the categories."
    for question in ("category", "department"):
        if question not in figures:
            yield f"\n{question}: too little to learn from"
            continue
        found = figures[question]
        yield f"\n{question:11s} accuracy (95 %)         top 3   macro-F1 (95 %)"
        for name in ROWS:
            yield _row(name, found[name])
        unseen = found["unseen_texts"]
        yield f"  texts never seen before: {unseen['accuracy']:.3f} of {unseen['n']:,}"
        yield f"  confidence is off by {found['calibration_error']:.3f} on average"
        beaten = (f"{name}: {'yes' if won else 'no'}" for name, won in found["beats"].items())
        yield f"  right more often, beyond chance, than {', '.join(beaten)}"


def _row(name: str, one: dict[str, Any]) -> str:
    accuracy = f"{one['accuracy']:.3f} ({one['accuracy_low']:.3f} to {one['accuracy_high']:.3f})"
    macro = f"{one['macro_f1']:.3f} ({one['macro_f1_low']:.3f} to {one['macro_f1_high']:.3f})"
    return f"  {name:9s} {accuracy}   {one['top3']:.3f}   {macro}"
