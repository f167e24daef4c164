"""``bin/bench [--items N …] [--requests N] [--json FILE]``: one table of what pages cost.

``bin/bench complaints`` goes the way of a complaint instead; ``bin/bench voting`` counts ballots
beside pabutools; ``bin/bench casting`` casts them; ``bin/bench musrenbang`` measures ranked lists,
the funnel, an import and a closing minute; ``bin/bench duplicates`` asks whether reports of one
matter are found.  Each works on a copy of a city that is kept, filled once for each size;
``bin/bench fill --items N`` only fills it, ``--fresh`` fills it anew.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from dataclasses import asdict
from pathlib import Path

from . import cases, casting, complaints, data, duplicates, musrenbang, voting
from .measure import Line, measured, table
from .server import serving


def fill(arguments: list[str]) -> int:
    """Have a city of that size, to be measured later."""
    options = argparse.ArgumentParser(prog="bin/bench fill", description=fill.__doc__)
    options.add_argument("--items", type=int, default=100_000)
    options.add_argument("--fresh", action="store_true", help="fill it anew")
    asked = options.parse_args(arguments)
    data.keep(asked.items, asked.fresh)
    return 0


OTHERS = {
    "duplicates": duplicates.main,
    "complaints": complaints.main,
    "musrenbang": musrenbang.main,
    "voting": voting.main,
    "casting": casting.main,
    "fill": fill,
}


def round_of(items: int, requests: int, fresh: bool) -> list[Line]:
    """Every case on a city of that size."""
    with data.filled(items, fresh) as database, serving(data.address(database)) as server:
        wanted = cases.reading(database) + cases.writing(database, requests)
        return measured(server, database, wanted, items, requests)


def growth(lines: list[Line]) -> str:
    """How the CPU of the lists grew from the smallest to the largest city."""
    sizes = sorted({line.items for line in lines})
    if len(sizes) < 2:
        return ""
    cpu = {(line.items, line.case): line.cpu for line in lines}
    said = [
        f"{case}: × {cpu[sizes[-1], case] / cpu[sizes[0], case]:.2f}"
        for case in ("list", "list, area+category+state", "search", "item page")
    ]
    return f"CPU from {sizes[0]:,} to {sizes[-1]:,} items: {'; '.join(said)} (goal for lists ≤ 1.3)"


def main() -> int:
    """Measure, print, and keep."""
    signal.signal(signal.SIGTERM, lambda *_what: sys.exit(143))  # so that server and copy go too
    if sys.argv[1:] and sys.argv[1] in OTHERS:
        return OTHERS[sys.argv[1]](sys.argv[2:])
    options = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    options.add_argument("--items", type=int, nargs="+", default=[10_000, 100_000])
    options.add_argument("--requests", type=int, default=480, help="requests of a writing case")
    options.add_argument("--fresh", action="store_true", help="fill the kept city anew")
    options.add_argument("--json", type=Path, help="write the figures there as well")
    asked = options.parse_args()
    lines = [line for items in asked.items for line in round_of(items, asked.requests, asked.fresh)]
    print(table(lines), growth(lines), sep="\n\n")
    if asked.json:
        asked.json.write_text(json.dumps([asdict(line) for line in lines], indent=1) + "\n")
    return 1 if any(line.wrong for line in lines) else 0


if __name__ == "__main__":
    raise SystemExit(main())
