"""Votes that are not secret: by name with a reason, told only once they are counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.access import Actor
from app.counting import Rule
from app.jobs.contests import contests_turn
from app.services import named, named_count
from app.services.contest_checks import Unfit
from app.workflow import NotAllowed
from models import Contest, Juror, NamedBallot, Support, Tally, User, db
from tests import contests
from tests import factories as make

NOW = datetime.now(UTC)
WHY = "Karena paling banyak warga yang terbantu."
CRITERIA = [{"code": "k1", "name": "Manfaat", "weight": 60},
            {"code": "k2", "name": "Kesiapan", "weight": 40}]  # fmt: skip


def held(mode: str, people: int, **values: Any) -> tuple[Contest, list[Actor]]:
    """An open contest with so many delegates or jurors."""
    made = contests.contest(
        "draft", mode=mode, choices=4, opens_at=NOW - timedelta(days=1), **values
    )
    seated: list[User] = [make.user() for _n in range(people)]
    for n, user in enumerate(seated):
        db.session.add(Juror(contest_id=made.id, user_id=user.id, seat=f"Kelurahan {n}"))
    db.session.flush()
    made.spec_hash, made.published_at, made.state = "0" * 64, NOW, "published"
    db.session.flush()
    made.state = "open"
    db.session.flush()
    return made, [make.actor(user) for user in seated]


def delegates(people: int = 3) -> tuple[Contest, list[Actor]]:
    rule = Rule(rule="ranked", skip=False).to_json()
    return held("named_points", people, points=10, least=2, most=3, rule=rule)


def jury(people: int = 3) -> tuple[Contest, list[Actor]]:
    return held("jury", people, terms={"criteria": CRITERIA})


def over(made: Contest) -> None:
    """Its time is over: the database lets nobody move the day, so the state alone is moved."""
    made.state, made.closed_at = "closed", datetime.now(UTC)
    db.session.flush()


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        ({1: 10}, WHY),  # too few
        ({1: 4, 2: 5}, WHY),  # not all
        ({1: 6, 2: 5}, WHY),  # too much
        ({1: 4, 2: 3, 3: 2, 4: 1}, WHY),  # too many
        ({1: 5, 9: 5}, WHY),  # unknown
        ({1: 15, 2: -5}, WHY),
        ({1: 5, 2: 5}, "sip"),
    ],
)
def test_a_delegate_shares_all_points_with_a_reason(
    session: Any, points: dict[int, int], reason: str
) -> None:
    made, (one, *_rest) = delegates()
    with pytest.raises(Unfit):
        named.share(made, one, points, reason)
    named.share(made, one, {1: 5, 3: 5, 2: 0}, WHY)
    named.share(made, one, {1: 2, 2: 8}, WHY)
    row = session.scalars(select(NamedBallot).execution_options(populate_existing=True)).one()
    assert (row.choices, row.points, row.rev) == ([1, 2], [2, 8], 2)


def test_nobody_else_gives_points_and_none_after_the_close(session: Any) -> None:
    made, (one, *_rest) = delegates()
    with pytest.raises(NotAllowed):
        named.share(made, make.actor(make.user()), {1: 5, 2: 5}, WHY)
    with pytest.raises(NotAllowed):
        named.share(made, one, {1: 5, 2: 5}, WHY, at=made.closes_at)
    with pytest.raises(NotAllowed):
        named.mark(made, one, 1, [3, 3], WHY)


def test_points_are_public_by_name_once_they_are_counted_and_not_before(session: Any) -> None:
    made, people = delegates()
    for one in people:
        named.share(made, one, {1: 6, 2: 4}, WHY)
    assert named.public(session, made, NOW) == []
    over(made)
    assert named.public(session, made, NOW) == []
    tally = named_count.settle(made)
    assert tally is not None
    assert tally.outcome["winners"][:2] == ("1", "2")
    assert [voice.why for voice in named.public(session, made, NOW)] == [WHY] * 3
    assert made.state == "tallied"
    assert named_count.settle(made) is None


def test_jurors_mark_each_criterion_with_a_reason_or_step_back(session: Any) -> None:
    made, (one, *_rest) = jury()
    for marks, reason in (([5], WHY), ([5, 6], WHY), ([5, 0], WHY), ([5, 4], "ok")):
        with pytest.raises(Unfit):
            named.mark(made, one, 1, marks, reason)
    named.mark(made, one, 1, [5, 4], WHY)
    named.mark(made, one, 2, recused="Saudara saya yang mengusulkan.")
    with pytest.raises(NotAllowed):
        named.mark(made, one, 9, [5, 4], WHY)
    assert named.judged(session, made) == {1: 1, 2: 0, 3: 0, 4: 0}


def test_nobody_judges_what_they_brought_in(session: Any) -> None:
    made, (one, *_rest) = jury()
    made.choices[0].item.author_id = one.person_id
    session.flush()
    with pytest.raises(Unfit):
        named.mark(made, one, 1, [5, 5], WHY)
    named.mark(made, one, 1, recused="Ini usulan saya sendiri.")


def test_what_three_jurors_have_not_marked_gets_no_place(session: Any) -> None:
    made, people = jury()
    for n, one in enumerate(people):
        named.mark(made, one, 1, [3, 3], WHY)
        named.mark(made, one, 2, [5, 5 - n], WHY)
        if n:
            named.mark(made, one, 3, [5, 5], WHY)
    over(made)
    tally = named_count.settle(made)
    assert tally is not None
    assert tally.outcome["winners"] == ("2", "1")
    points = {row["id"]: row["points"] for row in tally.outcome["results"]}
    assert points == {"1": "50", "2": "90", "3": "", "4": ""}


def test_a_jury_that_marked_nothing_leaves_an_empty_list(session: Any) -> None:
    made, _people = jury()
    over(made)
    tally = named_count.settle(made)
    assert tally is not None
    assert tally.outcome["winners"] == ()


def test_open_support_is_counted_as_it_stands_at_the_close(session: Any) -> None:
    made = contests.contest("open", mode="support", choices=3, rule={})
    for no, many in ((1, 1), (3, 2)):
        for _n in range(many):
            person = make.person()
            session.add(Support(item_id=made.choices[no - 1].item_id, person_id=person.id,
                                created_at=NOW))  # fmt: skip
    late = make.person()
    session.add(Support(item_id=made.choices[0].item_id, person_id=late.id,
                        created_at=made.closes_at + timedelta(seconds=1)))  # fmt: skip
    session.flush()
    over(made)
    tally = named_count.settle(made)
    assert tally is not None
    votes = {row["id"]: row["votes"] for row in tally.outcome["results"]}
    assert votes == {"1": 1, "2": 0, "3": 2}


def test_the_job_opens_closes_and_counts_what_is_not_secret(session: Any) -> None:
    past = {"opens_at": NOW - timedelta(days=2), "closes_at": NOW - timedelta(minutes=1)}
    made = contests.contest("published", mode="support", choices=2, rule={}, **past)
    secret = contests.contest("open", **past)
    contests_turn.func(0)
    session.expire_all()
    assert (made.state, secret.state) == ("tallied", "closed")
    assert session.get(Tally, made.id) is not None
    assert session.get(Tally, secret.id) is None


def test_pages_of_delegates_and_jurors(client_for: Any) -> None:
    made, people = delegates()
    client = client_for(db.session.get(User, people[0].user_id))
    address = f"/suara/{made.id}/beri"
    wrong = client.post(address, data={"poin-1": "9", "poin-2": "x", "alasan": WHY})
    assert wrong.status_code == 422
    assert WHY in wrong.get_data(as_text=True)
    sent = {"poin-1": "4", "poin-2": "6", "alasan": WHY}
    assert client.post(address, data=sent).status_code == 302
    assert client.get(address).status_code == 200
    assert client_for(make.user()).get(address).status_code == 404

    made, people = jury()
    client = client_for(db.session.get(User, people[0].user_id))
    address = f"/suara/{made.id}/beri/1"
    assert client.get(f"/suara/{made.id}/beri").status_code == 200
    assert client.get(address).status_code == 200
    assert client.post(address, data={"k1": "5", "alasan": WHY}).status_code == 422
    assert client.post(address, data={"mundur": ""}).status_code == 422
    assert client.post(address, data={"k1": "5", "k2": "1", "alasan": WHY}).status_code == 302
    assert client.get(f"/suara/{made.id}/beri/99").status_code == 404
