"""Pages of votes: what residents read of one, and how it is kept."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from app.services import contest_keys, contests, roll_changes
from app.services.contest_checks import Unfit
from app.workflow import NotAllowed
from models import Contest, Eligible, Juror, RollDispute, RollVersion, db
from tests import contests as ready
from tests import factories as make
from tests.services.test_contests import drafted, moderator, proposals, resident, values

NOW = datetime.now(UTC)


def published(**changed: Any) -> Contest:
    """A contest that a moderator has announced; its key is on the disk."""
    keeper = moderator()
    made = drafted(keeper, **changed)
    contests.publish(made, keeper)
    db.session.flush()
    return made


@pytest.fixture(autouse=True)
def _keys_go(session: Any) -> Any:
    yield
    for contest_id in db.session.scalars(select(Contest.id)):
        contest_keys.destroy(contest_id)


def voter(**of: Any) -> Any:
    """A login of somebody who may vote in the kelurahan."""
    found = make.user(person=resident(**of))
    db.session.flush()
    return found


def typed(**changed: Any) -> dict[str, Any]:
    """A draft as the form sends it."""
    day = datetime.now(UTC)
    usual = {
        "title": "Prioritas Kelurahan Dago",
        "place": f"kelurahan:{make.KELURAHAN}",
        "kind": "musrenbang",
        "plan_year": "2031",
        "mode": "approval",
        "least": "1",
        "most": "3",
        "points": "10",
        "pagu": "300.000.000",
        "rule": "shares",
        "threshold": "0",
        "min_level": "2",
        "precedence": "online",
        "receipts": "y",
        "late": "y",
        "disputes_until": f"{day + timedelta(days=7):%Y-%m-%dT%H:%M}",
        "opens_at": f"{day + timedelta(days=8):%Y-%m-%dT%H:%M}",
        "closes_at": f"{day + timedelta(days=15):%Y-%m-%dT%H:%M}",
    }
    return usual | changed


# -- public ------------------------------------------------------------------------------------


def test_a_stranger_reads_what_when_how_and_gets_no_cookie(client: Any) -> None:
    for _n in range(6):
        resident()
    made = published()
    page = client.get(f"/suara/{made.id}")
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    assert made.spec_hash in text
    assert "Rp50.000.000" in text.replace("\xa0", "").replace("Rp ", "Rp")
    assert db.session.get_one(RollVersion, (made.id, 1)).root in text
    assert "csrf" not in text
    assert made.title in client.get("/suara").get_data(as_text=True)


def test_the_specification_downloads_byte_for_byte_as_it_was_hashed(client: Any) -> None:
    made = published()
    answer = client.get(f"/suara/{made.id}/spec.json")
    assert hashlib.sha256(answer.data).hexdigest() == made.spec_hash
    assert made.salt.hex() not in answer.get_data(as_text=True)


def test_a_draft_is_nowhere(client: Any) -> None:
    made = drafted(moderator())
    for address in (f"/suara/{made.id}", f"/suara/{made.id}/spec.json"):
        assert client.get(address).status_code == 404
    assert made.title not in client.get("/suara").get_data(as_text=True)


@pytest.mark.parametrize("state", ["published", "open", "closed", "sealed"])
def test_no_page_says_how_many_have_voted_before_it_is_counted(client: Any, state: str) -> None:
    past = {"closes_at": NOW - timedelta(hours=1)} if state in ("closed", "sealed") else {}
    made = ready.contest(state, opens_at=NOW - timedelta(days=2), **past)
    before = client.get(f"/suara/{made.id}").data
    db.session.execute(
        ready_ballot(), {"which": made.id, "who": b"\1" * 32, "fresh": b"\2" * 16}
    )  # as paper may come as late as after the close
    assert client.get(f"/suara/{made.id}").data == before
    assert client.get("/suara").status_code == 200


def ready_ballot() -> Any:
    return text("SELECT * FROM cast_ballot(:which, :who, '{1}', '{}', 'paper', :fresh)")


def test_a_voter_finds_the_ballot_and_the_proof_of_their_place(client_for: Any) -> None:
    user = voter()
    made = published()
    client = client_for(user)
    assert f"/suara/{made.id}/daftar-pemilih" in client.get(f"/suara/{made.id}").get_data(
        as_text=True
    )
    proof = client.get(f"/suara/{made.id}/daftar-pemilih")
    assert proof.headers["Cache-Control"] == "private, no-store"
    assert db.session.get_one(RollVersion, (made.id, 1)).root in proof.get_data(as_text=True)


def test_somebody_missing_objects_is_answered_and_stands_on_the_roll(client_for: Any) -> None:
    made = published()
    user = voter()
    client = client_for(user)
    sent = {"claim": "missing", "words": "Saya tinggal di RW 03 sejak lama."}
    assert client.post(f"/suara/{made.id}/keberatan", data={"claim": "missing"}).status_code == 422
    assert client.post(f"/suara/{made.id}/keberatan", data=sent).status_code == 302
    assert client.post(f"/suara/{made.id}/keberatan", data=sent).status_code == 422
    found = db.session.scalars(select(RollDispute)).one()
    staff = client_for(make.user(roles=("moderator",)))
    answer = {"answer": "Benar, Anda sudah terdaftar.", "putusan": "terima"}
    address = f"/kerja/suara/{made.id}/keberatan/{found.id}"
    assert staff.post(address, data={"putusan": "terima"}).status_code == 422
    assert staff.post(address, data=answer).status_code == 302
    row = db.session.get_one(Eligible, (made.id, user.person_id))
    assert row.source == "dispute"
    assert db.session.get_one(RollVersion, (made.id, 2)).reason == "dispute"
    assert "Benar, Anda sudah terdaftar." in client.get(f"/suara/{made.id}").get_data(as_text=True)


def test_whoever_does_not_fulfil_the_terms_is_not_put_on_the_roll(session: Any) -> None:
    made = published()
    user = voter(level=1)
    found = roll_changes.dispute(made, make.actor(user), "missing", "Saya warga RW 03 juga.")
    keeper = moderator()
    with pytest.raises(Unfit):
        roll_changes.decide(found, made, keeper, accept=True, answer="Baik, ditambahkan.")
    roll_changes.decide(found, made, keeper, accept=False, answer="Belum diperiksa di loket.")
    assert found.state == "refused"


def test_nobody_is_struck_off_once_voting_has_opened(session: Any) -> None:
    wrong = resident()
    made = published()
    found = roll_changes.dispute(
        made, make.actor(voter()), "wrongly_listed", "Dia sudah pindah ke Cimahi."
    )
    later = made.opens_at + timedelta(minutes=1)
    given = {"accept": True, "answer": "Benar, sudah pindah.", "person_id": wrong.id}
    with pytest.raises(Unfit):
        roll_changes.decide(found, made, moderator(), at=later, **given)
    roll_changes.decide(found, made, moderator(), **given)
    assert session.get(Eligible, (made.id, wrong.id)) is None


def test_objections_end_with_their_window(session: Any) -> None:
    made = published()
    late = made.disputes_until + timedelta(seconds=1)  # type: ignore[operator]
    with pytest.raises(NotAllowed):
        roll_changes.dispute(made, make.actor(voter()), "missing", "Saya warga RW 03.", at=late)


def test_one_other_area_of_a_series_can_be_chosen_once(client_for: Any) -> None:
    terms = {"series": "musrenbang-2031", "terms": {"other_area": True}}
    user = voter(area_code=make.OTHER_KELURAHAN)
    here, third = published(**terms), published(**terms)
    home = ready.contest("draft", area_code=make.OTHER_KELURAHAN, **terms)
    db.session.add(
        Eligible(contest_id=home.id, person_id=user.person_id, level=2, series=home.series,
                 area_code=make.OTHER_KELURAHAN)
    )  # fmt: skip
    db.session.flush()
    client = client_for(user)
    assert client.post(f"/suara/{here.id}/daerah").status_code == 302
    assert client.post(f"/suara/{third.id}/daerah").status_code == 302
    chosen = db.session.scalars(select(Eligible.contest_id).where(Eligible.source == "chosen"))
    assert list(chosen) == [here.id]


def test_late_enrolment_needs_to_be_declared(session: Any) -> None:
    late, strict = published(terms={"late": True}), published()
    person = resident()
    keeper = moderator()
    roll_changes.enrol(late, keeper, person.id)
    assert session.get_one(Eligible, (late.id, person.id)).source == "late"
    with pytest.raises(Unfit):
        roll_changes.enrol(late, keeper, person.id)
    with pytest.raises(NotAllowed):
        roll_changes.enrol(strict, keeper, person.id)


def test_an_item_and_the_front_page_say_that_residents_vote(client: Any) -> None:
    made = ready.contest("open")
    item = made.choices[0].item
    text = client.get(f"/musrenbang/{item.number}").get_data(as_text=True)
    assert f"/suara/{made.id}" in text
    assert f"/suara/{made.id}" in client.get("/").get_data(as_text=True)


# -- at work -----------------------------------------------------------------------------------


def test_a_moderator_drafts_picks_reads_through_and_announces(client_for: Any) -> None:
    ids = proposals()
    client = client_for(make.user(roles=("moderator",)))
    answer = client.post("/kerja/suara/baru", data=typed())
    assert answer.status_code == 302, answer.get_data(as_text=True)
    made = db.session.scalars(select(Contest)).one()
    assert (made.level, made.pagu, made.min_level) == ("kelurahan", 300_000_000, 2)
    assert made.rule["completion"] == ["step:1%", "fill:greedy"]
    client.post(f"/kerja/suara/{made.id}/pilihan", data={"item": [str(i) for i in ids]})
    assert client.get(f"/kerja/suara/{made.id}").status_code == 200
    asked = client.post(f"/kerja/suara/{made.id}/umumkan")
    assert asked.status_code == 200
    assert db.session.get_one(Contest, made.id).state == "draft"
    client.post(f"/kerja/suara/{made.id}/umumkan", data={"yakin": "1"})
    assert db.session.get_one(Contest, made.id).state == "published"
    assert client.get(f"/kerja/suara/{made.id}?cari=Warga").status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"closes_at": "2020-01-01T10:00"},
        {"opens_at": "kapan-kapan"},
        {"pagu": "banyak"},
        {"most": "0"},
        {"place": "kota:99"},
        {"mode": "jury", "criteria": "tanpa bobot"},
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    client_for: Any, wrong: dict[str, str]
) -> None:
    client = client_for(make.user(roles=("moderator",)))
    answer = client.post("/kerja/suara/baru", data=typed(body="Kata-kata saya", **wrong))
    assert answer.status_code == 422
    assert "Kata-kata saya" in answer.get_data(as_text=True)
    assert db.session.scalar(select(func.count()).select_from(Contest)) == 0


def test_an_invented_proposal_is_not_put_on_a_ballot(client_for: Any) -> None:
    made = drafted(moderator())
    client = client_for(make.user(roles=("moderator",)))
    client.post(f"/kerja/suara/{made.id}/pilihan", data={"item": ["1", "x", "9" * 30]})
    assert len(db.session.get_one(Contest, made.id).choices) == 4


def test_the_jury_of_a_draft_is_named_and_taken_off_again(client_for: Any) -> None:
    keeper = moderator()
    made = contests.draft(keeper, values(mode="jury", rule={}))
    judge = make.user()
    client = client_for(make.user(roles=("moderator",)))
    address = f"/kerja/suara/{made.id}/juri"
    assert client.post(address, data={"email": "tidak@ada.id"}).status_code == 422
    client.post(address, data={"email": judge.email.upper()})
    assert db.session.get(Juror, (made.id, judge.id)) is not None
    client.post(address, data={"keluarkan": str(judge.id)})
    assert db.session.get(Juror, (made.id, judge.id)) is None


def test_two_officials_make_it_void_and_the_key_goes(client_for: Any) -> None:
    made = published()
    one, other = (client_for(make.user(roles=("moderator",))) for _n in range(2))
    sent = {"reason": "Daftar usulan salah cetak."}
    assert one.post(f"/kerja/suara/{made.id}/batalkan", data={"reason": "x"}).status_code == 422
    one.post(f"/kerja/suara/{made.id}/batalkan", data=sent)
    assert contest_keys.exists(made.id)
    other.post(f"/kerja/suara/{made.id}/batalkan", data=sent)
    assert db.session.get_one(Contest, made.id).state == "void"
    assert not contest_keys.exists(made.id)
    assert "Daftar usulan salah cetak." in one.get(f"/suara/{made.id}").get_data(as_text=True)


def test_a_neighbouring_kelurahan_finds_nothing_here(client_for: Any) -> None:
    made = drafted(moderator())
    stranger = client_for(make.user(roles=("moderator",), area_code=make.OTHER_KELURAHAN))
    assert stranger.get(f"/kerja/suara/{made.id}").status_code == 404
    assert made.title not in stranger.get("/kerja/suara").get_data(as_text=True)
