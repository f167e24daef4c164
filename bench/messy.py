"""Proposals of earlier years as offices kept them: a table with everything that goes wrong in one.

Of 25,000 rows some hundreds have negative volumes, an amount in the column of the volume, no
kelurahan or nothing at all to say where, a year nobody knows, dates in other orders, a status in
other words, and some stand there twice.  The columns are those of the example in the city's folder.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SAMPLE = Path("cities/bandung/demo/impor")
WORKS = (
    ("Perbaikan paving", "m2", "DPKP"), ("Drainase U-ditch", "m", "DSDABM"),
    ("Lampu gang LED", "titik", "Dishub"), ("Rehab balai RW", "unit", "DPKP"),
    ("Pengadaan gerobak sampah", "unit", "DLH"), ("Sumur resapan", "titik", "DSDABM"),
)  # fmt: skip
STATES = ("Diajukan", "Diverifikasi", "Disepakati", "Ditolak", "Ditunda", "Masuk RKPD", "Selesai")
LEVELS = ("RW", "Kelurahan", "Kecamatan", "OPD", "Kota")
TWICE, ODD = 0.02, 0.12


def columns() -> list[str]:
    """The names of the columns."""
    with (SAMPLE / "usulan.csv").open(encoding="utf-8-sig") as file:
        return next(csv.reader(file, delimiter=";"))


def rows(count: int, places: list[tuple[str, str]], seed: int = 1) -> Iterator[dict[str, Any]]:
    """So many rows; ``places`` are kecamatan and kelurahan by name."""
    rng, before = random.Random(seed), []  # type: ignore[var-annotated]
    for n in range(count):
        if before and rng.random() < TWICE:
            yield rng.choice(before)
            continue
        row = _row(n, rng, places)
        if rng.random() < ODD:
            _spoil(row, rng)
        before = [*before[-50:], row]
        yield row


def _row(n: int, rng: random.Random, places: list[tuple[str, str]]) -> dict[str, Any]:
    what, unit, office = rng.choice(WORKS)
    district, area = rng.choice(places)
    volume, price = rng.randrange(2, 300), rng.randrange(100, 900) * 1000
    state, year = rng.choice(STATES), rng.randrange(2019, 2026)
    return {
        "ID Usulan": f"L-{n:06}",
        "Tahun Anggaran": year,
        "Tanggal Usul": f"{rng.randrange(1, 29):02}/01/{year - 1}",
        "Usulan": f"{what} Gang {rng.choice(('Mawar', 'Melati', 'Kenanga', 'Dahlia'))} {n % 97}",
        "Permasalahan": "Rusak dan membahayakan warga yang lewat setiap hari.",
        "Kecamatan": district,
        "Kelurahan": area,
        "RW": f"{rng.randrange(1, 16):02}",
        "Alamat": f"Gang {n % 40}",
        "Pengusul": f"Ketua RW {n % 15:02}",
        "Volume": volume,
        "Satuan": unit,
        "Harga Satuan": f"{price:,}".replace(",", "."),
        "Anggaran": f"Rp {volume * price:,}".replace(",", "."),
        "OPD": office,
        "Status": state,
        "Tingkat": rng.choice(LEVELS) if state in ("Diverifikasi", "Disepakati") else "",
        "Alasan": "Kondisi masih baik" if state == "Ditolak" else "",
        "Prioritas": rng.randrange(1, 40) if state == "Disepakati" else "",
    }


def _spoil(row: dict[str, Any], rng: random.Random) -> None:
    """Something that such tables have."""
    match rng.randrange(8):
        case 0:
            row["Volume"] = -abs(int(row["Volume"]))
        case 1:
            row["Volume"] = 5_000_000_000
        case 2:
            row["Kelurahan"] = ""
        case 3:
            row["Kecamatan"] = row["Kelurahan"] = ""
        case 4:
            row["Tahun Anggaran"] = rng.choice(("", "tahun lalu", "0202"))
        case 5:
            row["Status"] = "Sudah dibahas"
        case 6:
            row["Usulan"] = f"  {str(row['Usulan']).upper()}\u00a0 "
        case _:
            row["Kelurahan"] = f"Kel. {str(row['Kelurahan']).lower()}"


def write(path: Path, count: int, places: list[tuple[str, str]]) -> None:
    """The table as a CSV file with semicolons, as Excel writes it here."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, columns(), delimiter=";", restval="")
        table.writeheader()
        table.writerows(rows(count, places))
