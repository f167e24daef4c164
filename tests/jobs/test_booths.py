"""Packages of booths as the worker lays them out."""

from __future__ import annotations

import pytest

from app.jobs import booths as job
from app.services import booth_codes, booth_prints, contest_keys
from models import CodeBatch, VotingCode, db
from tests.booths import hall

pytestmark = pytest.mark.usefixtures("session")


def ordered(found, sort, size):
    return booth_codes.order(found.contest, found.booth, found.officer, "moderator", sort, size)


@pytest.mark.parametrize(("sort", "size"), [("codes", 7), ("papers", 2)])
def test_a_package_becomes_a_pdf_that_waits_for_who_ordered_it(sort, size):
    found = hall()
    batch = ordered(found, sort, size)
    job.print_package(batch.id)
    assert batch.status == "ready"
    job.print_package(batch.id)  # twice does no harm
    assert db.session.query(VotingCode).count() == (size if sort == "codes" else 0)
    file = booth_codes.fetched(batch, found.officer)
    assert file.startswith(b"%PDF")


def test_what_cannot_be_laid_out_leaves_no_card_behind():
    found = hall("published")
    batch = ordered(found, "papers", 2)
    db.session.commit()
    number = batch.id
    contest_keys.destroy(found.contest.id)
    job.print_package(number)
    assert db.session.get_one(CodeBatch, number).status == "failed"


def test_a_card_says_how_it_works_and_its_code_stands_once_on_it():
    found = hall()
    page = booth_prints.page(ordered(found, "codes", 1))
    card = db.session.query(VotingCode).one()
    assert card.card == "0001"
    assert "0001" in page
    assert "/suara/bilik" in page
    spans = page[page.index('class="code"') :]
    code = "".join(spans[n + 6 : n + 10] for n in _starts(spans, "<span>")[:3])
    assert booth_codes.digest(found.contest, code) == bytes(card.hash)


def _starts(text, mark):
    return [n for n in range(len(text)) if text.startswith(mark, n)]


def test_paper_ballots_carry_their_serials_the_limits_and_every_choice():
    found = hall()
    page = booth_prints.page(ordered(found, "papers", 3))
    assert page.count('class="paper"') == 3
    assert "1 sampai 5" in page
    assert page.count(found.contest.choices[0].title) == 3
