"""What the clock does, and that every job that is queued by name exists."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from procrastinate.jobs import Job
from sqlalchemy import func, select, text

from app.config import ROOT
from app.jobs import load, upkeep
from app.jobs.retrying import LONG, QUICK, Patience
from app.queries import trail as walk
from app.queries.calendar import city_calendar
from app.services import clock
from models import Change, Draft, Facet, Photo, TrailSeal
from tests import factories as make

QUEUED = re.compile(r"""enqueue(?:_all)?\(\s*"(\w+)"(.*?)\)""", re.DOTALL)
SOURCES = [*(ROOT / "app").rglob("*.py"), *(ROOT / "blueprints").rglob("*.py")]


def test_every_job_that_is_queued_by_name_exists() -> None:
    tasks = load().tasks
    found = {
        (path.name, name, tuple(re.findall(r"(\w+)=", rest)))
        for path in SOURCES
        for name, rest in QUEUED.findall(path.read_text("utf-8"))
    }
    assert {"photo_process", "photo_forget", "mail_account"} <= {name for _, name, _ in found}
    assert "mail_notifications" in tasks
    for path, name, given in found:
        assert name in tasks, f"{path} queues {name}, which no module of app/jobs has"
        takes = set(signature(tasks[name].func).parameters) | {"queue", "priority", "once", "at"}
        assert set(given) <= takes, f"{path} hands {name} what it does not take"


@pytest.mark.parametrize(
    "task",
    [upkeep.facets_refresh, upkeep.map_fold, upkeep.rates_sweep, upkeep.items_lapse,
     upkeep.trail_seal, upkeep.leftovers_sweep, upkeep.repeated_refresh],
    ids=lambda task: str(task.name),
)  # fmt: skip
def test_a_regular_job_may_run_twice(session: Any, task: Any) -> None:
    make.item(state="routed")
    for _twice in range(2):
        task(timestamp=0)
        session.flush()


def test_counts_are_taken_and_seals_written(session: Any) -> None:
    make.item(state="routed")
    upkeep.facets_refresh(timestamp=0)
    upkeep.trail_seal(timestamp=0)
    assert session.scalar(select(func.sum(Facet.items))) >= 1
    assert session.scalar(select(func.count()).select_from(TrailSeal)) == 1


def resolved(days_ago: int) -> Any:
    """A complaint that was resolved so many working days ago."""
    item = make.item(state="resolved")
    calendar, day = city_calendar(), date.today()
    while days_ago:
        day -= timedelta(days=1)
        days_ago -= calendar.is_working(day)
    item.due_on = calendar.add(day, 10)
    return item


def test_what_nobody_confirmed_in_ten_working_days_is_closed_by_the_clock(session: Any) -> None:
    old, fresh, last = resolved(11), resolved(3), resolved(10)
    other = make.item(state="routed", due_on=date(2020, 1, 1))
    session.flush()
    upkeep.items_lapse(timestamp=0)
    session.expire_all()
    assert [i.state for i in (old, fresh, last, other)] == [
        "closed", "resolved", "resolved", "routed"
    ]  # fmt: skip
    change = session.scalars(select(Change).filter_by(item_id=old.id, step="lapse")).one()
    assert (change.seat, change.words.actor_id) == ("system", None)
    assert walk.verify(session()).problems == []
    upkeep.items_lapse(timestamp=0)
    assert len(session.scalars(select(Change).filter_by(item_id=old.id, step="lapse")).all()) == 1


def test_an_item_that_cannot_be_closed_keeps_no_other_waiting(session: Any) -> None:
    sick = make.item(due_on=date(2020, 1, 1))
    key = str(sick.filing_key)
    same = "kind, title, body, category_code, place, area_code, area_basis, author_id, due_on"
    bare = f"""INSERT INTO item ({same}, number, state, visibility, channel, filing_key)
      SELECT {same}, 'L-2020-0000001-1', 'resolved', visibility, channel, gen_random_uuid()
      FROM item WHERE filing_key = :key RETURNING id"""
    number = session.scalar(text(bare), {"key": key})  # without a trail
    session.execute(text("INSERT INTO complaint (id) VALUES (:id)"), {"id": number})
    well = resolved(11)
    session.flush()
    upkeep.items_lapse(timestamp=0)
    session.expire_all()
    assert well.state == "closed"


def test_many_lapse_in_portions(session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "AT_ONCE", 2)
    made = [resolved(15) for _ in range(5)]
    session.flush()
    upkeep.items_lapse(timestamp=0)
    session.expire_all()
    assert {item.state for item in made} == {"closed"}


def test_old_drafts_go_with_their_photos(
    app: Any, session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import uuid

    monkeypatch.setitem(app.config, "VAR", tmp_path)
    old = datetime.now(UTC) - timedelta(days=40)
    draft = Draft(key=uuid.uuid4(), kind="lapor", data={}, updated_at=old)
    session.add(draft)
    session.flush()
    photo = make.photo(draft_key=draft.key, created_at=old)
    key, number = draft.key, photo.id
    upkeep.leftovers_sweep(timestamp=0)
    session.expire_all()
    assert session.get(Draft, key) is None
    assert session.get(Photo, number) is None
    forgets = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'photo_forget'")
    assert session.scalar(forgets) == 1


def attempt(n: int) -> Job:
    return Job(
        id=1, queue="q", lock=None, queueing_lock=None, task_name="t", attempts=n, task_kwargs={}
    )


def test_pauses_grow_and_end() -> None:
    for patience in (QUICK, LONG):
        assert list(patience.pauses) == sorted(patience.pauses)
        assert patience.get_retry_decision(exception=OSError(), job=attempt(0)) is not None
        after = attempt(len(patience.pauses))
        assert patience.get_retry_decision(exception=OSError(), job=after) is None
    picky = Patience(1, but_not=(ValueError,))
    assert picky.get_retry_decision(exception=ValueError(), job=attempt(0)) is None
