"""Atom feeds (RFC 4287): of a list, of a watch, of one item's way."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

from flask import current_app
from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.kinds import KINDS, kind_of
from app.queries import item_page
from app.queries.labels import area_label
from models import Item

NAMESPACE = "http://www.w3.org/2005/Atom"
ET.register_namespace("", NAMESPACE)


def of_items(title: str, page: str, rows: Iterable[Row[Any]]) -> ET.Element:
    """A feed of items, each an entry that says what it is, where, and where it stands."""
    rows = list(rows)
    feed = _feed(title, page, max((row.state_since for row in rows), default=None))
    for row in rows:
        kind = KINDS[row.kind]
        state = kind.workflow[row.state]
        said = f"{kind.label} {row.number}, {area_label(row.area_code)}: {state.label}"
        _entry(feed, _url(kind.words["word"], row.number), row.title, row.state_since, said)
    return feed


def of_steps(session: Session, item: Item) -> ET.Element:
    """A feed of the steps of one item, the newest first."""
    page = _url(kind_of(item).words["word"], item.number)
    entries = item_page.trail(session, item, [])[::-1]
    feed = _feed(f"{item.number}: {item.title}", page, entries[0].at if entries else None)
    for entry in entries:
        said = ": ".join(filter(None, (entry.seat, entry.note)))
        _entry(feed, f"{page}#{entry.seq}", str(entry.label), entry.at, said)
    return feed


def _url(word: str, number: str) -> str:
    return f"{current_app.config['BASE_URL']}/{word}/{number}"


def _feed(title: str, page: str, updated: datetime | None) -> ET.Element:
    base = current_app.config["BASE_URL"]
    page = page if page.startswith("http") else base + page
    feed = ET.Element(f"{{{NAMESPACE}}}feed")
    _text(feed, "title", title)
    _text(feed, "id", page)
    _text(feed, "updated", (updated or datetime(2020, 1, 1, tzinfo=UTC)).isoformat())
    ET.SubElement(feed, f"{{{NAMESPACE}}}link", {"href": page})
    author = ET.SubElement(feed, f"{{{NAMESPACE}}}author")
    _text(author, "name", current_app.config["CITY"].name)
    return feed


def _entry(feed: ET.Element, url: str, title: str, at: datetime, summary: str) -> None:
    entry = ET.SubElement(feed, f"{{{NAMESPACE}}}entry")
    _text(entry, "title", title)
    _text(entry, "id", url)
    _text(entry, "updated", at.isoformat())
    ET.SubElement(entry, f"{{{NAMESPACE}}}link", {"href": url})
    _text(entry, "summary", summary)


def _text(parent: ET.Element, name: str, text: str) -> None:
    """A child with text; characters no XML may hold are left out."""
    allowed = (c for c in text if c in "\t\n\r" or " " <= c <= "\ud7ff" or c >= "\ue000")
    ET.SubElement(parent, f"{{{NAMESPACE}}}{name}").text = "".join(allowed)
