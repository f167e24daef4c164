"""What pages of a vote ask of the database, however much there is to choose from."""

from __future__ import annotations

from typing import Any

import pytest

from models import Contest, User, db
from tests import boxes, contests, elections
from tests import factories as make
from tests.booths import hall
from tests.statements import Statements


def asked(client: Any, path: str, **sent: Any) -> int:
    """How many statements a page sends the second time it is asked for."""
    found = 0
    for _turn in range(2):
        with Statements() as statements:
            answer = client.post(path, data=sent) if sent else client.get(path)
            assert answer.status_code == 200, (path, answer.status_code)
        found = len(statements)
    return found


@pytest.fixture
def resident(session: Any) -> User:
    """Somebody of the kelurahan whom their RW knows."""
    return make.user(level=2)


def opened(resident: User, choices: int, **values: Any) -> Contest:
    return boxes.called([resident], choices=choices, rule=elections.USUAL, **values)


def pages(contest: Contest) -> dict[str, tuple[str, dict[str, Any]]]:
    """The pages somebody passes on the way to their ballot."""
    base = f"/suara/{contest.id}"
    review = {"langkah": "periksa", "pilih": ["1", "2"]}
    return {
        "list": ("/suara", {}),
        "contest": (base, {}),
        "ballot": (f"{base}/pilih", {}),
        "review": (f"{base}/pilih", review),
        "check": (f"{base}/cek", {}),
    }


MOST = {"list": 6, "contest": 14, "ballot": 6, "review": 6, "check": 8}


def test_a_voter_s_pages_ask_little_and_no_more_for_more_choices(
    client_for: Any, resident: User
) -> None:
    client = client_for(resident)
    few, many = opened(resident, 3), opened(resident, 24)
    for name in MOST:
        costs = [
            asked(client, path, **sent) for path, sent in (pages(few)[name], pages(many)[name])
        ]
        assert costs[0] == costs[1], (name, costs)
        assert costs[0] <= MOST[name], (name, costs)


def test_a_stranger_s_pages_ask_little(client_for: Any, resident: User) -> None:
    client, contest = client_for(None), opened(resident, 12)
    assert asked(client, "/suara") <= 3
    assert asked(client, f"/suara/{contest.id}") <= 9


def test_a_result_asks_no_more_for_more_choices(session: Any, client_for: Any) -> None:
    client = client_for(None)
    costs = []
    for number in (4, 14):
        contest, _tally = elections.counted(elections.ballots(20, number), choices=number)
        costs.append(asked(client, f"/suara/{contest.id}/hasil"))
    assert costs[0] == costs[1] <= 8


def test_pages_of_keepers_ask_no_more_for_more_choices(session: Any, client_for: Any) -> None:
    client = client_for(make.user(roles=("moderator",)))
    costs = []
    for number in (4, 14):
        contest, _tally = elections.counted(elections.ballots(20, number), choices=number)
        draft = contests.contest("draft", choices=number)
        db.session.flush()
        base = "/kerja/suara"
        costs.append([
            asked(client, f"{base}/{contest.id}"), asked(client, f"{base}/{contest.id}/pengesahan"),
            asked(client, f"{base}/{draft.id}"),
        ])  # fmt: skip
    assert costs[0] == costs[1]
    assert max(costs[0]) <= 24, costs


def test_a_booth_s_desk_asks_no_more_for_more_people_and_choices(
    session: Any, client_for: Any
) -> None:
    costs = []
    for people, choices in ((3, 3), (12, 24)):
        found = hall(people=people, cards=4, sheets=4, choices=choices)
        costs.append(asked(client_for(found.login), f"/kerja/suara/bilik/{found.booth.id}"))
    assert costs[0] == costs[1] <= 22
