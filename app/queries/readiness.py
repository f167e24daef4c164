"""What must be ready before works can begin: the questions for a proposal, and its score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from app.queries.calendar import city_day
from models import AnySession, ReadinessQuestion

YES = "yes"


@dataclass(frozen=True)
class Line:
    """A question, the answer ("" for none) and what to do as long as it is not yes."""

    code: str
    question: str
    answer: str
    missing: str

    @property
    def is_ready(self) -> bool:
        """Was it answered with yes?"""
        return self.answer == YES


@dataclass(frozen=True)
class Score:
    """How much of what was asked is ready."""

    lines: tuple[Line, ...]

    @property
    def ready(self) -> int:
        """How many are."""
        return sum(line.is_ready for line in self.lines)

    @property
    def asked(self) -> int:
        """Of how many."""
        return len(self.lines)

    @property
    def open(self) -> tuple[Line, ...]:
        """What is not ready yet."""
        return tuple(line for line in self.lines if not line.is_ready)


def asked(session: AnySession, bidang: str, entry_code: str | None) -> Sequence[ReadinessQuestion]:
    """What is asked of a proposal of this bidang and entry, in order."""
    today, question = city_day(), ReadinessQuestion
    usual = question.entry_code.is_(None) & question.bidang.in_(("", bidang))
    query = select(question).where(
        or_(usual, question.entry_code == entry_code) if entry_code else usual,
        or_(question.valid_from.is_(None), question.valid_from <= today),
        or_(question.valid_to.is_(None), question.valid_to > today),
    )
    return session.scalars(query.order_by(question.position, question.code)).all()


def scored(questions: Sequence[ReadinessQuestion], answers: Mapping[str, str]) -> Score:
    """How ready a proposal with these answers is."""
    return Score(
        tuple(
            Line(question.code, question.question, answers.get(question.code, ""), question.missing)
            for question in questions
        )
    )


def score(
    session: AnySession, bidang: str, entry_code: str | None, answers: Mapping[str, str]
) -> Score:
    """How ready a proposal is, by what its bidang and entry are asked today."""
    return scored(asked(session, bidang, entry_code), answers)
