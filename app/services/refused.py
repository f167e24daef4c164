"""What the answers of a step are refused with."""

from __future__ import annotations


class Refused(Exception):
    """An answer cannot be used; ``args`` are the answer's name and why, for people."""
