"""What may be put right in an item of any kind; each correction stands on the trail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from app.workflow import Phase, State, Step

USUAL_CLASS = "bukan_pengawasan"  # of a complaint whose category says no other


def additions(states: tuple[State, ...]) -> tuple[Step, ...]:
    """What the author may still add while nobody has decided."""
    sources = tuple(state.name for state in states if state.phase is Phase.NEW)
    return (
        Step(
            "amend",
            _("Add something"),
            sources,
            None,
            by=("author",),
            asks=("note", "photos?"),
        ),
    )


def corrections(states: tuple[State, ...], by: tuple[str, ...]) -> tuple[Step, ...]:
    """The steps that put right an item's area and category, from every state that is not over."""
    sources = tuple(state.name for state in states if state.phase is not Phase.CLOSED)
    return (
        Step(
            "relocate",
            _("Correct the kelurahan"),
            sources,
            None,
            by=by,
            asks=("area", "note?"),
        ),
        Step(
            "recategorise",
            _("Correct the category"),
            sources,
            None,
            by=by,
            asks=("category", "note?"),
        ),
    )


def connections(states: tuple[State, ...]) -> tuple[Step, ...]:
    """What is written when an item leads to one of another kind, or comes from one."""
    sources = tuple(state.name for state in states)
    return (
        Step(
            "connect",
            _("Connected with another service"),
            sources,
            None,
            by=("system",),
            asks=("note",),
        ),
    )


def unmarkings(states: tuple[State, ...]) -> tuple[Step, ...]:
    """The step by which the coordinator says that an item is not about officials after all."""
    sources = tuple(state.name for state in states if state.phase is not Phase.CLOSED)
    return (
        Step(
            "not_about_officials",
            _("It is not about officials"),
            sources,
            None,
            by=("coordinator", "system"),
            asks=("category", "note"),
            when=("about_officials",),
            unmarks=True,
            help=_(
                "The kelurahan and the department will read and handle it like any other. "
                "It stays confidential, as its reporter was told. Your reason stands on its trail."
            ),
        ),
    )


def _unmark(item: Any, answers: Mapping[str, Any]) -> None:
    item.oversight, item.subject_department_code = False, None
    item.complaint_class = USUAL_CLASS
    item.category_code = answers["category"]


def _relocate(item: Any, answers: Mapping[str, Any]) -> None:
    item.area_code, item.area_basis = answers["area"], "corrected"


def _recategorise(item: Any, answers: Mapping[str, Any]) -> None:
    item.category_code = answers["category"]


CORRECTED = {"relocate": _relocate, "recategorise": _recategorise}
UNMARKED = {"not_about_officials": _unmark}
