"""Lapor!: complaints, triaged by the kelurahan, answered by the department that owns them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, RadioField, SelectField
from wtforms.validators import InputRequired, Optional

from app.forms import ItemForm, not_in_the_future
from app.workflow import BACK, Step, Workflow
from models import Complaint

from . import outside
from .base import Kind
from .corrections import CORRECTED, UNMARKED, additions, connections, corrections, unmarkings
from .lapor_states import STATES, promise
from .verdicts import VERDICT, VERDICTS, may_appeal

REFUSALS = ("not_our_authority", "outside_city", "unclear", "spam", "not_public", "already_done")
OUTSIDE = ("owner_reported", "seen_on_site", "resident_says_so")
RETURNS = ("not_our_authority", "wrong_department", "private_land", "more_owners")


class ComplaintForm(ItemForm):
    """What a complaint asks beyond the fields of every item."""

    road_class = RadioField(
        _("What kind of road is it?"),
        choices=[
            ("besar", _("A main road, with lanes or buses")),
            ("lingkungan", _("A neighbourhood road, cars pass")),
            ("gang", _("An alley, only motorcycles pass")),
            ("tidak_tahu", _("I do not know")),
        ],
        default="tidak_tahu",
        validators=[InputRequired()],
    )
    subject_department_code = SelectField(
        _("Which office is it about?"),
        description=_("For reports about officials. The office you name will not see it."),
        choices=[],
        default="",
        validators=[Optional()],
    )
    happened_on = DateField(_("When did you see it?"), validators=[Optional(), not_in_the_future])


WORKFLOW = Workflow(
    states=STATES,
    steps=(
        Step(
            "verify",
            _("Verify and publish"),
            ("received", "need_info"),
            "verified",
            by=("triage",),
            asks=("note?",),
            publishes=True,
        ),
        Step(
            "ask_info",
            _("Ask the reporter"),
            ("received",),
            "need_info",
            by=("triage",),
            asks=("note",),
            when=("info_not_asked",),
            help=_("The clock pauses, once and for ten working days at most."),
        ),
        Step(
            "give_info",
            _("Answer the question"),
            ("need_info",),
            "received",
            by=("author",),
            asks=("note", "photos?"),
        ),
        Step(
            "no_answer",
            _("No answer came"),
            ("need_info",),
            "received",
            by=("system",),
        ),
        Step(
            "route",
            _("Send to a department"),
            ("verified",),
            "routed",
            by=("triage",),
            asks=("department", "note?"),
        ),
        Step(
            "accept",
            _("Take it up"),
            ("routed", "reopened"),
            "accepted",
            by=("owner",),
            asks=("note?",),
        ),
        Step(
            "return",
            _("Send back"),
            ("routed", "accepted"),
            "returned",
            by=("owner",),
            asks=("reason", "note", "other_department?"),
            reasons=RETURNS,
            help=_("Name another owner, or say why it is not yours. Both are public."),
        ),
        Step(
            "reverify",
            _("Give it another owner"),
            ("returned",),
            "verified",
            by=("triage",),
            asks=("department", "note?"),
            when=("few_returns",),
        ),
        Step(
            "decide_owner",
            _("Decide the owner"),
            ("returned",),
            "routed",
            by=("coordinator",),
            asks=("department", "note"),
            when=("many_returns",),
        ),
        Step(
            "plan",
            _("Plan the work"),
            ("accepted", "planned"),
            "planned",
            by=("owner",),
            asks=("date", "note"),
        ),
        Step(
            "start",
            _("Start the work"),
            ("accepted", "planned"),
            "working",
            by=("owner",),
            asks=("note?",),
        ),
        Step(
            "submit_proof",
            _("Hand in proof"),
            ("working",),
            "proof_submitted",
            by=("owner",),
            asks=("photos", "note"),
            when=("place_bound",),
            proves=True,
            help=_(
                "Take the photo on the spot, with the camera's place switched on. "
                "You see every check before the proof goes on."
            ),
        ),
        Step(
            "answer",
            _("Answer and resolve"),
            ("accepted", "planned", "working"),
            "resolved",
            by=("owner",),
            asks=("note", "photos?"),
            when=("not_place_bound",),
        ),
        Step(
            "resolve",
            _("The proof is right"),
            ("proof_submitted",),
            "resolved",
            by=("triage",),
            asks=("note?",),
        ),
        Step(
            "refuse_proof",
            _("The proof is not enough"),
            ("proof_submitted",),
            "working",
            by=("triage",),
            asks=("note",),
        ),
        *VERDICTS,
        Step(
            "external_done",
            _("The outside owner has finished"),
            ("to_external",),
            "resolved",
            by=("triage",),
            asks=("reason?", "photos?", "note"),
            reasons=OUTSIDE,
            proves=True,
            help=_("With a photo of the place, or with the reason why there is none."),
        ),
        Step(
            "reject",
            _("Do not accept"),
            ("received", "need_info", "verified"),
            "rejected",
            by=("triage",),
            asks=("reason", "note"),
            reasons=REFUSALS,
        ),
        Step(
            "merge",
            _("Join with another report"),
            ("received", "need_info", "verified", "routed", "accepted"),
            "merged",
            by=("triage",),
            asks=("into", "reason", "note?"),
            reasons=("same_matter", "same_place"),
        ),
        Step(
            "unmerge",
            _("Separate again"),
            ("merged",),
            BACK,
            by=("triage",),
            asks=("note",),
        ),
        Step(
            "divide",
            _("Divide among departments"),
            ("verified", "routed", "accepted", "returned"),
            "divided",
            by=("triage", "owner"),
            asks=("parts", "note?"),
            when=("whole",),
            help=_(
                "Each department gets a report of its own. This one closes when all of them do."
            ),
        ),
        Step("gather", _("All parts are finished"), ("divided",), "closed", by=("system",)),
        Step("reopen_parts", _("A part was opened again"), ("closed",), "divided", by=("system",)),
        Step(
            "make_proposal",
            _("Continue as a proposal"),
            ("verified", "routed", "accepted", "returned"),
            "to_proposal",
            by=("triage", "owner"),
            asks=("reason", "note"),
            reasons=("needs_capital_works", "needs_planning"),
        ),
        Step(
            "archive",
            _("Archive"),
            ("received", "need_info", "verified"),
            "archived",
            by=("coordinator",),
            asks=("reason", "note"),
            reasons=("wrong_format", "too_general", "not_about_government", "no_answer"),
        ),
        Step(
            "withdraw",
            _("Withdraw my report"),
            ("received", "need_info", "verified"),
            "archived",
            by=("author",),
            asks=("reason", "note?"),
            reasons=("solved_itself", "filed_by_mistake", "no_longer_wanted"),
        ),
        *outside.STEPS,
        *unmarkings(STATES),
        *additions(STATES),
        *connections(STATES),
        *corrections(STATES, by=("triage",)),
    ),
)


def _facts(item: Complaint) -> frozenset[str]:
    return frozenset(
        {
            "place_bound" if item.category.place_bound else "not_place_bound",
            "few_returns" if item.returns < 2 else "many_returns",
            "has_department" if item.department_code else "no_department",
            "whole" if item.parent_id is None else "part",
            "about_officials" if item.oversight else "about_no_officials",
            "info_asked" if item.info_asked else "info_not_asked",
            "may_appeal" if may_appeal(item) else "no_appeal",
            "outside" if outside.is_outside(item) else "inside",
        }
    )


def _sorter(item: Complaint) -> str:
    """Who finds an owner for what was sent back: after two returns the coordinator decides."""
    return "triage" if item.returns < 2 else "coordinator"


def _taker(item: Complaint) -> str:
    """Who goes on with what was opened again: the kelurahan where no office would take it up."""
    return "triage" if outside.nobody_takes(item) else "owner"


def _route(item: Complaint, answers: Mapping[str, Any]) -> None:
    item.department_code = answers["department"]


def _plan(item: Complaint, answers: Mapping[str, Any]) -> None:
    item.planned_on = answers["date"]


def _return(item: Complaint, answers: Mapping[str, Any]) -> None:
    item.returns += 1
    if answers.get("other_department"):
        item.department_code = answers["other_department"]


def _ask(item: Complaint, answers: Mapping[str, Any]) -> None:
    item.info_asked = True


def _columns(values: dict[str, Any], day: date) -> dict[str, Any]:
    return {"subject_department_code": values.get("subject_department_code") or None}


LAPOR = Kind(
    slug="lapor",
    leads_to=("musrenbang",),
    letter="L",
    model=Complaint,
    form=ComplaintForm,
    workflow=WORKFLOW,
    icon="flag",
    hints={
        "title": _(
            "What, and where it hurts. For example: “Drain blocked in front of the school”."
        ),
        "body": _("What happened, since when, who is affected."),
    },
    publishes_at_filing=False,
    effects={
        **CORRECTED,
        **UNMARKED,
        **outside.EFFECTS,
        **VERDICT,
        "route": _route,
        "reverify": _route,
        "decide_owner": _route,
        "plan": _plan,
        "return": _return,
        "ask_info": _ask,
    },
    named={"planned": "planned_on"},
    holders={"returned": _sorter, "reopened": _taker},
    promise=promise,
    facts=_facts,
    columns=_columns,
)
