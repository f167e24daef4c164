"""Every role at every address, for items of every sort: who gets in, and what never gets out.

``tests/tables.py`` is the rule, ``tests/addresses.py`` says how to ask, ``tests/house.py`` builds
and looks; an endpoint that stands in no table fails the last test.
"""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from sqlalchemy import select

from app.kinds import KINDS
from app.services import comments, identity, items, letters
from models import Notification, User, db
from tests import factories as make
from tests.addresses import LISTS, PUBLIC_LISTS, QUERIES
from tests.house import (
    Made,
    built,
    check_headers,
    check_secrets,
    item_of,
    leads_to_sign_in,
    said,
    send,
    told,
)
from tests.tables import (
    EVERYBODY,
    ITEM_PAGES,
    ITEMS,
    KNOCKING,
    LED_ON,
    NAMELESS,
    OPEN_TO_TALK,
    PAGES,
    PEOPLE,
    READERS,
    SAME_FOR_ALL,
)


@pytest.fixture(scope="module")
def house(app):
    """People of every role, items of every sort, all at one place."""
    with built(app) as made:
        yield made


# -- pages ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "endpoint"), PAGES)
def test_pages_open_for_whom_they_are_meant_and_for_nobody_else(house, method, endpoint):
    allowed, status = PAGES[method, endpoint]
    for who in sorted(EVERYBODY):
        address = house.url(endpoint) + QUERIES.get(endpoint, "")
        client = house.client(who, endpoint=endpoint)
        response = send(client, method, address, brief=who not in allowed)
        if who in allowed:
            expected = response.status_code == status
        elif who == "stranger":
            expected = leads_to_sign_in(response)
        elif endpoint in LED_ON:
            works = endpoint == "account.sign_in" and PEOPLE.get(who, {}).get("roles")
            there = ("/kerja/", "/admin/") if works else ("/saya",)
            expected = response.status_code == 302 and response.location.startswith(there)
        else:
            expected = response.status_code == 403
        assert expected, (who, method, endpoint, response.status)
        check_headers(response, who)
        check_secrets(house, response, who, "confidential")


@pytest.mark.parametrize("sort", ITEMS)
@pytest.mark.parametrize(("method", "endpoint"), ITEM_PAGES)
def test_pages_of_an_item_open_for_its_readers_and_do_not_exist_for_others(
    house, method, endpoint, sort
):
    address = house.url(endpoint, sort)
    for who in sorted(EVERYBODY):
        sent = {"body": "Sama, di sini juga.", "key": uuid.uuid4()} if "add" in endpoint else None
        brief = who not in READERS[sort] and who != "resident"
        response = send(house.client(who, sort), method, address, sent, brief=brief)
        _check_status(response, method, endpoint, sort, who)
        check_headers(response, who)
        check_secrets(house, response, who, sort)
        if endpoint == "items.show" and not brief:
            _check_title(response, house.items[sort].title, who in READERS[sort])


def _check_title(response: Any, title: str, reads: bool) -> None:
    """The title of the page names the item to its readers, and to nobody else."""
    titles = re.findall(r"<title>(.*?)</title>", response.get_data(as_text=True), re.S)
    assert len(titles) == 1
    assert (title in titles[0]) is reads


def _check_status(response: Any, method: str, endpoint: str, sort: str, who: str) -> None:
    meant, status = ITEM_PAGES[method, endpoint]
    meant = meant[sort] if isinstance(meant, dict) else meant
    got = response.status_code
    if endpoint in SAME_FOR_ALL:
        assert got == (status if "stranger" in READERS[sort] else 404), (who, endpoint, sort, got)
    elif who == "stranger" and "stranger" not in meant:
        assert leads_to_sign_in(response), (endpoint, got)
    elif who not in KNOCKING.get(endpoint, EVERYBODY):
        assert got == 403, (who, endpoint, sort, got)
    elif who not in READERS[sort]:
        assert got == 404, (who, endpoint, sort, got)
    elif endpoint == "comments.add" and sort not in OPEN_TO_TALK:
        assert got == 409, (who, endpoint, sort, got)
    elif who in meant:
        assert got == status, (who, endpoint, sort, got)
    else:
        assert got in (400, 403), (who, endpoint, sort, got)


@pytest.mark.parametrize("who", sorted(EVERYBODY))
def test_no_list_map_or_queue_tells_of_an_item_hidden_from_its_reader(house, who):
    client = house.client(who)
    for address in LISTS:
        response = client.get(address)
        assert response.status_code in (200, 302, 403), (address, response.status)
        check_headers(response, who)
        check_secrets(house, response, who, "confidential")


def test_public_lists_hold_what_is_public_and_nothing_else_whoever_asks(house):
    for who in ("stranger", "moderator", "coordinator", "auditor"):
        client = house.client(who)
        for address in PUBLIC_LISTS:
            text = told(house.app, client.get(address))
            shown = {sort for sort, made in house.items.items() if said(text, made)}
            assert shown == {"public", "anonymous"}, (who, address)


def test_the_reporters_own_words_stand_under_an_item_without_their_name(house):
    text = house.client("stranger").get(house.url("items.show", "anonymous")).get_data(as_text=True)
    assert "Pelapor bicara" in text


def test_the_number_a_public_item_was_joined_with_is_not_said_to_those_who_may_not_read_it(house):
    one, hidden = make.item("lapor", state="verified"), house.items["unpublished"]
    one.state, one.merged_into_id = "merged", hidden.id
    db.session.commit()
    address = f"/lapor/{one.number}"
    for who in sorted(EVERYBODY):
        response = house.client(who, "unpublished").get(address)
        assert response.status_code == 200
        reads = who in READERS["unpublished"]
        assert bool(said(told(house.app, response), hidden, address)) is reads, who


def test_a_number_that_was_never_given_and_one_that_is_hidden_look_the_same(house):
    client = house.client("stranger")
    hidden = client.get(house.url("items.show", "confidential"))
    never = client.get("/lapor/L-2026-9999999-9")

    def bare(response):
        text = response.get_data(as_text=True).replace(response.request.path, "")
        return re.sub(r"\b[0-9A-F]{8}\b", "", text)

    assert hidden.status_code == never.status_code == 404
    alike = bare(hidden) == bare(never)
    assert alike
    names = {"Content-Length"}
    assert {k: v for k, v in hidden.headers if k not in names} == {
        k: v for k, v in never.headers if k not in names
    }


def test_the_pages_of_another_kind_do_not_show_an_item(house):
    number = house.items["public"].number
    for kind in set(KINDS) - {"lapor"}:
        assert house.client("stranger").get(f"/{kind}/{number}").status_code == 404


def test_an_identity_stands_on_the_page_of_who_gave_a_reason_and_on_no_other(house):
    reason = {"reason": "ask", "note": "Perlu ditanya letaknya."}
    for sort, made in house.items.items():
        url = house.url("identity.reporter", sort)
        for who in sorted(EVERYBODY - {"author"}):
            response = send(house.client(who, sort), "POST", url, reason, brief=True)
            text = response.get_data(as_text=True)
            meant = ITEM_PAGES["POST", "identity.reporter"][0][sort]
            assert (made.contact[0] in text) is (who in meant), (who, sort)
            check_headers(response, who)


# -- letters --------------------------------------------------------------------------------


def _letters(house: Any) -> list[tuple[str, Made, str, letters.Letter]]:
    """Every letter that goes out for the lines in the inboxes: (who, item, its sort, letter)."""
    found = []
    names = {number: who for who, number in house.users.items()}
    sorts = {made.id: (sort, made) for sort, made in house.items.items()}
    for line in db.session.scalars(select(Notification).order_by(Notification.id)).all():
        if line.item_id not in sorts:
            continue
        sort, made = sorts[line.item_id]
        who = "author" if line.user_id == made.author_user else names.get(line.user_id, "resident")
        letter = letters.of_notification(line.id)
        if letter is not None:
            found.append((who, made, sort, letter))
    return found


def _happen(house: Any) -> None:
    """A step, a word, an answer and a look at the reporter, for every item."""
    for made in house.items.values():
        item = item_of(made)
        actor = make.everybody(item)
        for step in items.open_steps(item, actor):
            if step.name in ("verify", "route"):
                items.move(item, step.name, actor, make.answers(item, step))
                break
        speaker = make.actor(db.session.get_one(User, house.users["coordinator"]))
        if sort_talks(item):
            comments.add(item, speaker, "Sudah kami catat.", key=uuid.uuid4())
        identity.read(item, speaker, "ask", "Perlu ditanya letaknya.")
    db.session.flush()


def sort_talks(item: Any) -> bool:
    """Is its discussion open?"""
    return "comment" in KINDS[item.kind].workflow[item.state].allows


def test_letters_go_to_readers_alone_and_name_no_reporter(house):
    with db.session.begin_nested() as undone:
        _happen(house)
        sent = _letters(house)
        undone.rollback()
    assert {sort for _who, _made, sort, _letter in sent} == set(ITEMS)
    for who, made, sort, letter in sent:
        text = f"{letter.subject}\n{letter.body}\n{letter.key}"
        published_by_step = sort.startswith("unpublished")
        assert who in READERS[sort] or published_by_step, (who, sort)
        if sort in ("confidential", "oversight"):
            assert made.title not in text, (who, sort)
            assert f"/lapor/{made.number}" not in text, (who, sort)
        if sort in NAMELESS:
            assert made.author not in text, (who, sort)
        assert not [c for c in made.contact if c in text], (who, sort)
        others = [m for m in house.items.values() if m.id != made.id]
        assert not [m.number for m in others if m.number in text], (who, sort)


def test_every_endpoint_stands_in_a_table(house):
    known = set(PAGES) | set(ITEM_PAGES)
    methods = {"GET", "POST"}
    served = {
        (method, rule.endpoint)
        for rule in house.app.url_map.iter_rules()
        for method in (rule.methods or set()) & methods
    }
    assert served == known
