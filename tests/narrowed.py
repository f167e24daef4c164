"""What each filter of a list shows: columns of an item, and what a reader asks for."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from tests import factories as make

NARROWED: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"state": "verified"}, {"state": "verified"}),
    ({"state": "closed"}, {"phase": "done"}),
    ({"area_code": make.OTHER_KELURAHAN}, {"area": make.OTHER_KELURAHAN}),
    ({"area_code": make.OTHER_KELURAHAN}, {"area": make.OTHER_KELURAHAN[:8]}),
    ({"category_code": "parkir-liar"}, {"category": "parkir-liar"}),
    ({"department_code": "dishub"}, {"department": "dishub"}),
    ({"created_at": datetime(2020, 5, 1, 12, tzinfo=UTC)}, {"until": "2020-05-01"}),
    ({"due_on": date(2020, 1, 1)}, {"overdue": "1"}),
    ({"title": "Kabel menjuntai di simpang"}, {"q": "kabel menjuntai"}),
]
