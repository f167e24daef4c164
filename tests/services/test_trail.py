"""The trail cannot be rewritten unseen: not by the application, not by its database's owner."""

from __future__ import annotations

import hashlib
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from app import create_app
from app.kinds import KINDS
from app.queries import merkle
from app.queries import trail as walk
from app.services import items, trail
from app.services.changes import Said, record
from app.workflow import NotAllowed
from models import AuditEvent, Change, ChangeText, Item, TrailSeal, db
from tests import databases
from tests import factories as make
from tests.examples import examples
from tests.settings import test_settings
from tests.verifier import VERIFIER, script


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE change SET reason = 'spam'",
        "UPDATE change SET seat = 'system' WHERE seq = 1",
        "DELETE FROM change",
        "TRUNCATE change CASCADE",
        "DELETE FROM change_text",
        "TRUNCATE change_text",
        "UPDATE change_text SET text = 'lain'",
        "UPDATE trail_seal SET leaves = 1",
        "DELETE FROM trail_seal",
        "UPDATE audit_event SET detail = ''",
        "DELETE FROM audit_event",
    ],
)
def test_the_database_refuses_to_rewrite(session: Any, statement: str) -> None:
    make.item(state="verified")
    session.add(AuditEvent(act="test", subject="test:1"))
    trail.seal(session())
    session.flush()
    with pytest.raises(DatabaseError, match=r"append-only|erased, not changed"):
        session.execute(text(statement))


def test_a_text_that_does_not_match_its_hash_is_refused(session: Any) -> None:
    item = make.item()
    change = Change(item=item, seat="author", step="x", source="", target="", text_hash=b"\0" * 32)
    change.words = ChangeText(text="lain", salt=b"\1" * 16)
    session.add(change)
    with pytest.raises(DatabaseError, match="does not match its hash"):
        session.flush()


LIKE_THE_LAST = """
    INSERT INTO change (item_id, seat, step, source, target, text_hash, seq, previous_hash, hash)
    SELECT item_id, seat, 'forged', target, target, text_hash, {seq}, {previous}, {hash}
    FROM change JOIN item ON item.id = item_id ORDER BY seq DESC LIMIT 1
"""
RIGHT = "change_hash(hash, number, seq + 1, seat, 'forged', target, target, '', now(), text_hash)"


@pytest.mark.parametrize(
    "forged",
    [
        {"hash": "sha256('anything')"},
        {"hash": "hash"},
        {"previous": "sha256('another')"},
        {"previous": "NULL"},
        {"previous": "previous_hash"},
        {"seq": "seq + 2"},
        {"seq": "0", "previous": "NULL"},
        {"hash": RIGHT.replace("forged", "other")},
        {"hash": RIGHT.replace("seq + 1", "seq")},
    ],
    ids=str,
)
def test_a_hash_brought_along_must_continue_the_trail(session: Any, forged: dict[str, str]) -> None:
    make.item(state="verified")
    given_ = {"seq": "seq + 1", "previous": "hash", "hash": RIGHT} | forged
    with pytest.raises(DatabaseError, match="does not continue"):
        session.execute(text(LIKE_THE_LAST.format(**given_)))


def test_a_right_hash_brought_along_is_taken_and_nothing_else_in_its_statement(
    session: Any,
) -> None:
    item = make.item(state="verified")
    session.execute(text(LIKE_THE_LAST.format(seq="seq + 1", previous="hash", hash=RIGHT)))
    lines = walk.of_item(session, item.id)
    assert lines[-1].step == "forged"
    assert lines[-1].hash == walk.chained(item.number, lines[-1], lines[-2].hash)
    two = """
        INSERT INTO change (item_id, seat, step, source, target, text_hash, seq, hash)
        VALUES (:item, 'author', 'x', '', '', '', 1, NULL),
               (:item, 'author', 'x', '', '', '', 9, '')
    """
    with pytest.raises(DatabaseError, match="does not continue"):
        session.execute(text(two), {"item": item.id})


@pytest.mark.parametrize("kind", KINDS.values(), ids=str)
def test_a_trail_that_nobody_touched_is_whole(session: Any, kind: Any, tmp_path: Path) -> None:
    item = make.item(kind.slug)
    for _ in range(4):
        step = next(s for s in items.open_steps(item, make.everybody(item)) if s.name != "merge")
        items.move(item, step.name, make.everybody(item), make.answers(item, step))
    report = walk.verify(session())
    assert report.problems == []
    assert report.changes >= 5
    code, said = script(tmp_path, trail.export(session(), item, texts=True))
    assert (code, "whole" in said) == (0, True), said


WORDS = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=40)
NASTY = st.sampled_from(['"', "\\", "\x01\x1f\x7f", "\u2028\u2029", "\U0001f6a7", "</script>", ""])


@examples(8)
@given(lines=st.lists(st.tuples(WORDS | NASTY, WORDS | NASTY, WORDS | NASTY), max_size=6))
def test_whatever_is_written_the_hashes_agree_with_the_database(
    session: Any, tmp_path: Path, lines: list[tuple[str, str, str]]
) -> None:
    item = make.item()
    for seat, reason, words in lines:
        here = item.state
        record(
            item,
            Said(seat=seat, step="note", source=here, target=here, reason=reason, text=words),
        )
    chain = walk.of_item(session, item.id)
    assert len(chain) == len(lines) + 1
    assert list(walk.chain_problems(chain)) == []
    code, said = script(tmp_path, trail.export(session(), item, texts=True))
    assert code == 0, said


@examples(5)
@given(data=st.data(), slug=st.sampled_from(sorted(KINDS)))
def test_every_way_through_the_workflow_leaves_a_whole_trail(
    session: Any, data: st.DataObject, slug: str
) -> None:
    item = make.item(slug)
    for _ in range(data.draw(st.integers(1, 6))):
        steps = [
            step
            for step in items.open_steps(item, make.everybody(item))
            if step.name != "merge" and not {"area", "category"} & set(step.required)
        ]
        if not steps:
            break
        step = data.draw(st.sampled_from(steps))
        away = step.name == "redirect" and item.department_code == make.DEPARTMENT
        office = make.OTHER_DEPARTMENT if away else make.DEPARTMENT
        items.move(item, step.name, make.everybody(item), make.answers(item, step, office))
    assert list(walk.chain_problems(walk.of_item(session, item.id))) == []


def test_an_erased_text_is_gone_and_the_trail_still_whole(session: Any, tmp_path: Path) -> None:
    item = make.item(state="need_info")
    change = session.scalars(select(Change).filter_by(item_id=item.id, step="ask_info")).one()
    admin = make.actor(make.user(roles=["admin"]))
    moderator = make.actor(make.user(roles=["moderator"]))
    for actor, reason in ((admin, " "), (moderator, "permintaan pemilik data")):
        with pytest.raises(NotAllowed):
            trail.erase(session(), change, actor, reason)
    trail.erase(session(), change, admin, "Memuat nama tetangga")
    session.expire_all()
    assert (change.words.text, change.words.salt, change.words.actor_id) == (None, None, None)
    report = walk.verify(session())
    assert (report.problems, report.erased) == ([], 1)
    event = session.scalars(select(AuditEvent).filter_by(act="trail.erase")).one()
    assert event.subject == f"change:{change.id}"
    code, said = script(tmp_path, trail.export(session(), item, texts=True))
    assert code == 0, said


def test_sealing_twice_seals_each_change_once(session: Any) -> None:
    make.item(state="routed")
    first = trail.seal(session())
    assert first is not None
    assert trail.seal(session()) is None
    make.item()
    second = trail.seal(session())
    assert second is not None
    assert (second.after_id, second.leaves) == (first.upto_id, 1)
    report = walk.verify(session())
    assert (report.problems, report.seals) == ([], 2)


@pytest.mark.parametrize("items_at_once", [1, 2, 3, 7, 8])
def test_a_walk_in_portions_sees_every_change_once(
    session: Any, monkeypatch: pytest.MonkeyPatch, items_at_once: int
) -> None:
    monkeypatch.setattr(walk, "ITEMS_AT_ONCE", items_at_once)
    monkeypatch.setattr(walk, "HASHES_AT_ONCE", items_at_once + 1)
    for state in ("verified", "routed", None, None, "closed", None, None):
        make.item(state=state)
    trail.seal(session())
    seen: list[int] = []
    report = walk.verify(session(), seen.append)
    made = session.scalar(select(func.count()).select_from(Item))
    assert (report.problems, report.items) == ([], made)
    assert report.changes == session.scalar(select(func.count()).select_from(Change))
    assert seen == sorted(set(seen))
    records = list(trail.export(session()))
    assert sum("hash" in record for record in records) == report.changes


@pytest.mark.parametrize("leaves", [0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 100])
def test_the_tree_is_the_one_of_rfc_6962(leaves: int) -> None:
    data = [hashlib.sha256(bytes([n])).digest() for n in range(leaves)]

    def root(part: list[bytes]) -> bytes:
        """The definition, word for word."""
        if not part:
            return hashlib.sha256(b"").digest()
        if len(part) == 1:
            return hashlib.sha256(b"\0" + part[0]).digest()
        k = 1 << (len(part) - 1).bit_length() - 1
        return hashlib.sha256(b"\1" + root(part[:k]) + root(part[k:])).digest()

    tree = merkle.Tree()
    for one in data:
        tree.add(one)
    assert tree.root() == root(data)
    alone = runpy.run_path(str(VERIFIER))
    assert alone["merkle_root"]([one.hex() for one in data]) == root(data).hex()
    levels = merkle.Levels(data)
    for place, one in enumerate(data):
        change = {"hash": one.hex(), "proof": {"path": levels.path(place)}}
        assert alone["climbed"](change) == root(data).hex()


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE change SET reason = 'spam' WHERE item_id = %s AND seq = 2", "hash does not match"),
        ("UPDATE change SET at = at - interval '1 day' WHERE item_id = %s", "hash does not match"),
        ("UPDATE change_text t SET text = 'lain' FROM change c WHERE c.id = t.change_id"
         " AND c.item_id = %s", "text is not the one"),
        ("UPDATE change_text t SET text = NULL FROM change c WHERE c.id = t.change_id"
         " AND c.item_id = %s", "erased without a date"),
        ("DELETE FROM change_text t USING change c WHERE c.id = t.change_id AND c.item_id = %s",
         "taken away without a mark"),
        ("DELETE FROM change WHERE item_id = %s AND seq = 3", "its trail ends at"),
        ("DELETE FROM change WHERE item_id = %s AND seq = 2", "number 2 is missing"),
        ("DELETE FROM change WHERE item_id = %s", "has no trail"),
        ("UPDATE item SET state = 'closed' WHERE id = %s", "its trail ends at"),
        ("UPDATE item SET number = 'L-2026-9999999-1' WHERE id = %s", "hash does not match"),
        ("UPDATE trail_seal SET root = sha256('x') WHERE %s > 0", "root does not match"),
        ("UPDATE change SET previous_hash = sha256('x') WHERE item_id = %s AND seq = 2",
         "does not continue"),
    ],
)  # fmt: skip
def test_what_the_databases_owner_tampers_with_is_found(
    app: Any, session: Any, tampering: str, found: str
) -> None:
    item = make.item(state="routed")
    make.item(state="verified")
    trail.seal(session())
    assert walk.verify(session()).whole
    past_the_triggers(session, tampering.replace("%s", ":item"), item=item.id)
    report = walk.verify(session())
    assert any(found in problem for problem in report.problems), report.problems
    run = app.test_cli_runner().invoke(args=["trail", "verify"])
    assert run.exit_code == 1
    assert found in run.output


def past_the_triggers(session: Any, statement: str, **values: Any) -> None:
    """What only the owner of the database can do."""
    session.execute(text("SET LOCAL session_replication_role = replica"))
    session.execute(text(statement), values)
    session.execute(text("SET LOCAL session_replication_role = origin"))
    session.expire_all()


def test_a_chain_rewritten_whole_is_found_by_its_seal(session: Any, tmp_path: Path) -> None:
    item = make.item(state="routed")
    trail.seal(session())
    previous = None
    for line in walk.of_item(session, item.id):
        seat = "moderator:32.73.01.1001" if line.seq == 2 else line.seat
        made = walk.chained(item.number, _Forged(line, seat), previous)  # type: ignore[arg-type]
        rewrite = "UPDATE change SET seat = :seat, previous_hash = :previous, hash = :hash"
        values = {"seat": seat, "previous": previous, "hash": made, "id": line.id}
        past_the_triggers(session, f"{rewrite} WHERE id = :id", **values)
        previous = made
    report = walk.verify(session())
    assert len(report.problems) == 1
    assert "its root does not match" in report.problems[0]
    code, said = script(tmp_path, trail.export(session()))
    assert (code, "root does not match" in said) == (1, True)


class _Forged:
    """A line with another seat."""

    def __init__(self, line: Any, seat: str) -> None:
        self.__dict__.update(line._mapping, seat=seat)


@pytest.fixture
def city() -> Iterator[tuple[Any, Item]]:
    """A city of its own, whose changes are committed: one sealed item."""
    with databases.clone() as url:
        app = create_app(test_settings(url))
        with app.app_context():
            item = make.item(state="routed")
            trail.seal(db.session())
            db.session.commit()
            yield app, item
            db.session.rollback()
            for engine in db.engines.values():
                engine.dispose()


def test_sealing_waits_for_a_lower_id_that_is_still_being_written(city: Any) -> None:
    with db.engine.connect() as slow, slow.begin() as writing:
        slow.execute(text("LOCK TABLE change IN ROW EXCLUSIVE MODE"))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(trail, "TRIES", 2)
            patch.setattr(trail, "PAUSE", 0)
            patch.setattr(trail, "BRIEFLY", text("SET LOCAL lock_timeout = '50ms'"))
            with pytest.raises(trail.Busy):
                trail.settled(db.session())
            assert db.session.scalar(text("SELECT 1")) == 1  # the transaction still works
        writing.rollback()
    assert trail.settled(db.session()) > 0
    with db.engine.begin() as other:  # and writers are let in at once
        other.execute(text("SET LOCAL lock_timeout = '500ms'"))
        other.execute(text("LOCK TABLE change IN ROW EXCLUSIVE MODE"))
    assert db.session.scalar(select(TrailSeal.id).limit(1)) is not None


def test_the_commands_seal_export_and_verify(city: Any, tmp_path: Path) -> None:
    app, item = city
    items.move(db.session.merge(item), "accept", make.everybody(item), {})
    db.session.commit()
    runner = app.test_cli_runner()
    assert "1 changes" in runner.invoke(args=["trail", "seal"]).output
    assert "Nothing has happened" in runner.invoke(args=["trail", "seal"]).output
    done = runner.invoke(args=["trail", "verify"])
    assert (done.exit_code, "the trail is whole" in done.output) == (0, True)
    file = tmp_path / "all.jsonl"
    assert runner.invoke(args=["trail", "export", "--all", str(file)]).exit_code == 0
    run = subprocess.run([sys.executable, str(VERIFIER), str(file)], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout
    one = runner.invoke(args=["trail", "export", item.number.lower(), "-"])
    assert len(one.output.splitlines()) == 2 + 2 + 4
    assert runner.invoke(args=["trail", "export", "L-1", "-"]).exit_code == 1
    assert runner.invoke(args=["trail", "export", "-"]).exit_code == 2
