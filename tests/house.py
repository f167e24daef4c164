"""For the matrix: people of every role, items of every sort, and eyes that find a secret."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, url_for
from sqlalchemy import func, select

from app.services import facets
from app.services.files import media
from models import Follow, Item, Notification, RoutingRule, User, db
from tests import factories as make
from tests.addresses import PARTS, PUBLIC_TO_KEEP
from tests.live import one_transaction
from tests.tables import ENDS_THE_SESSION, ITEMS, NAMELESS, PEOPLE, READERS

KEY = uuid.UUID(int=0)  # stands for a new one in addresses that are kept


@dataclass(frozen=True)
class Made:
    """What the tests need to know of an item.

    ``secrets`` tell of the item, ``author`` is its reporter's name and ``contact`` how to reach
    them, which no page says without a reason.
    """

    id: int
    number: str
    title: str
    author: str
    author_user: int
    contact: tuple[str, ...]
    photo: str
    comment: int
    secrets: tuple[str, ...]


@dataclass
class House:
    """The application, the people and the items."""

    app: Flask
    users: dict[str, int]
    items: dict[str, Made]
    mandate: int
    browsers: dict[int, Any] = field(default_factory=dict)
    addresses: dict[tuple[str, str], str] = field(default_factory=dict)

    def client(self, who: str, sort: str = "confidential", endpoint: str = "") -> Any:
        """Somebody's browser, the same each time; the author is that of an item of this sort.

        An ``endpoint`` that ends the session gets one of its own, and the others begin afresh.
        """
        if who == "stranger":
            return self.app.test_client()
        number = self.user(who, sort)
        if endpoint in ENDS_THE_SESSION:
            self.browsers.pop(number, None)
            return self._opened(number)
        if number not in self.browsers:
            self.browsers[number] = self._opened(number)
        return self.browsers[number]

    def user(self, who: str, sort: str = "confidential") -> int:
        """The login of somebody who is no stranger."""
        return self.items[sort].author_user if who == "author" else self.users[who]

    def _opened(self, number: int) -> Any:
        return self.app.test_client(user=db.session.get_one(User, number))

    def url(self, endpoint: str, sort: str = "public") -> str:
        """An address of the endpoint, about that item where it is about one; a key is new."""
        if (endpoint, sort) not in self.addresses:
            self.addresses[endpoint, sort] = self._address(endpoint, self.items[sort])
        return self.addresses[endpoint, sort].replace(str(KEY), str(uuid.uuid4()))

    def _address(self, endpoint: str, made: Made) -> str:
        values = PARTS | {
            "number": made.number,
            "key": KEY,
            "name": made.photo,
            "comment_id": made.comment,
            "user_id": self.users["resident"],
            "mandate_id": self.mandate,
            "rule_id": db.session.scalar(select(func.min(RoutingRule.id))),
        }
        with self.app.test_request_context():
            names = next(self.app.url_map.iter_rules(endpoint)).arguments
            return url_for(endpoint, **{name: values[name] for name in names})


@contextmanager
def built(app: Flask) -> Iterator[House]:
    """The house, in a transaction of its own.

    Everybody follows every item and has a line about it in the inbox, as if it had been open to
    them before: what they may not read must stay hidden all the same.
    """
    with one_transaction(app) as session:
        users = {who: make.user(**facts) for who, facts in PEOPLE.items()}
        items = {sort: _made(sort, facts) for sort, facts in ITEMS.items()}
        mandate = make.give(make.user(), "planner").id
        for made in items.values():
            for user in users.values():
                session.add(Follow(item_id=made.id, user_id=user.id))
                told = {"user_id": user.id, "item_id": made.id, "source_id": made.comment}
                session.add(Notification(event="comment", **told))
        facets.refresh(session)
        session.commit()
        yield House(app, {who: user.id for who, user in users.items()}, items, mandate)


def _made(sort: str, values: dict[str, Any]) -> Made:
    mark = uuid.uuid4().hex[:8]
    name, title = f"Pelapor Rahasia {mark}", f"Perkara {mark} di gang itu"
    author = make.user(f"rahasia-{mark}@contoh.id", name=name)
    author.person.phone = f"0812-{mark}"
    values = {"department_code": make.DEPARTMENT} | values
    step = list(ITEMS).index(sort) / 2000  # each a street apart, so that the map shows each
    values |= {"lon": 107.610 + step, "lat": -6.885 - step}
    item = make.item("lapor", author, title=title, body=f"Isi perkara {mark}.", **values)
    files = [uuid.uuid4().hex * 2 for _ in range(2)]
    make.photo(item, media_name=files[0], thumb_name=files[1])
    for file in files:
        media().put(file, b"RIFF....WEBP")
    comment = make.comment(item, make.user(), body=f"Ucapan {mark}")
    make.comment(item, author, body=f"Pelapor bicara {mark}")
    contact = (author.email, author.person.phone)
    secrets = (mark, title, item.number, files[0])
    return Made(
        item.id, item.number, title, name, author.id, contact, files[0], comment.id, secrets
    )


# -- asking ---------------------------------------------------------------------------------


def send(client: Any, method: str, url: str, data: Any = None, *, brief: bool = False) -> Any:
    """Ask; ``brief``: as a program, which gets a refusal in a line instead of a page."""
    headers = {"Accept": "application/json"} if brief else None
    if method == "POST":
        return client.post(url, data=data or {}, headers=headers)
    return client.get(url, buffered=True, headers=headers)


def leads_to_sign_in(response: Any) -> bool:
    """Is somebody led to the door?"""
    return response.status_code == 302 and response.location.startswith("/masuk")


# -- looking --------------------------------------------------------------------------------


def told(app: Flask, response: Any) -> str:
    """All a response tells: status line, headers, what its cookies hold, its body."""
    cookies = (_inside(app, value) for value in response.headers.getlist("Set-Cookie"))
    parts = (str(response.headers), *cookies, response.get_data().decode("utf-8", "replace"))
    return "\n".join(parts)


def _inside(app: Flask, cookie: str) -> str:
    """What a session cookie says to whoever opens it: it is signed, not locked."""
    value = cookie.partition("=")[2].partition(";")[0]
    signer: Any = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return str(signer.loads_unsafe(value)[1])


def said(text: str, made: Made, asked: str = "") -> list[str]:
    """Which secrets of an item stand in a text (the address that was asked for apart)."""
    for own in (asked, asked.replace("/", "%2F")):
        text = text.replace(own, "") if own else text
    return [secret for secret in made.secrets if secret in text]


def check_secrets(house: House, response: Any, who: str, author_of: str = "") -> None:
    """Nothing of hidden items, no names of who asked for none, no contact of anybody.

    ``author_of`` is the item whose author ``who`` is, when they are one.
    """
    asked = response.request.path
    text = told(house.app, response).replace(asked, "").replace(asked.replace("/", "%2F"), "")
    for sort, made in house.items.items():
        mine = who == "author" and sort == author_of
        if not (mine or (who != "author" and who in READERS[sort]) or _open(sort)):
            assert not said(text, made), (who, asked, sort)
        if sort in NAMELESS and not mine:
            assert made.author not in text, (who, asked, sort)
        if not mine:
            assert not [c for c in made.contact if c in text], (who, asked, sort)


def _open(sort: str) -> bool:
    return "stranger" in READERS[sort]


def check_headers(response: Any, who: str) -> None:
    """The protection is there, and nobody keeps what is not the same for everybody."""
    path, headers = response.request.path, response.headers
    if not path.startswith("/static"):
        assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    kept = response.cache_control
    shared = path.startswith(PUBLIC_TO_KEEP)
    if who != "stranger" and not shared:
        assert not kept.public, path
        assert kept.no_store, path
    if kept.public:
        assert "Set-Cookie" not in headers, path
        assert shared or "Cookie" in response.vary, path
    elif not shared:
        assert kept.no_store, path
    for cookie in headers.getlist("Set-Cookie"):
        assert "HttpOnly" in cookie and "SameSite" in cookie, path


def item_of(made: Made) -> Item:
    """The item itself."""
    return db.session.get_one(Item, made.id)
