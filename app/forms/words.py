"""WTForms' own sentences in ours, because it speaks no Indonesian."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

SAID = {
    "This field is required.": _("This is needed."),
    "Not a valid choice.": _("Please choose one from the list."),
    "Not a valid integer value.": _("Please write a whole number."),
    "Not a valid decimal value.": _("Please write a number."),
    "Not a valid date value.": _("Please check this date."),
    "Not a valid datetime value.": _("Please check this date."),
    "Invalid input.": _("This cannot be used like that."),
    "Field cannot be longer than %(max)d character.": _("At most %(max)d characters."),
}


class Words:
    """What WTForms asks for its translations."""

    def gettext(self, text: str) -> str:
        """Our sentence for one of theirs."""
        return str(SAID.get(text, text))

    def ngettext(self, one: str, many: str, number: int) -> str:
        """The same for a sentence with a number, known by its singular."""
        return str(SAID.get(one, one if number == 1 else many))
