"""What lines of the inbox that are about no item say, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from app.access import Actor
from app.queries import cycle_words
from app.queries.labels import area_label
from models import AnySession, Notice

SHOWN, KEPT = 10, timedelta(days=60)


@dataclass(frozen=True)
class Said:
    """A line: what it is about, what happened, and where to go on (a path)."""

    title: str
    text: str
    path: str


@dataclass(frozen=True)
class Line:
    """A line as the inbox shows it."""

    id: int
    at: datetime
    unread: bool
    said: Said


def lines(session: AnySession, actor: Actor) -> list[Line]:
    """The latest lines of an inbox that are about no item, newest first."""
    since = datetime.now(UTC) - KEPT
    query = select(Notice).where(Notice.user_id == actor.user_id, Notice.created_at > since)
    rows = session.scalars(query.order_by(Notice.id.desc()).limit(SHOWN)).all()
    return [Line(n.id, n.created_at, n.read_at is None, said(n.event, n.data)) for n in rows]


def said(event: str, data: Mapping[str, Any]) -> Said:
    """What a line says."""
    return SAYINGS.get(event, _news)(data)


def _news(data: Mapping[str, Any]) -> Said:
    return Said(_("News"), _("There is news."), str(data.get("path", "/saya/kotak-masuk")))


def _word(kind: str) -> str:
    return str(current_app.config["CITY"].services[kind]["word"])


def _came(data: Mapping[str, Any]) -> str:
    return cycle_words.when(datetime.fromisoformat(data["received"]), seconds=True)


def _filed(data: Mapping[str, Any]) -> Said:
    text = _("It came on %(when)s and is filed with that time.", when=_came(data))
    path = f"/{_word(data['kind'])}/baru/{data['key']}/diterima"
    return Said(_("What you sent before the close is filed"), text, path)


def _refused(data: Mapping[str, Any]) -> Said:
    if sheet := data.get("sheet"):
        text = _("It came on %(when)s. %(why)s It still stands in your table.", when=_came(data),
                 why=data["problem"])  # fmt: skip
        return Said(
            _("A row of your table could not be filed"), text, f"/kerja/musrenbang/rw/{sheet}"
        )
    text = _("It came on %(when)s. %(why)s It is kept as a draft.", when=_came(data),
             why=data["problem"])  # fmt: skip
    path = f"/{_word(data['kind'])}/baru/{data['key']}/diterima"
    return Said(_("What you sent could not be filed"), text, path)


def _stage(data: Mapping[str, Any]) -> tuple[dict[str, str], str]:
    names = {
        "stage": cycle_words.stage_name(data["stage"]),
        "area": area_label(data["area"]),
        "when": cycle_words.when(datetime.fromisoformat(data["at"])),
    }
    return names, f"/{_word('musrenbang')}/siklus?tahun={data['year']}&wilayah={data['area']}"


def _unsent(count: int) -> str:
    return str(
        ngettext(
            "%(num)s proposal of yours has not been sent yet.",
            "%(num)s proposals of yours have not been sent yet.",
            count,
        )
    )


def _closing(data: Mapping[str, Any]) -> Said:
    names, path = _stage(data)
    parts = [_("%(stage)s in %(area)s closes on %(when)s.", **names)]
    if data.get("drafts"):
        parts.append(_unsent(data["drafts"]))
        path = "/saya"
    if waiting := data.get("waiting"):
        parts.append(
            ngettext(
                "%(num)s proposal still waits for a decision of your seat.",
                "%(num)s proposals still wait for a decision of your seat.",
                waiting,
            )
        )
    return Said(_("%(stage)s closes soon", stage=names["stage"]), " ".join(parts), path)


def _opened(data: Mapping[str, Any]) -> Said:
    names, path = _stage(data)
    text = _("%(stage)s in %(area)s is open until %(when)s.", **names)
    if data.get("reason"):
        text = f"{text} {_('Opened again: %(why)s', why=data['reason'])}"
    if data.get("drafts"):
        text, path = f"{text} {_unsent(data['drafts'])}", "/saya"
    return Said(_("%(stage)s is open", stage=names["stage"]), text, path)


def _forum(data: Mapping[str, Any]) -> Said:
    when = cycle_words.when(datetime.fromisoformat(data["at"]))
    text = _("You are invited: %(when)s, %(venue)s. Your own code for the door: %(url)s", when=when,
             venue=data["venue"], url=data["door"])  # fmt: skip
    return Said(_("Invitation: %(forum)s", forum=data["name"]), text, data["path"])


def _vote(data: Mapping[str, Any]) -> Said:
    when = cycle_words.when(datetime.fromisoformat(data["at"]))
    text = _(
        "You can vote until %(when)s. As far as we can see you have not voted yet; "
        "if you have just done so, this letter crossed your ballot.",
        when=when,
    )
    return Said(
        _("Still open: %(vote)s", vote=data["title"]), text, f"/suara/{data['contest']}/pilih"
    )


def _when(data: Mapping[str, Any], name: str) -> str:
    return cycle_words.when(datetime.fromisoformat(data[name]))


def _announced(data: Mapping[str, Any]) -> Said:
    parts = [_("You are on the list of voters. It opens %(when)s.", when=_when(data, "opens"))]
    if data.get("until"):
        parts.append(_("Until %(when)s anybody may object to the list.", when=_when(data, "until")))
    title = _("A vote is announced: %(vote)s", vote=data["title"])
    return Said(title, " ".join(parts), f"/suara/{data['contest']}")


def _voting(data: Mapping[str, Any]) -> Said:
    text = _(
        "You can vote until %(when)s, on your phone or at the kelurahan's booth, and change your "
        "ballot until then.",
        when=_when(data, "closes"),
    )
    title = _("Voting is open: %(vote)s", vote=data["title"])
    return Said(title, text, f"/suara/{data['contest']}/pilih")


def _sitting(data: Mapping[str, Any]) -> Said:
    text = _(
        "Your marks or points are awaited until %(when)s. They are published with your name when "
        "it has been counted.",
        when=_when(data, "closes"),
    )
    title = _("You have a say in: %(vote)s", vote=data["title"])
    return Said(title, text, f"/suara/{data['contest']}/beri")


def _answered(data: Mapping[str, Any]) -> Said:
    done = _("The list was changed.") if data["accepted"] else _("The list stays as it is.")
    title = _("Your objection to the list of voters was answered: %(vote)s", vote=data["title"])
    return Said(title, f"{done} {data['answer']}", f"/suara/{data['contest']}#pemilih")


def _struck(data: Mapping[str, Any]) -> Said:
    text = _(
        "After an objection you were taken off. The reason: %(why)s If that is wrong, object on "
        "the page of the vote.",
        why=data["answer"],
    )
    title = _("You are not on the list of voters any more: %(vote)s", vote=data["title"])
    return Said(title, text, f"/suara/{data['contest']}#pemilih")


SAYINGS: dict[str, Callable[[Mapping[str, Any]], Said]] = {
    "forum_invited": _forum,
    "intake_filed": _filed,
    "intake_refused": _refused,
    "stage_closing": _closing,
    "stage_opened": _opened,
    "vote_announced": _announced,
    "vote_answered": _answered,
    "vote_closing": _vote,
    "vote_judge": _sitting,
    "vote_opened": _voting,
    "vote_struck": _struck,
}
