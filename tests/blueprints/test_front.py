"""The front page and what every site must say about itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from app.access import SYSTEM
from app.kinds import KINDS
from app.queries import facets as facet_counts
from app.queries import front
from app.queries import items as lists
from app.queries.calendar import city_day
from app.services import facets, items
from app.workflow import Phase
from blueprints.page import ago
from models import db
from models.item import FINISHED
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")


def text(response) -> str:
    assert response.status_code == 200
    return unescape(response.get_data(as_text=True))


def has(shown: str, *words: str) -> bool:
    return all(word in shown for word in words)


def test_the_front_page_has_a_door_for_every_kind(client):
    page = text(client.get("/"))
    assert has(page, *(f'href="/{kind}/baru"' for kind in KINDS))


def test_the_front_page_shows_what_is_new_and_what_is_done_and_hides_the_rest(client):
    new = make.item("badami", state="discussion")
    done = make.item("lapor", state="closed")
    hidden = [
        make.item("lapor", published=False),
        make.item("lapor", visibility="confidential", state="closed"),
    ]
    facets.refresh(db.session)
    db.session.commit()
    page = text(client.get("/"))
    assert has(page, new.title, done.title)
    for item in hidden:
        assert not has(page, item.title)


@pytest.mark.parametrize("address", ["/tentang", "/privasi", "/bantuan"])
def test_the_city_says_what_this_is_and_that_it_is_not_the_national_service(client, address, app):
    page = text(client.get(address))
    city = app.config["CITY"]
    assert has(page, city.name, "lapor.go.id", str(city.emergency["number"]))


def test_it_is_alive_and_ready(client):
    assert client.get("/healthz").get_json() == {"status": "ok"}
    ready = client.get("/readyz").get_json()
    assert ready["status"] == "ready"
    assert ready["revision"]


def test_the_language_of_the_page_is_asked_for_and_remembered(client):
    assert has(text(client.get("/")), 'lang="id"')
    assert has(text(client.get("/?bahasa=en")), 'lang="en"')
    assert has(text(client.get("/tentang")), 'lang="en"')
    assert has(text(client.get("/?bahasa=xx")), 'lang="en"')


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/", "This service is not SP4N-LAPOR!."),
        ("/bantuan", "Working days are Monday to Friday"),
        ("/lapor/cepat", "Emergencies are not reported here."),
    ],
)
def test_what_the_city_says_itself_is_said_in_english_too(client, path, said):
    assert has(text(client.get(f"{path}?bahasa=en")), said)
    assert not has(text(client.get(f"{path}?bahasa=id")), said)


def test_what_was_finished_last_stands_first_however_long_ago_it_was_filed(client):
    old, new = (make.item("lapor", state="proof_submitted") for _n in range(2))
    now = datetime.now(UTC)
    items.move(new, "resolve", make.everybody(new), at=now - timedelta(days=3))
    items.move(old, "resolve", make.everybody(old), at=now - timedelta(hours=1))
    db.session.commit()
    assert [row.number for row in front.finished(db.session())] == [old.number, new.number]


def test_what_only_closes_after_quiet_days_is_not_newly_done(client):
    month_ago = datetime.now(UTC) - timedelta(days=30)
    old = make.item("lapor", state="proof_submitted")
    items.move(old, "resolve", make.everybody(old), at=month_ago)
    new = make.item("lapor", state="resolved")
    items.move(old, "lapse", SYSTEM)
    db.session.commit()
    rows = front.finished(db.session())
    assert [row.number for row in rows] == [new.number, old.number]
    assert rows[1].done_at == month_ago


def test_the_states_of_the_index_of_finished_items_are_those_that_say_done():
    done = {state for kind in KINDS.values() for state in kind.workflow.in_phase(Phase.DONE)}
    others = {
        state.name
        for kind in KINDS.values()
        for state in kind.workflow.states
        if state.phase is not Phase.DONE
    }
    assert done == set(FINISHED) and not done & others


def test_the_late_ones_counted_on_the_front_page_are_those_the_list_finds():
    past = city_day() - timedelta(days=2)
    for kind, state in (("lapor", "routed"), ("lapor", "need_info"), ("lapor", "resolved"),
                        ("badami", "discussion"), ("lapor", "divided")):  # fmt: skip
        make.item(kind, state=state, due_on=past)
    facets.refresh(db.session)
    listed = lists.public_count(db.session(), lists.Filters(overdue=True))
    counted = facet_counts.read(db.session(), facet_counts.Chosen(overdue=True))
    assert front.numbers(db.session()).overdue == listed == counted.total == counted.overdue > 0


@pytest.mark.parametrize("ahead", [0, 3, 59])
def test_what_was_just_written_is_never_told_of_the_future(app, ahead):
    with app.test_request_context():
        said = ago(datetime.now(UTC) + timedelta(seconds=ahead))
    assert said == "1 detik yang lalu"
