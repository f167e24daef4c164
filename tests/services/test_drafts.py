"""What somebody types is kept, for them alone."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from app.access import ANONYMOUS
from app.kinds import KINDS
from app.services import drafts, items
from models import Draft
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")


def save(actor=ANONYMOUS, key=None, page="isi", **typed):
    return drafts.save(key or uuid.uuid4(), "lapor", actor, page, typed)


def test_pages_are_kept_beside_each_other_and_a_page_replaces_itself():
    draft = save(title="Satu")
    save(key=draft.key, page="lokasi", lon="107.6")
    save(key=draft.key, title="Dua")
    assert draft.data == {"isi": {"title": "Dua"}, "lokasi": {"lon": "107.6"}}


def test_a_strangers_draft_opens_with_the_browser_that_holds_its_key():
    draft = save(title="Satu")
    assert drafts.find(draft.key, ANONYMOUS, (str(draft.key),)) is draft
    assert drafts.find(draft.key, ANONYMOUS, ()) is None
    assert drafts.find(draft.key, make.actor(make.user()), ()) is None


def test_the_draft_of_a_login_opens_for_that_login_alone():
    mine, other = make.actor(make.user()), make.actor(make.user())
    draft = save(mine, title="Satu")
    assert drafts.find(draft.key, mine, ()) is draft
    assert drafts.find(draft.key, other, (str(draft.key),)) is None
    assert drafts.find(draft.key, ANONYMOUS, (str(draft.key),)) is None


def test_whoever_signs_in_takes_the_drafts_of_the_browser_along_but_not_those_of_others(session):
    mine, other = make.actor(make.user()), make.actor(make.user())
    begun, foreign = save(title="Satu"), save(other, title="Dua")
    drafts.claim((str(begun.key), str(foreign.key)), mine)
    session.expire_all()
    assert begun.user_id == mine.user_id
    assert foreign.user_id == other.user_id


def test_an_answer_beyond_all_measure_is_refused():
    with pytest.raises(drafts.TooLong):
        save(title="x" * (drafts.LARGEST + 1))


def test_invisible_bytes_a_database_cannot_keep_do_not_break_a_draft():
    assert save(title="Lampu\x00mati \ud800").data["isi"]["title"] == "Lampumati "


def test_what_was_sent_leads_its_author_to_the_item_and_nobody_else():
    user, key = make.user(), uuid.uuid4()
    item = items.file(KINDS["lapor"], make.actor(user), key, make.values())
    assert drafts.is_sent(key, make.actor(user)) is item
    assert drafts.is_sent(key, make.actor(make.user())) is None
    assert drafts.is_sent(uuid.uuid4(), make.actor(user)) is None


def test_a_stranger_is_never_taken_for_the_author_of_an_item_without_a_login():
    key = uuid.uuid4()
    resident = make.person()
    clerk = make.actor(make.user(roles=("operator",)))
    item = items.file(KINDS["lapor"], clerk, key, make.values(), author_id=resident.id)
    item.filed_by_id = None
    assert drafts.is_sent(key, ANONYMOUS) is None


def test_drafts_nobody_touched_for_a_month_are_forgotten(session):
    old, fresh = save(title="Satu"), save(title="Dua")
    photo = make.photo(draft_key=old.key, status="staged")
    old.updated_at = datetime.now(UTC) - timedelta(days=drafts.KEPT_DAYS + 1)
    session.flush()
    key = old.key
    assert drafts.sweep() == 1
    session.expire_all()
    assert session.get(Draft, key) is None
    assert session.get(Draft, fresh.key) is not None
    assert photo.draft_key is None
