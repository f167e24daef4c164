"""Items typed for somebody else, for tests."""

from __future__ import annotations

import uuid

from app.kinds import KINDS
from app.services import behalf
from tests import factories as make

WORDS = "Saya minta disampaikan."


def clerk(role="moderator", **seat):
    return make.actor(make.user(roles=(role,), **seat))


def told(name="Pak Asep", phone="0812 3456 7890", channel="counter"):
    return behalf.Given(name, phone, channel, "spoken", WORDS)


def filed(actor, given=None, kind="lapor", key=None, **values):
    wanted = make.values(kind, **values)
    return behalf.file(KINDS[kind], actor, key or uuid.uuid4(), wanted, given or told())
