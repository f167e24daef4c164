"""The forms of a contest: drafting it, and what residents say to its roll."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.counting import GREEDY, RANKED, VOTES_PER_COST, Rule
from app.counting.rules import PERCENT

from . import Form
from .cycle import NEEDED, TYPED, MomentField
from .plan_fields import MoneyField
from .scoring import InviteForm

LONG = Length(max=2000, message=_("At most 2,000 characters."))
WHY = Length(10, 1000, _("Between 10 and 1,000 characters; everybody reads it."))
# What can be chosen, and the rule to the letter behind it.
RULES: dict[str, Rule] = {
    "shares": Rule(step=PERCENT, fill=True),
    "shares-comparison": Rule(step=PERCENT, fill=True, comparison=True),
    "greedy": Rule(rule=GREEDY),
    "greedy-no-skip": Rule(rule=GREEDY, skip=False),
    "greedy-per-cost": Rule(rule=GREEDY, order=VOTES_PER_COST),
    "ranked": Rule(rule=RANKED, skip=False),
}
RULE_NAMES = {
    "shares": _("Equal Shares, completed in steps and filled up (recommended for residents)"),
    "shares-comparison": _("Equal Shares as above, compared with the list by votes at the end"),
    "greedy": _("By votes; what no longer fits is passed over"),
    "greedy-no-skip": _("By votes; ends at the first that no longer fits"),
    "greedy-per-cost": _("By votes per rupiah"),
    "ranked": _("A ranked list down to the pagu"),
}


def rule_name(rule: dict[str, Any]) -> str:
    """Which of the rules on offer a contest has; the first for none."""
    for name, one in RULES.items():
        said = one.to_json()
        if {**said, "threshold": 0, "jury": "0"} == {**rule, "threshold": 0, "jury": "0"}:
            return name
    return next(iter(RULES))


class DisputeForm(Form):
    """An objection to the list of voters."""

    claim = RadioField(
        _("What is wrong?"),
        choices=[
            ("missing", _("I should be on the list and am not")),
            ("wrongly_listed", _("Somebody is on it who should not be")),
        ],
        validators=[InputRequired(_("Please choose what is wrong."))],
    )
    words = TextAreaField(
        _("Tell us more"),
        description=_("Only the officers who keep the list read it."),
        validators=[InputRequired(NEEDED), Length(10, 1000, _("Between 10 and 1,000 characters."))],
        render_kw={"rows": 3},
    )


class JoinForm(Form):
    """Nothing but the token."""


class ContestForm(Form):
    """A draft: what, where, who, when, and how it is counted."""

    title = StringField(
        _("Title"),
        validators=[InputRequired(_("Please give it a title.")), Length(5, 140)],
    )
    body = TextAreaField(
        _("What it is about, for residents"), validators=[Optional(), LONG], render_kw={"rows": 4}
    )
    place = SelectField(_("For which area and level?"), choices=[], validators=[InputRequired()])
    kind = RadioField(
        _("What is voted on?"),
        choices=[("musrenbang", _("Proposals of e-Musrenbang")), ("badami", _("Ideas of Badami"))],
        default="musrenbang",
    )
    plan_year = IntegerField(
        _("Year of the works"),
        validators=[Optional(), NumberRange(2020, 2100, _("Please check the year."))],
    )
    mode = RadioField(
        _("How do people speak?"),
        choices=[
            ("approval", _("Secret ballot: choose some of them")),
            ("points", _("Secret ballot: share points among them")),
            ("named_points", _("Delegates share points under their own name")),
            ("jury", _("A jury marks each of them, with reasons")),
            ("support", _("Open support, counted at the close")),
        ],
        default="approval",
    )
    least = IntegerField(
        _("Choose at least"), default=1, validators=[Optional(), NumberRange(1, 200)]
    )
    most = IntegerField(
        _("Choose at most"),
        default=5,
        validators=[InputRequired(NEEDED), NumberRange(1, 200, _("Between 1 and 200."))],
    )
    points = IntegerField(
        _("Points of each person"),
        default=10,
        description=_("Only where points are shared."),
        validators=[Optional(), NumberRange(0, 1000, _("At most 1,000."))],
    )
    pagu = MoneyField(_("Pagu"), validators=[Optional()])
    rule = RadioField(_("How is it counted?"), choices=list(RULE_NAMES.items()), default="shares")
    threshold = IntegerField(
        _("Votes a proposal needs at least"),
        default=0,
        validators=[Optional(), NumberRange(0, 1_000_000)],
    )
    min_level = RadioField(
        _("Who may vote?"),
        choices=[
            ("1", _("Confirmed accounts (L1)")),
            ("2", _("Residents their RW vouched for (L2); usual")),
            ("3", _("Residents checked at the counter (L3)")),
        ],
        default="2",
    )
    disputes_until = MomentField(
        _("Objections to the list of voters until"), format=TYPED, validators=[Optional()]
    )
    opens_at = MomentField(_("Opens"), format=TYPED, validators=[InputRequired(NEEDED)])
    closes_at = MomentField(_("Closes"), format=TYPED, validators=[InputRequired(NEEDED)])
    receipts = BooleanField(
        _("Give each voter a receipt code"),
        default=True,
        description=_(
            "With it they find their ballot in the published list. It can also show others what "
            "they chose; without it they only get a proof that it is counted."
        ),
    )
    precedence = RadioField(
        _("Somebody has voted online and comes for paper. What counts?"),
        choices=[
            ("online", _("The ballot cast online; no paper is given")),
            ("paper", _("The paper; the ballot cast online is taken out")),
        ],
        default="online",
    )
    late = BooleanField(
        _("Residents who are checked later may be enrolled until it closes"), default=True
    )
    other_area = BooleanField(
        _("Residents of other areas of the series may choose this one beside their own")
    )
    series = StringField(
        _("Series"),
        description=_("The same word for all contests of a round, such as musrenbang-2028."),
        validators=[Optional(), Length(max=60)],
    )
    jury = IntegerField(
        _("A jury's part beside the voters, in percent"),
        default=0,
        description=_(
            "Only where some are chosen by secret ballot. They are then listed by the jury's marks "
            "and the share of voters, in these parts."
        ),
        validators=[Optional(), NumberRange(0, 90, _("Between 0 and 90."))],
    )
    places = IntegerField(
        _("How many are taken up, where there is no pagu"),
        description=_("Such as the three ideas that go on. Empty: all are listed in order."),
        validators=[Optional(), NumberRange(1, 200, _("Between 1 and 200."))],
    )
    criteria = TextAreaField(
        _("What the jury judges"),
        description=_(
            "One line each: weight, then what it is. “40 Manfaat bagi warga”. Marks 1–5."
        ),
        validators=[Optional(), LONG],
        render_kw={"rows": 4},
    )

    def moments(self, zone: tzinfo) -> dict[str, datetime | None]:
        """The three moments in the city's time."""
        found = {}
        for name in ("disputes_until", "opens_at", "closes_at"):
            typed: datetime | None = self[name].data
            found[name] = typed and typed.replace(tzinfo=zone)
        return found


class VoidForm(Form):
    """Why a contest is void."""

    reason = TextAreaField(
        _("Why is it void? Everybody reads it."),
        validators=[InputRequired(NEEDED), WHY],
        render_kw={"rows": 3},
    )


class AnswerForm(Form):
    """The answer to an objection."""

    answer = TextAreaField(
        _("Answer"), validators=[InputRequired(NEEDED), WHY], render_kw={"rows": 2}
    )
    person = HiddenField()


class SeatForm(InviteForm):
    """A member of the jury, or a delegate."""

    seat = StringField(
        _("For whom they speak"),
        description=_("For delegates: such as Kelurahan Dago."),
        validators=[Optional(), Length(max=80)],
    )
