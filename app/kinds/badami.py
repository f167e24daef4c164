"""Badami: ideas, discussed, incubated, piloted, adopted and monitored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from app.forms import ItemForm
from app.workflow import Phase, State, Step, Workflow
from models import Idea

from .base import Kind
from .corrections import CORRECTED, additions, connections, corrections
from .words import QUIET, TALKS

STOPS = ("not_our_authority", "burdens_residents", "nothing_new", "no_sponsor", "no_effect")


class IdeaForm(ItemForm):
    """What an idea asks beyond the fields of every item."""

    benefit = TextAreaField(
        _("Whom does it help, and how?"),
        validators=[
            InputRequired(_("Please say whom it helps.")),
            Length(10, 2000, _("Between 10 and 2,000 characters.")),
        ],
    )
    novelty = TextAreaField(_("What is new in it?"), validators=[Optional(), Length(max=2000)])
    form = SelectField(
        _("What kind of innovation?"),
        choices=[
            ("pelayanan_publik", _("A public service")),
            ("tata_kelola", _("The way government works")),
            ("lainnya", _("Something else")),
        ],
        default="lainnya",
    )


STATES = (
    State("idea", _("New idea"), Phase.NEW, "triage", 3, QUIET),
    State("discussion", _("In discussion"), Phase.OPEN, "", None, TALKS),
    State("curation", _("Being curated"), Phase.OPEN, "planner", 15, TALKS),
    State("incubation", _("In incubation"), Phase.OPEN, "owner", None, TALKS),
    State("pilot", _("Pilot"), Phase.OPEN, "owner", None, TALKS),
    State("evaluation", _("Evaluation"), Phase.OPEN, "planner", 20, TALKS),
    State("adopted", _("Adopted"), Phase.DONE, "owner", None, frozenset({"comment"})),
    State("replicated", _("Replicated"), Phase.DONE, allows=frozenset({"comment"})),
    State("stopped", _("Stopped"), Phase.CLOSED, allows=frozenset({"comment"})),
    State("archived", _("Archived"), Phase.CLOSED, allows=frozenset()),
)

WORKFLOW = Workflow(
    states=STATES,
    steps=(
        Step(
            "open_discussion",
            _("Open the discussion"),
            ("idea",),
            "discussion",
            by=("triage", "planner"),
            asks=("note?",),
            publishes=True,
            help=_("Conduct and place are in order."),
        ),
        Step(
            "curate",
            _("Curate"),
            ("discussion",),
            "curation",
            by=("planner", "system"),
            asks=("note?",),
        ),
        Step(
            "incubate",
            _("Begin incubation"),
            ("curation",),
            "incubation",
            by=("planner",),
            asks=("department", "mentor?", "note"),
            help=_("With a department as sponsor."),
        ),
        Step(
            "pilot",
            _("Begin the pilot"),
            ("incubation",),
            "pilot",
            by=("owner", "planner"),
            asks=("period", "indicators", "budget?", "note?"),
        ),
        Step(
            "monitor",
            _("Record an observation"),
            ("pilot", "adopted"),
            None,
            by=("owner", "planner"),
            asks=("note", "photos?"),
        ),
        Step(
            "evaluate",
            _("Begin the evaluation"),
            ("pilot",),
            "evaluation",
            by=("owner", "planner"),
            asks=("note",),
        ),
        Step(
            "adopt",
            _("Adopt"),
            ("evaluation",),
            "adopted",
            by=("planner",),
            asks=("decree", "note?"),
        ),
        Step(
            "replicate",
            _("Replicate"),
            ("adopted",),
            "replicated",
            by=("planner",),
            asks=("note",),
        ),
        Step(
            "stop",
            _("Stop"),
            ("discussion", "curation", "incubation", "pilot", "evaluation"),
            "stopped",
            by=("planner",),
            asks=("reason", "note"),
            reasons=STOPS,
        ),
        Step(
            "archive",
            _("Archive"),
            ("idea", "discussion"),
            "archived",
            by=("triage", "planner"),
            asks=("reason", "note"),
            reasons=("spam", "not_an_idea", "unclear", "nothing_new"),
        ),
        Step(
            "withdraw",
            _("Withdraw my idea"),
            ("idea", "discussion"),
            "archived",
            by=("author",),
            asks=("reason", "note?"),
            reasons=("filed_by_mistake", "no_longer_wanted"),
        ),
        *additions(STATES),
        *connections(STATES),
        *corrections(STATES, by=("triage", "planner")),
    ),
)


def _incubate(item: Idea, answers: Mapping[str, Any]) -> None:
    item.department_code = answers["department"]
    item.mentor = answers.get("mentor") or ""


def _pilot(item: Idea, answers: Mapping[str, Any]) -> None:
    item.pilot_from, item.pilot_to = answers["period"]
    item.indicators = answers["indicators"]


def _adopt(item: Idea, answers: Mapping[str, Any]) -> None:
    item.decree = answers["decree"]


BADAMI = Kind(
    slug="badami",
    leads_to=("musrenbang",),
    letter="G",
    model=Idea,
    form=IdeaForm,
    workflow=WORKFLOW,
    icon="lamp",
    hints={
        "title": _("The idea in a few words. For example: “One queue number for all counters”."),
        "body": _("How it would work, and what would be better afterwards."),
    },
    publishes_at_filing=True,
    stances=True,
    effects={**CORRECTED, "incubate": _incubate, "pilot": _pilot, "adopt": _adopt},
)
