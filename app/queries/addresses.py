"""Whole addresses of pages, for what is read elsewhere: letters, messages, paper."""

from __future__ import annotations

from flask import current_app

from app.kinds import kind_of
from models import Item


def of_item(item: Item) -> str:
    """An item's page."""
    return f"{current_app.config['BASE_URL']}/{kind_of(item).words['word']}/{item.number}"


def inbox() -> str:
    """The reader's inbox, where what is confidential is told."""
    return f"{current_app.config['BASE_URL']}/saya/kotak-masuk"
