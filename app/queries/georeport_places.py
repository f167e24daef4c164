"""From GeoReport's three ways of naming a place to a spot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _

from app.forms import clean_line
from app.forms.georeport import Refused, given, position
from app.queries.labels import labels
from app.queries.spot import NotHere, Spot, locate
from maps import gazetteer
from models import db

WIDE = ("kelurahan", "kecamatan", "point")  # what is narrower may follow; numbers are no name
WORDS = re.compile(r"[^\w]+")


def is_given(values: Any) -> bool:
    """Is a place named at all?"""
    return any(given(values, n) for n in ("lat", "long", "address_string", "address_id"))


def spot(values: Any) -> Spot | None:
    """The spot that is meant; None when an address has to be searched for longer.

    A position comes before an ``address_id`` (the code of a kelurahan), that before an address.
    Raises Refused (400), with whose place it is when it lies outside the city.
    """
    try:
        pair = position(values)
        if pair is not None:
            return locate(db.session(), str(pair[0]), str(pair[1]), given(values, "address_id"))
    except NotHere as wrong:
        raise Refused(400, str(wrong.args[0])) from None
    if code := given(values, "address_id"):
        return _kelurahan(code)
    return _named(clean_line(given(values, "address_string")) or "", 2)


def _kelurahan(code: str) -> Spot:
    if labels().levels.get(code) != "kelurahan":
        raise Refused(400, _("address_id is the code of a kelurahan, like 32.73.02.1004."))
    try:
        return locate(db.session(), "", "", code)
    except NotHere as wrong:
        raise Refused(400, str(wrong.args[0])) from None


def search(address: str) -> Spot | None:
    """The spot of an address, each of its parts tried; the kelurahan it names at least."""
    return _named(address, 8) or _kelurahan_in(address)


def _named(address: str, parts: int) -> Spot | None:
    """The place that the beginning of an address names: by all its words, or it alone by some."""
    for part in _parts(address)[:parts]:
        said = _words(part)
        hits = [h for h in gazetteer.search(db.session(), part, limit=5) if h.kind not in WIDE]
        whole = [hit for hit in hits if _words(hit.name) <= said]
        some = [hit for hit in hits if said and said <= _words(hit.name)]
        for hit in whole or (some if len(some) == 1 else []):
            try:
                return locate(db.session(), str(hit.lon), str(hit.lat), "")
            except NotHere:
                continue
    return None


def _parts(address: str) -> list[str]:
    """An address as a whole, then each of its parts without numbers of houses, RT and RW."""
    bare = re.sub(r"\b(no|nomor|rt|rw)\b\.? ?\d+\w?|\b\d+\b", "", address, flags=re.I)
    return [address, *(part.strip() for part in bare.split(",") if part.strip())]


def _words(text: str) -> set[str]:
    return {word for word in WORDS.split(text.casefold()) if word} - {"jalan", "jl", "jln"}


def _kelurahan_in(address: str) -> Spot | None:
    """The kelurahan whose name stands in an address; with its kecamatan when names are alike."""
    said = _words(address)
    named = sorted(_candidates(said), reverse=True)
    if not named or (len(named) > 1 and named[0][0] == named[1][0]):
        return None
    return locate(db.session(), "", "", named[0][1])


def _candidates(said: set[str]) -> Iterator[tuple[int, str]]:
    for district, few in labels().kelurahan.items():
        for code, name in few:
            if _words(name) <= said:
                yield len(_words(name)) + len(_words(district) & said), code
