"""With an owner outside: whom, how it was handed over, what they said, and what one may do."""

from __future__ import annotations

from app.access import Actor, may
from app.forms.steps import WAYS
from app.queries import handover
from app.queries.calendar import city_day
from app.queries.rulebook import rulebook
from models import AnySession, Complaint, Item

from . import Panel

slot, order = "body", 20


def panel(item: Item, actor: Actor, reads: AnySession) -> Panel | None:
    """The owner's own message while they have it, and every record; the contact for staff."""
    office = rulebook().offices.get(item.department_code or "")
    staff = may(actor, "moderate", item)
    if not isinstance(item, Complaint) or not (staff or (office and office.external)):
        return None  # nearly every page: no query
    owner = handover.outside(reads, item) if item.state == "to_external" else None
    records = handover.records(reads, item)
    if owner is None and not records:
        return None
    values = {"owner": owner, "records": records, "ways": WAYS, "staff": staff}
    return Panel("handover.html", values | {"today": city_day()})
