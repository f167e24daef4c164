"""A whole vote at a booth, act by act in any order, held against a model of what must be true.

Never two counted ballots of one person; never more papers counted than handed out; and who was
given what is what the numbers of the shifts say.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app.queries import booths as queries
from app.services import booth_codes, booths, casting, incidents, papers
from app.services.papers import Reading
from app.services.refused import Refused
from models import db
from tests import factories as make
from tests.booths import Hall, close, hall, officer, stored
from tests.examples import examples

PEOPLE, CARDS, SHEETS = 3, 4, 6
people = st.integers(0, PEOPLE - 1)
ACTS = st.one_of(
    st.tuples(st.just("online"), people, st.integers(1, 6)),
    st.tuples(st.just("card"), people, st.integers(1, CARDS)),
    st.tuples(st.just("swap_card"), people, st.integers(1, CARDS)),
    st.tuples(st.just("use"), st.integers(0, CARDS - 1), st.integers(1, 6)),
    st.tuples(st.just("paper"), people, st.just(0)),
    st.tuples(st.just("swap_paper"), people, st.just(0)),
    st.tuples(st.just("void"), people, st.just(0)),
    st.tuples(st.just("correct"), people, st.just(0)),
)
READINGS = st.lists(st.tuples(st.integers(0, SHEETS - 1), st.integers(1, 3), st.integers(1, 3)))


class World:
    """The vote, and beside it what each person holds."""

    def __init__(self, precedence: str) -> None:
        self.hall: Hall = hall(people=PEOPLE, cards=CARDS, sheets=SHEETS, precedence=precedence)
        self.reviewers = [make.actor(officer(role)) for role in ("coordinator", "planner")]
        self.second = make.actor(officer("operator"))
        self.paper = [False] * PEOPLE
        self.void = [False] * PEOPLE
        self.ballot = [""] * PEOPLE  # by which way it came
        self.precedence = precedence

    # -- what people do -----------------------------------------------------------------------

    def online(self, n: int, choice: int) -> None:
        answer = casting.cast(self.hall.contest.id, self.hall.who(n), [choice]).answer
        barred = self.paper[n] or self.void[n]
        assert (answer in casting.STORED) is not barred
        if not barred:
            self.ballot[n] = "online"

    def use(self, card: int, choice: int) -> None:
        found = booth_codes.admitted(db.session(), self.hall.cards[card].code)
        if found.why:
            return
        n = next(n for n in range(PEOPLE) if self.hall.who(n) == found.who)
        answer = booth_codes.cast(self.hall.contest.id, found.who, [choice], []).answer
        assert answer in casting.STORED
        assert self.ballot[n] != "booth"
        assert not (self.paper[n] or self.void[n])
        self.ballot[n] = "booth"

    def card(self, n: int, card: int) -> None:
        self._try(booths.give_card, n, str(card))

    def swap_card(self, n: int, card: int) -> None:
        self._try(booths.swap_card, n, str(card))

    def paper_(self, n: int) -> None:
        answer = self._try(booths.give_paper, n)
        if answer == "given":
            assert not self.paper[n]
            assert not self.void[n]
            assert not self.ballot[n] or self.precedence == "paper"
            self.paper[n], self.ballot[n] = True, ""

    def swap_paper(self, n: int) -> None:
        self._try(booths.swap_paper, n)

    def _try(self, act: Any, n: int, *more: str) -> Any:
        with db.session.begin_nested() as undone:
            try:
                return act(self.hall.booth, self.hall.officer, self.hall.people[n].id, *more)
            except Refused:
                undone.rollback()
                return None

    def decide(self, n: int, outcome: str) -> None:
        contest = self.hall.contest
        made = incidents.raised(contest, self.hall.officer, "other", "Ada yang tidak beres.")
        incidents.name(made, contest, self.hall.officer, [self.hall.people[n].id])
        for one in self.reviewers:
            incidents.decide(made, contest, one, outcome, "Diputuskan oleh dua orang.")
        self.ballot[n], self.void[n] = "", outcome == "voided"
        if outcome == "corrected":
            self.paper[n] = False

    def act(self, name: str, n: int, more: int) -> None:
        if name == "void":
            self.decide(n, "voided")
        elif name == "correct":
            self.decide(n, "corrected")
        elif name == "paper":
            self.paper_(n)
        elif name == "swap_paper":
            self.swap_paper(n)
        else:
            getattr(self, name)(n, more)

    # -- what must be true --------------------------------------------------------------------

    def check(self) -> None:
        mine = {self.hall.who(n): way for n, way in enumerate(self.ballot) if way}
        there = {mark: one.channel for mark, one in stored(self.hall).items()}
        assert there == mine
        out = queries.handed(db.session(), self.hall.contest.id)[self.hall.booth.id]
        assert out.outside == sum(self.paper)

    def read(self, serial: int, one: int, other: int) -> None:
        for who, said in ((self.hall.officer, one), (self.second, other)):
            with db.session.begin_nested() as undone:
                try:
                    papers.key(self.hall.booth, who, self.hall.serials[serial], Reading([said]))
                except Refused:
                    undone.rollback()

    def check_end(self) -> None:
        ways = [one.channel for one in stored(self.hall).values()]
        on_paper = ways.count("paper")
        assert on_paper <= sum(self.paper)
        assert len(ways) - on_paper == sum(map(bool, self.ballot))
        held_twice = [n for n in range(PEOPLE) if self.paper[n] and self.ballot[n]]
        assert held_twice == []
        assert len(ways) <= PEOPLE


@given(precedence=st.sampled_from(["online", "paper"]), acts=st.lists(ACTS, max_size=14),
       readings=READINGS)  # fmt: skip
@examples(24)
@pytest.mark.usefixtures("session")
def test_nobody_is_counted_twice_and_no_paper_comes_from_nowhere(precedence, acts, readings):
    with db.session.begin_nested() as undone:
        world = World(precedence)
        for name, n, more in acts:
            world.act(name, n, more)
            world.check()
        close(world.hall)
        for serial, one, other in readings:
            world.read(serial, one, other)
        world.check_end()
        undone.rollback()
    db.session.execute(text("SELECT 1"))
