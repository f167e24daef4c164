"""Updates: what partners hear of, and what they may say from their seat."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, func, select

from app.queries import georeport_shape
from app.services import georeport_updates
from models import Change, Comment, db
from tests import factories as make
from tests.georeport.conftest import BASE

pytestmark = pytest.mark.usefixtures("session")


def update(api, item, status, **more):
    """Send an update of an item."""
    sent = {
        "service_request_id": item.number,
        "update_id": "u-1",
        "status": status,
        "updated_datetime": datetime.now(UTC).isoformat(),
        "description": "Tim kami sudah di lokasi.",
    }
    return api.post("servicerequestupdates.json", **sent | more)


def given(response):
    assert response.status_code == 200, response.get_data(as_text=True)
    (body,) = response.get_json()
    return body["update_id"]


def accepted(**more):
    return make.item("lapor", state="accepted", department_code=make.DEPARTMENT, **more)


# -- hearing -------------------------------------------------------------------------------


def test_steps_and_answers_of_offices_are_told_in_order(api):
    item = make.item("lapor", state="working")
    words = {"official": True, "created_at": datetime.now(UTC), "body": "Besok kami datang."}
    word = make.comment(item, **words)
    make.comment(item, body="Kapan selesai?")
    told = api.json("servicerequestupdates")
    assert [one["status"] for one in told] == [
        "investigating", "investigating", "investigating", "in_progress", "in_progress"
    ]  # fmt: skip
    assert told[-1]["description"] == "Besok kami datang."
    assert told[-1]["update_id"] == f"k{word.id}"
    assert {one["service_request_id"] for one in told} == {item.number}
    assert [one["updated_datetime"] for one in told] == sorted(o["updated_datetime"] for o in told)
    first = api.xml("servicerequestupdates").find("request_update")
    assert first.findtext("external_status_code") == "verified"


def test_only_the_time_asked_for_is_told(api):
    make.item("lapor", state="working")
    ago = (datetime.now(UTC) - timedelta(days=3)).isoformat()
    assert api.json("servicerequestupdates", end_date=ago) == []
    assert api.json("servicerequestupdates", start_date=ago)
    wide = {"start_date": "2026-01-01", "end_date": "2026-06-01"}
    assert api.problem(api.get("servicerequestupdates.json", **wide), 400)


# -- telling -------------------------------------------------------------------------------


def test_a_key_without_a_seat_tells_nothing(api):
    item = accepted()
    assert api.problem(update(api, item, "IN_PROGRESS"), 403)
    assert item.state == "accepted"


def test_an_office_moves_its_reports_along_the_declared_steps(partner):
    api, item = partner("officer"), accepted()
    when = (datetime.now(UTC) + timedelta(days=9)).isoformat()
    number = given(update(api, item, "ACTION_SCHEDULED", expected_datetime=when))
    assert given(update(api, item, "IN_PROGRESS", update_id="u-2")) != number
    db.session.refresh(item)
    assert item.state == "working"
    last = db.session.scalars(select(Change).order_by(Change.id.desc()).limit(1)).one()
    assert (last.step, last.seat) == ("start", f"officer:{make.DEPARTMENT}")
    assert last.words.text == "Tim kami sudah di lokasi."
    assert last.words.actor_id is not None


def test_the_same_update_is_taken_once(partner):
    api, item = partner("officer"), accepted()
    one = given(update(api, item, "IN_PROGRESS"))
    assert given(update(api, item, "IN_PROGRESS")) == one
    steps = select(func.count()).where(Change.item_id == item.id, Change.step == "start")
    assert db.session.scalar(steps) == 1
    other = accepted()
    assert "update_id" in api.problem(update(api, other, "IN_PROGRESS"), 400)


def test_a_status_it_has_already_adds_to_the_discussion(partner):
    api, item = partner("officer"), make.item("lapor", state="working")
    number = given(update(api, item, "IN_PROGRESS"))
    word = db.session.scalars(select(Comment)).one()
    assert (number, word.official, word.body) == (f"k{word.id}", True, "Tim kami sudah di lokasi.")


def test_what_cannot_follow_is_refused_with_what_can(partner):
    api, item = partner("officer"), accepted()
    for status in ("REOPEN", "CANCELLED", "DUPLICATE", "FIXED"):
        said = api.problem(update(api, item, status), 400)
        assert "IN_PROGRESS" in said, status
    assert "expected_datetime" in api.problem(update(api, item, "PLANNED"), 400)
    db.session.refresh(item)
    assert item.state == "accepted"


def test_only_the_seat_that_holds_it_moves_it(partner):
    item = accepted()
    for roles in (("auditor",), ("validator",)):
        assert partner(*roles).problem(update(partner(*roles), item, "IN_PROGRESS"), 400)
    hidden = accepted(visibility="confidential")
    elsewhere = partner("officer", department_code=make.OTHER_DEPARTMENT)
    assert elsewhere.problem(update(elsewhere, hidden, "IN_PROGRESS"), 404)
    assert given(update(partner("officer"), hidden, "IN_PROGRESS"))


def test_repair_is_told_with_a_photo_only(partner):
    api, item = partner("officer"), make.item("lapor", state="working")
    assert "media" in api.problem(update(api, item, "FIXED"), 400)
    assert item.state == "working"


def test_a_refusal_needs_its_public_reason(partner):
    api, item = partner("moderator"), make.item("lapor", published=False)
    assert "reason" in api.problem(update(api, item, "NO_FURTHER_ACTION"), 400)
    assert "reason" in api.problem(update(api, item, "NO_FURTHER_ACTION", reason="x"), 400)
    assert given(update(api, item, "NO_FURTHER_ACTION", reason="unclear"))
    db.session.refresh(item)
    assert item.state == "rejected"


WRONG = [
    ({"status": "DONE"}, "status"),
    ({"updated_datetime": "kemarin"}, "updated_datetime"),
    ({"updated_datetime": "2999-01-01T00:00:00Z"}, "updated_datetime"),
    ({"description": "x" * 4001}, "description"),
    ({"media_url[]": "http://a/b"}, "media_url"),
    *(({name: None}, name) for name in georeport_updates.NEEDED),
]


@pytest.mark.parametrize(("more", "word"), WRONG)
def test_what_is_missing_or_wrong_is_named(partner, more, word):
    api, item = partner("officer"), accepted()
    sent = {"status": "IN_PROGRESS"} | more
    assert word in api.problem(update(api, item, **sent), 400)


def test_updates_use_up_the_days_number_too(partner):
    api, item = partner("officer", daily=1), accepted()
    given(update(api, item, "IN_PROGRESS"))
    assert api.problem(update(api, item, "IN_PROGRESS", update_id="u-2"), 429)


@pytest.mark.parametrize("status", georeport_updates.STEPS)
def test_every_status_names_declared_steps_and_reasons(status):
    from app.kinds.lapor import WORKFLOW

    for name, reason in georeport_updates.STEPS[status]:
        step = WORKFLOW.named(name)
        assert not reason or reason in step.reasons
        unknown = {n for n in step.required if n not in georeport_updates.ASKED}
        assert not unknown, (status, name)


# -- the bulk file and what it costs ---------------------------------------------------------


def bulk(api, **params):
    text = api.get("bulk.csv", **params).get_data(as_text=True)
    return list(csv.reader(io.StringIO(text)))


HEADER = (
    "service_request_id,requested_datetime,updated_datetime,closed_date,status_description,"
    "status_notes,source,service_name,service_subtype,description,agency_responsible,address,"
    "lat,long"
)


def test_the_bulk_file_has_exactly_its_header_and_no_formula(api):
    item = make.item("lapor", state="closed", title="=HYPERLINK(1)", body="@ada")
    header, line = bulk(api)
    assert ",".join(header) == HEADER
    told = dict(zip(header, line, strict=True))
    assert told["service_request_id"] == item.number
    assert told["description"].startswith("'=HYPERLINK")
    assert told["closed_date"] == georeport_shape.moment(item.state_since)
    assert float(told["lat"]) < 0
    assert len(bulk(api, start_date="2999-01-01")) == 1
    assert api.get("bulk.csv", start_date="kemarin").status_code == 400


def test_the_bulk_file_is_read_in_pieces(api, monkeypatch):
    monkeypatch.setattr("app.queries.georeport_updates.BULK", 2)
    made = [make.item("lapor", state="verified").number for _ in range(5)]
    assert [line[0] for line in bulk(api)[1:]] == made


def statements(act):
    """How many statements an act sends."""
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen.append(statement)

    event.listen(db.session.get_bind(), "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(db.session.get_bind(), "before_cursor_execute", note)
    return len(seen)


def test_reading_costs_the_same_for_one_and_for_many(client):
    made = [make.item("lapor", state="working") for _ in range(6)]
    client.get(f"{BASE}/requests.json")  # names are read once a minute
    budget = {
        "discovery.json": 1,
        "services.json": 1,
        "services/pju-mati.json": 2,
        "requests.json": 1,
        "requests.xml?status=open&service_code=jalan-berlubang": 2,
        "requests.json?extensions=true": 2,
        f"requests/{made[0].number}.json": 1,
        "servicerequestupdates.json": 2,
    }
    for path, most in budget.items():
        assert statements(lambda path=path: client.get(f"{BASE}/{path}")) <= most, path


def test_a_place_a_time_and_a_page_narrow_the_list(api, session):
    here = make.item("lapor", state="verified", lon=107.6137, lat=-6.885)
    there = make.item("lapor", state="verified", area_code=make.OTHER_KELURAHAN)
    there.updated_at = there.state_since = datetime.now(UTC) + timedelta(hours=1)
    session.commit()
    soon = (datetime.now(UTC) + timedelta(minutes=30)).isoformat()
    asked = {
        "near": {"lat": "-6.885", "long": "107.6137", "radius": "50"},
        "box": {"bbox": "107.6,-6.89,107.62,-6.88"},
        "before": {"updated_before": soon},
    }
    for name, params in asked.items():
        told = api.json("requests", **params)
        assert [one["service_request_id"] for one in told] == [here.number], name
    (told,) = api.json("requests", updated_after=soon)
    assert told["service_request_id"] == there.number
    (told,) = api.json("requests", page=2, page_size=1)
    assert told["service_request_id"] == here.number
    for wrong in ({"page": "0"}, {"page_size": "1001"}, {"bbox": "1,2,3"}, {"radius": "x"}):
        place = {"lat": "-6.8", "long": "107.6"} if "radius" in wrong else {}
        assert api.problem(api.get("requests.json", **wrong, **place), 400)


def test_extensions_are_told_when_asked_for(api):
    item = make.item("lapor", state="working")
    (plain,), (more,) = api.json("requests"), api.json("requests", extensions="true")
    assert set(more) - set(plain) == {"extended_attributes", "attributes", "notes"}
    assert more["extended_attributes"]["state"] == "working"
    assert [note["type"] for note in more["notes"]][-1] == "working"
    root = api.xml(f"requests/{item.number}", extensions="true")
    assert root.find("request/notes/note/datetime") is not None
