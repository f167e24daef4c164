"""Rows of a table typed at an office, as entries to be filed, or why they cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flask import current_app
from flask_babel import gettext as _

from app.access import Actor
from app.forms import clean, clean_line
from app.queries import filing
from app.queries.calendar import city_day
from app.queries.labels import labels
from app.queries.spot import NotHere, locate
from app.services import behalf
from app.services.behalf_batch import Entry
from models import db

from . import entry_answers, tables
from .coordinates import NoPosition, pair, position
from .dates import NoDay, day

# What a column may be called, by what it means.
COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("nama", "nama pelapor", "pelapor", "name"),
    "phone": ("telepon", "no hp", "no. hp", "nomor hp", "hp", "telp", "whatsapp", "wa", "phone"),
    "title": ("judul", "perihal", "title"),
    "body": ("uraian", "isi", "isi laporan", "keterangan", "laporan", "aduan", "body"),
    "category": ("kategori", "jenis", "category"),
    "area": ("kelurahan", "kel", "desa", "area"),
    "rw": ("rw",),
    "rt": ("rt",),
    "address": ("alamat", "lokasi", "patokan", "address"),
    "lat": ("lintang", "latitude", "lat"),
    "lon": ("bujur", "longitude", "lon", "lng", "long"),
    "place": ("koordinat", "titik", "coordinates"),
    "date": ("tanggal", "tanggal kejadian", "tgl", "date"),
    "visibility": ("visibilitas", "sifat", "visibility"),
}
VISIBLE = {
    "": "anonymous",
    "anonim": "anonymous",
    "anonymous": "anonymous",
    "rahasia": "confidential",
    "confidential": "confidential",
    "publik": "public",
    "umum": "public",
    "terbuka": "public",
    "public": "public",
}
TEMPLATE = ("nama", "telepon", "judul", "uraian", "kategori", "kelurahan", "rw", "rt", "alamat",
            "koordinat", "tanggal", "sifat")  # fmt: skip


class Wrong(Exception):
    """The row cannot be filed; ``args[0]`` says why, in words."""


class Reader:
    """Reads rows against the city's categories and areas, and an operator's seats."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.box = current_app.config["CITY"].bbox
        today = city_day()
        offered = [c for c in labels().categories.values() if c.kind == "lapor" and c.holds(today)]
        self.categories = {tables.plain(word): c for c in offered for word in (c.code, c.name)}
        self.areas: dict[str, list[str]] = {}
        for pairs in labels().kelurahan.values():
            for code, name in pairs:
                for word in (code, tables.plain(name), tables.plain(name).replace(" ", "")):
                    self.areas.setdefault(word, []).append(code)
        mine = {seat.area_code for seat in actor.seats if seat.role in ("operator", "moderator")}
        only = mine.pop() if len(mine) == 1 else None
        self.usual = only if only and only.count(".") == 3 else ""

    def entries(self, data: bytes) -> Iterator[Entry]:
        """Every row of the table in these bytes.  Raises TableProblem."""
        names = [name for known in COLUMNS.values() for name in known]
        table = tables.parse(data, names)
        columns = self._columns(table.columns)
        asked = entry_answers.columns(table.columns, names)
        for row in table.rows:
            cells = {name: row.cells.get(column, "") for name, column in columns.items()}
            told = {name: row.cells.get(column, "") for name, column in asked.items()}
            try:
                if row.problem:
                    raise Wrong(row.problem)
                yield Entry(row.number, self._read(cells, told))
            except (Wrong, entry_answers.WrongAnswer) as wrong:
                yield Entry(row.number, cells, str(wrong.args[0]))

    def _columns(self, columns: list[str]) -> dict[str, str]:
        named = {tables.plain(column): column for column in reversed(columns)}
        found = {}
        for meaning, words in COLUMNS.items():
            column = next((named[word] for word in words if word in named), None)
            if column is not None:
                found[meaning] = column
        return found

    def _read(self, cells: dict[str, str], told: dict[str, str]) -> dict[str, Any]:
        name, phone = clean_line(cells.get("name")) or "", clean_line(cells.get("phone")) or ""
        if not 2 <= len(name) <= 80:
            raise Wrong(_("The name is missing or longer than 80 characters."))
        values = {"name": name, "phone": _phone(phone), **self._words(cells)}
        values |= self._where(cells)
        if not behalf.reaches(self.actor, values["area_code"], values["rw"]):
            raise Wrong(_("Your seat does not cover this place."))
        if stop := filing.emergency(values, False):
            raise Wrong(stop)
        if answers := entry_answers.read(values["category_code"], told):
            values["answers"] = answers
        return values

    def _words(self, cells: dict[str, str]) -> dict[str, Any]:
        body = clean(cells.get("body")) or ""
        title = clean_line(cells.get("title")) or body.partition("\n")[0][:140].strip()
        if not 10 <= len(body) <= 5000:
            raise Wrong(_("The description is missing, or has not between 10 and 5,000 letters."))
        if not 5 <= len(title) <= 140:
            raise Wrong(_("A title has between 5 and 140 characters."))
        category = self.categories.get(tables.plain(cells.get("category", "")))
        if category is None:
            said = cells.get("category", "")[:40]
            raise Wrong(_("There is no category “%(name)s”.", name=said))
        if category.is_about_officials and not self.actor.seats_as("coordinator"):
            raise Wrong(_("Reports about officials are sent by the resident or the coordinator."))
        visibility = VISIBLE.get(tables.plain(cells.get("visibility", "")))
        if visibility is None:
            said = cells["visibility"][:40]
            raise Wrong(_("“%(said)s”: write publik, anonim or rahasia.", said=said))
        return {
            "title": title,
            "body": body,
            "category_code": category.code,
            "visibility": visibility,
            "happened_on": self._day(cells.get("date", "")),
        }

    def _day(self, said: str) -> str | None:
        if not said.strip():
            return None
        try:
            found = day(said, current_app.config["CITY"].zone)
        except NoDay:
            raise Wrong(_("“%(text)s” is no day.", text=said[:40])) from None
        if not 0 <= (city_day() - found).days <= 5 * 366:
            raise Wrong(_("The day %(day)s lies in the future or far back.", day=said[:40]))
        return found.isoformat()

    def _where(self, cells: dict[str, str]) -> dict[str, Any]:
        area, lon, lat = self._area(cells.get("area", "")), "", ""
        both, x, y = cells.get("place", ""), cells.get("lon", ""), cells.get("lat", "")
        try:
            found = pair(both, self.box) if both else position(y, x, self.box) if x and y else None
            if found is not None:
                lon, lat = str(found.lon), str(found.lat)
            spot = locate(db.session(), lon, lat, area)
        except (NoPosition, NotHere) as wrong:
            raise Wrong(str(wrong)) from None
        return {
            "lon": spot.lon,
            "lat": spot.lat,
            "area_code": spot.area_code,
            "area_basis": spot.basis,
            "rw": _number(cells.get("rw", ""), "RW"),
            "rt": _number(cells.get("rt", ""), "RT"),
            "address": (clean_line(cells.get("address")) or "")[:200],
        }

    def _area(self, said: str) -> str:
        word = re.sub(r"^(kelurahan|kel)\.? ", "", tables.plain(said))
        if not word:
            return self.usual
        codes = self.areas.get(word) or self.areas.get(word.replace(" ", "")) or []
        if len(set(codes)) != 1:
            raise Wrong(_("There is no kelurahan “%(name)s” in the city.", name=said[:40]))
        return codes[0]


def _phone(said: str) -> str:
    digits = re.sub(r"\D", "", said)
    if said and not 8 <= len(digits) <= 15:
        raise Wrong(_("“%(said)s” is no phone number.", said=said[:30]))
    if digits.startswith("8") and len(digits) <= 12:  # a spreadsheet took the 0 away
        return f"0{digits}"
    return said


def _number(said: str, name: str) -> int | None:
    digits = re.sub(rf"(?i)^{name}\.?\s*", "", said.strip()).removesuffix(".0").lstrip("0")
    if not digits:
        return None
    if digits.isascii() and digits.isdecimal() and 1 <= int(digits[:6]) <= 60:
        return int(digits)
    raise Wrong(_("%(name)s is a number up to 60, not “%(said)s”.", name=name, said=said[:20]))
