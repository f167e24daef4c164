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
from app.kinds import Kind
from app.queries import choices
from app.queries.calendar import city_day, city_terms
from app.queries.emergency import Alarm
from app.queries.labels import area_label, labels, seat_label
from models import CatalogueEntry, Person, db


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
    form.category_code.choices = [("", _("Please choose"), {}), *_explained(kind)]
    if "subject_department_code" in form:
        offices = choices.departments(session, external=False)
        form.subject_department_code.choices = [("", "–"), *offices]
    if "catalogue_code" in form:
        form.catalogue_code.choices = choices.catalogue(session)


def _explained(kind: Kind) -> list[tuple[str, Any, dict[str, str]]]:
    """The categories of a kind, each with the words it is found by and what to mention."""
    known = labels().categories
    return [
        (code, name, {"data-words": known[code].keywords, "data-help": known[code].help})
        for code, name in choices.categories(kind.slug)
    ]


def from_catalogue(session: Session, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the chosen line of the *kamus usulan* says: its unit and its price."""
    code = values.get("catalogue_code")
    entry = session.get(CatalogueEntry, code) if code else None
    if entry is None:
        return {}
    return {"unit": entry.unit, "unit_price": entry.price_on(city_day())}


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
    return str(current_app.config["CITY"].emergency["text"])


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


def said(form: Any) -> list[tuple[str, str]]:
    """What was answered, as label and value, for reading through."""
    lines = []
    for field in form:
        value = field.data
        if field.type in ("CSRFTokenField", "HiddenField") or value in (None, "", []):
            continue
        offered = getattr(field, "choices", None)
        if isinstance(offered, list):
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
