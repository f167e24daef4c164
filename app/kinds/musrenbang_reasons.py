"""Why a proposal stopped or turned back, in plain words, and what one can do next.

A text for each reason code, for a neighbour who never read a regulation.  ``ways`` names what may
help, in the order in which it is offered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _


@dataclass(frozen=True)
class Plain:
    """What a reason means, and which ways lead on."""

    means: Any
    ways: tuple[str, ...]


# What one can do, by name; the page knows which of them it can lead to.
WAYS: dict[str, Any] = {
    "mend": _("Mend what is named above and propose it again in the next Rembug Warga."),
    "again": _("Propose it again in the next Rembug Warga; you can refer to this number."),
    "certificate": _(
        "Bring a paper that shows whose land it is: a certificate, or a consent signed by "
        "the owner and known to the kelurahan."
    ),
    "asset": _("Ask the kelurahan whether the asset can be handed over to the city first."),
    "complaint": _(
        "Report it as a complaint: small urgent repairs are done within days, not years."
    ),
    "prakarsa": _("Bring it to your RW: it may be paid from Prakarsa RW this year."),
    "support": _("Stand behind the other proposal, so that both voices count."),
    "follow": _("Follow it: you are told as soon as anything changes."),
    "ask": _("Ask the office that decided. Name the number of the proposal."),
    "smaller": _("Propose a smaller part of it, so that it fits into the ceiling."),
    "neighbours": _("Gather more neighbours behind it: support counts in the ranking."),
    "department": _("Ask the kelurahan to name the department that does such works."),
    "catalogue": _("Look into the catalogue of proposals for the size and price the city builds."),
    "outside": _("Turn to the office that is in charge; the kelurahan knows the address."),
}

PLAIN: dict[str, Plain] = {
    "entered_twice": Plain(
        _("The same works were entered twice. The other entry goes on; nothing is lost."),
        ("support", "follow", "ask"),
    ),
    "already_proposed": Plain(
        _(
            "Others proposed the same works, this year or earlier. Two proposals for one thing "
            "would only compete with each other."
        ),
        ("support", "follow", "ask"),
    ),
    "already_budgeted": Plain(
        _(
            "The city has planned and paid for these works in another way already. They come "
            "without this proposal."
        ),
        ("follow", "ask"),
    ),
    "wrong_address": Plain(
        _("The place on the map or the address is not where the works would be."),
        ("mend", "ask"),
    ),
    "outside_city": Plain(
        _("The place lies outside the city. The city may not build there."),
        ("outside", "ask"),
    ),
    "not_our_authority": Plain(
        _(
            "This is not for the city to do, but for the province, the nation or a company. The "
            "city may not spend its money on it."
        ),
        ("outside", "ask"),
    ),
    "wrong_department": Plain(
        _("It was entered for a department that does not do such works."),
        ("department", "mend"),
    ),
    "other_department": Plain(
        _("Another department does such works. It goes on there."), ("follow", "ask")
    ),
    "not_city_asset": Plain(
        _(
            "The road, building or ground does not belong to the city, for instance because a "
            "housing estate has not been handed over. The city may not repair what is not its own."
        ),
        ("asset", "prakarsa", "mend"),
    ),
    "land_unclear": Plain(
        _(
            "It is not clear whose land it is, or whether the owner agrees. Building on it could "
            "end before a court."
        ),
        ("certificate", "mend", "ask"),
    ),
    "below_standard": Plain(
        _(
            "What was proposed is smaller or weaker than the standard the city has to build by, "
            "for instance a road that is too narrow."
        ),
        ("catalogue", "mend", "prakarsa"),
    ),
    "still_good": Plain(
        _(
            "The survey found that what is there is still in good condition. Money goes first to "
            "what is broken."
        ),
        ("complaint", "again", "ask"),
    ),
    "technically_impossible": Plain(
        _("The department looked at it and found that it cannot be built like this."),
        ("mend", "ask"),
    ),
    "urgent_repair": Plain(
        _(
            "This is a small repair that should not wait for next year's budget: a lamp, a hole, "
            "a tree."
        ),
        ("complaint", "follow"),
    ),
    "other_funding": Plain(
        _("It is to be paid from another source, for instance Prakarsa RW."),
        ("prakarsa", "ask"),
    ),
    "not_priority": Plain(
        _(
            "Residents and offices put other proposals first. This one was not found wrong; the "
            "others were found more urgent."
        ),
        ("neighbours", "again", "prakarsa"),
    ),
    "incomplete": Plain(
        _("Something is missing in the proposal. What it is stands in the words of the office."),
        ("mend", "ask"),
    ),
    "wrong_volume": Plain(
        _("The size or the cost does not fit what is there, and has to be counted again."),
        ("mend", "catalogue"),
    ),
    "photo_missing": Plain(_("Photos or papers that are asked for are missing."), ("mend", "ask")),
    "not_agreed_below": Plain(
        _("The forum of the level below has not agreed on it yet. It has to decide first."),
        ("follow", "ask"),
    ),
    "survey_differs": Plain(
        _("Whoever went to the place found something else than what is written."),
        ("mend", "ask"),
    ),
    "over_ceiling": Plain(
        _(
            "There is a limit to what may be spent this year (pagu). The proposals ranked before "
            "this one use it up."
        ),
        ("smaller", "neighbours", "again", "prakarsa"),
    ),
    "price_too_high": Plain(
        _("It costs more than works of this kind usually do."), ("catalogue", "smaller", "ask")
    ),
    "design_missing": Plain(
        _("Before it can be built, somebody has to draw and calculate it. That has not been done."),
        ("follow", "ask"),
    ),
    "permit_missing": Plain(
        _("A permit is needed first, for instance from whoever owns the river or the road."),
        ("follow", "ask"),
    ),
    "no_budget": Plain(
        _("It was planned, but in the end there was no money in the city's budget for it."),
        ("again", "neighbours", "ask"),
    ),
    "tender_failed": Plain(
        _("No company offered to do the works, or none of the offers was good enough."),
        ("follow", "again"),
    ),
    "too_late": Plain(
        _("There was too little time left in the budget year to finish it properly."),
        ("follow", "again"),
    ),
    "price_rose": Plain(
        _("Prices rose, and the money in the budget was no longer enough."), ("again", "smaller")
    ),
    "location_changed": Plain(
        _("The place has changed since it was proposed, so that the works no longer fit."),
        ("mend", "ask"),
    ),
    "force_majeure": Plain(
        _("Something happened that nobody could prevent, like a flood or a landslide."),
        ("follow", "again"),
    ),
    "in_catalogue": Plain(_("The catalogue has a line for it already."), ("catalogue", "mend")),
}
NOT_KNOWN = Plain(
    _("What it means stands in the words of the office that decided."), ("ask", "again")
)


def plain(code: str) -> Plain:
    """The plain words of a reason."""
    return PLAIN.get(code, NOT_KNOWN)
