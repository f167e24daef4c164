"""Volumes come in whole, with legal trails that the database has chained."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from app.kinds import KINDS
from app.services import bulk, fill, fill_again
from app.services.bulk import Batch
from app.workflow import BACK
from models import Change, ChangeText, Comment, Item, Person, Support, User

NUMBER = 150


@pytest.fixture
def where(session: Any) -> fill.Setting:
    return fill.setting(7)


@pytest.fixture
def people(where: fill.Setting) -> list[fill.Login]:
    return bulk.people(list(fill.residents(where, 30, 7)))


@pytest.fixture
def batch(where: fill.Setting, people: list[fill.Login]) -> Batch:
    return next(fill.batches(where, people, NUMBER, NUMBER, 7))


def test_people_come_with_and_without_a_login(session: Any, people: list[fill.Login]) -> None:
    assert len(people) == 30
    logins = [user for _person, user in people if user]
    assert len(logins) == 10
    assert session.get(User, logins[0]).person_id == people[0][0]
    assert session.get(User, logins[0]).password_hash == ""
    assert session.get(Person, people[1][0]).area_code is not None


def test_a_batch_is_there_as_it_was_made(session: Any, batch: Batch) -> None:
    brought = bulk.bring(batch)
    items = session.scalars(select(Item).order_by(Item.id)).all()
    assert len(items) == brought.items == NUMBER
    assert [item.created_at for item in items] == sorted(row.created_at for row in batch.items)
    assert Counter(item.state for item in items) == Counter(row.state for row in batch.items)
    assert len({item.number for item in items}) == NUMBER
    assert all(item.number[0] == KINDS[item.kind].letter for item in items)
    for item in items:
        assert session.scalar(select(KINDS[item.kind].model.id).where(Item.id == item.id))


def test_counts_on_items_are_those_of_the_rows(session: Any, batch: Batch) -> None:
    bulk.bring(batch)
    for model, column in ((Support, Item.support_count), (Comment, Item.comment_count)):
        rows = session.scalar(select(func.count()).select_from(model))
        assert rows == session.scalar(select(func.sum(column)))


def test_every_trail_is_chained_and_ends_in_the_state(session: Any, batch: Batch) -> None:
    bulk.bring(batch)
    trails: dict[int, list[Change]] = {}
    for change in session.scalars(select(Change).order_by(Change.item_id, Change.seq)):
        trails.setdefault(change.item_id, []).append(change)
    for item in session.scalars(select(Item)):
        trail = trails[item.id]
        assert [change.seq for change in trail] == list(range(1, len(trail) + 1))
        assert trail[-1].target == item.state
        for before, after in zip([None, *trail], trail, strict=False):
            assert after.previous_hash == (before.hash if before else None)
            assert after.source == (before.target if before else "")
    words = session.execute(select(Change.text_hash, ChangeText.salt, ChangeText.text).join(Change))
    for digest, salt, said in words:
        assert digest == hashlib.sha256(salt + said.encode()).digest()


@pytest.mark.parametrize("kind", KINDS.values(), ids=str)
def test_every_invented_trail_is_a_legal_walk(
    where: fill.Setting, kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fill_again, "ENOUGH", 60)  # most lives are lived again
    people: list[fill.Login] = [(n, n) for n in range(1, 9)]
    made = next(fill.batches(where, people, 2500, 2500, 3))
    items = {item.ref: item for item in made.items}
    for change in made.changes:
        item = items[change.ref]
        if item.kind != kind.slug or change.step == "file":
            continue
        _role, _colon, scope = change.seat.partition(":")
        assert not scope.startswith("32.") or item.area_code.startswith(scope)
        assert item.created_at <= change.at <= where.city.now
        step = kind.workflow.named(change.step)
        assert change.source in step.sources
        assert change.target == (step.target or change.source)
        assert step.target != BACK
        assert change.at <= item.state_since or change.source == item.state == change.target
        assert change.reason or "reason" not in step.required
        assert not change.reason or "reason" in step.answers
        assert change.seat


def test_the_same_seed_makes_the_same_city(where: fill.Setting) -> None:
    people: list[fill.Login] = [(n, n) for n in range(1, 9)]
    first = next(fill.batches(where, people, 20, 20, 5))
    again = next(fill.batches(where, people, 20, 20, 5))
    other = next(fill.batches(where, people, 20, 20, 6))
    assert first == again
    assert first != other


def spoil(batch: Batch, name: str) -> None:
    """Break one rule of a batch."""
    first, rng = batch.items[0], random.Random(1)
    moved = next(n for n, change in enumerate(batch.changes) if change.pos == 2)
    match name:
        case "category":
            first.category_code = "nothing"
        case "area":
            first.area_code = "99"
        case "department":
            first.department_code = "nobody"
        case "author":
            first.author_id = -1
        case "title":
            first.title = "x" * 141
        case "future":
            first.created_at += timedelta(days=9999)
        case "state":
            first.state = "nowhere"
        case "step":
            batch.changes[moved] = replace(batch.changes[moved], step="jump")
        case "order":
            batch.changes[moved] = replace(batch.changes[moved], source="elsewhere")
        case "orphan":
            batch.supports.append(bulk.NewSupport(10**6, 1, first.created_at))
        case "twice":
            batch.items[1].ref = rng.choice([first.ref])


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("category", "unknown category"),
        ("area", "unknown area"),
        ("department", "unknown department"),
        ("author", "unknown person"),
        ("title", "1 to 140 characters"),
        ("future", "from the future"),
        ("state", "ends in their state"),
        ("step", "no kind declares"),
        ("order", "do not follow"),
        ("orphan", "no item of the batch"),
        ("twice", "named twice"),
    ],
)
def test_a_batch_with_a_fault_is_refused_whole(
    session: Any, batch: Batch, name: str, sentence: str
) -> None:
    spoil(batch, name)
    with pytest.raises(bulk.BulkError, match=sentence):
        bulk.bring(batch)
    assert session.scalar(select(func.count()).select_from(Item)) == 0


def test_the_trail_stays_append_only(session: Any, batch: Batch) -> None:
    bulk.bring(batch)
    with pytest.raises(Exception, match="append-only"):
        session.execute(text("UPDATE change SET reason = 'x'"))
