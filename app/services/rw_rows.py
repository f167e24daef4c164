"""A row of the operators' table read: what it proposes, where, and in whose name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.forms import amounts, clean, clean_line, whole
from app.forms.counter import CHANNELS, HOWS
from app.kinds.musrenbang_form import FUNDINGS
from app.queries import catalogue
from app.queries.calendar import city_day
from app.queries.spot import NotHere, Spot, locate
from maps import gazetteer
from models import CatalogueEntry, Category, db

from . import behalf


class Wrong(Exception):
    """A row or the head cannot be used; ``args[0]`` maps cells to why, for people."""

    @property
    def cells(self) -> dict[str, str]:
        """What is wrong, by cell."""
        found: dict[str, str] = self.args[0]
        return found


@dataclass(frozen=True)
class Head:
    """Whose proposals they are, where, and how they agreed."""

    area_code: str
    rw: int
    given: behalf.Given
    funding: str


def head(typed: Mapping[str, str]) -> Head:
    """The head as it was typed.  Raises Wrong."""
    wrong: dict[str, str] = {}
    rw = whole((typed.get("rw") or "").strip().lstrip("0") or None)
    if rw is None or not 1 <= rw <= 60:
        wrong["rw"] = _("An RW is a number up to 60.")
    name = clean_line(typed.get("nama")) or ""
    if not 2 <= len(name) <= 80:
        wrong["nama"] = _("Please write who proposes them, for example the head of the RW.")
    if typed.get("agreed") != "y":
        wrong["agreed"] = _("Without consent it cannot be filed in somebody's name.")
    if typed.get("channel") not in CHANNELS:
        wrong["channel"] = _("Please choose one.")
    if typed.get("how") not in HOWS:
        wrong["how"] = _("Please choose one.")
    funding = typed.get("funding") or "musrenbang"
    if funding not in dict(FUNDINGS):
        wrong["funding"] = _("Please choose one.")
    if not typed.get("area_code"):
        wrong["area_code"] = _("Please choose the kelurahan.")
    if wrong:
        raise Wrong(wrong)
    phone = (clean_line(typed.get("telepon")) or "")[:30]
    given = behalf.Given(name, phone, typed["channel"], typed["how"], str(behalf.WORDS))
    return Head(typed["area_code"], rw or 0, given, funding)


def values(cells: Mapping[str, str], of: Head) -> tuple[dict[str, Any], behalf.Given]:
    """What a row files, and in whose name.  Raises Wrong, with every cell that is."""
    wrong: dict[str, str] = {}
    entry = _read(wrong, "kamus", lambda: _entry(cells.get("kamus", "")))
    largest = entry.largest if entry else None
    volume = _read(wrong, "volume", lambda: _volume(cells.get("volume", ""), largest))
    rt = _read(wrong, "rt", lambda: _number(cells.get("rt", ""), 60))
    people = _read(wrong, "penerima", lambda: _number(cells.get("penerima", ""), 3_000_000))
    spot = _read(wrong, "tempat", lambda: _spot(cells, of.area_code))
    price = entry.price_on(city_day()) if entry else None
    if volume is not None and price:
        _read(wrong, "volume", lambda: amounts.cost(volume, price))
    name = clean_line(cells.get("pengusul")) or of.given.name
    if not 2 <= len(name) <= 80:
        wrong["pengusul"] = _("A name has between 2 and 80 characters.")
    if wrong or entry is None or volume is None or spot is None:
        raise Wrong(wrong)
    given = of.given
    if name != given.name:  # the number in the head is not theirs
        given = behalf.Given(name, "", given.channel, given.how, given.words)
    place = (clean_line(cells.get("tempat")) or "")[:200]
    place = "" if gazetteer.NUMBERS.match(place) else place
    known = {"volume": volume, "rt": rt, "beneficiaries": people, "rw": of.rw}
    known |= {"lon": spot.lon, "lat": spot.lat, "area_code": spot.area_code}
    known |= {"area_basis": spot.basis, "address": place, "funding": of.funding}
    return known | _of_entry(entry, price) | _words(
        entry, known, clean(cells.get("masalah"))
    ), given


def _read(wrong: dict[str, str], name: str, reads: Any) -> Any:
    """What a cell holds; what is wrong with it is noted and None."""
    try:
        return reads()
    except (ValueError, NotHere) as why:
        wrong[name] = str(why.args[0])
        return None


def _entry(said: str) -> CatalogueEntry:
    """The line of the catalogue meant: "F01", "F01 · Paving …", or words that fit one alone."""
    words = clean_line(said) or ""
    if not words:
        raise ValueError(_("Please choose from the catalogue."))
    code = words.partition("·")[0].split()[0]
    day = city_day()
    for wanted in (code, code.upper()):
        entry = db.session.get(CatalogueEntry, wanted)
        if entry is not None and entry.holds(day) and entry.price_on(day):
            return entry
    found = catalogue.found(db.session, catalogue.Sought(words[:80]), day)
    same = [row[0] for row in found if row[0].name.casefold() == words.casefold()]
    if len(same or found) == 1:
        line: CatalogueEntry = same[0] if same else found[0][0]
        return line
    if found:
        names = "; ".join(f"{row[0].code} {row[0].name}" for row in found[:3])
        raise ValueError(_("Which one do you mean: %(names)s?", names=names))
    raise ValueError(_("The catalogue has no such line. Propose it with the usual form."))


def _volume(said: str, largest: Decimal | None) -> Decimal:
    if not said.strip():
        raise ValueError(_("Please say how much, as a number."))
    return amounts.volume(said, largest)


def _number(said: str, most: int) -> int | None:
    """A whole number, "03" and "1.200" too; None for nothing."""
    if not said.strip():
        return None
    given = amounts.number(said)
    if given != int(given) or not 1 <= given <= most:
        raise ValueError(_("Please write a whole number up to %(n)s.", n=amounts.written(most)))
    return int(given)


def _spot(cells: Mapping[str, str], area_code: str) -> Spot:
    """The pin, else a spot the map knows by that name in the kelurahan, else the kelurahan."""
    pin = gazetteer.NUMBERS.match(cells.get("titik", "") or cells.get("tempat", ""))
    if pin is not None:
        (hit,) = gazetteer.search(db.session, pin[0])[:1] or (None,)
        spot = locate(db.session(), str(hit.lon), str(hit.lat), area_code) if hit else None
        if spot is None or spot.area_code != area_code:
            raise ValueError(_("This pin lies outside the kelurahan."))
        return spot
    for hit in gazetteer.search(db.session, clean_line(cells.get("tempat")) or "", limit=4):
        if hit.area_code is None and (spot := _known(hit, area_code)) is not None:
            return spot
    return locate(db.session(), "", "", area_code)


def _known(hit: gazetteer.Hit, area_code: str) -> Spot | None:
    """A named place, if it lies in the kelurahan; a name is never as sure as a pin."""
    try:
        spot = locate(db.session(), str(hit.lon), str(hit.lat), "")
    except NotHere:
        return None
    return (
        Spot(spot.lon, spot.lat, area_code, "approximate") if spot.area_code == area_code else None
    )


def _of_entry(entry: CatalogueEntry, price: int | None) -> dict[str, Any]:
    category = entry.category_code or _usual_category()
    known = {"catalogue_code": entry.code, "category_code": category, "bidang": entry.bidang}
    return known | {"unit": entry.unit, "unit_price": price, "catalogue_review": ""}


def _usual_category() -> str:
    mine = select(Category.code).where(Category.kind == "musrenbang", Category.valid_to.is_(None))
    return db.session.scalars(mine.order_by(Category.position.desc()).limit(1)).one()


def _words(entry: CatalogueEntry, known: Mapping[str, Any], said: str | None) -> dict[str, Any]:
    """A title and a text; an RW that wrote no more said at least what, where and how much."""
    where = known["address"] or (_("RT %(rt)s", rt=f"{known['rt']:02d}") if known["rt"] else "")
    where = ", ".join(part for part in (where, _("RW %(rw)s", rw=f"{known['rw']:02d}")) if part)
    title = f"{entry.name}, {where}"[:140]
    usual = _(
        "Agreed on in the rembug warga of RW %(rw)s: %(what)s, %(n)s %(unit)s.",
        rw=f"{known['rw']:02d}",
        what=entry.name,
        n=amounts.written(known["volume"]),
        unit=entry.unit,
    )
    body = f"{said}\n\n{usual}" if said else usual
    usual_words = {"visibility": "public", "land_status": "unknown", "group": "umum"}
    return {"title": title, "body": body[:5000], **usual_words}
