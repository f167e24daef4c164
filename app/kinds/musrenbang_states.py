"""e-Musrenbang: the states of a proposal, and the reasons for which it may stop or turn back."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from app.workflow import Phase, State

from .words import TALKS, VOTES

REFUSALS = (
    "entered_twice",
    "already_proposed",
    "already_budgeted",
    "wrong_address",
    "outside_city",
    "not_our_authority",
    "wrong_department",
    "not_city_asset",
    "land_unclear",
    "below_standard",
    "still_good",
    "technically_impossible",
    "urgent_repair",
    "other_funding",
    "not_priority",
)
RETURNS = ("incomplete", "wrong_volume", "wrong_address", "photo_missing", "land_unclear")
SENT_BACK = (
    "not_agreed_below",
    "incomplete",
    "wrong_volume",
    "wrong_address",
    "survey_differs",
    "land_unclear",
    "entered_twice",
)
DEFERRALS = ("over_ceiling", "not_priority", "land_unclear", "design_missing", "permit_missing")
OBJECTIONS = ("over_ceiling", "price_too_high", "already_budgeted", "not_priority")
DROPS = (
    "no_budget",
    "tender_failed",
    "too_late",
    "price_rose",
    "land_unclear",
    "location_changed",
    "force_majeure",
)
SPLITS = ("several_departments", "several_places", "too_large")
SKIPS = ("surveyed_before", "known_place", "out_of_reach", "no_structure")
LOWERED = ("measured_again", "work_rejected", "contract_changed", "typed_wrong")
RESUMED = ("residents_say_unfinished", "defect_found")

STATES = (
    State("submitted", _("Submitted"), Phase.NEW, "level", 5, VOTES),
    State("verified", _("Verified"), Phase.OPEN, "level", None, VOTES),
    State("agreed", _("Agreed at this level"), Phase.OPEN, "level", None, VOTES),
    State("returned", _("Returned to the proposer"), Phase.NEW, "author", 10, TALKS),
    State("deferred", _("Deferred"), Phase.OPEN, "level", None, TALKS),
    State("redirected", _("Redirected to another department"), Phase.OPEN, "owner", 5, TALKS),
    State("in_rkpd", _("In the city's plan (RKPD)"), Phase.OPEN, "planner", None, TALKS),
    State("in_apbd", _("In the budget (APBD)"), Phase.OPEN, "owner", None, TALKS),
    State("procurement", _("Procurement"), Phase.OPEN, "owner", None, TALKS),
    State("works", _("Works under way"), Phase.OPEN, "owner", None, TALKS),
    State("done", _("Done"), Phase.DONE, allows=frozenset({"comment"})),
    State("refused", _("Refused"), Phase.CLOSED, allows=frozenset({"comment"})),
    State("merged", _("Joined with another proposal"), Phase.CLOSED, allows=frozenset()),
    State("withdrawn", _("Withdrawn by the proposer"), Phase.CLOSED, allows=frozenset()),
    State("not_realised", _("Not realised"), Phase.CLOSED, allows=frozenset({"comment"})),
)
