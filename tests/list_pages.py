"""The rows of the matrix for public lists and numbers: who may open them, and take them along."""

from __future__ import annotations


def list_pages(everybody: set[str]) -> dict[tuple[str, str], tuple[set[str], int]]:
    """Lists of items and numbers, and what goes with them; the same for everybody."""
    return {
        ("GET", "items.index"): (everybody, 200),
        ("GET", "items.search"): (everybody, 200),
        ("GET", "item_exports.of_kind"): (everybody, 200),
        ("GET", "item_exports.of_all"): (everybody, 200),
        ("GET", "numbers.city"): (everybody, 200),
        ("GET", "numbers.department"): (everybody, 200),
        ("GET", "numbers.area"): (everybody, 200),
        ("GET", "numbers.download"): (everybody, 200),
    }
