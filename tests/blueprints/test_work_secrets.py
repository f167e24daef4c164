"""What colleagues write to each other stands on no page, list, feed or answer of anybody else."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import select

from models import InternalNote, User, db
from tests.addresses import LISTS, QUERIES
from tests.house import built
from tests.tables import ITEM_PAGES, PAGES

KITCHEN = "Kata dapur yang tidak untuk umum"
LEAVING = {"account.sign_out", "account.sign_out_everywhere"}


@pytest.fixture(scope="module")
def house(app):
    """People of every role, items of every sort, and a note on each item."""
    with built(app) as made:
        author = db.session.scalars(select(User.id).where(User.id == made.users["moderator"])).one()
        for item in made.items.values():
            note = InternalNote(item_id=item.id, author_id=author, seat="moderator", body=KITCHEN)
            note.form_key = uuid.uuid4()
            db.session.add(note)
        db.session.commit()
        yield made


def test_a_colleague_reads_it(house):
    page = house.client("moderator").get(house.url("items.show")).get_data(as_text=True)
    assert KITCHEN in page


@pytest.mark.parametrize("who", ["stranger", "author", "resident", "operator", "officer elsewhere"])
def test_nobody_else_reads_it_anywhere(house, who):
    client = house.client(who, "public")
    about = [(sort, e) for method, e in ITEM_PAGES if method == "GET" for sort in house.items]
    pages = [("public", e) for method, e in PAGES if method == "GET" and e not in LEAVING]
    addresses = [house.url(e, sort) + QUERIES.get(e, "") for sort, e in about + pages]
    for address in [*addresses, *LISTS]:
        answer = client.get(address, buffered=True)
        assert KITCHEN.encode() not in answer.get_data(), address
