"""What the forms of a proposal's steps begin with: the numbers as they stand."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from models import AnySession, Item, Proposal, Survey

# The fields of a form, and the column of the proposal each begins with.
COLUMNS = {
    "unit_price": "unit_price",
    "cost": "cost",
    "agreed_amount": "cost",
    "budget": "tapd_amount",
    "sub_kegiatan": "sub_kegiatan",
    "contract_value": "contract_value",
    "contractor": "contractor",
    "contract_on": "contract_on",
    "progress": "progress",
    "spent": "spent",
}


def prefill(session: AnySession, form: Any, item: Item, step_name: str) -> None:
    """Offer what is known; at the kecamatan the volume that was measured at the place."""
    if not isinstance(item, Proposal):
        return
    for name, column in COLUMNS.items():
        known = getattr(item, column)
        if name in form and form[name].data in (None, "") and known not in (None, ""):
            form[name].data = known
    if "volume" in form and form.volume.data is None and step_name != "survey":
        form.volume.data = _measured(session, item) or item.volume
    if step_name == "redirect" and form.department.data == item.department_code:
        form.department.data = None


def _measured(session: AnySession, item: Proposal) -> Any:
    """What the last survey measured, while the kecamatan has the proposal."""
    if item.level != "kecamatan":
        return None
    wanted = select(Survey.volume).where(Survey.proposal_id == item.id, Survey.skipped == "")
    return session.scalar(wanted.order_by(Survey.id.desc()).limit(1))
