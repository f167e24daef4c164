"""Office time, what is promised in it, and the clocks of an item.  No Flask, no database."""

from __future__ import annotations

from .calendar import Calendar, Spans, Special, spans_of
from .national import Holiday, joint_leave_known, national
from .policy import DEFAULTS, HIGH, NORMAL, Policies, Policy, PolicyLine
from .promises import BREACH, TWICE, WARN, WHOLE, Clocks, Event, Pause, Run, Stage, read
from .terms import CAPS, Terms

__all__ = [
    "BREACH",
    "CAPS",
    "DEFAULTS",
    "HIGH",
    "NORMAL",
    "TWICE",
    "WARN",
    "WHOLE",
    "Calendar",
    "Clocks",
    "Event",
    "Holiday",
    "Pause",
    "Policies",
    "Policy",
    "PolicyLine",
    "Run",
    "Special",
    "Spans",
    "Stage",
    "Terms",
    "joint_leave_known",
    "national",
    "read",
    "spans_of",
]
