"""What the filing form knows beforehand, and what it says before sending."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from app.access import Actor
from app.clocks import NORMAL
from app.extensions import translated
from app.forms import amounts
from app.forms.readiness import is_one as is_readiness
from app.kinds import Kind
from app.kinds.musrenbang_form import OUTSIDE
from app.queries import catalogue, choices
from app.queries.calendar import city_day, city_terms
from app.queries.emergency import Alarm
from app.queries.labels import area_label, hint, labels, offered, seat_label
from models import CatalogueEntry, Person, db

OUTSIDE_WORDS = "luar kamus tidak ada lainnya"


def profile(actor: Actor) -> dict[str, Any]:
    """What a person has told us once: the kelurahan, RW and RT they live in."""
    person = db.session.get(Person, actor.person_id) if actor.is_signed_in else None
    if person is None:
        return {}
    return {"area_code": person.area_code, "rw": person.rw, "rt": person.rt}


def defaults(kind: Kind) -> dict[str, Any]:
    """What a fresh form begins with."""
    return {"visibility": "public" if kind.publishes_at_filing else "anonymous"}


def fill(session: Session, form: Any, kind: Kind) -> None:
    """Give the form's lists what they offer."""
    explained = offered(f"categories of {kind.slug}", lambda: _explained(kind))
    form.category_code.choices = [("", _("Please choose"), {}), *explained]
    if "subject_department_code" in form:
        offices = offered("offices of the city", lambda: choices.offices(external=False))
        form.subject_department_code.choices = [("", "–"), *offices]
    if "catalogue_code" in form:
        form.catalogue_code.choices = {
            "": [
                ("", _("Search: paving, lamps, a drain …"), {}),
                (OUTSIDE, _("Not in the catalogue"), {"data-words": OUTSIDE_WORDS}),
            ],
            **catalogue.choices(session),
        }


def _explained(kind: Kind) -> list[tuple[str, Any, dict[str, str]]]:
    """The categories of a kind, each with the words it is found by and what to mention."""
    known = labels().categories
    return [
        (code, name, {"data-words": known[code].keywords, "data-help": hint(known[code])})
        for code, name in choices.categories(kind.slug)
    ]


def asks_catalogue(kind: Kind) -> bool:
    """Does this kind's form ask for a line of the *kamus usulan*?"""
    return hasattr(kind.form, "catalogue_code")


def in_catalogue(session: Session, code: str | None) -> CatalogueEntry | None:
    """The entry that was chosen, if it can be proposed today."""
    entry = session.get(CatalogueEntry, code) if code and catalogue.is_entry(code) else None
    return entry if entry is not None and entry.holds(city_day()) else None


def chosen(kind: Kind, form: Any) -> tuple[CatalogueEntry, int | None] | None:
    """The line of the catalogue a form holds, with its price today."""
    if not asks_catalogue(kind):
        return None
    entry = in_catalogue(db.session(), form.catalogue_code.data)
    return (entry, entry.price_on(city_day())) if entry else None


def from_catalogue(session: Session, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the chosen line of the *kamus usulan* says; what stands outside waits for a review."""
    if "catalogue_code" not in values:
        return {}
    entry = in_catalogue(session, values["catalogue_code"])
    if entry is None:
        return {"catalogue_code": None, "catalogue_review": "waiting"}
    known = {"unit": entry.unit, "unit_price": entry.price_on(city_day()), "bidang": entry.bidang}
    if entry.category_code:
        known["category_code"] = entry.category_code
    return {**known, "catalogue_code": entry.code, "catalogue_review": ""}


def fits_catalogue(session: Session, form: Any) -> bool:
    """Is the volume one that such works have?  What is wrong stands on the form."""
    if "catalogue_code" not in form or form.volume.data is None:
        return True
    entry = in_catalogue(session, form.catalogue_code.data)
    price = entry.price_on(city_day()) if entry else form.unit_price.data
    try:
        if entry is not None and entry.largest is not None and form.volume.data > entry.largest:
            raise ValueError(
                _(
                    "At most %(n)s %(unit)s of it in one proposal. Divide it, or choose a larger"
                    " kind of work.",
                    n=amounts.written(entry.largest),
                    unit=entry.unit,
                )
            )
        if price is not None:
            amounts.cost(form.volume.data, price)
    except ValueError as wrong:
        form.volume.errors = [*form.volume.errors, wrong.args[0]]
        return False
    return True


def conditions(kind: Kind) -> dict[str, list[str]]:
    """Fields that only some categories ask, with the codes of these categories."""
    mine = [category for category in labels().categories.values() if category.kind == kind.slug]
    officials = [category.code for category in mine if category.is_about_officials]
    roads = [category.code for category in mine if category.asks_road_class]
    return {"road_class": roads, "subject_department_code": officials}


def emergency(values: Mapping[str, Any], assured: bool) -> str:
    """Whom to call, when this is an emergency and not a report; else nothing.

    ``assured``: the person has read it and says that nobody is in danger; then words alone do not
    stop the form, a category of emergencies still does.
    """
    if text := emergency_category(values["category_code"]):
        return text
    if assured or not alarm().heard(f"{values['title']}. {values['body']}"):
        return ""
    return str(translated(current_app.config["CITY"].emergency)["text"])


def emergency_category(code: str) -> str:
    """Whom to call instead of filing in this category; nothing for the usual ones."""
    category = labels().categories.get(code)
    return category.emergency if category is not None else ""


def alarm() -> Alarm:
    """What this city calls an emergency, read once."""
    held: Alarm | None = current_app.extensions.get("rembuk_alarm")
    if held is None:
        said = current_app.config["CITY"].emergency
        held = current_app.extensions["rembuk_alarm"] = Alarm.read(said)
    return held


KNOWN_BY_CATALOGUE = ("category_code", "bidang", "unit", "unit_price")


def said(form: Any) -> list[tuple[str, str]]:
    """What was answered, as label and value, for reading through; not what the catalogue knows."""
    lines = []
    in_it = "catalogue_code" in form and catalogue.is_entry(form.catalogue_code.data)
    for field in form:
        value = field.data
        if field.type in ("CSRFTokenField", "HiddenField") or value in (None, "", []):
            continue
        if is_readiness(field) or (in_it and field.name in KNOWN_BY_CATALOGUE):
            continue
        offered = getattr(field, "choices", None)
        if isinstance(offered, dict):
            offered = [choice for group in offered.values() for choice in group]
        if hasattr(field, "said"):
            value = field.said()
        elif isinstance(offered, list):
            names = {code: str(label) for code, label, *_rest in offered}
            chosen = value if isinstance(value, list) else [value]
            value = ", ".join(names.get(code, str(code)) for code in chosen)
        lines.append((str(field.label.text), str(value)))
    return lines


@dataclass(frozen=True)
class Promise:
    """Who looks at it first, by which day, and by when it is resolved, if that is promised."""

    holder: str
    due: date | None
    whole: date | None = None


def promise(kind: Kind, values: Mapping[str, Any]) -> Promise:
    """What we promise to somebody who is about to send this."""
    state = kind.workflow[kind.workflow.initial]
    category = labels().categories.get(values["category_code"])
    oversight = category is not None and category.is_about_officials
    holder = seat_label("coordinator") if oversight else area_label(values["area_code"])
    terms, now = city_terms(), datetime.now(UTC)
    if kind.promise is not None and category is not None:
        policy = terms.policies.policy(
            category.complaint_class or "bukan_pengawasan", category.code, NORMAL, terms.day(now)
        )
        due, whole = (terms.calendar.after(now, days) for days in (policy.verify, policy.whole))
        return Promise(holder, terms.day(due), terms.day(whole))
    within = state.within
    return Promise(holder, terms.day(terms.calendar.after(now, within)) if within else None)
