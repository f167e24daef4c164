"""Reading: formats, services, lists and their windows, single requests, what stays hidden."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest

from app.kinds.lapor import LAPOR
from app.queries import georeport_shape
from app.queries.calendar import city_day
from app.workflow import Phase
from models import CategoryQuestion
from tests import factories as make
from tests.georeport.conftest import ASKING, BASE, SERVICE

pytestmark = pytest.mark.usefixtures("session")
FIELDS = [
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description",
    "agency_responsible", "service_notice", "requested_datetime", "updated_datetime",
    "expected_datetime", "address", "address_id", "zipcode", "lat", "long", "media_url",
]  # fmt: skip
MIME = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}


def item(**given):
    return make.item("lapor", state=given.pop("state", "verified"), **given)


# -- 1, 2, 3: formats ---------------------------------------------------------------------


@pytest.mark.parametrize("form", MIME)
def test_every_address_answers_in_both_formats_with_its_exact_type(api, form):
    one = item()
    paths = ("discovery", "services", f"services/{ASKING}", "requests", f"requests/{one.number}")
    for path in (*paths, "servicerequestupdates"):
        response = api.get(f"{path}.{form}")
        assert response.status_code == 200, path
        assert response.headers["Content-Type"] == MIME[form]
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["ETag"]
        assert "Set-Cookie" not in response.headers
        head = api.client.head(f"{BASE}/{path}.{form}")
        assert (head.status_code, head.get_data()) == (200, b"")


def test_xml_says_its_encoding_and_keeps_every_letter(api):
    words = "Cikapundung é 漢 <b>&amp;</b>"
    one = item(title="Sungai meluap", body=words)
    raw = api.get(f"requests/{one.number}.xml").get_data()
    assert raw.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    assert words in ElementTree.fromstring(raw).findtext("request/description")
    assert words in api.json(f"requests/{one.number}")[0]["description"]


def test_xml_leaves_out_what_xml_cannot_say(api, session):
    one = item()
    one.body = "Lampu\x0b mati\x1f"
    session.commit()
    assert "Lampu mati" in api.xml(f"requests/{one.number}").findtext("request/description")


def test_lists_are_lists_with_one_and_with_none(api):
    assert api.json("requests") == []
    assert [*api.xml("requests")] == []
    assert api.xml("requests").tag == "service_requests"
    one = item()
    (listed,) = api.json("requests")
    assert (listed["service_request_id"], list(listed)) == (one.number, FIELDS)
    (listed,) = api.xml("requests")
    assert (listed.tag, [part.tag for part in listed]) == ("request", FIELDS)


# -- 4, 23: services ----------------------------------------------------------------------


def test_services_say_whether_they_ask_something(api):
    services = {service["service_code"]: service for service in api.json("services")}
    assert services[SERVICE]["metadata"] is False
    assert services[ASKING]["metadata"] is True
    assert set(services[ASKING]) == {
        "service_code", "service_name", "description", "metadata", "type", "keywords", "group"
    }  # fmt: skip
    for code, service in services.items():
        definition = api.json(f"services/{code}")
        assert definition["service_code"] == code
        assert bool(definition["attributes"]) is service["metadata"]
        orders = [attribute["order"] for attribute in definition["attributes"]]
        assert orders == list(range(1, len(orders) + 1))
    assert api.xml("services").find("service/metadata").text in ("true", "false")


def test_a_definition_lists_keys_and_names(api):
    first = api.xml(f"services/{ASKING}").find("attributes/attribute")
    assert first.findtext("code") == "keadaan"
    assert first.findtext("datatype") == "singlevaluelist"
    assert first.findtext("variable") == first.findtext("required") == "true"
    assert first.findtext("values/value/key") == "mati"
    assert first.findtext("values/value/name") == "Mati total"
    told = api.json("services/kabel-semrawut")["attributes"][0]
    assert told["variable"] is False
    assert "values" not in told


def test_emergencies_proposals_and_unknown_codes_are_no_services(api):
    codes = {service["service_code"] for service in api.json("services")}
    assert not {"kebakaran", "kecelakaan"} & codes
    for code in ("kebakaran", make.category("musrenbang").code, "tidak-ada"):
        assert api.problem(api.get(f"services/{code}.json"), 404)


def test_a_service_is_offered_until_the_day_it_ends(api, session):
    category = make.category()
    for days, offered in ((1, True), (0, False)):
        category.valid_to = city_day() + timedelta(days=days)
        session.commit()
        codes = {row["service_code"] for row in api.get("services.json").get_json()}
        assert (category.code in codes) is offered


def test_the_changeset_moves_when_an_attribute_is_edited_and_not_otherwise(api, session):
    before = api.json("discovery")
    assert api.json("discovery") == before
    question = session.get_one(CategoryQuestion, (ASKING, "keadaan"))
    question.label = question.label + " "
    session.commit()
    after = api.json("discovery")
    assert after["changeset"] > before["changeset"]
    session.delete(question)
    session.commit()
    assert api.json("discovery")["changeset"] > after["changeset"]


def test_discovery_says_where_and_in_which_formats(api):
    found = api.json("discovery")
    (endpoint,) = found["endpoints"]
    assert set(found) == {"changeset", "contact", "key_service", "endpoints"}
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["url"].endswith(BASE)
    assert endpoint["formats"] == ["text/xml", "application/json"]
    root = api.xml("discovery")
    assert root.tag == "discovery"
    assert [f.text for f in root.findall("endpoints/endpoint/formats/format")] == [
        "text/xml",
        "application/json",
    ]


# -- 11 to 17: lists ----------------------------------------------------------------------


def numbers(body):
    return [request["service_request_id"] for request in body]


def test_an_empty_parameter_is_none(api):
    one = item()
    empty = dict.fromkeys(("status", "service_code", "start_date", "service_request_id"), "")
    assert numbers(api.json("requests", **empty)) == [one.number]


def test_numbers_override_everything_else_and_unknown_ones_are_left_out(api):
    one, two = item(), item()
    ids = f"{one.number}, {two.number.lower()},L-2026-9999999-9"
    found = api.json("requests", service_request_id=ids, status="closed", start_date="nonsense")
    assert numbers(found) == [two.number, one.number]
    assert api.json("requests", service_request_id="L-2026-9999999-9") == []
    assert api.problem(api.get("requests/L-2026-9999999-9.json"), 404)


def test_the_usual_window_is_ninety_days_and_the_newest_come_first(api, session):
    old, new, newer = item(), item(), item()
    now = datetime.now(UTC)
    old.created_at, new.created_at = now - timedelta(days=91), now - timedelta(days=89)
    newer.created_at = now - timedelta(days=1)
    session.commit()
    assert numbers(api.json("requests")) == [newer.number, new.number]
    start = (now - timedelta(days=92)).isoformat()
    assert numbers(api.json("requests", start_date=start)) == [new.number, old.number]
    assert numbers(api.json("requests", end_date=start)) == []


def test_not_more_than_a_thousand_at_once(api, monkeypatch):
    monkeypatch.setattr("app.queries.georeport.MOST", 3)
    made = [item().number for _ in range(4)]
    assert len(api.json("requests")) == 3
    assert api.json("requests", page_size=2, page=2)[-1]["service_request_id"] == made[0]


def test_a_span_of_more_than_ninety_days_is_refused(api):
    span = {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-04-02T00:00:00Z"}
    assert "90" in api.problem(api.get("requests.json", **span), 400)
    span["end_date"] = "2026-04-01T00:00:00Z"
    assert api.get("requests.json", **span).status_code == 200
    span["end_date"] = "2025-04-01T00:00:00Z"
    assert api.problem(api.get("requests.json", **span), 400)


@pytest.mark.parametrize(
    "text", ["kemarin", "2026-13-01", "01/02/2026", "0000-01-01", "9999-12-31"]
)
def test_what_is_no_date_is_refused_by_its_name(api, text):
    assert "start_date" in api.problem(api.get("requests.json", start_date=text), 400)


def test_a_date_without_a_zone_is_the_citys(api, session):
    one = item()
    one.created_at = datetime(2026, 3, 1, 17, 30, tzinfo=UTC)  # half past midnight in Bandung
    session.commit()
    for start in ("2026-03-02", "2026-03-02T00:00:00", "2026-03-02T00:00:00 07:00"):
        assert numbers(api.json("requests", start_date=start)) == [one.number], start
    assert api.json("requests", start_date="2026-03-02T00:00:00Z") == []


def test_status_and_service_narrow_the_list(api):
    running, done = item(), item(state="closed", category_code=ASKING)
    assert numbers(api.json("requests", status="open")) == [running.number]
    assert numbers(api.json("requests", status="closed")) == [done.number]
    assert len(api.json("requests", status="open,closed")) == 2
    assert api.problem(api.get("requests.json", status="fixed"), 400)
    assert numbers(api.json("requests", service_code=f"{ASKING},tidak-ada")) == [done.number]
    assert api.problem(api.get("requests.json", service_code="tidak-ada"), 404)


def test_a_closed_request_was_updated_when_it_was_closed(api, session):
    one = item(state="closed")
    one.updated_at = one.state_since + timedelta(days=3)
    session.commit()
    (told,) = api.json(f"requests/{one.number}")
    assert told["status"] == "closed"
    assert told["updated_datetime"] == georeport_shape.moment(one.state_since)
    assert told["expected_datetime"] is None


def test_an_open_request_has_its_promise_and_its_place_from_narrow_to_wide(api, session):
    one = item(address="Jl. Dago 12")
    one.rw, one.rt, one.department_code = 5, 2, make.DEPARTMENT
    session.commit()
    (told,) = api.json(f"requests/{one.number}")
    assert told["expected_datetime"].endswith("+07:00")
    assert told["address"].startswith("Jl. Dago 12, RT 02, RW 05, Dago, Coblong, ")
    assert told["address_id"] == make.KELURAHAN
    assert told["agency_responsible"] == make.department().name
    assert abs(told["lat"] + 6.87) < 0.1


# -- 18, 19: states and what stays hidden --------------------------------------------------


STILL_OPEN = ("open", "investigating", "in_progress", "action_scheduled", "reopen")


@pytest.mark.parametrize("state", LAPOR.workflow.states, ids=lambda state: state.name)
def test_every_state_is_open_or_closed(state):
    waits = state.phase in (Phase.NEW, Phase.OPEN)
    assert georeport_shape.status(state.name) == ("open" if waits else "closed")
    finer = georeport_shape.update_status(state.name)
    assert (
        finer in ("open", "investigating", "in_progress", "action_scheduled", "reopen")
    ) is waits


@pytest.mark.parametrize("state", ["verified", "accepted", "planned", "working", "resolved"])
def test_states_are_told_as_they_are(api, state):
    one = item(state=state)
    (told,) = api.json(f"requests/{one.number}")
    assert told["status"] == georeport_shape.status(state)
    assert api.json("requests", status=told["status"])[0] == told


def everywhere(api, number):
    """Everything that can be read, and a number in particular."""
    paths = ["requests.json", "requests.xml", "servicerequestupdates.json", "bulk.csv"]
    paths += [f"requests.json?service_request_id={number}", "requests.json?extensions=true"]
    return "".join(api.client.get(f"{BASE}/{path}").get_data(as_text=True) for path in paths)


def test_what_is_confidential_or_not_public_yet_is_nowhere(api):
    for given in ({"visibility": "confidential"}, {"published": False}):
        one = item(title="Rahasia sekali", **given)
        assert api.problem(api.get(f"requests/{one.number}.json"), 404)
        assert "Rahasia sekali" not in everywhere(api, one.number)
        assert one.number not in everywhere(api, "x")


def test_nobody_is_named(api):
    author = make.user(name="Asep Pelapor")
    for visibility in ("anonymous", "public"):
        one = item(author=author, visibility=visibility)
        assert one.number in everywhere(api, one.number)
        assert "Asep" not in everywhere(api, one.number)


def test_what_was_joined_points_at_the_other_unless_that_is_hidden(api, session):
    one, other = item(), item()
    one.state, one.merged_into_id = "merged", other.id
    session.commit()
    (told,) = api.json(f"requests/{one.number}")
    assert told["status"] == "closed"
    assert other.number in told["status_notes"]
    other.visibility = "confidential"
    session.commit()
    assert other.number not in everywhere(api, one.number)


def test_other_kinds_are_no_requests(api):
    one = make.item("musrenbang")
    assert api.problem(api.get(f"requests/{one.number}.json"), 404)
    assert one.number not in everywhere(api, one.number)
