"""The calendar's pages: what residents read, what planners decide, and what is sent at a close."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import select

from app.access import SYSTEM
from app.kinds import KINDS
from app.services import cycles, drafts, intake
from app.services.cycles import Wanted
from blueprints.safety import arrival
from models import Cycle, CycleWindow, Draft, Intake, Item, Proposal, db
from tests import factories as make
from tests.services.test_intake import pages

pytestmark = pytest.mark.usefixtures("session")
NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
YEAR = NOW.year + 1
CITY = "32.73"
WORK = "/kerja/musrenbang/siklus"


def declared(last=NOW + DAY, area=CITY, stage="rembug_warga", first=NOW - 9 * DAY):
    cycles.begin(YEAR, SYSTEM)
    return cycles.declare(YEAR, [Wanted(stage, area, first, last)], SYSTEM)


def text(response, status=200) -> str:
    assert response.status_code == status, (response.status, response.headers.get("Location"))
    shown = unescape(response.get_data(as_text=True))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown))


def draft(user) -> uuid.UUID:
    key = uuid.uuid4()
    for page, answers in pages().items():
        drafts.save(key, "musrenbang", make.actor(user), page, answers)
    db.session.flush()
    return key


def address(key, page="periksa") -> str:
    return f"/musrenbang/baru/{key}/{page}"


# -- residents -----------------------------------------------------------------------------


def test_without_a_cycle_the_calendar_says_that_one_may_propose_at_any_time(client):
    assert str(YEAR) in text(client.get("/musrenbang/siklus"))


def test_the_calendar_shows_both_years_and_what_is_open_here(client):
    declared()
    shown = text(client.get(f"/musrenbang/siklus?wilayah={make.KELURAHAN}&bahasa=en"))
    assert f"Musrenbang {YEAR - 1} for the works of {YEAR}" in shown
    assert "Rembug Warga : Open until" in shown


def test_the_calendar_of_an_area_is_not_that_of_another(client):
    declared(NOW - DAY)
    declared(NOW + 5 * DAY, make.KECAMATAN)
    here = text(client.get(f"/musrenbang/siklus?wilayah={make.KELURAHAN}&bahasa=en"))
    there = text(client.get(f"/musrenbang/siklus?wilayah={make.OTHER_KELURAHAN}&bahasa=en"))
    assert "Open until" in here
    assert "Open until" not in there


def test_a_reopening_stands_there_with_its_reason_and_who_decided(client):
    declared(NOW - DAY)
    want = Wanted("rembug_warga", make.KECAMATAN, NOW - MINUTE, NOW + DAY)
    cycles.reopen(YEAR, want, make.actor(make.user(roles=("planner",))), "Banjir di Coblong")
    shown = text(client.get(f"/musrenbang/siklus?wilayah={make.KELURAHAN}"))
    assert "Banjir di Coblong" in shown
    whole = text(client.get("/musrenbang/siklus?wilayah=32.73"))
    assert re.search(r"Dibuka lagi: Banjir di Coblong Bapperida, \d", whole)


def test_who_proposes_in_a_stage_that_was_opened_again_reads_why(client_for):
    declared(NOW - DAY)
    want = Wanted("rembug_warga", make.KECAMATAN, NOW - MINUTE, NOW + DAY)
    cycles.reopen(YEAR, want, make.actor(make.user(roles=("planner",))), "Banjir di Coblong")
    author = make.user()
    shown = text(client_for(author).get(address(draft(author))))
    assert "Dibuka lagi: Banjir di Coblong" in shown
    item = make.item("musrenbang", author=author)
    item.plan_year = YEAR
    page = text(client_for().get(f"/musrenbang/{item.number}"))
    assert "Dibuka lagi: Banjir di Coblong" in page


@pytest.mark.parametrize("nonsense", ["?wilayah=x", "?tahun=99999999999", "?tahun=x&wilayah="])
def test_nonsense_in_the_address_breaks_nothing(client, nonsense):
    declared()
    assert client.get(f"/musrenbang/siklus{nonsense}").status_code == 200


def test_the_feed_is_a_calendar_with_folded_lines_and_moments_in_utc(client):
    cycles.begin(YEAR, SYSTEM)
    first = datetime(YEAR, 1, 10, 1, tzinfo=UTC)
    cycles.declare(YEAR, [Wanted("kota", CITY, first, first + DAY)], SYSTEM, reason="a;b, c")
    response = client.get("/musrenbang/siklus.ics")
    assert response.mimetype == "text/calendar"
    lines = response.get_data(as_text=True).split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert f"DTSTART:{YEAR}0110T010000Z" in lines
    assert all(len(line.encode()) <= 75 for line in lines)
    whole = response.get_data(as_text=True).replace("\r\n ", "")
    assert "a\\;b\\, c" in whole
    assert f"UID:{YEAR}-kota-{CITY}@" in whole
    assert "Set-Cookie" not in response.headers


# -- sending at the close ------------------------------------------------------------------


def test_what_is_sent_in_the_closing_minutes_is_received_at_once_and_filed_by_the_job(client_for):
    user = make.user()
    declared(NOW + MINUTE)
    client, key = client_for(user), draft(user)
    sent = client.post(address(key))
    assert sent.location == address(key, "diterima")
    assert db.session.scalar(select(Item).where(Item.filing_key == key)) is None
    waiting = client.get(sent.location)
    assert (waiting.status_code, waiting.headers["Refresh"]) == (200, "5")
    received = db.session.get(Intake, key).received_at
    assert received <= NOW + MINUTE
    intake.file_next()
    item = db.session.scalars(select(Item).where(Item.filing_key == key)).one()
    assert item.created_at == received
    assert client.get(sent.location).location == f"/musrenbang/{item.number}/terima-kasih"


def test_sent_again_while_it_waits_leads_to_the_same_page(client_for):
    user = make.user()
    declared(NOW + MINUTE)
    client, key = client_for(user), draft(user)
    client.post(address(key))
    assert client.post(address(key)).location == address(key, "diterima")
    assert client.get(address(key)).location == address(key, "diterima")
    assert db.session.scalars(select(Intake.key)).all() == [key]


def test_refused_it_says_why_and_leads_to_the_draft(client_for):
    user = make.user()
    declared(NOW - MINUTE)
    client, key = client_for(user), draft(user)
    sent = client.post(address(key))
    intake.file_next()
    shown = client.get(sent.location).get_data(as_text=True)
    assert address(key) in shown
    assert "Rembug Warga" in shown
    assert db.session.get(Draft, key) is not None


def test_long_after_the_close_the_answer_comes_at_once_and_the_draft_stays(client_for):
    user = make.user()
    declared(NOW - DAY)
    want = Wanted("rembug_warga", CITY, NOW + 2 * DAY, NOW + 4 * DAY)
    cycles.reopen(YEAR, want, SYSTEM, "Banjir")
    client, key = client_for(user), draft(user)
    refused = client.post(address(key) + "?bahasa=en")
    shown = text(refused, 409)
    assert "It opens again on" in shown
    assert "What you typed is kept." in shown
    assert db.session.get(Draft, key).data["isi"]["title"] == "Drainase Gang Mawar"
    assert "It opens again on" in text(client.get(address(key, "isi") + "?bahasa=en"))
    assert "It opens again on" in text(client.get("/saya?bahasa=en"))


def test_far_from_any_close_it_is_filed_as_always(client_for):
    user = make.user()
    declared(NOW + 5 * DAY)
    client, key = client_for(user), draft(user)
    client.post(address(key))
    assert db.session.scalars(select(Proposal.plan_year)).all() == [YEAR]
    assert db.session.scalars(select(Intake.key)).all() == []


def test_nobody_reads_what_somebody_else_has_sent(client_for):
    user = make.user()
    declared(NOW + MINUTE)
    key = draft(user)
    client_for(user).post(address(key))
    assert client_for(make.user()).get(address(key, "diterima")).status_code == 404


def test_what_happened_stands_in_the_inbox_and_is_read_with_the_rest(client_for):
    user = make.user()
    declared(NOW + MINUTE)
    client, key = client_for(user), draft(user)
    client.post(address(key))
    intake.file_next()
    shown = client.get("/saya/kotak-masuk").get_data(as_text=True)
    assert address(key, "diterima") in shown
    assert "is-unread" in shown
    client.post("/saya/kotak-masuk")
    assert "is-unread" not in client.get("/saya/kotak-masuk").get_data(as_text=True)


def test_a_step_outside_its_stage_says_when_it_opens(client_for):
    moderator = make.user(roles=("moderator",))
    item = make.item("musrenbang")
    item.level = "kelurahan"
    declared(NOW + 9 * DAY, stage="kelurahan", first=NOW + 5 * DAY)
    db.session.flush()
    client = client_for(moderator)
    response = client.post(f"/musrenbang/{item.number}/langkah/verify?bahasa=en", data={"seen": 1})
    assert "opens on" in text(response, 422)
    assert item.state == "submitted"


@pytest.mark.parametrize(
    ("said", "believed"),
    [("t=1000.5", 1000.5), ("1000500", 1000.5), ("t=1000500000", 1000.5), ("t=10", None),
     ("t=2000", None), ("", None), ("t=nan", None), ("t=1e400", None), ("jam 4", None)],
)  # fmt: skip
def test_a_proxy_says_when_a_request_came_where_the_city_lets_it(app, monkeypatch, said, believed):
    shift = 1_700_000_000
    now = datetime.fromtimestamp(shift + 1010, UTC)
    number = re.search(r"[\d.]+", said)
    if believed is not None and number is not None:
        scale = float(number[0]) / believed
        said = said.replace(number[0], f"{(shift + believed) * scale:.0f}" if scale > 1
                            else f"{shift + believed}")  # fmt: skip
    with app.test_request_context("/"):
        assert arrival(said, now) == now
        monkeypatch.setitem(app.config, "ARRIVAL_HEADER", True)
        found = arrival(said, now)
    expected = now if believed is None else datetime.fromtimestamp(shift + believed, UTC)
    assert abs(found - expected) < timedelta(seconds=0.6)


# -- planners ------------------------------------------------------------------------------


@pytest.fixture
def planner(client_for):
    return client_for(make.user(roles=("planner",)))


def span(first, last, **more):
    zone = {"stage": "rembug_warga", "area_code": CITY, "spread": "one", "days": "0"}
    return zone | {"opens_at": first, "closes_at": last} | more


def test_a_planner_begins_a_cycle_sets_dates_after_a_preview_and_sees_the_history(planner):
    assert planner.post(WORK, data={"plan_year": str(YEAR)}).location == f"{WORK}/{YEAR}"
    form = span(f"{YEAR}-01-10T08:00", f"{YEAR}-01-18T16:00", reason="Perwal 12")
    shown = text(planner.post(f"{WORK}/{YEAR}/atur?bahasa=en", data=form))
    assert "1 window would change." in shown
    assert db.session.scalars(select(CycleWindow.id)).all() == []
    done = planner.post(f"{WORK}/{YEAR}/atur", data=form | {"sure": "1", "seen": "0"})
    assert done.location == f"{WORK}/{YEAR}"
    row = db.session.scalars(select(CycleWindow)).one()
    assert (row.closes_at, row.reason) == (datetime(YEAR, 1, 18, 9, tzinfo=UTC), "Perwal 12")
    assert "Perwal 12" in text(planner.get(done.location))


def test_kecamatan_one_after_another_a_day_apart(planner):
    cycles.begin(YEAR, SYSTEM)
    form = span(f"{YEAR}-01-10T08:00", f"{YEAR}-01-11T16:00", spread="kecamatan", days="1")
    planner.post(f"{WORK}/{YEAR}/atur", data=form | {"sure": "1", "seen": "0"})
    rows = db.session.scalars(select(CycleWindow).order_by(CycleWindow.area_code)).all()
    assert len(rows) == 30
    assert [(r.opens_at - rows[0].opens_at).days for r in rows] == list(range(30))


def test_somebody_else_was_quicker(planner):
    declared()
    form = span(f"{YEAR}-01-10T08:00", f"{YEAR}-01-18T16:00", area_code=make.KECAMATAN)
    response = planner.post(f"{WORK}/{YEAR}/atur", data=form | {"sure": "1", "seen": "0"})
    assert response.status_code == 422
    assert len(db.session.scalars(select(CycleWindow)).all()) == 1


@pytest.mark.parametrize(
    "wrong",
    [{"closes_at": f"{YEAR}-01-01T00:00"}, {"closes_at": "besok"}, {"opens_at": ""},
     {"stage": "nanti"}, {"area_code": "x"}, {"days": "999"},
     {"stage": "kota", "area_code": make.KECAMATAN}],
)  # fmt: skip
def test_dates_that_make_no_sense_are_said_and_nothing_typed_is_lost(planner, wrong):
    cycles.begin(YEAR, SYSTEM)
    form = span(f"{YEAR}-01-10T08:00", f"{YEAR}-01-18T16:00", reason="Perwal 12") | wrong
    response = planner.post(f"{WORK}/{YEAR}/atur", data=form | {"sure": "1", "seen": "0"})
    assert response.status_code in (200, 422)
    assert "Perwal 12" in response.get_data(as_text=True)
    assert db.session.scalars(select(CycleWindow.id)).all() == []


def test_the_dates_of_another_cycle_are_copied(planner):
    declared(stage="kota")
    cycles.begin(YEAR + 1, SYSTEM)
    form = {"source": str(YEAR), "sure": "1", "seen": "0"}
    assert planner.post(f"{WORK}/{YEAR + 1}/salin", data=form).status_code == 302
    years = select(CycleWindow.plan_year).order_by(CycleWindow.id)
    assert db.session.scalars(years).all() == [YEAR, YEAR + 1]


def test_reopening_wants_a_reason(planner):
    declared(NOW - DAY)
    last = (NOW + 3 * DAY).strftime("%Y-%m-%dT%H:%M")
    form = span(NOW.strftime("%Y-%m-%dT%H:%M"), last)
    assert planner.post(f"{WORK}/{YEAR}/buka-lagi", data=form).status_code == 422
    done = planner.post(f"{WORK}/{YEAR}/buka-lagi", data=form | {"reason": "Banjir"})
    assert done.status_code == 302
    assert db.session.scalars(select(CycleWindow.act).order_by(CycleWindow.id)).all() == [
        "set", "reopen"
    ]  # fmt: skip


def test_dates_to_come_are_taken_back_and_stay_in_the_history(planner):
    (row,) = declared(NOW + 9 * DAY, first=NOW + 5 * DAY)
    page = f"{WORK}/{YEAR}/tarik/{row.id}"
    assert planner.get(page).status_code == 200
    assert planner.post(page, data={"reason": "salah tanggal"}).status_code == 302
    assert "salah tanggal" in text(planner.get(f"{WORK}/{YEAR}"))
    assert planner.post(page).status_code == 422


def test_what_was_not_realised_is_carried_over_after_a_look(planner):
    old = make.item("musrenbang", state="not_realised")
    page = f"/kerja/musrenbang/lanjutkan?tahun={old.plan_year}"
    assert old.number in text(planner.get(page))
    looked = text(planner.post(page, data={"pilih": old.id}))
    assert str(old.plan_year + 1) in looked
    assert db.session.scalars(select(Proposal.carried_from_id)).all() == [None]
    done = planner.post(page, data={"pilih": old.id, "sure": "1", "note": "Lelang gagal"})
    assert done.status_code == 302
    new = db.session.scalars(select(Proposal).where(Proposal.carried_from_id == old.id)).one()
    assert old.number not in text(planner.get(page))
    assert old.number in text(planner.get(f"/musrenbang/{new.number}"))
    assert new.number in text(planner.get(f"/musrenbang/{old.number}"))


def test_a_cycle_that_is_not_there_is_not_found(planner):
    assert planner.get(f"{WORK}/2042").status_code == 404
    assert planner.get(f"{WORK}/99999999999").status_code == 404
    assert db.session.scalars(select(Cycle.plan_year)).all() == []


def test_every_kind_that_is_filed_in_a_stage_has_steps_bound_to_one():
    for kind in KINDS.values():
        assert bool(kind.filed_in) == bool(kind.in_stage)
        assert kind.in_stage <= {step.name for step in kind.workflow.steps}
