"""The national calendar: public holidays and *cuti bersama* (joint leave) of Indonesia."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

import holidays

PUBLIC, JOINT = "public", "government"
ESTIMATED = {"id": "(perkiraan)", "en_US": "(estimated)"}  # what ``holidays`` puts after a name


@dataclass(frozen=True)
class Holiday:
    """A day off.  ``estimated``: it follows the moon, and the government has not fixed it yet."""

    day: date
    name: str
    estimated: bool
    joint: bool


@cache
def national(year: int, language: str = "id") -> Mapping[date, Holiday]:
    """The days off of a year, by day; ``language`` is ``id`` or ``en_US``.

    Joint leave around an estimated feast moves with it, so it counts as estimated, too.
    """
    found: dict[date, Holiday] = {}
    moving: set[str] = set()
    for category in (PUBLIC, JOINT):
        days = holidays.country_holidays(
            "ID", years=year, categories=(category,), language=language
        )
        for day, words in sorted(days.items()):
            name = words.replace(ESTIMATED[language], "").strip()
            joint = category == JOINT
            estimated = ESTIMATED[language] in words or joint and any(n in name for n in moving)
            if estimated and not joint:
                moving.add(name)
            found.setdefault(day, Holiday(day, name, estimated, joint))
    return found


def joint_leave_known(year: int) -> bool:
    """Has the joint leave of that year been decreed (and reached this version of ``holidays``)?"""
    return any(holiday.joint for holiday in national(year).values())
