"""The public lists to take along, as they are searched: CSV, or a workbook."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.exchange import item_tables as tables
from app.extensions import limiter
from app.kinds import KINDS, Kind
from app.queries import item_table, listing
from app.queries.calendar import city_day
from app.queries.items import Filters

from .guards import public
from .page import session
from .table_files import table_file

bp = Blueprint("item_exports", __name__)
UNDER = "unduh.<any(csv, xlsx):ending>"


@bp.get(f"/<kind:kind>/{UNDER}")
@public
@limiter.limit("30/hour")
def of_kind(kind: Kind, ending: str) -> ResponseReturnValue:
    """The list of one kind, with the filters of its page."""
    return _file(Filters.read(request.args, kind.slug), ending)


@bp.get(f"/cari/{UNDER}")
@public
@limiter.limit("30/hour")
def of_all(ending: str) -> ResponseReturnValue:
    """The list of all kinds, with the filters of its page."""
    return _file(Filters.read(request.args), ending)


def _file(filters: Filters, ending: str) -> ResponseReturnValue:
    """The newest rows, as many as a file of that sort holds; its name says when there are more."""
    if number := listing.as_number(filters.q):
        return redirect(url_for("items.by_number", number=number))
    kind, most = KINDS.get(filters.kind), item_table.MOST[ending]
    found = item_table.found(session(), filters, most)
    name = f"{filters.kind or 'semua'}-{city_day()}" + (f"-terbaru-{most}" if found.cut else "")
    return table_file(name, ending, tables.head(kind), tables.rows(found.rows, kind))
