"""The specification of a contest as one line of JSON, and its SHA-256: what nobody may change.

The salt is not in it: codes of booths are hashed with it.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select

from models import AnySession, Contest, Item, Juror

FORMAT = "rembuk-contest/1"


def specification(session: AnySession, contest: Contest) -> dict[str, Any]:
    """Everything declared of a contest; times in UTC, money in whole rupiah, places lon, lat."""
    jury = select(func.count()).where(Juror.contest_id == contest.id)
    return {
        "format": FORMAT,
        "contest": contest.id,
        "title": contest.title,
        "body": contest.body,
        "kind": contest.kind,
        "level": contest.level,
        "area": contest.area_code,
        "department": contest.department_code,
        "plan_year": contest.plan_year,
        "series": contest.series,
        "mode": contest.mode,
        "least": contest.least,
        "most": contest.most,
        "points": contest.points,
        "pagu": contest.pagu,
        "min_level": contest.min_level,
        "rule": contest.rule,
        "terms": contest.terms,
        "receipts": contest.receipts,
        "precedence": contest.precedence,
        "opens_at": _utc(contest.opens_at),
        "closes_at": _utc(contest.closes_at),
        "disputes_until": _utc(contest.disputes_until),
        "jury": session.scalar(jury) or 0,
        "items": _items(session, contest),
    }


def canonical(session: AnySession, contest: Contest) -> str:
    """The specification as one line: keys sorted, no spaces, characters as they are."""
    told = specification(session, contest)
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(session: AnySession, contest: Contest) -> str:
    """SHA-256 of the canonical form in UTF-8, in hex."""
    return hashlib.sha256(canonical(session, contest).encode()).hexdigest()


def _items(session: AnySession, contest: Contest) -> list[dict[str, Any]]:
    ids = [choice.item_id for choice in contest.choices]
    numbers = dict(list(session.execute(select(Item.id, Item.number).where(Item.id.in_(ids)))))
    return [
        {
            "no": choice.no,
            "number": numbers[choice.item_id],
            "title": choice.title,
            "summary": choice.summary,
            "cost": choice.cost,
            "lon": choice.lon,
            "lat": choice.lat,
            "area": choice.area_code,
            "department": choice.department_code,
        }
        for choice in contest.choices
    ]


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
