"""What may be wrong with a file as a whole."""

from __future__ import annotations


class TableProblem(Exception):
    """The file holds no table we can read; the message says why, in the reader's language."""
