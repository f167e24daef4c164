"""Papers: genuine ones, read twice apart, counted when both agree, never more than handed out."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.forms.booth import marks
from app.services import booths, papers
from app.services.papers import Reading
from app.services.refused import Refused
from models import PaperBallot, db
from tests import contests
from tests import factories as make
from tests.booths import close, hall, officer, stored

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def closed():
    """A closed vote of which three papers are in the box."""
    found = hall(sheets=5)
    for person in found.people:
        booths.give_paper(found.booth, found.officer, person.id)
    close(found)
    return found


@pytest.fixture
def colleague():
    """A second operator."""
    return make.actor(officer("operator"))


@pytest.fixture
def third():
    """A third one."""
    return make.actor(officer("coordinator"))


def test_serial_numbers_are_each_their_own_and_neighbours_look_nothing_alike():
    found = hall(sheets=200)
    assert len(set(found.serials)) == 200
    alike = [a for a, b in zip(found.serials, found.serials[1:], strict=False) if a[:2] == b[:2]]
    assert len(alike) < 10
    for serial in found.serials[::17]:
        assert papers.genuine(found.contest.id, serial.lower().replace("-", " ")) == serial


@pytest.mark.parametrize("typed", ["", "ABCD", "ABCD-EFG", "0000-000", "K7MQ9HTX", "<script>"])
def test_a_number_that_was_never_printed_is_refused(closed, typed):
    with pytest.raises(Refused):
        papers.genuine(closed.contest.id, typed)


def test_one_wrong_letter_is_noticed(closed):
    good = closed.serials[0]
    for place in (0, 1, 2, 3, 5, 6, 7):
        other = "7" if good[place] != "7" else "8"
        with pytest.raises(Refused):
            papers.genuine(closed.contest.id, good[:place] + other + good[place + 1 :])


def test_a_paper_of_the_future_is_not_genuine_yet(closed):
    with pytest.raises(Refused, match="tercetak"):
        papers.genuine(closed.contest.id, papers.serial(closed.contest.id, 5))


def test_a_paper_counts_when_two_read_the_same(closed, colleague):
    serial = closed.serials[0]
    first = papers.key(closed.booth, closed.officer, serial, Reading([1, 4]))
    assert first.state == "once"
    assert stored(closed) == {}
    assert papers.key(closed.booth, colleague, serial, Reading([1, 4])).state == "matched"
    (ballot,) = stored(closed).values()
    assert (ballot.choices, ballot.channel) == ([1, 4], "paper")


def test_nobody_reads_a_paper_twice_and_nobody_a_third_time(closed, colleague, third):
    serial = closed.serials[0]
    papers.key(closed.booth, closed.officer, serial, Reading([1]))
    with pytest.raises(Refused):
        papers.key(closed.booth, closed.officer, serial, Reading([1]))
    papers.key(closed.booth, colleague, serial, Reading([1]))
    with pytest.raises(Refused):
        papers.key(closed.booth, third, serial, Reading([2]))
    assert len(stored(closed)) == 1


def test_where_two_differ_a_third_decides_and_neither_of_the_two(closed, colleague, third):
    serial = closed.serials[0]
    papers.key(closed.booth, closed.officer, serial, Reading([1]))
    paper = papers.key(closed.booth, colleague, serial, Reading([1, 2]))
    assert paper.state == "differs"
    for one in (closed.officer, colleague):
        with pytest.raises(Refused):
            papers.settle(paper.id, closed.booth, one, Reading([1]), "Menurut saya begitu.")
    with pytest.raises(Refused):
        papers.settle(paper.id, closed.booth, third, Reading([3]), "")
    papers.settle(paper.id, closed.booth, third, Reading([1, 2]), "")
    assert paper.state == "settled"
    assert [one.choices for one in stored(closed).values()] == [[1, 2]]


def test_two_alone_forget_what_they_read_and_begin_again(closed, colleague):
    serial = closed.serials[0]
    papers.key(closed.booth, closed.officer, serial, Reading([1]))
    paper = papers.key(closed.booth, colleague, serial, Reading([2]))
    assert papers.begin_again(paper.id, closed.booth, colleague) == serial
    assert db.session.scalars(select(PaperBallot)).all() == []
    papers.key(closed.booth, colleague, serial, Reading([2]))
    papers.key(closed.booth, closed.officer, serial, Reading([2]))
    assert len(stored(closed)) == 1


def test_what_says_nothing_is_invalid_with_its_reason(closed, colleague, third):
    one, other = closed.serials[:2]
    papers.key(closed.booth, closed.officer, one, Reading(invalid="blank"))
    assert papers.key(closed.booth, colleague, one, Reading(invalid="unclear")).state == "invalid"
    papers.key(closed.booth, closed.officer, other, Reading(invalid="signed"))
    paper = papers.key(closed.booth, colleague, other, Reading([1]))
    assert paper.state == "differs"
    papers.settle(paper.id, closed.booth, third, Reading(invalid="signed"), "Ada tanda tangan.")
    assert paper.state == "invalid"
    assert "Ada tanda tangan." in papers.why_invalid(paper.note)
    assert stored(closed) == {}


def test_more_papers_than_were_handed_out_are_not_taken(closed):
    for serial in closed.serials[:3]:
        papers.key(closed.booth, closed.officer, serial, Reading([1]))
    with pytest.raises(Refused, match="diserahkan"):
        papers.key(closed.booth, closed.officer, closed.serials[3], Reading([1]))


def test_papers_are_read_after_the_close_and_before_the_seal(closed):
    running = hall(sheets=1)
    with pytest.raises(Refused):
        papers.key(running.booth, running.officer, running.serials[0], Reading([1]))
    closed.contest.state = "sealed"
    db.session.flush()
    with pytest.raises(Refused):
        papers.key(closed.booth, closed.officer, closed.serials[0], Reading([1]))


@pytest.mark.parametrize(
    ("typed", "points", "found", "strange"),
    [
        ("3, 7 12", 0, {3: 0, 7: 0, 12: 0}, False),
        ("3.7;12", 0, {3: 0, 7: 0, 12: 0}, False),
        ("", 0, {}, False),
        ("3 3", 0, {3: 0}, True),
        ("13", 0, {}, True),
        ("tiga", 0, {}, True),
        ("3=5", 0, {}, True),
        ("3=5, 7 : 5", 10, {3: 5, 7: 5}, False),
        ("3 5", 10, {}, True),
        ("99999999999999999999999", 0, {}, True),
    ],
)
def test_marked_numbers_are_read_as_people_type_them(typed, points, found, strange):
    contest = contests.contest("closed", choices=12, points=points,
                               mode="points" if points else "approval")  # fmt: skip
    picks = marks(typed, contest)
    assert (dict(picks.points), picks.strange) == (found, strange)
