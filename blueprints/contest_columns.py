"""A draft of a vote between its form and its columns."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select

from app.access import Actor
from app.counting import RANKED, Rule
from app.forms.contest import RULES, ContestForm, rule_name
from app.queries import choices
from app.queries.labels import area_label
from app.services import contests as service
from app.services import named
from models import Area, Contest, db

LEVEL_OF = {"kota": "kota", "kecamatan": "kecamatan", "kelurahan": "kelurahan"}
CRITERION = re.compile(r"^\s*(\d{1,3})\s*[%:.)-]?\s+(.{3,120})$")


def usual() -> dict[str, Any]:
    """What a new draft begins with."""
    zone = current_app.config["CITY"].zone
    day = datetime.now(zone).replace(hour=8, minute=0, second=0, microsecond=0)
    return {
        "plan_year": day.year + 1,
        "disputes_until": day + timedelta(days=8),
        "opens_at": day + timedelta(days=10),
        "closes_at": day + timedelta(days=24),
        "series": f"musrenbang-{day.year + 1}",
    }


def places(actor: Actor) -> list[tuple[str, str]]:
    """Levels and areas for which the actor may hold a vote."""
    areas = select(Area.code, Area.level).where(Area.valid_to.is_(None)).order_by(Area.code)
    found = [
        (f"{LEVEL_OF[level]}:{code}", area_label(code))
        for code, level in db.session.execute(areas)
        if service.keeper(actor, code)
    ]
    if actor.seats_as("planner"):
        city = current_app.config["CITY"].code
        offices = choices.departments(db.session(), external=False)
        found += [(f"forum_opd:{city}:{code}", _("Forum of %(name)s", name=name))
                  for code, name in offices]  # fmt: skip
    return found


def values(form: ContestForm) -> dict[str, Any] | None:
    """The columns of a contest; what is wrong stands on the form."""
    level, area, department = (form.place.data.split(":") + ["", ""])[:3]
    moments = form.moments(current_app.config["CITY"].zone)
    opens, closes = moments["opens_at"], moments["closes_at"]
    secret = form.mode.data in ("approval", "points")
    if opens is None or closes is None or closes <= opens:
        form.closes_at.errors = [_("It must close after it opens.")]
        return None
    lines = _criteria(form)
    if lines is None:
        return None
    kept = {name: form[name].data for name in ("title", "kind", "mode", "plan_year", "pagu")}
    rule = Rule.from_json(
        {**RULES[form.rule.data].to_json(), "threshold": form.threshold.data or 0}
    ).to_json()
    if part := jury_part(form):
        rule = Rule(rule=RANKED, skip=False, jury=part).to_json()
    terms: dict[str, Any] = {
        "late": bool(form.late.data), "other_area": bool(form.other_area.data)
    }  # fmt: skip
    if form.places.data and not form.pagu.data:
        terms["places"] = form.places.data
    return kept | {
        "body": form.body.data or "",
        "level": level,
        "area_code": area,
        "department_code": department or None,
        "least": min(form.least.data or 1, form.most.data),
        "most": form.most.data,
        "points": (form.points.data or 0) if "points" in form.mode.data else 0,
        "min_level": int(form.min_level.data),
        "rule": {} if form.mode.data == "support" else rule,
        "terms": {**terms, "criteria": lines} if lines else terms,
        "receipts": bool(form.receipts.data),
        "precedence": form.precedence.data,
        "series": form.series.data or "",
        "opens_at": opens,
        "closes_at": closes,
        "disputes_until": moments["disputes_until"] if secret else None,
    }


def jury_part(form: ContestForm) -> Fraction:
    """What a jury's marks count for: all, a part beside a secret ballot, or nothing."""
    if form.mode.data == "jury":
        return Fraction(1)
    beside = form.jury.data or 0 if form.mode.data == "approval" else 0
    return Fraction(beside, 100)


def _criteria(form: ContestForm) -> list[dict[str, Any]] | None:
    """The lines of what a jury judges; None when one of them cannot be read."""
    if not jury_part(form):
        return []
    found: list[dict[str, Any]] = []
    for n, line in enumerate((form.criteria.data or "").splitlines(), start=1):
        if not line.strip():
            continue
        read = CRITERION.match(line)
        if read is None or int(read[1]) == 0:
            form.criteria.errors = [_("Line %(n)s: please begin with the weight, then what it is.",
                                      n=n)]  # fmt: skip
            return None
        code = f"k{len(found) + 1}"
        found.append({"code": code, "name": read[2].strip(), "weight": int(read[1])})
    return found


def told(contest: Contest) -> dict[str, Any]:
    """A draft as the form shows it."""
    zone = current_app.config["CITY"].zone
    names = ("title", "body", "kind", "mode", "plan_year", "least", "most", "points", "pagu",
             "receipts", "precedence", "series")  # fmt: skip
    told = {name: getattr(contest, name) for name in names}
    for name in ("disputes_until", "opens_at", "closes_at"):
        moment = getattr(contest, name)
        told[name] = moment and moment.astimezone(zone).replace(tzinfo=None)
    place = [contest.level, contest.area_code, contest.department_code or ""]
    return told | {
        "place": ":".join(part for part in place if part),
        "rule": rule_name(contest.rule),
        "jury": int(100 * Fraction(contest.rule.get("jury", 0))) % 100,
        "places": contest.terms.get("places"),
        "threshold": contest.rule.get("threshold", 0),
        "min_level": str(contest.min_level),
        "late": contest.terms.get("late", False),
        "other_area": contest.terms.get("other_area", False),
        "criteria": "\n".join(f"{c['weight']} {c['name']}" for c in named.criteria(contest)),
    }
