"""What states of every kind may allow, and the public words for coded reasons."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

QUIET = frozenset({"support"})
TALKS = frozenset({"comment", "support"})
VOTES = frozenset({"comment", "support", "vote"})

REASONS = {
    "not_our_authority": _("Not within our authority"),
    "outside_city": _("Outside the city"),
    "unclear": _("Too unclear to act on"),
    "spam": _("Advertising or nonsense"),
    "not_public": _("A private matter"),
    "already_done": _("Already dealt with"),
    "wrong_department": _("Belongs to another department"),
    "private_land": _("On private land"),
    "more_owners": _("Several owners have to act together"),
    "same_matter": _("The same matter"),
    "same_place": _("The same place"),
    "needs_capital_works": _("Needs works beyond maintenance"),
    "needs_planning": _("Has to be planned and budgeted first"),
    "wrong_format": _("Not in the form of a report"),
    "too_general": _("Too general"),
    "not_about_government": _("Not about the work of government"),
    "no_answer": _("No answer to our question"),
    "solved_itself": _("Solved in the meantime"),
    "filed_by_mistake": _("Filed by mistake"),
    "no_longer_wanted": _("No longer wanted"),
    "owner_reported": _("The owner reported it in writing"),
    "seen_on_site": _("Seen on site by the kelurahan"),
    "resident_says_so": _("The reporter says so"),
    "proof_is_right": _("The proof shows what was asked for"),
    "new_matter": _("The appeal is about another matter"),
    "nothing_left_to_do": _("What can be done has been done"),
    "in_catalogue": _("The catalogue has a line for it"),
    "private_matter": _("A private need, not a public one"),
    "price_unknown": _("No price can be found for it"),
    "incomplete": _("Incomplete"),
    "wrong_volume": _("Volume or cost has to be corrected"),
    "land_unclear": _("The land's status is unclear"),
    "not_city_asset": _("Not an asset of the city"),
    "still_good": _("The present state is still good"),
    "already_budgeted": _("Already in the budget"),
    "over_ceiling": _("Beyond this year's ceiling"),
    "not_priority": _("Not a priority this year"),
    "technically_impossible": _("Technically not possible"),
    "other_department": _("Belongs to another department"),
    "no_budget": _("No budget in the end"),
    "tender_failed": _("The tender failed"),
    "force_majeure": _("Beyond anyone's control"),
    "burdens_residents": _("Would burden residents"),
    "nothing_new": _("Exists already"),
    "no_sponsor": _("No department can sponsor it"),
    "no_effect": _("The pilot showed no effect"),
    "not_an_idea": _("Not an idea but a report or a proposal"),
}
