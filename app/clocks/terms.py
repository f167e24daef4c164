"""Everything a city says about time: when it works, what it promises, how long it may wait."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from .calendar import Calendar
from .national import national
from .policy import Policies

CAPS = {"need_info": 10, "to_external": 20}  # working days a clock stands still at most


@dataclass(frozen=True, eq=False)
class Terms:
    """Calendar, policies, and by state the working days for which the clocks may stand still."""

    calendar: Calendar = field(default_factory=Calendar)
    policies: Policies = field(default_factory=Policies)
    caps: Mapping[str, int] = field(default_factory=lambda: CAPS)

    def day(self, moment: datetime) -> date:
        """The city day of a moment."""
        return moment.astimezone(self.calendar.zone).date()

    def fingerprint(self, year: int) -> str:
        """A name for all of it, with the holidays of the years around ``year``."""
        calendar = self.calendar
        said = {
            "zone": str(calendar.zone),
            "hours": sorted(calendar.hours.items()),
            "special": sorted(
                (str(s.first_day), str(s.last_day), s.weekday, s.spans) for s in calendar.special
            ),
            "overrides": sorted((str(day), works) for day, works in calendar.overrides.items()),
            "holidays": [
                str(day) for n in range(year - 2, year + 3) for day in sorted(national(n))
            ],
            "policies": sorted(map(str, self.policies.lines)),
            "caps": sorted(self.caps.items()),
        }
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]
