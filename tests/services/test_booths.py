"""Booths: what is handed out, to whom, how often, and what adds up at the end."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from app.queries import booths as queries
from app.services import booth_codes, booths, contest_keys, papers
from app.services.papers import Reading
from app.services.refused import Refused
from app.workflow import NotAllowed
from models import AuditEvent, BallotLock, CodeBatch, Incident, PaperBallot, VotingCode, db
from tests import factories as make
from tests.booths import close, hall, officer, stored

pytestmark = pytest.mark.usefixtures("session")


# -- who serves -------------------------------------------------------------------------------


def test_a_booth_stands_in_an_area_of_the_vote_and_of_the_seat_that_opens_it():
    found = hall("published")
    values = {"name": "Pos RW 04", "area_code": make.KELURAHAN, "address": ""}
    assert booths.founded(found.contest, found.officer, values).id
    with pytest.raises(Refused):
        booths.founded(found.contest, found.officer, values)
    elsewhere = values | {"area_code": make.OTHER_KELURAHAN, "name": "Lain"}
    for actor in (found.officer, make.actor(officer("operator"))):
        with pytest.raises(NotAllowed):
            booths.founded(found.contest, actor, elsewhere)


def test_nothing_is_handed_out_without_a_shift_nor_by_somebody_of_another_area():
    found = hall(cards=1)
    booths.end(found.booth, found.officer, "Selesai pukul empat.")
    person = found.people[0].id
    with pytest.raises(booths.NoShift):
        booths.give_paper(found.booth, found.officer, person)
    stranger = make.actor(make.user(roles=("moderator",), area_code=make.OTHER_KELURAHAN))
    with pytest.raises(NotAllowed):
        booths.give_card(found.booth, stranger, person, "1")
    assert db.session.scalars(select(BallotLock)).all() == []


def test_a_second_shift_of_one_officer_at_one_booth_is_the_first():
    found = hall()
    earlier = queries.running(db.session(), found.booth.id, found.officer.user_id)
    assert booths.begin(found.booth, found.officer) is earlier


def test_who_is_not_on_the_roll_gets_nothing():
    found = hall(cards=1)
    stranger = make.person()
    for act in (booths.give_paper, booths.swap_paper):
        with pytest.raises(Refused):
            act(found.booth, found.officer, stranger.id)
    with pytest.raises(Refused):
        booths.give_card(found.booth, found.officer, stranger.id, "1")


# -- papers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("precedence", "answer", "left"), [("online", "voted", 1), ("paper", "given", 0)]
)
def test_who_voted_online_gets_a_paper_as_declared(precedence, answer, left):
    found = hall(cards=1, precedence=precedence)
    booths.give_card(found.booth, found.officer, found.people[0].id, "1")
    booth_codes.cast(found.contest.id, found.who(0), [1, 2], [])
    assert booths.give_paper(found.booth, found.officer, found.people[0].id) == answer
    assert len(stored(found)) == left


def test_one_paper_for_each_and_a_spoiled_one_is_exchanged_where_it_was_given():
    found = hall()
    person = found.people[0].id
    assert booths.give_paper(found.booth, found.officer, person) == "given"
    assert booths.give_paper(found.booth, found.officer, person) == "paper"
    booths.swap_paper(found.booth, found.officer, person)
    out = queries.handed(db.session(), found.contest.id)[found.booth.id]
    assert (out.papers, out.spoiled, out.outside) == (2, 1, 1)
    with pytest.raises(Refused):
        booths.swap_paper(found.booth, found.officer, found.people[1].id)


# -- cards ------------------------------------------------------------------------------------


def test_a_code_opens_its_contest_only_after_its_card_was_given():
    found = hall(cards=2)
    first = found.cards[0]
    assert booth_codes.admitted(db.session(), first.code).why == "printed"
    assert booths.give_card(found.booth, found.officer, found.people[0].id, first.number) == "given"
    opened = booth_codes.admitted(db.session(), first.code.lower().replace("-", " "))
    assert (opened.why, opened.contest, opened.who) == ("", found.contest, found.who(0))
    assert booth_codes.admitted(db.session(), "ABCD-EFGH-JKMN").why == "unknown"
    assert booth_codes.admitted(db.session(), "").why == "unknown"


def test_a_code_is_good_for_one_ballot_and_an_account_replaces_it():
    found = hall(cards=1)
    card = found.cards[0]
    booths.give_card(found.booth, found.officer, found.people[0].id, card.number)
    receipt = booth_codes.cast(found.contest.id, found.who(0), [1, 3], [])
    assert receipt.answer == "accepted"
    assert len(receipt.leaf) == 64
    assert booth_codes.admitted(db.session(), card.code).why == "used"
    assert booth_codes.cast(found.contest.id, found.who(0), [2], []).answer == "used"
    (ballot,) = stored(found).values()
    assert (ballot.choices, ballot.channel) == ([1, 3], "booth")


def test_a_person_is_given_one_card_and_a_card_one_person():
    found = hall(cards=3)
    one, other = found.people[0].id, found.people[1].id
    assert booths.give_card(found.booth, found.officer, one, "1") == "given"
    assert booths.give_card(found.booth, found.officer, one, "2") == "booth"
    for card in ("1", "0099", "nonsens", ""):
        with pytest.raises(Refused):
            booths.give_card(found.booth, found.officer, other, card)
    assert booths.give_paper(found.booth, found.officer, other) == "given"
    assert booths.give_card(found.booth, found.officer, other, "2") == "paper"


def test_another_card_makes_the_first_worthless_and_is_still_one_vote():
    found = hall(cards=3)
    person = found.people[0].id
    assert booths.swap_card(found.booth, found.officer, person, "2") == "none"
    booths.give_card(found.booth, found.officer, person, "1")
    assert booths.swap_card(found.booth, found.officer, person, "2") == "given"
    assert booth_codes.admitted(db.session(), found.cards[0].code).why == "spoiled"
    assert booth_codes.admitted(db.session(), found.cards[1].code).who == found.who(0)
    out = queries.handed(db.session(), found.contest.id)[found.booth.id]
    assert out.codes == 2


def test_a_torn_card_works_no_more():
    found = hall(cards=1)
    booth_codes.spoil(found.booth, found.officer, "0001")
    with pytest.raises(Refused):
        booth_codes.spoil(found.booth, found.officer, "1")
    with pytest.raises(Refused):
        booths.give_card(found.booth, found.officer, found.people[0].id, "1")


def test_with_a_paper_in_hand_the_card_is_worth_nothing():
    found = hall(cards=1)
    person = found.people[0].id
    booths.give_card(found.booth, found.officer, person, "1")
    assert booths.give_paper(found.booth, found.officer, person) == "given"
    assert booth_codes.admitted(db.session(), found.cards[0].code).why == "paper"
    assert booth_codes.cast(found.contest.id, found.who(0), [1], []).answer == "paper"


def test_only_hashes_of_codes_are_kept_and_no_row_of_a_card_leads_to_a_ballot_without_the_key():
    found = hall(cards=20)
    booths.give_card(found.booth, found.officer, found.people[0].id, "7")
    booth_codes.cast(found.contest.id, found.who(0), [1], [])
    (ballot,) = stored(found).values()
    given = db.session.scalars(select(VotingCode).where(VotingCode.state == "given")).one()
    assert bytes(given.holder) != bytes(ballot.pseud)
    assert booth_codes.holder(given) == bytes(ballot.pseud)
    everything = _everything()
    for card in found.cards:
        bare = card.code.replace("-", "")
        assert bare not in everything
        assert card.code not in everything
    contest_keys.destroy(found.contest.id)
    with pytest.raises(contest_keys.KeyGone):
        booth_codes.holder(given)
    assert booth_codes.admitted(db.session(), found.cards[6].code).why == "over"


def _everything() -> str:
    """All rows of all tables, as text."""
    names = db.session.scalars(
        text("SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = 'public'")
    ).all()
    small = [n for n in names if n not in ("spatial_ref_sys", "area_boundary")]
    rows = (db.session.scalars(text(f"SELECT t::text FROM {name} t")).all() for name in small)
    return "\n".join(str(row) for some in rows for row in some)


def test_no_row_holds_a_name_beside_a_card_or_a_paper():
    found = hall(cards=2, sheets=2)
    booths.give_card(found.booth, found.officer, found.people[0].id, "1")
    booths.give_paper(found.booth, found.officer, found.people[1].id)
    close(found)
    papers.key(found.booth, found.officer, found.serials[0], Reading([1]))
    lines = _everything().splitlines()
    marks = [found.serials[0], "0001", found.who(0).hex(), found.who(1).hex()]
    names = [str(one.name) for one in found.people[:2]]
    assert [x for x in lines if any(m in x for m in marks) and any(n in x for n in names)] == []
    ids = {str(one.id) for one in found.people[:2]}
    for act in db.session.scalars(select(AuditEvent)):
        assert not ids & set(re.findall(r"\d+", act.detail))
        assert not act.subject.startswith("person:")


def test_the_file_of_a_package_is_there_once_for_who_ordered_it_and_gone_within_the_hour():
    found = hall("published")
    colleague = make.actor(officer())
    order = (found.contest, found.booth, found.officer, "moderator", "codes")
    first = booth_codes.order(*order, 5)
    made = booth_codes.cards(first)
    booth_codes.keep(first, b"%PDF-kartu")
    name = first.file_name
    path = booth_codes.files()._path(name)
    assert path.stat().st_mode & 0o777 == 0o600
    assert booth_codes.fetched(first, colleague) is None
    assert booth_codes.fetched(first, found.officer) == b"%PDF-kartu"
    assert booth_codes.fetched(first, found.officer) is None
    assert not path.exists()

    second = booth_codes.order(*order, 5)
    left = booth_codes.cards(second)
    assert {one.number for one in left}.isdisjoint(one.number for one in made)
    booth_codes.keep(second, b"%PDF", at=datetime.now(UTC) - timedelta(minutes=61))
    assert booth_codes.sweep() == 1
    assert second.status == "gone"
    assert booth_codes.admitted(db.session(), left[0].code).why == "spoiled"
    assert booth_codes.admitted(db.session(), made[0].code).why == "printed"
    for size in (0, 501):
        with pytest.raises(Refused):
            booth_codes.order(*order, size)


# -- at the end -------------------------------------------------------------------------------


def test_what_stands_in_the_way_of_sealing_is_said_one_after_the_other():
    found = hall(sheets=3)
    for n in range(2):
        booths.give_paper(found.booth, found.officer, found.people[n].id)
    db.session.execute(text("UPDATE contest SET state = 'closed'"))
    db.session.expire_all()
    contest, booth, first = found.contest, found.booth, found.officer
    second = make.actor(officer("operator"))
    assert any("giliran tugas" in str(w) for w in booths.ready_to_seal(contest))
    booths.end_left(booth, first)
    assert "dihitung" in " ".join(map(str, booths.ready_to_seal(contest)))
    booths.count_box(booth, first, 2, "")
    papers.key(booth, first, found.serials[0], Reading([1]))
    assert "pembaca kedua" in " ".join(map(str, booths.ready_to_seal(contest)))
    papers.key(booth, second, found.serials[0], Reading([2]))
    papers.key(booth, second, found.serials[1], Reading([3]))
    papers.key(booth, first, found.serials[1], Reading([3]))
    said = " ".join(map(str, booths.ready_to_seal(contest)))
    assert "dibaca berbeda" in said
    row = db.session.scalars(select(PaperBallot).where(PaperBallot.state == "differs")).one()
    third = make.actor(officer("coordinator"))
    papers.settle(row.id, booth, third, Reading([2]), "")
    assert booths.ready_to_seal(contest) == []
    booths.count_box(booth, first, 3, "")
    assert "penjelasan" in " ".join(map(str, booths.ready_to_seal(contest)))
    booths.count_box(booth, first, 3, "Satu surat suara kosong dari uji cetak.")
    assert booths.ready_to_seal(contest) == []
    db.session.add(Incident(contest_id=contest.id, kind="other", words="Ada yang melapor."))
    db.session.flush()
    assert len(booths.ready_to_seal(contest)) == 1


def test_counts_of_ballots_are_nobodys_to_know_before_they_are_counted():
    found = hall(cards=1)
    booths.give_card(found.booth, found.officer, found.people[0].id, "1")
    booth_codes.cast(found.contest.id, found.who(0), [1], [])
    close(found)
    assert queries.channels(db.session(), found.contest) is None
    assert db.session.scalars(select(CodeBatch)).one().size == 1
