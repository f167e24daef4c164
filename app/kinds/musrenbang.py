"""e-Musrenbang: proposals that climb from the RW to the city's budget and on to the works."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DecimalField, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.forms import ItemForm
from app.workflow import BACK, Phase, State, Step, Workflow
from models import PROPOSAL_LEVELS, Proposal, ProposalLevel

from .base import Effect, Kind
from .corrections import CORRECTED, additions, corrections
from .words import TALKS, VOTES

REFUSALS = (
    "not_our_authority",
    "land_unclear",
    "not_city_asset",
    "still_good",
    "already_budgeted",
    "technically_impossible",
    "not_priority",
    "outside_city",
)
LEVEL_NAMES = {
    "rw": _("Rembug Warga (RW)"),
    "kelurahan": _("Musrenbang Kelurahan"),
    "kecamatan": _("Musrenbang Kecamatan"),
    "forum_opd": _("Forum Perangkat Daerah"),
    "kota": _("Musrenbang Kota"),
}
BIDANG = [
    ("fisik", _("Physical works")),
    ("ekonomi", _("Economy")),
    ("sosial_budaya", _("Social and culture")),
]
GROUPS = [
    ("umum", _("Residents in general")),
    ("perempuan", _("Women")),
    ("anak", _("Children")),
    ("lansia", _("Elderly")),
    ("disabilitas", _("People with disabilities")),
    ("pemuda", _("Young people")),
]


class ProposalForm(ItemForm):
    """What a proposal asks beyond the fields of every item."""

    bidang = SelectField(_("Field"), choices=BIDANG, default="fisik")
    catalogue_code = SelectField(
        _("From the catalogue"), choices=[], validators=[Optional()], default=""
    )
    volume = DecimalField(
        _("How much"),
        validators=[Optional(), NumberRange(0, 1_000_000, _("Please check the amount."))],
    )
    unit = StringField(_("Unit (m, m², pieces …)"), validators=[Optional(), Length(max=30)])
    unit_price = IntegerField(
        _("Price of one unit, in rupiah"),
        validators=[Optional(), NumberRange(0, 10**11, _("Please check the price."))],
    )
    beneficiaries = IntegerField(
        _("How many people does it help?"),
        validators=[Optional(), NumberRange(0, 3_000_000, _("Please check the number."))],
    )
    group = SelectField(_("Who proposes it?"), choices=GROUPS, default="umum")
    land_status = RadioField(
        _("Whose land is it?"),
        choices=[
            ("city", _("The city's")),
            ("residents", _("Residents', with consent")),
            ("unknown", _("I do not know")),
        ],
        default="unknown",
        validators=[InputRequired()],
    )
    swadaya = StringField(
        _("What residents contribute themselves"), validators=[Optional(), Length(max=300)]
    )


STATES = (
    State("submitted", _("Submitted"), Phase.NEW, "level", 5, VOTES),
    State("verified", _("Verified"), Phase.OPEN, "level", None, VOTES),
    State("agreed", _("Agreed at this level"), Phase.OPEN, "level", None, VOTES),
    State("returned", _("Returned to the proposer"), Phase.NEW, "author", 10, TALKS),
    State("deferred", _("Deferred"), Phase.OPEN, "level", None, TALKS),
    State("redirected", _("Redirected to another department"), Phase.OPEN, "owner", 5, TALKS),
    State("in_rkpd", _("In the city's plan (RKPD)"), Phase.OPEN, "planner", None, TALKS),
    State("in_apbd", _("In the budget (APBD)"), Phase.OPEN, "owner", None, TALKS),
    State("procurement", _("Procurement"), Phase.OPEN, "owner", None, TALKS),
    State("works", _("Works under way"), Phase.OPEN, "owner", None, TALKS),
    State("done", _("Done"), Phase.DONE, allows=frozenset({"comment"})),
    State("refused", _("Refused"), Phase.CLOSED, allows=frozenset({"comment"})),
    State("merged", _("Joined with another proposal"), Phase.CLOSED, allows=frozenset()),
    State("withdrawn", _("Withdrawn by the proposer"), Phase.CLOSED, allows=frozenset()),
    State("not_realised", _("Not realised"), Phase.CLOSED, allows=frozenset({"comment"})),
)

WORKFLOW = Workflow(
    states=STATES,
    steps=(
        Step(
            "verify",
            _("Verify"),
            ("submitted",),
            "verified",
            by=("level",),
            asks=("cost?", "note?"),
            publishes=True,
        ),
        Step(
            "agree",
            _("Agree"),
            ("verified",),
            "agreed",
            by=("level",),
            asks=("rank?", "note?"),
            help=_("Record what the forum of this level decided."),
        ),
        Step(
            "advance",
            _("Pass on to the next level"),
            ("agreed",),
            "submitted",
            by=("level",),
            asks=("note?",),
            when=("below_city",),
        ),
        Step(
            "route",
            _("Assign a department"),
            ("submitted", "verified", "agreed"),
            None,
            by=("planner", "level"),
            asks=("department", "note?"),
        ),
        Step(
            "redirect",
            _("Redirect to another department"),
            ("submitted", "verified"),
            "redirected",
            by=("owner", "planner"),
            asks=("department", "reason", "note"),
            reasons=("other_department", "not_our_authority"),
        ),
        Step(
            "take_over",
            _("Take it over"),
            ("redirected",),
            "submitted",
            by=("owner", "planner"),
            asks=("note?",),
        ),
        Step(
            "return",
            _("Return to the proposer"),
            ("submitted", "verified"),
            "returned",
            by=("level",),
            asks=("reason", "note"),
            reasons=("incomplete", "wrong_volume", "land_unclear"),
        ),
        Step(
            "resubmit",
            _("Submit again"),
            ("returned",),
            "submitted",
            by=("author",),
            asks=("note", "photos?"),
        ),
        Step(
            "refuse",
            _("Refuse"),
            ("submitted", "verified"),
            "refused",
            by=("level",),
            asks=("reason", "note"),
            reasons=REFUSALS,
        ),
        Step(
            "defer",
            _("Defer"),
            ("verified", "agreed"),
            "deferred",
            by=("level", "planner"),
            asks=("reason", "note"),
            reasons=("over_ceiling", "not_priority", "land_unclear"),
        ),
        Step(
            "resume",
            _("Take up again"),
            ("deferred",),
            "submitted",
            by=("level", "planner"),
            asks=("note?",),
        ),
        Step(
            "merge",
            _("Join with another proposal"),
            ("submitted", "verified"),
            "merged",
            by=("level",),
            asks=("into", "reason", "note?"),
            reasons=("same_matter", "same_place"),
        ),
        Step("unmerge", _("Separate again"), ("merged",), BACK, by=("level",), asks=("note",)),
        Step(
            "enter_rkpd",
            _("Enter into the RKPD"),
            ("agreed",),
            "in_rkpd",
            by=("planner",),
            asks=("sub_kegiatan", "note?"),
            when=("at_city",),
        ),
        Step(
            "enter_apbd",
            _("Enter into the APBD"),
            ("in_rkpd",),
            "in_apbd",
            by=("planner",),
            asks=("budget", "note?"),
        ),
        Step(
            "procure",
            _("Begin procurement"),
            ("in_apbd",),
            "procurement",
            by=("owner", "planner"),
            asks=("note?",),
        ),
        Step(
            "start_works",
            _("Begin the works"),
            ("in_apbd", "procurement"),
            "works",
            by=("owner", "planner"),
            asks=("note?", "photos?"),
        ),
        Step(
            "report_progress",
            _("Report progress"),
            ("works",),
            None,
            by=("owner", "planner"),
            asks=("progress", "note?", "photos?"),
        ),
        Step(
            "finish",
            _("Finish"),
            ("works",),
            "done",
            by=("owner", "planner"),
            asks=("photos", "note"),
        ),
        Step(
            "drop",
            _("Not realised"),
            ("in_rkpd", "in_apbd", "procurement", "works"),
            "not_realised",
            by=("owner", "planner"),
            asks=("reason", "note"),
            reasons=("no_budget", "tender_failed", "land_unclear", "force_majeure"),
        ),
        Step(
            "withdraw",
            _("Withdraw my proposal"),
            ("submitted", "returned"),
            "withdrawn",
            by=("author",),
            asks=("reason", "note?"),
            reasons=("solved_itself", "filed_by_mistake", "no_longer_wanted"),
        ),
        *additions(STATES),
        *corrections(STATES, by=("level", "planner")),
    ),
)


def _facts(item: Proposal) -> frozenset[str]:
    return frozenset({"at_city" if item.level == PROPOSAL_LEVELS[-1] else "below_city"})


def _advance(item: Proposal, answers: Mapping[str, Any]) -> None:
    item.level = PROPOSAL_LEVELS[PROPOSAL_LEVELS.index(item.level) + 1]


def _department(item: Proposal, answers: Mapping[str, Any]) -> None:
    item.department_code = answers["department"]


def _cost(item: Proposal, answers: Mapping[str, Any]) -> None:
    if answers.get("cost") is not None:
        item.cost = answers["cost"]


def _sub_kegiatan(item: Proposal, answers: Mapping[str, Any]) -> None:
    item.sub_kegiatan = answers["sub_kegiatan"]


def _budget(item: Proposal, answers: Mapping[str, Any]) -> None:
    item.budget = answers["budget"]


def _progress(item: Proposal, answers: Mapping[str, Any]) -> None:
    item.progress = answers["progress"]


def _finish(item: Proposal, answers: Mapping[str, Any]) -> None:
    item.progress = 100


def _columns(values: dict[str, Any], day: date) -> dict[str, Any]:
    """The cost follows from volume and unit price; the works are for the year after."""
    volume, price = values.get("volume"), values.get("unit_price")
    cost = round(volume * price) if volume is not None and price is not None else None
    return {
        "cost": cost,
        "level": PROPOSAL_LEVELS[0],
        "plan_year": day.year + 1,
        "catalogue_code": values.get("catalogue_code") or None,
    }


def _decided(name: str, effect: Effect | None = None) -> Effect:
    """Keep what this level decided beside what the step itself writes."""

    def decide(item: Proposal, answers: Mapping[str, Any]) -> None:
        row = next((row for row in item.levels if row.level == item.level), None)
        if row is None:
            row = ProposalLevel(level=item.level, decision=name, seat=answers["seat"])
            item.levels.append(row)
        row.decision, row.seat = name, answers["seat"]
        row.reason, row.text = answers.get("reason") or "", answers.get("note") or row.text or ""
        row.rank = answers.get("rank") or row.rank
        if effect:
            effect(item, answers)
        row.volume, row.cost = item.volume, item.cost

    return decide


MUSRENBANG = Kind(
    slug="musrenbang",
    letter="U",
    model=Proposal,
    form=ProposalForm,
    workflow=WORKFLOW,
    icon="building",
    hints={
        "title": _(
            "What should be built or done, and where. For example: “A drain along Gang Mawar”."
        ),
        "body": _("What the need is, whom it helps, and what the neighbours agreed."),
    },
    publishes_at_filing=True,
    stances=True,
    effects={
        **CORRECTED,
        "advance": _advance,
        "route": _department,
        "redirect": _department,
        "verify": _decided("verify", _cost),
        "agree": _decided("agree"),
        "return": _decided("return"),
        "refuse": _decided("refuse"),
        "defer": _decided("defer"),
        "enter_rkpd": _sub_kegiatan,
        "enter_apbd": _budget,
        "report_progress": _progress,
        "finish": _finish,
    },
    facts=_facts,
    columns=_columns,
)
