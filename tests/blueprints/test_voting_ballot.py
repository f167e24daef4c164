"""The ballot in the browser: pick, look once more, cast, change, ask whether it counts."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.services import contest_keys, sealing
from models import Ballot, BallotLock, Contest, Eligible, db
from tests import boxes, contests
from tests import factories as make
from tests.statements import Statements


@pytest.fixture
def resident(session: Any) -> Any:
    """Somebody of the kelurahan whom their RW knows."""
    return make.user(level=2)


def opened(resident: Any, state: str = "open", **values: Any) -> Contest:
    """A contest with its key, and the resident on its roll."""
    return boxes.called([resident], state, **values)


def send(client: Any, contest: Contest, step: str, *picks: int, **more: Any) -> Any:
    sent = {"langkah": step, "pilih": list(map(str, picks)), **more}
    return client.post(f"/suara/{contest.id}/pilih", data=sent, follow_redirects=True)


def words(response: Any) -> str:
    text = re.sub(r"<(script|style).*?</\1>", "", response.get_data(as_text=True), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def code_in(response: Any) -> str:
    found = re.search(r"(?:[0-9A-F]{4}-){7}[0-9A-F]{4}", response.get_data(as_text=True))
    assert found
    return found[0]


def leaf_in(response: Any) -> str:
    found = re.search(r'vote-leaf">([0-9a-f]{64})<', response.get_data(as_text=True))
    assert found
    return found[1]


def box(contest: Contest) -> list[Ballot]:
    return list(
        db.session.scalars(
            select(Ballot).where(Ballot.contest_id == contest.id),
            execution_options={"populate_existing": True},
        )
    )


def test_a_ballot_is_picked_looked_at_and_cast(client_for, resident):
    contest, client = opened(resident), client_for(resident)
    page = client.get(f"/suara/{contest.id}/pilih")
    assert page.status_code == 200
    assert page.get_data(as_text=True).count('name="pilih"') == 6
    look = send(client, contest, "periksa", 2, 4)
    assert look.status_code == 200
    assert not box(contest)
    assert look.get_data(as_text=True).count('type="hidden" name="pilih"') == 2
    receipt = send(client, contest, "kirim", 2, 4)
    assert receipt.status_code == 200
    (ballot,) = box(contest)
    assert (ballot.choices, ballot.rev, ballot.channel) == ([2, 4], 1, "online")
    assert bytes(ballot.nonce).hex().upper() == code_in(receipt).replace("-", "")
    assert client.get(f"/suara/{contest.id}/pilih").status_code == 200


def test_sent_twice_it_is_the_same_ballot_with_the_same_receipt(client_for, resident):
    contest, client = opened(resident), client_for(resident)
    first, again = (send(client, contest, "kirim", 1, 3) for _ in range(2))
    assert code_in(first) == code_in(again)
    assert [ballot.rev for ballot in box(contest)] == [1]


def test_a_new_ballot_replaces_the_first_and_its_receipt(client_for, resident):
    contest, client = opened(resident), client_for(resident)
    first, second = send(client, contest, "kirim", 1), send(client, contest, "kirim", 5)
    assert code_in(first) != code_in(second)
    assert [ballot.choices for ballot in box(contest)] == [[5]]


def test_casting_asks_who_and_whether_and_then_only_casts(client_for, resident):
    contest, client = opened(resident), client_for(resident)
    with Statements() as sent:
        answer = client.post(f"/suara/{contest.id}/pilih", data={"langkah": "kirim", "pilih": "1"})
    assert answer.status_code == 303
    asked, roll, cast = sent
    assert ("user_account" in asked, "eligible" in roll, "cast_ballot" in cast) == (True,) * 3
    assert asked.startswith("SELECT") and roll.startswith("SELECT")


@pytest.mark.parametrize("step", ["periksa", "kirim"])
@pytest.mark.parametrize("picks", [(), (1, 2, 3, 4, 5, 6), (1, 99), (1, "x"), (0,)])
def test_what_is_no_ballot_is_said_and_nothing_picked_is_lost(client_for, resident, step, picks):
    contest, client = opened(resident), client_for(resident)
    response = send(client, contest, step, *picks)
    assert response.status_code == 422
    assert not box(contest)
    text = response.get_data(as_text=True)
    checked = {int(no) for no in re.findall(r'name="pilih" value="(\d+)" checked', text)}
    assert checked == {no for no in picks if isinstance(no, int) and 1 <= no <= 6}
    assert 'role="alert"' in text


@pytest.mark.parametrize(
    ("points", "status"),
    [
        ({1: 6, 3: 4}, 200),
        ({1: 10}, 422),
        ({1: 5, 2: 4}, 422),
        ({1: 5, 2: 6}, 422),
        ({1: "-3", 2: 13}, 422),
        ({1: 5, 2: 5, 99: 1}, 422),
        ({1: "5,5", 2: 5}, 422),
        ({1: 5, 2: 5, 3: "0", 4: ""}, 200),
    ],
)
def test_points_are_shared_out_exactly(client_for, resident, points, status):
    contest = opened(resident, mode="points", points=10, least=2, most=4)
    client = client_for(resident)
    given = {f"poin-{no}": value for no, value in points.items()}
    look = client.post(f"/suara/{contest.id}/pilih", data={"langkah": "periksa", **given})
    cast = client.post(f"/suara/{contest.id}/pilih", data={"langkah": "kirim", **given})
    assert (look.status_code, cast.status_code) == (status, 303 if status == 200 else status)
    assert len(box(contest)) == (status == 200)
    if status == 422:
        kept = re.findall(r'name="poin-(\d+)"[^>]*value="(\d+)"', look.get_data(as_text=True))
        fits = {n: int(v) for n, v in points.items() if str(v).isdecimal() and 0 < int(v) <= 10}
        assert {int(no): int(value) for no, value in kept} == {n: fits[n] for n in fits if n <= 6}


def test_picks_come_back_when_they_are_to_be_changed(client_for, resident):
    contest, client = opened(resident), client_for(resident)
    page = send(client, contest, "ubah", 2, 6).get_data(as_text=True)
    assert set(re.findall(r'name="pilih" value="(\d+)" checked', page)) == {"2", "6"}


def test_each_voter_has_an_order_of_their_own_that_stays(client_for, resident):
    contest, client = opened(resident, choices=12), client_for(resident)
    other = make.user(level=2)
    late = {"person_id": other.person_id, "level": 2, "source": "late"}
    db.session.add(Eligible(contest_id=contest.id, **late))
    db.session.flush()

    def order(who: Any) -> list[str]:
        page = who.get(f"/suara/{contest.id}/pilih").get_data(as_text=True)
        return re.findall(r'name="pilih" value="(\d+)"', page)

    assert order(client) == order(client)
    assert sorted(order(client)) == sorted(order(client_for(other)))
    assert order(client) != order(client_for(other))


def test_who_is_not_on_the_roll_gets_no_ballot(client_for, resident):
    contest, client = opened(resident), client_for(make.user(level=2))
    assert 'name="pilih"' not in client.get(f"/suara/{contest.id}/pilih").get_data(as_text=True)
    assert 'name="pilih"' not in send(client, contest, "kirim", 1).get_data(as_text=True)
    assert not box(contest)


@pytest.mark.parametrize("state", ["draft", "support"])
def test_a_contest_without_a_secret_ballot_has_no_such_page(client_for, resident, state):
    made = (
        contests.contest("draft") if state == "draft" else contests.contest("open", mode="support")
    )
    assert client_for(resident).get(f"/suara/{made.id}/pilih").status_code == 404
    assert client_for(None).get(f"/suara/{made.id}/cek").status_code == 404


@pytest.mark.parametrize(
    ("state", "opens", "closes"),
    [("published", 1, 2), ("open", -2, -1), ("closed", -2, -1), ("sealed", -2, -1)],
)
def test_outside_its_time_nothing_is_accepted_and_the_page_says_why(
    client_for, resident, state, opens, closes
):
    now = datetime.now(UTC)
    contest = opened(
        resident,
        state,
        opens_at=now + timedelta(hours=opens),
        closes_at=now + timedelta(hours=closes),
    )
    client = client_for(resident)
    shown = client.get(f"/suara/{contest.id}/pilih")
    assert (shown.status_code, 'name="pilih"' in shown.get_data(as_text=True)) == (200, False)
    refused = send(client, contest, "kirim", 1)
    assert refused.status_code == 409
    assert not box(contest)


@pytest.mark.parametrize("why", ["paper", "void"])
def test_whoever_took_paper_or_was_voided_cannot_cast(client_for, resident, why):
    contest, client = opened(resident), client_for(resident)
    who = contest_keys.of_person(contest.id, resident.person_id)
    db.session.add(BallotLock(contest_id=contest.id, pseud=who, why=why))
    db.session.flush()
    assert 'name="pilih"' not in client.get(f"/suara/{contest.id}/pilih").get_data(as_text=True)
    assert send(client, contest, "kirim", 1).status_code == 409
    assert not box(contest)


def test_without_its_key_the_box_stays_shut_and_says_so(client_for, resident):
    contest, client = opened(resident), client_for(resident)
    contest_keys.destroy(contest.id)
    assert client.get(f"/suara/{contest.id}/pilih").status_code == 503
    assert send(client, contest, "kirim", 1).status_code == 503


def test_strangers_are_led_to_the_door(client_for, resident):
    contest = opened(resident)
    response = client_for(None).get(f"/suara/{contest.id}/pilih")
    assert response.status_code == 302
    assert response.location.startswith("/masuk")


def test_nobody_keeps_a_page_of_the_ballot(client_for, resident):
    contest = opened(resident)
    for who in (None, resident):
        for path in ("pilih", "cek"):
            response = client_for(who).get(f"/suara/{contest.id}/{path}")
            assert response.headers["Cache-Control"] == "private, no-store"


def test_before_sealing_the_voter_alone_hears_that_a_ballot_is_there(client_for, resident):
    contest, client = opened(resident), client_for(resident)
    path = f"/suara/{contest.id}/cek"
    before = client.get(path).get_data(as_text=True)
    first = code_in(send(client, contest, "kirim", 1))
    now = code_in(send(client, contest, "kirim", 2))
    after = client.get(path).get_data(as_text=True)
    assert ("notice-warn" in before, "notice-good" in after) == (True, True)
    assert client.post(path, data={"kode": now}).status_code == 200
    assert client.post(path, data={"kode": first}).status_code == 422
    assert client_for(None).post(path, data={"kode": now}).status_code == 422
    assert "notice-good" not in client_for(None).get(path).get_data(as_text=True)


@pytest.mark.parametrize("receipts", [True, False])
def test_after_sealing_anybody_proves_a_receipt_or_a_fingerprint(client_for, resident, receipts):
    contest = opened(resident, receipts=receipts)
    for n in range(6):
        who = contest_keys.pseud(contest.id, f"paper:{n}")
        cast_as(contest, who, [1 + n])
    receipt = send(client_for(resident), contest, "kirim", 1, 2)
    codes = [leaf_in(receipt)] + ([code_in(receipt)] if receipts else [])
    assert bool(re.search(r"(?:[0-9A-F]{4}-){7}", receipt.get_data(as_text=True))) is receipts
    boxes.closed(contest)
    assert sealing.seal(contest.id).state == "sealed"
    stranger = client_for(None)
    for code in codes:
        page = stranger.post(f"/suara/{contest.id}/cek", data={"kode": code})
        assert page.status_code == 200
        assert "notice-good" in page.get_data(as_text=True)
        assert contest.sealed_root in page.get_data(as_text=True)
    wrong = codes[0][:-1] + ("0" if codes[0][-1] != "0" else "1")
    for code in (wrong, "bukan kode", "F" * 32):
        assert stranger.post(f"/suara/{contest.id}/cek", data={"kode": code}).status_code == 422


def cast_as(contest: Contest, who: bytes, chosen: list[int]) -> None:
    """A ballot of somebody else."""
    from app.services import casting

    assert casting.cast(contest.id, who, chosen).stored


def test_the_receipt_is_shown_once_and_the_page_may_be_loaded_again(client_for, resident):
    contest, client = opened(resident), client_for(resident)
    sent = {"langkah": "kirim", "pilih": ["1", "2"]}
    answer = client.post(f"/suara/{contest.id}/pilih", data=sent)
    assert (answer.status_code, answer.location) == (303, f"/suara/{contest.id}/pilih/bukti")
    code_in(client.get(answer.location))
    again = client.get(answer.location)
    assert (again.status_code, again.location) == (302, f"/suara/{contest.id}/cek")
    assert len(box(contest)) == 1
