"""An order as people type it: a number beside each proposal, empty for none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from . import whole

LARGEST = 10_000


def name_of(item_id: int) -> str:
    """The name of a proposal's cell."""
    return f"r-{item_id}"


def typed(sent: Mapping[str, str], ids: Iterable[int]) -> dict[int, str]:
    """What stands in the cells of these proposals."""
    return {one: sent.get(name_of(one), "").strip()[:20] for one in ids if name_of(one) in sent}


def wrong(cells: Mapping[int, str]) -> set[int]:
    """The proposals whose cell is no rank."""
    numbers = {one: whole(text) for one, text in cells.items() if text}
    return {one for one, number in numbers.items() if not number or number > LARGEST}


def arranged(cells: Mapping[int, str], before: Mapping[int, int | None]) -> list[int]:
    """The order these cells mean, given the ranks there were.

    Two may have the same number: who was moved there takes the place, and the other makes room on
    the side from which it came.
    """

    def key(one: int) -> tuple[int, int, int]:
        number, was = int(cells[one]), before.get(one)
        side = 0 if was == number else -1 if was is None or number < was else 1
        return number, side, was or LARGEST

    return sorted((one for one, text in cells.items() if text), key=key)
