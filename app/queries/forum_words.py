"""What forums and what belongs to them are called, in the reader's language."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.kinds.musrenbang import LEVEL_NAMES
from models import Forum

from .forum import Warned
from .labels import area_label, labels

GROUPS = {
    "rw": lazy_gettext("RT and RW"),
    "lpm": lazy_gettext("LPM"),
    "pkk": lazy_gettext("PKK"),
    "karang_taruna": lazy_gettext("Karang Taruna"),
    "posyandu": lazy_gettext("Posyandu"),
    "perempuan": lazy_gettext("Women's groups"),
    "anak": lazy_gettext("Children's forum"),
    "lansia": lazy_gettext("Elderly"),
    "disabilitas": lazy_gettext("People with disabilities"),
    "tokoh": lazy_gettext("Community and religious leaders"),
    "delegasi": lazy_gettext("Delegates of the level below"),
    "opd": lazy_gettext("City departments (OPD)"),
    "dprd": lazy_gettext("City council (DPRD)"),
    "kelurahan": lazy_gettext("Kelurahan"),
    "kecamatan": lazy_gettext("Kecamatan"),
    "akademisi": lazy_gettext("Universities"),
    "usaha": lazy_gettext("Businesses"),
    "umum": lazy_gettext("Residents"),
}
THEMES = {
    "": lazy_gettext("Of everybody (decides)"),
    "perempuan": lazy_gettext("Women's forum (recommends)"),
    "anak": lazy_gettext("Children's forum (recommends)"),
    "lansia": lazy_gettext("Forum of the elderly (recommends)"),
    "disabilitas": lazy_gettext("Forum of people with disabilities (recommends)"),
    "pemuda": lazy_gettext("Youth forum (recommends)"),
}
SEXES = {"L": lazy_gettext("Man"), "P": lazy_gettext("Woman"), "": lazy_gettext("Not said")}
WAYS = {"mufakat": lazy_gettext("By consensus (mufakat)"), "suara": lazy_gettext("By vote (suara)")}
ASSETS = {
    "fasos": lazy_gettext("Social facility (fasos)"),
    "fasum": lazy_gettext("Public facility (fasum)"),
    "aset": lazy_gettext("Other asset"),
}
THEME_SHORT = {
    "perempuan": lazy_gettext("women"),
    "anak": lazy_gettext("children"),
    "lansia": lazy_gettext("elderly"),
    "disabilitas": lazy_gettext("people with disabilities"),
    "pemuda": lazy_gettext("youth"),
}
PRINTS = {
    "letters": lazy_gettext("Invitation letters"),
    "set": lazy_gettext("Printed set, with names"),
    "table": lazy_gettext("Tables (XLSX), with names"),
    "public_set": lazy_gettext("Printed set (PDF)"),
    "public_table": lazy_gettext("Tables (XLSX)"),
}
PARTS = {
    "attendance": lazy_gettext("Who came"),
    "decision": lazy_gettext("What was decided"),
    "order": lazy_gettext("The order"),
    "minutes": lazy_gettext("The minutes"),
    "assets": lazy_gettext("The list of facilities"),
    "other": lazy_gettext("Something else"),
}


def whose(forum: Forum) -> str:
    """Whose forum it is: "RW 05, Kelurahan Dago", a department's name."""
    if forum.department_code:
        return labels().department_names.get(forum.department_code, forum.department_code)
    area = area_label(forum.area_code)
    return str(_("RW %(rw)s, %(area)s", rw=f"{forum.rw:02}", area=area)) if forum.rw else area


def name_of(forum: Forum) -> str:
    """What it is called, as in "Musrenbang Kelurahan Dago"."""
    name = f"{LEVEL_NAMES[forum.level]}, {whose(forum)}"
    if forum.level in ("kelurahan", "kecamatan"):
        name = str(_("Musrenbang %(area)s", area=whose(forum)))
    return f"{name} ({THEME_SHORT[forum.theme]})" if forum.theme else name


def warned(one: Warned) -> str:
    """A wish that is not met, in words."""
    match one.code:
        case "quorum":
            return str(_("No quorum yet: %(needed)s have to come, %(here)s did.", **one.args))
        case "women":
            words = _("Women are %(share)s %% of those present; %(wished)s %% are wished for.",
                      **one.args)  # fmt: skip
            return str(words)
        case _:
            args = {**one.args, "group": GROUPS[one.args["group"]]}
            return str(_("%(group)s: %(here)s came, at least %(wished)s are wished for.", **args))
