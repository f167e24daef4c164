"""What moderators decided: the published reports that reached a department, as examples."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Select, bindparam, exists, func, select

from app.guess.words import plain
from app.kinds.lapor import LAPOR
from app.workflow import Phase
from models import AnySession, Category, Change, Complaint, Person, User

from .calendar import city_day
from .labels import labels
from .rulebook import Rulebook, rulebook
from .rules import Case
from .rules import plain as as_rules_read

KIND = LAPOR.slug
MOST = 30_000
INVENTED = "%.invalid"  # logins to which no letter leads: bin/flask fill


@dataclass(frozen=True)
class Decision:
    """A report, and what it turned out to be.  ``corrected``: staff changed the category."""

    id: int
    text: str
    address: str
    category: str
    department: str
    area: str
    road_class: str
    filed_at: datetime
    decided_at: datetime
    corrected: bool

    def answer(self, question: str) -> str:
        """What was decided."""
        return self.category if question == "category" else self.department

    def facts(self, question: str) -> tuple[str, ...]:
        """What is known beside the words, when this is asked."""
        return facts(question, self.area, self.category, self.road_class)

    @cached_property
    def said(self) -> str:
        """The words alone, to know a text again."""
        return " ".join(re.findall(r"[a-z]+", plain(self.text)))


def facts(question: str, area: str, category: str = "", road_class: str = "") -> tuple[str, ...]:
    """The facts a guess is made with; the department may know the category, not the reverse."""
    place = (f"area={area}", f"district={area[:8]}") if area else ()
    if question == "category":
        return place
    return (*place, f"category={category}", f"road={road_class}")


def text_of(title: str, body: str) -> str:
    """What is read of a report."""
    return f"{title}\n{body}"


def _deciding() -> tuple[str, ...]:
    """The steps by which somebody says whose a report is, or what it is about."""
    asked = {"category", "department", "external"}
    names = {step.name for step in LAPOR.workflow.steps if asked & set(step.answers)}
    return tuple(sorted(names | {"verify"}))


def _decided() -> Select[*tuple[Any, ...]]:
    """Published reports that reached a department and were not thrown out.

    Confidential ones are never learnt from: what stands in them must not show elsewhere.
    """
    steps = Change.item_id == Complaint.id, Change.step.in_(_deciding())
    decided = select(func.max(Change.at)).where(*steps).correlate(Complaint).scalar_subquery()
    put_right = exists().where(Change.item_id == Complaint.id, Change.step == "recategorise")
    states = set(LAPOR.workflow.in_phase(Phase.OPEN, Phase.DONE)) - {"verified", "returned"}
    return (
        select(
            Complaint.id,
            Complaint.title,
            Complaint.body,
            Complaint.address,
            Complaint.category_code,
            Complaint.department_code,
            Complaint.area_code,
            Complaint.road_class,
            Complaint.created_at,
            decided.label("decided_at"),
            put_right.label("corrected"),
        )
        .where(
            Complaint.published_at.is_not(None),
            Complaint.visibility != "confidential",
            Complaint.oversight.is_(False),
            Complaint.department_code.is_not(None),
            Complaint.state.in_(states),
        )
        .order_by(Complaint.id.desc())
        .limit(bindparam("most"))
    )


def read(session: AnySession, most: int = MOST) -> list[Decision]:
    """The newest decisions, the oldest of them first."""
    rows = session.execute(_decided(), {"most": most}).all()
    return [
        Decision(
            row.id,
            text_of(row.title, row.body),
            row.address,
            row.category_code,
            row.department_code,
            row.area_code,
            row.road_class,
            row.created_at,
            row.decided_at,
            row.corrected,
        )
        for row in reversed(rows)
        if row.decided_at is not None
    ]


def names(session: AnySession) -> frozenset[str]:
    """The words of people's names, less those by which the city describes its categories."""
    parts = func.regexp_split_to_table(func.lower(Person.name), "[^[:alpha:]]+")
    found = {plain(name) for name in session.scalars(select(parts).distinct())}
    ours = set[str]()
    for category in session.scalars(select(Category).where(Category.kind == KIND)):
        described = f"{category.name} {category.keywords} {category.help}"
        ours.update(re.findall(r"[a-z]+", plain(described)))
    return frozenset(found - ours)


def invented(session: AnySession) -> bool:
    """Did logins that no letter reaches file any of the reports?"""
    theirs = select(User.person_id).where(User.email.like(INVENTED))
    return session.scalar(select(exists().where(Complaint.author_id.in_(theirs)))) or False


def by_rules(question: str, found: Sequence[Decision], usual: list[str]) -> list[list[str]]:
    """What the city's own words and rules say, without anything learnt; else the commonest."""
    if question == "department":
        book, day = rulebook(), city_day()
        return [_owner(book, one, day) or usual for one in found]
    topics = [c for c in labels().categories.values() if c.kind == KIND and not c.emergency]
    keys = [
        (topic.code, [f" {as_rules_read(word)}" for word in topic.keywords.split(";") if word])
        for topic in topics
    ]
    return [_by_keywords(keys, one) or usual for one in found]


def _owner(book: Rulebook, one: Decision, day: date) -> list[str]:
    case = Case(one.category, one.area, one.road_class, f"{one.text} {one.address}")
    found = book.owner(case, day)
    return [found.department_code] if found else []


def _by_keywords(keys: list[tuple[str, list[str]]], one: Decision) -> list[str]:
    """The categories whose keywords stand in the text, those with the most first."""
    words = f" {as_rules_read(one.text)}"
    hits = [(sum(key in words for key in mine), code) for code, mine in keys]
    return [code for n, code in sorted(hits, key=lambda hit: -hit[0])[:3] if n]
