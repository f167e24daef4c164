"""The ways between the pages of e-Musrenbang; a page that is not there yet has no link."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, current_app, request
from flask_babel import lazy_gettext as _

from app import access
from app.queries.actors import current_actor

bp = Blueprint("musrenbang_places", __name__)
KNOWN = "rembuk_musrenbang_rules"
PLACES = (
    ("/musrenbang/siklus", _("Calendar")),
    ("/musrenbang/kamus", _("Catalogue of works")),
    ("/musrenbang/prioritas", _("Priorities")),
    ("/musrenbang/pagu", _("Ceilings")),
    ("/musrenbang/penilaian", _("Scoring")),
    ("/musrenbang/forum", _("Forums")),
    ("/suara", _("Votes")),
    ("/musrenbang/hasil", _("Results")),
    ("/musrenbang/peta", _("Map of proposals")),
)
WORK_PLACES = (
    ("/kerja/musrenbang/rw", _("RW table")),
    ("/kerja/musrenbang/siklus", _("Calendar")),
    ("/kerja/musrenbang/survei", _("Surveys")),
    ("/kerja/musrenbang/prioritas", _("Priorities")),
    ("/kerja/musrenbang/pagu", _("Ceilings")),
    ("/kerja/musrenbang/penilaian", _("Scoring")),
    ("/kerja/musrenbang/forum", _("Forums")),
    ("/kerja/suara", _("Votes")),
    ("/kerja/musrenbang/kamus", _("Beside the catalogue")),
    ("/kerja/musrenbang/berulang", _("Reported again and again")),
    ("/kerja/musrenbang/lanjutkan", _("Carry over")),
    ("/kerja/musrenbang/berkas", _("Files")),
)


def _rules() -> dict[str, str]:
    """Addresses without a variable part, each with the endpoint that answers there."""
    known: dict[str, str] | None = current_app.extensions.get(KNOWN)
    if known is None:
        rules = current_app.url_map.iter_rules()
        known = {r.rule.rstrip("/"): r.endpoint for r in rules if "GET" in (r.methods or ())}
        current_app.extensions[KNOWN] = known
    return known


def _links(places: Iterable[tuple[str, Any]]) -> list[dict[str, Any]]:
    """Those that are there and whose guard lets this actor through."""
    rules, links = _rules(), []
    for path, label in places:
        view = current_app.view_functions.get(rules.get(path, ""))
        guard = getattr(view, "guard", None)
        if guard == "public" or (guard in access.ACTS and access.may(current_actor(), str(guard))):
            here = request.path == path or request.path.startswith(f"{path}/")
            links.append({"url": path, "label": label, "current": here})
    return links


@bp.app_template_global()
def musrenbang_places() -> list[dict[str, Any]]:
    """Links between the public pages; the list of proposals is added by the template."""
    return _links(PLACES)


@bp.app_template_global()
def musrenbang_work_places() -> list[dict[str, Any]]:
    """Links between the pages on which staff prepare and hold a Musrenbang."""
    return _links(WORK_PLACES)
