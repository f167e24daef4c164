"""Where staff work: the kelurahan's queue and the department's."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask_babel import gettext as _

from app.access import Actor, may

bp = Blueprint("work", __name__, url_prefix="/kerja")


def places_for(actor: Actor) -> list[dict[str, str]]:
    """The queues this actor works in, as links."""
    links = []
    if may(actor, "work_triage"):
        links.append({"url": url_for("work.triage"), "label": _("Area queue")})
    if may(actor, "work_owner"):
        links.append({"url": url_for("work.department"), "label": _("Department queue")})
    if may(actor, "work_plan"):
        links.append({"url": url_for("work.planning"), "label": _("Planning queue")})
    if may(actor, "give_mandates"):
        links.append({"url": url_for("admin.mandates"), "label": _("Mandates")})
    return links
