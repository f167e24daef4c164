"""What came with a proposal: its catalogue line, its readiness, its documents, its past."""

from __future__ import annotations

from typing import Any

from app.access import Actor, may, seat_for
from app.kinds import kind_of
from app.queries import filing, past, readiness
from app.services import documents
from models import AnySession, CatalogueEntry, Item, Proposal

from ..page import lonlat
from . import Panel

slot, order = "body", 5
STAFF = ("level", "triage", "validator", "planner", "owner")


def panel(item: Item, actor: Actor, reads: AnySession) -> Panel | None:
    """Everybody reads what is public; whoever decides reads what was asked before, too."""
    if not isinstance(item, Proposal) or not filing.asks_catalogue(kind_of(item)):
        return None
    code = item.catalogue_code
    entry = reads.get(CatalogueEntry, code) if code else None
    papers = documents.of_item(reads, item, actor)
    own = bool(seat_for(actor, ("author",), item))
    staff = actor.is_signed_in and bool(seat_for(actor, STAFF, item))
    values: dict[str, Any] = {
        "entry": entry,
        "review": item.catalogue_review,
        "score": readiness.score(reads, item.bidang, code, item.readiness or {}),
        "answered": bool(item.readiness),
        "papers": papers,
        "sorts": documents.NAMES,
        "personal": documents.PERSONAL,
        "publishes": staff and documents.may_publish(actor, item),
        "own": own,
        "past": _past(reads, item, actor) if staff else [],
    }
    if own or staff:
        wanted = entry.documents_wanted if entry else []
        missing = documents.lacking(wanted, papers)
        values["missing"] = missing
        values["missing_names"] = ", ".join(str(documents.NAMES[sort]) for sort in missing)
        values["photos"] = documents.photos_short(reads, item, entry)
    shows = ("entry", "review", "answered", "papers", "own", "publishes", "past")
    return Panel("proposal.html", values) if any(values[name] for name in shows) else None


def _past(reads: AnySession, item: Item, actor: Actor) -> list[past.Earlier]:
    if not may(actor, "read", item):
        return []
    return past.of_item(reads, item, *lonlat(item.place), actor)
