"""Casting against a model of the box; sealing; reminders; nothing leaks while it is open."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import url_for
from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select, text

from app.jobs import ballots as jobs
from app.queries import ballots, merkle
from app.services import casting, contest_keys, notices, sealing, vote_reminders
from app.services import contests as voting
from models import Ballot, BallotLock, Contest, Notice, SealedBallot, db
from tests import boxes
from tests import factories as make
from tests.examples import examples

VOTERS = st.integers(0, 3)
PICKS = st.sets(st.integers(1, 6), min_size=1, max_size=5).map(sorted)


class Box(RuleBasedStateMachine):
    """The box beside a model: each voter's last accepted ballot, and who is barred."""

    def __init__(self) -> None:
        super().__init__()
        self.undo = db.session.begin_nested()
        self.contest = boxes.called([])
        self.marks = [secrets.token_bytes(32) for _ in range(4)]
        self.ballots: dict[int, list[int]] = {}
        self.locks: dict[int, str] = {}
        self.is_open = True

    def _expected(self, voter: int, picks: list[int], way: str) -> str:
        lock = self.locks.get(voter)
        if way != "paper" and not self.is_open:
            return "closed"
        if lock == "void" or (lock == "paper" and way != "paper"):
            return lock
        if voter not in self.ballots:
            return "accepted"
        return "same" if self.ballots[voter] == [way, *picks] else "replaced"

    @rule(voter=VOTERS, picks=PICKS, way=st.sampled_from(["online", "booth", "paper"]))
    def cast(self, voter: int, picks: list[int], way: str) -> None:
        """A ballot comes."""
        expected = self._expected(voter, picks, way)
        receipt = casting.cast(self.contest.id, self.marks[voter], picks, way=way)
        assert receipt.answer == expected
        assert receipt.stored is bool(receipt.code)
        if receipt.stored:
            self.ballots[voter] = [way, *picks]  # type: ignore[list-item]

    @rule(voter=VOTERS)
    def take_paper(self, voter: int) -> None:
        """Somebody asks for a paper ballot."""
        values = {"which": self.contest.id, "who": self.marks[voter]}
        ask = text("SELECT hand_out(:which, :who, 'paper', NULL)")
        answer = db.session.scalar(ask, values)
        if not self.is_open:
            assert answer == "closed"
        elif voter in self.locks:
            assert answer == self.locks[voter]
        elif voter in self.ballots:
            assert answer == "voted"  # the precedence of this contest is what came online
        else:
            assert answer == "given"
            self.locks[voter] = "paper"

    @rule(voter=VOTERS)
    def void(self, voter: int) -> None:
        """A ballot is declared void."""
        values = {"which": self.contest.id, "who": self.marks[voter]}
        answer = db.session.scalar(text("SELECT void_ballot(:which, :who, NULL)"), values)
        assert answer == ("voided" if voter in self.ballots else "barred")
        self.ballots.pop(voter, None)
        self.locks[voter] = "void"

    @rule()
    def close(self) -> None:
        """Time is over."""
        if self.is_open:
            boxes.closed(self.contest)
            self.is_open = False

    @invariant()
    def the_box_holds_what_was_accepted_last(self) -> None:
        """Nothing more and nothing less."""
        rows = db.session.execute(
            select(Ballot.pseud, Ballot.channel, Ballot.choices).where(
                Ballot.contest_id == self.contest.id
            )
        )
        held = {self.marks.index(bytes(r.pseud)): [r.channel, *r.choices] for r in rows}
        assert held == self.ballots

    def teardown(self) -> None:
        """What was accepted is what is sealed, in the order of the leaves."""
        if self.is_open:
            boxes.closed(self.contest)
        assert sealing.seal(self.contest.id) is not None
        found = sealed(self.contest)
        said = sorted([b.channel, *b.choices] for b in found)
        assert said == sorted(self.ballots.values())
        leaves = [bytes(b.leaf) for b in found]
        assert leaves == sorted(leaves)
        assert sealing.matches(self.contest)
        self.undo.rollback()


def sealed(contest: Contest) -> list[SealedBallot]:
    query = select(SealedBallot).where(SealedBallot.contest_id == contest.id)
    return list(db.session.scalars(query.order_by(SealedBallot.no)))


def test_the_box_does_what_its_model_does(session: Any) -> None:
    calm = examples(8, stateful_step_count=12, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Box, settings=calm)


# -- sealing -----------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 2, 5, 9])
def test_every_sealed_ballot_is_proved_under_the_root(session: Any, count: int) -> None:
    contest = boxes.called([])
    for n in range(count):
        assert casting.cast(contest.id, secrets.token_bytes(32), [1 + n % 6]).stored
    boxes.closed(contest)
    done = sealing.seal(contest.id)
    assert done is not None
    assert (done.state, len(sealed(contest))) == ("sealed", count)
    tree = merkle.Levels(
        bytes(b.nonce) + ballots.canonical(contest.id, b.choices, b.points) for b in sealed(contest)
    )
    assert done.sealed_root == tree.root().hex()
    for ballot in sealed(contest):
        for mark in (bytes(ballot.leaf), bytes(ballot.nonce)):
            proof = ballots.prove(db.session, done, mark)
            assert proof is not None
            assert (proof.no, proof.size, proof.holds) == (ballot.no, count, True)
    assert ballots.prove(db.session, done, secrets.token_bytes(32)) is None


def test_a_leaf_is_the_hash_of_the_nonce_and_the_ballot_as_it_is_written(session: Any) -> None:
    contest = boxes.called([], mode="points", points=10, least=1, most=5)
    receipt = casting.cast(contest.id, secrets.token_bytes(32), [1, 4], [7, 3])
    boxes.closed(contest)
    sealing.seal(contest.id)
    (ballot,) = sealed(contest)
    said = bytes(ballot.nonce) + f"{contest.id}|1,4|7,3".encode()
    assert bytes(ballot.leaf) == merkle.leaf_hash(said)
    assert receipt.leaf == bytes(ballot.leaf).hex()


def test_what_is_open_or_waits_for_paper_is_not_sealed(
    session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    contest = boxes.called([])
    assert sealing.seal(contest.id) is None
    boxes.closed(contest)
    monkeypatch.setattr(sealing, "obstacles", lambda _contest: ["3 surat suara belum cocok"])
    with pytest.raises(sealing.NotReady, match="3 surat"):
        sealing.seal(contest.id)
    assert sealing.waiting() == [contest.id]
    monkeypatch.undo()
    jobs.ballots_seal()
    assert sealing.waiting() == []
    assert sealing.seal(contest.id) is None  # once
    assert db.session.scalar(select(Contest.state).where(Contest.id == contest.id)) == "sealed"


def test_the_box_is_not_thrown_away_before_it_is_sealed(session: Any) -> None:
    contest = boxes.called([])
    with pytest.raises(ValueError, match="sealed"):
        sealing.forget(contest.id)


# -- reminders ---------------------------------------------------------------------------------


def reminded() -> dict[int, str]:
    lines = db.session.scalars(select(Notice).where(Notice.event == vote_reminders.EVENT))
    return {line.user_id: line.mark for line in lines}


def test_who_has_not_voted_is_reminded_once_of_each_mark(session: Any) -> None:
    now = datetime.now(UTC)
    people = [make.user(level=2) for _ in range(5)]
    begun, over = now - timedelta(days=9), now + timedelta(hours=20)
    contest = boxes.called(people, opens_at=begun, closes_at=over)
    voted, paper, barred, coded, late = (
        contest_keys.of_person(contest.id, one.person_id) for one in people
    )
    casting.cast(contest.id, voted, [1])
    for mark, why in ((paper, "paper"), (barred, "void"), (coded, "booth")):
        db.session.add(BallotLock(contest_id=contest.id, pseud=mark, why=why))
    db.session.flush()
    assert vote_reminders.due() == [(contest.id, "1d")]
    jobs.ballots_remind()
    assert set(reminded()) == {people[3].id, people[4].id}
    assert vote_reminders.due() == []
    assert vote_reminders.due(over - timedelta(hours=2)) == [(contest.id, "3h")]
    casting.cast(contest.id, late, [2])
    assert vote_reminders.remind(contest.id, "3h") == 1


def test_the_reminder_says_until_when_and_where_and_not_how_many(session: Any) -> None:
    now = datetime.now(UTC)
    (resident,) = people = [make.user(level=2)]
    contest = boxes.called(
        people, opens_at=now - timedelta(days=9), closes_at=now + timedelta(days=2)
    )
    jobs.ballots_remind()
    line = db.session.scalars(select(Notice).where(Notice.user_id == resident.id)).one()
    letter = notices.letter(line.id)
    assert letter is not None
    assert f"/suara/{contest.id}/pilih" in letter.body
    assert contest.title in letter.subject
    assert line.data.keys() == {"contest", "title", "at"}


@pytest.mark.parametrize(
    ("said", "length", "left", "mark"),
    [
        (None, 9, 60, "3d"),
        (None, 9, 2, "3h"),
        (None, 9, 100, ""),
        (["2d"], 9, 60, ""),
        (["2d"], 9, 47, "2d"),
        ([], 9, 1, ""),
        (["x", 7, None, "-1d"], 9, 1, ""),
        (None, 1, 20, ""),  # open for a day: no letter the moment it opens
        (None, 1, 2, "3h"),
    ],
)
def test_a_vote_reminds_as_its_terms_say(
    session: Any, said: Any, length: int, left: int, mark: str
) -> None:
    over = datetime.now(UTC) + timedelta(hours=left)
    terms = {} if said is None else {"reminders": said}
    contest = boxes.called([], opens_at=over - timedelta(days=length), closes_at=over, terms=terms)
    assert vote_reminders.due() == ([(contest.id, mark)] if mark else [])


# -- nothing is told while it is open ------------------------------------------------------------


def test_no_public_page_changes_by_a_ballot_while_the_vote_is_open(
    session: Any, app: Any, client_for: Any
) -> None:
    """Pages, feeds, exports, the interface for programs: the same before and after 30 ballots."""
    contest = boxes.called([])
    client = client_for(None)
    paths = _public(app, contest)
    before = {path: _said(client.get(path)) for path in paths}
    for n in range(30):
        assert casting.cast(contest.id, secrets.token_bytes(32), [1 + n % 6]).stored
    after = {path: _said(client.get(path)) for path in paths}
    changed = {
        path: set(after[path][1].splitlines()) ^ set(before[path][1].splitlines())
        for path in paths
        if after[path] != before[path]
    }
    assert not changed
    assert len(paths) > 20


def _public(app: Any, contest: Contest) -> list[str]:
    """Every address that anybody may open and that asks for nothing but, perhaps, the contest."""
    paths = set()
    with app.test_request_context():
        for one in app.url_map.iter_rules():
            needs = set(one.arguments)
            guard = getattr(app.view_functions[one.endpoint], "guard", "")
            asks = needs - {"contest_id"} or one.defaults or one.endpoint in TOLD_BY_THE_CLOCK
            if guard == "public" and "GET" in (one.methods or ()) and not asks:
                values = {"contest_id": contest.id} if needs else {}
                paths.add(url_for(one.endpoint, **values))
    return sorted(paths)


TOLD_BY_THE_CLOCK = {"offline.worker", "health.ready", "health.alive", "quick.begin"}


def _said(response: Any) -> tuple[int, str]:
    """Status and words; marks that are new in each answer left out."""
    words = response.get_data(as_text=True)
    words = re.sub(
        r'name="csrf_token"[^>]*>|nonce[=-]"?[\w-]+|[0-9a-f]{8}-[0-9a-f-]{27}', "", words
    )
    words = re.sub(r"\d{4}-\d\d-\d\dT[\d:.+Z-]+|\b\d\d\.\d\d\b|[0-9a-f]{16,}", "", words)
    words = re.sub(r"(dalam )?\d+ (detik|menit|jam)( yang lalu)?", "", words)
    return response.status_code, re.sub(r'"reference":"\w+"|>[0-9A-F]{8}</b>', "", words)


def test_closing_is_done_by_the_one_that_keeps_the_roll(session: Any) -> None:
    contest = boxes.called([])
    boxes.dated(contest, closes_at=datetime.now(UTC) - timedelta(seconds=1))
    assert voting.due_to_close() == [contest.id]
    assert sealing.waiting() == []
