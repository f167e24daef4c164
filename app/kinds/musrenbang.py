"""e-Musrenbang: proposals that climb from the RW to the city's budget and on to the works."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _

from models import PROPOSAL_LEVELS, Proposal

from .base import Kind
from .musrenbang_catalogue import REVIEWED, outside_facts
from .musrenbang_effects import EFFECTS, facts, rupiah
from .musrenbang_form import ProposalForm
from .musrenbang_steps import WORKFLOW

LEVEL_NAMES = {
    "rw": _("Rembug Warga (RW)"),
    "kelurahan": _("Musrenbang Kelurahan"),
    "kecamatan": _("Musrenbang Kecamatan"),
    "forum_opd": _("Forum Perangkat Daerah"),
    "kota": _("Musrenbang Kota"),
}


def _facts(item: Proposal) -> frozenset[str]:
    return facts(item) | outside_facts(item)


def _redirected_holder(item: Proposal) -> str:
    """After two departments passed it on, the planner decides."""
    return "planner" if "bounced" in facts(item) else "owner"


def _done_holder(item: Proposal) -> str:
    """Finished works are nobody's, until somebody behind them says that they are not finished."""
    return "owner" if getattr(item, "disputed", False) else ""


def _columns(values: dict[str, Any], day: date) -> dict[str, Any]:
    """The cost follows from volume and unit price; the works are for the year after."""
    volume, price = values.get("volume"), values.get("unit_price")
    cost = rupiah(volume, price) if volume is not None and price is not None else None
    return {
        "cost": cost,
        "filed_volume": volume,
        "filed_cost": cost,
        "level": PROPOSAL_LEVELS[0],
        "plan_year": values.get("plan_year") or day.year + 1,
        "catalogue_code": values.get("catalogue_code") or None,
    }


MUSRENBANG = Kind(
    slug="musrenbang",
    leads_to=("lapor",),
    letter="U",
    model=Proposal,
    form=ProposalForm,
    workflow=WORKFLOW,
    icon="building",
    hints={
        "title": _(
            "What should be built or done, and where. For example: “A drain along Gang Mawar”."
        ),
        "body": _("What the need is, whom it helps, and what the neighbours agreed."),
    },
    publishes_at_filing=True,
    stances=True,
    effects={**EFFECTS, **REVIEWED},
    holders={"redirected": _redirected_holder, "done": _done_holder},
    facts=_facts,
    columns=_columns,
    filed_in="rembug_warga",
    # Passing on is no decision: what was agreed in time goes on, also the morning after the close.
    in_stage=frozenset({"verify", "judge", "agree", "refuse"}),
)
