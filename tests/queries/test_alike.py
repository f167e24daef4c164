"""Items that may mean the same: shown to residents before sending, to staff before joining."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from app.access import Actor, Seat
from app.queries import alike
from app.queries.labels import forget, labels
from app.services import alike as counting
from models import CategoryKinship, CommonWord, db
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
HERE = {"lon": 107.6137, "lat": -6.8850}
LAMP = {"title": "Lampu jalan mati di depan Borma", "body": "Sudah tiga malam gelap gulita."}


def question(**changes):
    asked = {"category_code": "pju-mati", "area_basis": "exact", **HERE, **LAMP} | changes
    return alike.Question.typed("lapor", asked)


def lamp(**changes):
    given = {"category_code": "pju-mati", "state": "verified", **HERE, **LAMP} | changes
    return make.item("lapor", **given)


def found(*args):
    return [row.id for row in alike.similar(db.session, *args)]


def test_the_same_matter_in_other_words_is_found():
    one = lamp()
    asked = question(title="PJU padam dekat Borma", body="Poek pisan, sieun lamun peuting.")
    assert found(asked) == [one.id]


def test_a_word_of_the_street_means_what_the_standard_word_means():
    one = lamp(title="Aya logak badag", body="Logakna jero, loba nu labuh.",
               category_code="jalan-berlubang")  # fmt: skip
    asked = question(title="Lubang besar", body="Dalam sekali, banyak yang jatuh.",
                     category_code="galian-utilitas")  # fmt: skip
    assert found(asked) == [one.id]


def test_another_matter_at_the_same_place_is_not():
    lamp(category_code="sampah-menumpuk", title="Sampah menumpuk tiga hari", body="Bau menyengat.")
    assert found(question()) == []


def test_the_same_words_farther_away_are_not():
    lamp(lon=HERE["lon"] + 0.004)
    assert found(question()) == []


def test_what_is_hidden_is_shown_to_nobody_but_those_who_may_read_it():
    hidden = lamp(published=False)
    lamp(visibility="confidential")
    assert found(question()) == []
    moderator = Actor(2**40, 2**40, "", 1, (Seat("moderator", make.KELURAHAN),))
    assert hidden.id in found(question(), moderator)


def test_of_what_is_not_public_only_category_distance_and_age_are_told():
    lamp(published=False)
    rows = alike.unseen(db.session, question())
    assert [set(row._fields) for row in rows] == [{"category_code", "metres", "created_at"}]


def test_an_item_is_not_like_itself():
    one = lamp()
    assert found(alike.Question.of(one, HERE["lon"], HERE["lat"])) == []


def test_no_more_than_three_are_shown_and_the_likeliest_first():
    near = [lamp(lon=HERE["lon"] + n * 0.0002) for n in range(5)]
    assert found(question()) == [item.id for item in near[:3]]


def test_a_finished_one_is_shown_for_a_while_but_ranks_behind_an_open_one():
    done, opened = lamp(state="closed"), lamp()
    assert found(question()) == [opened.id, done.id]


def test_kinship_is_read_from_both_sides():
    one, other = sorted(("pju-mati", "sampah-menumpuk"))
    db.session.add(CategoryKinship(one_code=one, other_code=other, closeness=0.9))
    db.session.flush()
    forget()
    kinship = labels().kinship
    assert kinship[one][other] == kinship[other][one] == 0.9


def test_the_words_that_many_items_share_are_counted_and_rare_ones_are_not_kept():
    for n in range(6):
        lamp(title=f"Lampu jalan mati nomor {n}", lon=HERE["lon"] + n * 0.01)
    lamp(title="Lampu di rumah Pak Sukmawijaya")
    counting.count_words(db.session)
    shares = {row.stem: row.share for row in db.session.query(CommonWord)}
    assert shares["lampu"] == pytest.approx(1)
    assert "sukmawijaya" not in shares


def test_looking_takes_no_more_than_two_queries():
    lamp()
    found(question())
    asked = []
    connection = db.session.connection()
    event.listen(connection, "before_cursor_execute", lambda *args: asked.append(args[2]))
    found(question())
    assert len(asked) <= 2
