"""What the pages of ranked lists share: which list an address means, and what it is called."""

from __future__ import annotations

from typing import Any

from flask import abort, current_app, g, request
from flask_babel import gettext as _

from app.forms import whole
from app.queries import cycles
from app.queries.calendar import city_day
from app.queries.labels import area_label, labels
from app.queries.ranking_keys import ListKey
from models import AnySession

YEARS = range(2000, 3000)


def year_asked(reads: AnySession) -> int:
    """The plan year of an address; else the current cycle's, else next year."""
    year = whole(request.args.get("tahun"))
    if year in YEARS:
        return int(year or 0)
    now = cycles.current(reads, city_day(g.arrived))
    return now.plan_year if now else city_day(g.arrived).year + 1


def key_asked(reads: AnySession, code: str) -> ListKey:
    """The list of an address: its code is an area's or a department's; 404 for nothing known."""
    known = labels()
    level, rw = known.levels.get(code), whole(request.args.get("rw"))
    if level is None and code in known.departments:
        return ListKey(year_asked(reads), "forum_opd", department_code=code)
    if level is None:
        abort(404)
    if level == "kelurahan" and rw and rw < 1000:
        return ListKey(year_asked(reads), "rw", code, rw=rw)
    return ListKey(year_asked(reads), level, code)


def code_of(key: ListKey) -> str:
    """The code in a list's address."""
    return key.area_code or key.department_code or ""


def args_of(key: ListKey, **more: Any) -> dict[str, Any]:
    """What leads to a list: for ``url_for``."""
    args = {"list_code": code_of(key), "tahun": key.plan_year, "rw": key.rw, **more}
    return {name: value for name, value in args.items() if value is not None}


def list_name(key: ListKey) -> str:
    """What a list is called."""
    if key.department_code:
        return labels().department_names.get(key.department_code, key.department_code)
    area = area_label(key.area_code)
    return str(_("RW %(rw)s, %(area)s", rw=f"{key.rw:02}", area=area)) if key.rw else area


def wider(key: ListKey) -> list[ListKey]:
    """The lists to which this one leads, the widest first."""
    city = str(current_app.config["CITY"].code)
    year, area = key.plan_year, key.area_code or ""
    found = [ListKey(year, "kota", city)] if key.level != "kota" else []
    if key.level in ("rw", "kelurahan"):
        found.append(ListKey(year, "kecamatan", area.rpartition(".")[0]))
    if key.level == "rw":
        found.append(ListKey(year, "kelurahan", area))
    return found
