"""What is overdue: an office has it, and the public day of its promise is over.

One meaning for lists, map, queues and counts.  What waits for its reporter is never overdue.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_

from app.kinds import held_by_office
from app.queries.standing import standing_in
from models import Item


def is_overdue(today: Any) -> ColumnElement[bool]:
    """The items that are overdue on the city day ``today`` (a date, or a parameter)."""
    return and_(Item.due_on < today, standing_in(held_by_office()))
