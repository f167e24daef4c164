"""What can be wrong with a ``.pb`` file, in one sentence that names the line."""

from __future__ import annotations

from .words import Said, _

TOO_LARGE = _("The file is larger than %(megabytes)d MB.")
NOT_TEXT = _("Line %(line)d is not UTF-8 text.")
MIXED_ENDS = _("Line %(line)d ends differently from the lines before it; the file mixes line ends.")
NUL = _("Line %(line)d contains a character that belongs in no text (NUL).")
QUOTES = _("Line %(line)d: a quotation mark is opened and not closed, or stands in a wrong place.")
NO_SECTION = _("The section %(section)s is missing; is the file cut off?")
TWICE_SECTION = _("Line %(line)d: the section %(section)s comes twice, or in the wrong place.")
BEFORE = _("Line %(line)d stands before the first section, META.")
NO_HEADER = _("Line %(line)d: the section %(section)s has no line with its columns.")
NO_COLUMN = _("Line %(line)d: the section %(section)s lacks the column “%(column)s”.")
COLUMNS = _(
    "Line %(line)d has %(found)d columns, %(wanted)d belong there; is it incomplete, or broken?"
)
NO_KEY = _("META lacks the line “%(key)s”.")
BAD_META = _("Line %(line)d: “%(key)s” cannot be “%(value)s”.")
VOTE_TYPE = _("Line %(line)d: ballots of the type “%(value)s” cannot be counted.")
PROJECT_TWICE = _("Line %(line)d: the project %(id)s stands there already in line %(first)d.")
NO_ID = _("Line %(line)d has no number in its first column.")
MANY_PROJECTS = _("Line %(line)d: there are more than %(most)d projects; that is no ballot.")
BAD_COST = _("Line %(line)d: the cost of project %(id)s cannot be “%(value)s”.")
NEGATIVE_COST = _("Line %(line)d: the cost of project %(id)s is below zero.")
ZERO_COST = _("Line %(line)d: the project %(id)s costs nothing.")
HUGE = _("Line %(line)d: the amount %(value)s is too large to be true.")
PROJECT_COUNT = _("META (line %(line)d) says %(said)d projects, but the file has %(found)d.")
VOTE_COUNT = _(
    "META (line %(line)d) says %(said)d ballots, but the file has %(found)d; is it cut off?"
)
NO_VOTES = _("The file holds no ballots.")
NO_PROJECTS = _("The file holds no projects.")
UNKNOWN = _(
    "Line %(line)d: the ballot of %(voter)s names the project “%(id)s”, which there is not."
)
NAMED_TWICE = _("Line %(line)d: the ballot of %(voter)s names the project %(id)s twice.")
VOTER_TWICE = _("Line %(line)d: the voter %(voter)s has voted already in line %(first)d.")
BAD_POINTS = _("Line %(line)d: the points of %(voter)s do not fit: “%(value)s”.")
ONE_ONLY = _("Line %(line)d: the ballot of %(voter)s must name exactly one project.")


class BadFile(ValueError):
    """A file that cannot be counted; ``said`` is the one sentence for people."""

    def __init__(self, text: str, **values: str | int) -> None:
        self.said = Said(text, {k: _short(v) for k, v in values.items()})
        super().__init__(str(self.said))


def _short(value: str | int) -> str | int:
    """No longer than a line, and without what would move the cursor of a terminal."""
    if isinstance(value, int):
        return value
    shown = "".join(c if c.isprintable() else "·" for c in value)
    return shown if len(shown) <= 40 else shown[:39] + "…"
