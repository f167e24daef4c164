"""The forms of a forum: when and where, who is invited, who comes, what is decided."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)

from . import Form, clean_line

MOST_POINTS = 30
POINT = re.compile(r"(\d{1,3})\s*(?:menit|')?\s*[|;:.\-]\s*(.+)")


def local(value: datetime | None) -> datetime | None:
    """A moment as typed, in the city's time."""
    zone = ZoneInfo(current_app.config["CITY"].timezone)
    return value.replace(tzinfo=zone) if value else None


def typed_local(value: datetime | None) -> datetime | None:
    """A moment as the form shows it."""
    zone = ZoneInfo(current_app.config["CITY"].timezone)
    return value.astimezone(zone).replace(tzinfo=None) if value else None


def points(text: str | None) -> list[dict[str, Any]]:
    """An agenda as typed, a point a line: "30 | Pembahasan usulan"; minutes may be left out."""
    made = []
    for line in (text or "").split("\n"):
        line = clean_line(line) or ""
        if found := POINT.fullmatch(line):
            made.append({"minutes": int(found[1]), "title": found[2][:200]})
        elif line:
            made.append({"minutes": 0, "title": line[:200]})
    return made


def typed_points(agenda: list[dict[str, Any]]) -> str:
    """An agenda as the form shows it."""
    lines = (f"{p['minutes']} | {p['title']}" if p["minutes"] else p["title"] for p in agenda)
    return "\n".join(lines)


def people(text: str | None, group: str) -> list[dict[str, Any]]:
    """The invited as typed, one a line: name; body; L or P; e-mail."""
    made = []
    for line in (text or "").split("\n"):
        cells = [clean_line(cell) or "" for cell in re.split(r"[;\t]", line)]
        if not cells[0]:
            continue
        one: dict[str, Any] = {"name": cells[0][:120], "group": group}
        for cell in filter(None, cells[1:]):
            if cell.upper() in ("L", "P"):
                one["sex"] = cell.upper()
            elif "@" in cell and " " not in cell:
                one["email"] = cell
            else:
                one.setdefault("body", cell[:120])
        made.append(one)
    return made


def _agenda(form: Any, field: Any) -> None:
    if len(points(field.data)) > MOST_POINTS:
        raise ValidationError(_("At most %(n)s points.", n=MOST_POINTS))


class ForumForm(Form):
    """When, where and how a forum is held."""

    venue = StringField(
        _("Place"), validators=[InputRequired(_("Please say where.")), Length(3, 200)]
    )
    starts_at = DateTimeLocalField(
        _("Begins"),
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        validators=[InputRequired(_("Please say when."))],
    )
    ends_at = DateTimeLocalField(
        _("Ends"), format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], validators=[Optional()]
    )
    chair = StringField(_("Who leads it"), validators=[Optional(), Length(max=120)])
    chair_role = StringField(_("As what"), validators=[Optional(), Length(max=120)])
    secretary = StringField(_("Who takes the minutes"), validators=[Optional(), Length(max=120)])
    letter_number = StringField(
        _("Number of the invitation"), validators=[Optional(), Length(max=60)]
    )
    quorum_rule = RadioField(
        _("Quorum"),
        choices=[
            ("share", _("A share of the invited, in percent")),
            ("number", _("A number of people")),
        ],
        default="share",
    )
    quorum = IntegerField(
        _("How many"),
        validators=[InputRequired(_("Please give a number.")), NumberRange(0, 5000)],
    )
    women = IntegerField(
        _("Women, in percent of those present"),
        validators=[InputRequired(_("Please give a number.")), NumberRange(0, 100)],
        description=_("A wish. When it is not met you are told; nothing is stopped."),
    )
    door = RadioField(
        _("The QR at the door"),
        choices=[
            ("fixed", _("One code for the whole forum, also on paper")),
            ("rotating", _("A new code every two minutes, on a screen")),
        ],
        default="fixed",
    )
    agenda = TextAreaField(
        _("Agenda"),
        validators=[Optional(), Length(max=6000), _agenda],
        description=_("One point on each line, with its minutes: 30 | Pembahasan usulan"),
        render_kw={"rows": 9},
    )
    seen = HiddenField()

    def validate_ends_at(self, field: Any) -> None:
        """It ends after it begins."""
        if field.data and self.starts_at.data and field.data <= self.starts_at.data:
            raise ValidationError(_("It ends after it begins."))

    def validate_quorum(self, field: Any) -> None:
        """A share is at most all."""
        if self.quorum_rule.data == "share" and (field.data or 0) > 100:
            raise ValidationError(_("At most 100 percent."))

    def columns(self) -> dict[str, Any]:
        """What the service writes."""
        names = ("venue", "chair", "chair_role", "secretary", "letter_number", "quorum_rule",
                 "quorum", "women", "door")  # fmt: skip
        given = {name: self[name].data if self[name].data is not None else "" for name in names}
        given |= {name: local(self[name].data) for name in ("starts_at", "ends_at")}
        return given | {"agenda": points(self.agenda.data)}


class CallForm(ForumForm):
    """A new forum: whose, too."""

    place = SelectField(_("Whose forum?"), choices=[], validators=[InputRequired()])
    plan_year = IntegerField(
        _("Year of the works"),
        validators=[InputRequired(_("Please give the year.")), NumberRange(2020, 2100)],
    )
    rw = IntegerField(
        _("RW"), validators=[Optional(), NumberRange(1, 60, _("An RW is a number up to 60."))]
    )
    theme = RadioField(_("For whom"), choices=[], default="")


class InviteForm(Form):
    """Several people of one group."""

    group = SelectField(_("Group"), choices=[], validators=[InputRequired()])
    people = TextAreaField(
        _("Who is invited"),
        validators=[InputRequired(_("Please name somebody.")), Length(max=20_000)],
        description=_("One on each line: name; office or address; L or P; e-mail of the account"),
        render_kw={"rows": 6},
    )


class PersonForm(Form):
    """Somebody who comes."""

    name = StringField(
        _("Name"), validators=[InputRequired(_("Please give the name.")), Length(2, 120)]
    )
    body = StringField(_("From (RW, office, group)"), validators=[Optional(), Length(max=120)])
    group = SelectField(_("Comes for"), choices=[], default="umum")
    sex = RadioField(
        _("Sex"),
        choices=[("L", _("Man")), ("P", _("Woman")), ("", _("I would rather not say"))],
        default="",
    )
    disability = BooleanField(_("Has a disability"))
    child = BooleanField(_("Younger than 18"))
    key = HiddenField()

    def columns(self) -> dict[str, Any]:
        """What the service writes."""
        names = ("name", "body", "group", "sex", "disability", "child")
        return {name: self[name].data for name in names}


class DecisionForm(Form):
    """What the forum says of a proposal."""

    way = RadioField(_("How was it decided?"), choices=[], default="mufakat")
    outcome = RadioField(
        _("Result"),
        choices=[("agreed", _("Agreed")), ("not_agreed", _("Not agreed"))],
        validators=[Optional()],
        description=_("After a vote the counts decide."),
    )
    votes_for = IntegerField(_("For"), validators=[Optional(), NumberRange(0, 5000)])
    votes_against = IntegerField(_("Against"), validators=[Optional(), NumberRange(0, 5000)])
    abstained = IntegerField(_("Abstained"), validators=[Optional(), NumberRange(0, 5000)])
    reason = SelectField(_("Why not?"), choices=[], validators=[Optional()])
    note = TextAreaField(
        _("In words"),
        validators=[Optional(), Length(max=1000)],
        description=_("Everybody reads it."),
        render_kw={"rows": 3},
    )
    seen = HiddenField()


class AssetForm(Form):
    """A facility that has not been handed over yet."""

    sort = SelectField(_("Sort"), choices=[], validators=[InputRequired()])
    name = StringField(
        _("Name"), validators=[InputRequired(_("Please give the name.")), Length(3, 160)]
    )
    address = StringField(_("Where it lies"), validators=[Optional(), Length(max=200)])
    holder = StringField(_("Developer or holder"), validators=[Optional(), Length(max=160)])
    size = StringField(_("Size"), validators=[Optional(), Length(max=60)])
    note = StringField(_("Remark"), validators=[Optional(), Length(max=300)])


class CorrectionForm(Form):
    """What was wrong in what a forum signed."""

    part = SelectField(_("What was wrong"), choices=[], validators=[InputRequired()])
    correction = TextAreaField(
        _("How it should read"),
        validators=[InputRequired(_("Please write what is right.")), Length(5, 2000)],
        render_kw={"rows": 4},
    )
    reason = StringField(
        _("Why it is corrected"),
        validators=[InputRequired(_("Please say why. Everybody reads it.")), Length(5, 300)],
    )


class ReasonForm(Form):
    """Why a forum is not held."""

    reason = StringField(
        _("Why it is not held"),
        validators=[InputRequired(_("Please say why. Everybody reads it.")), Length(5, 300)],
    )
