"""The calendar in plain words: what is open, until when, when again."""

from __future__ import annotations

from datetime import UTC, datetime

from flask_babel import format_datetime
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.queries.calendar import city_day
from app.queries.cycles import Timetable, Window
from app.queries.labels import area_label

STAGE_NAMES = {
    "rembug_warga": _l("Rembug Warga"),
    "kelurahan": _l("Musrenbang Kelurahan"),
    "kecamatan": _l("Musrenbang Kecamatan"),
    "forum_opd": _l("Forum Perangkat Daerah"),
    "kota": _l("Musrenbang Kota"),
    "rkpd": _l("The city's plan (RKPD)"),
    "apbd": _l("The budget (APBD)"),
    "realisation": _l("Building and buying"),
}
# What a stage is for, for somebody who has never heard of it.
STAGE_PURPOSES = {
    "rembug_warga": _l("Residents and RW send in what should be built or done. Yours, too."),
    "kelurahan": _l("The kelurahan checks every proposal, and its forum agrees on an order."),
    "kecamatan": _l("The kecamatan looks at the places and chooses under its ceiling."),
    "forum_opd": _l("The departments say what can be done, and what it costs."),
    "kota": _l("The city brings everything together."),
    "rkpd": _l("What was agreed enters the city's work plan for the year."),
    "apbd": _l("Council and mayor decide the money."),
    "realisation": _l("The works are done, and you can follow each of them."),
}


def stage_name(stage: str) -> str:
    """What a stage is called."""
    return str(STAGE_NAMES.get(stage, stage))


def both_years(plan_year: int) -> str:
    """A cycle by both of its years."""
    return str(
        _("Musrenbang %(held)s for the works of %(plan)s", held=plan_year - 1, plan=plan_year)
    )


def when(moment: datetime, seconds: bool = False) -> str:
    """A day and a time in the city, with the year only where it is another one."""
    same = city_day(moment).year == city_day().year
    day = format_datetime(moment, "d MMMM" if same else "d MMMM y")
    return str(_("%(day)s at %(time)s", day=day, time=clock(moment, seconds)))


def clock(moment: datetime, seconds: bool = False) -> str:
    """A time of day in the city; ``seconds`` where they matter."""
    return str(format_datetime(moment, "HH.mm.ss" if seconds else "HH.mm"))


def closed(stage: str, area_code: str, table: Timetable, at: datetime) -> str:
    """Why a stage is closed in an area, and when it opens again."""
    words = {"stage": stage_name(stage), "area": area_label(area_code)}
    last, coming = table.last(at), table.next(at)
    if last is None and coming is not None:
        return str(
            _("%(stage)s in %(area)s opens on %(when)s.", when=when(coming.opens_at), **words)
        )
    said = _("%(stage)s in %(area)s is closed.", **words)
    if last is not None:
        said = _("%(stage)s in %(area)s closed on %(when)s.", when=when(last.closes_at), **words)
    if coming is not None:
        again = _("It opens again on %(when)s.", when=when(coming.opens_at))
        return f"{said} {again}"
    return str(said)


def standing(stage: str, table: Timetable, at: datetime | None = None) -> str:
    """How a stage stands in one area, in a sentence."""
    at = at or datetime.now(UTC)
    open_now, coming, last = table.at(at), table.next(at), table.last(at)
    if open_now is not None:
        return str(_("Open until %(when)s.", when=when(open_now.closes_at)))
    if coming is not None:
        return str(_("Opens on %(when)s.", when=when(coming.opens_at)))
    if last is not None:
        return str(_("Closed since %(when)s.", when=when(last.closes_at)))
    return str(_("No dates set: open all the time."))


def again(table: Timetable, at: datetime) -> str:
    """Why what is open now was opened once more; "" for what is open as it was announced."""
    now = table.at(at)
    return str(_("Opened again: %(why)s", why=now.reason)) if now and now.act == "reopen" else ""


def span(window: Window) -> str:
    """From when to when."""
    return str(_("%(first)s to %(last)s", first=when(window.opens_at), last=when(window.closes_at)))
