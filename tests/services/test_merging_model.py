"""Who stands behind what, after any sequence of joining, separating, supporting and withdrawing.

The services are held against a model that remembers for every support where it came from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st
from sqlalchemy import select

from app.services import items, supports
from models import Support, db
from tests import factories as make
from tests.examples import examples

pytestmark = pytest.mark.usefixtures("session")
ITEMS, PEOPLE = 4, 3


@dataclass
class Node:
    """An item as the model knows it: its own supporters, and those each joined one brought."""

    author: str
    own: set[str] = field(default_factory=set)
    via: dict[int, set[str]] = field(default_factory=dict)
    parent: int | None = None

    @property
    def behind(self) -> set[str]:
        return self.own.union(*self.via.values())


class Model:
    """What should be true."""

    def __init__(self) -> None:
        self.nodes = [Node(f"a{n}") for n in range(ITEMS)]

    def support(self, i: int, p: str) -> None:
        self.nodes[i].own.add(p)

    def withdraw(self, i: int, p: str) -> None:
        node = self.nodes[i]
        node.own.discard(p)
        for brought in node.via.values():
            brought.discard(p)
        self._lost(i, {p})

    def merge(self, j: int, i: int) -> None:
        self.nodes[i].via[j] = {self.nodes[j].author} | self.nodes[j].behind
        self.nodes[j].parent = i

    def unmerge(self, j: int) -> None:
        i = self.nodes[j].parent
        assert i is not None
        before = self.nodes[i].behind
        self.nodes[j].parent = None
        del self.nodes[i].via[j]
        self._lost(i, before - self.nodes[i].behind)

    def _lost(self, i: int, people: set[str]) -> None:
        """Who is not behind one any more is not brought on by it either."""
        node = self.nodes[i]
        if node.parent is None:
            return
        above = self.nodes[node.parent]
        before = above.behind
        above.via[i] -= people - {node.author}
        self._lost(node.parent, before - above.behind)

    def allows(self, act: tuple[Any, ...]) -> bool:
        match act:
            case ("support", i, _p):
                return self.nodes[i].parent is None
            case ("merge", j, i):
                return i != j and self.nodes[i].parent is None and self.nodes[j].parent is None
            case ("unmerge", j):
                return self.nodes[j].parent is not None
        return True


index, person = st.integers(0, ITEMS - 1), st.integers(0, PEOPLE - 1).map(lambda n: f"p{n}")
acts = st.one_of(
    st.tuples(st.just("support"), index, person),
    st.tuples(st.just("withdraw"), index, person),
    st.tuples(st.just("merge"), index, index),
    st.tuples(st.just("unmerge"), index),
)


class Here:
    """The same with the services."""

    def __init__(self) -> None:
        self.items = [make.item("lapor", state="verified") for _ in range(ITEMS)]
        self.users = {f"p{n}": make.user() for n in range(PEOPLE)}
        self.names = {user.person_id: name for name, user in self.users.items()}
        self.names |= {item.author_id: f"a{n}" for n, item in enumerate(self.items)}

    def do(self, act: tuple[Any, ...]) -> None:
        match act:
            case ("support", i, p):
                supports.support(self.items[i], make.actor(self.users[p]))
            case ("withdraw", i, p):
                supports.withdraw(self.items[i], make.actor(self.users[p]))
            case ("merge", j, i):
                told = {"into": self.items[i].number, "reason": "same_place"}
                items.move(self.items[j], "merge", make.everybody(self.items[j]), told)
            case ("unmerge", j):
                told = {"note": "Ternyata lain."}
                items.move(self.items[j], "unmerge", make.everybody(self.items[j]), told)

    def behind(self, i: int) -> set[str]:
        rows = select(Support.person_id).where(Support.item_id == self.items[i].id)
        return {self.names[number] for number in db.session.scalars(rows)}


def check(sequence) -> None:
    with db.session.begin_nested() as undone:
        here, model = Here(), Model()
        done = []
        for act in filter(None, sequence):
            if not model.allows(act):
                continue
            done.append(act)
            here.do(act)
            getattr(model, act[0])(*act[1:])
            db.session.expire_all()
            for n, node in enumerate(model.nodes):
                assert here.behind(n) == node.behind, (done, n)
                assert here.items[n].support_count == len(node.behind), (done, n)
        undone.rollback()


@pytest.mark.parametrize(
    "sequence",
    [
        # brought along, withdrawn, then given anew by oneself: it stays
        [("support", 0, "p0"), ("merge", 0, 1), ("withdraw", 1, "p0"), ("support", 1, "p0"),
         ("unmerge", 0)],
        # given by oneself to what one was brought to already: it stays
        [("support", 0, "p0"), ("merge", 0, 1), ("support", 1, "p0"), ("unmerge", 0)],
        # brought by two, withdrawn from the one that stays joined
        [("support", 0, "p0"), ("support", 2, "p0"), ("merge", 0, 1), ("merge", 2, 1),
         ("withdraw", 2, "p0"), ("unmerge", 0)],
        # through a chain
        [("support", 0, "p0"), ("merge", 0, 1), ("merge", 1, 2), ("unmerge", 0), ("unmerge", 1)],
        [("support", 0, "p0"), ("merge", 0, 1), ("merge", 1, 2), ("withdraw", 0, "p0")],
    ],
)  # fmt: skip
def test_what_is_easily_counted_wrongly(sequence):
    check(sequence)


@examples(
    8,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # each act is slow; none is shrunk
)
@given(st.lists(acts, min_size=4, max_size=12))
def test_supports_are_exact_after_any_sequence(sequence):
    check(sequence)
