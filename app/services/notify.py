"""Tell people what happened to what they care about."""

from __future__ import annotations

from models import Change, Comment, Item


def step_taken(item: Item, change: Change) -> None:
    """Those who must hear of a step."""


def commented(comment: Comment) -> None:
    """Those who must hear of a comment."""
