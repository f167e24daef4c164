"""What the steps of a proposal ask beyond what every step may ask."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import Length

from .amounts import RupiahField, VolumeField, rupiah

MOST_MONEY = 10**14  # rupiah, for anything: a hundred times the city's budget
SHARES = range(1, 4)  # so many parts are split off at once
CHECK = "check_"  # before the code of a question
# What the kecamatan looks at; the codes stand in the database.
CHECKLIST = {
    "needed": _("Is the need there, as it is described?"),
    "land": _("Is the land clear, with consent of its owner?"),
    "access": _("Can workers and material get there?"),
    "size": _("Is the volume right?"),
    "new": _("Is it free of works that were planned or done already?"),
    "neighbours": _("Do the neighbours agree?"),
}
YES_NO = [("yes", _("Yes")), ("no", _("No")), ("unknown", _("Not known"))]
VERDICT_WORDS = {
    "feasible": _("Feasible"),
    "with_changes": _("Feasible with changes"),
    "not_feasible": _("Not feasible"),
}


class MoneyField(RupiahField):
    """Whole rupiah, nothing included: what was spent so far may be 0."""

    read = staticmethod(partial(rupiah, most=MOST_MONEY, least=0))


def _money(label: Any) -> Any:
    return lambda need, choices: MoneyField(label, validators=[need])


def _volume(label: Any) -> Any:
    return lambda need, choices: VolumeField(label, validators=[need])


def _line(label: Any, longest: int = 200) -> Any:
    limit = Length(max=longest, message=_("At most %(n)s characters.", n=longest))
    return lambda need, choices: StringField(label, validators=[need, limit])


def _day(label: Any) -> Any:
    return lambda need, choices: DateField(label, validators=[need])


def _radio(label: Any, offered: list[tuple[str, Any]]) -> Any:
    return lambda need, choices: RadioField(label, choices=offered, validators=[need])


def _wording(need: Any, choices: Any) -> Any:
    limit = Length(max=5000, message=_("At most 5,000 characters."))
    label = _("The proposal in this level's words, if they differ")
    return TextAreaField(label, validators=[need, limit], render_kw={"rows": 4})


PLAN_FIELDS: dict[str, Any] = {
    "verdict": _radio(
        _("Verdict"), [(code, VERDICT_WORDS[code]) for code in ("feasible", "with_changes")]
    ),
    **{f"{CHECK}{code}": _radio(label, YES_NO) for code, label in CHECKLIST.items()},
    "volume": _volume(_("Volume")),
    "unit_price": _money(_("Price of one unit, in rupiah")),
    "cost": _money(_("Cost in rupiah")),
    "wording": _wording,
    "agreed_amount": _money(_("Amount the budget team agrees to, in rupiah")),
    "contract_value": _money(_("Value of the contract, in rupiah")),
    "contractor": _line(_("Who does the works?")),
    "contract_on": _day(_("Day of the contract")),
    "spent": _money(_("Paid so far, in rupiah")),
    "bast_number": _line(_("Number of the record (BAST)"), 100),
    "bast_on": _day(_("Day of the record")),
    "keeper": _line(_("Who keeps it from now on?")),
    **{
        name: field
        for n in SHARES
        for name, field in (
            (f"share{n}_title", _line(_("Part %(n)s: what is it?", n=n), 140)),
            (f"share{n}_volume", _volume(_("Part %(n)s: volume", n=n))),
            (f"share{n}_cost", _money(_("Part %(n)s: cost in rupiah", n=n))),
        )
    },
    "here": lambda need, choices: HiddenField(),
}


def spread(asked: set[str]) -> set[str]:
    """The fields behind answers that are asked in several fields."""
    if "checklist" in asked:
        asked = asked | {f"{CHECK}{code}" for code in CHECKLIST}
    if "shares" in asked:
        asked = asked | {name for name in PLAN_FIELDS if name.startswith("share")}
    return asked


def gather(given: dict[str, Any], asked: tuple[str, ...]) -> dict[str, Any]:
    """One answer from the fields it was asked in; empty parts are left out."""
    if "checklist" in asked:
        given["checklist"] = {code: given.pop(f"{CHECK}{code}") for code in CHECKLIST}
    if "shares" in asked:
        parts: list[Mapping[str, Any]] = [
            {name: given.pop(f"share{n}_{name}") for name in ("title", "volume", "cost")}
            for n in SHARES
        ]
        given["shares"] = [
            part for part in parts if any(v is not None and v != "" for v in part.values())
        ]
    return given
