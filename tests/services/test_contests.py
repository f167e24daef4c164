"""A contest is drafted, frozen when it is published, opened, closed, or void by two people."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from app.access import Actor
from app.counting import Rule
from app.services import contest_keys, contest_spec, rolls
from app.services import contests as service
from app.workflow import NotAllowed
from models import (
    AuditEvent,
    Contest,
    ContestConsent,
    Eligible,
    Person,
    RollVersion,
    Verification,
    db,
)
from tests import contests, factories
from tests.examples import examples
from tests.live import at_once, live_app, one_transaction

YEAR = 2031
RULE = Rule(fill=True).to_json()


def moderator(**scope: Any) -> Actor:
    return factories.actor(factories.user(roles=("moderator",), **scope))


def resident(rw: int = 3, level: int = 2, **values: Any) -> Person:
    values.setdefault("area_code", factories.KELURAHAN)
    made = factories.person(level=level, rw=rw, **values)
    if level >= 2:
        db.session.add(
            Verification(person_id=made.id, level=level, method="attestation", rw=rw,
                         area_code=made.area_code)
        )  # fmt: skip
        db.session.flush()
    return made


def values(**changed: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    usual = {
        "title": "Prioritas Kelurahan Dago",
        "kind": "musrenbang",
        "level": "kelurahan",
        "area_code": factories.KELURAHAN,
        "plan_year": YEAR,
        "mode": "approval",
        "most": 3,
        "pagu": 300_000_000,
        "rule": RULE,
        "opens_at": now + timedelta(days=8),
        "closes_at": now + timedelta(days=15),
        "disputes_until": now + timedelta(days=7),
    }
    return usual | changed


def proposals(count: int = 4) -> list[int]:
    """Verified proposals of the kelurahan with a cost, by number."""
    made = []
    for n in range(count):
        one: Any = factories.item("musrenbang", state="verified")
        one.plan_year, one.level, one.cost = YEAR, "kelurahan", (n + 1) * 50_000_000
        made.append(one.id)
    db.session.flush()
    return made


def drafted(keeper: Actor, **changed: Any) -> Contest:
    made = service.draft(keeper, values(**changed))
    service.pick(made, keeper, proposals())
    return made


def test_a_draft_copies_titles_costs_and_places_of_what_is_on_the_list(session: Any) -> None:
    made = drafted(moderator())
    assert [c.no for c in made.choices] == [1, 2, 3, 4]
    assert made.choices[1].cost == 100_000_000
    assert made.choices[0].lon == pytest.approx(107.6, abs=0.2)
    assert made.items == 4


def test_only_what_stands_on_the_list_may_be_voted_on(session: Any) -> None:
    keeper = moderator()
    made = service.draft(keeper, values())
    elsewhere: Any = factories.item(
        "musrenbang", state="verified", area_code=factories.OTHER_KELURAHAN
    )
    elsewhere.plan_year = YEAR
    session.flush()
    with pytest.raises(service.Unfit):
        service.pick(made, keeper, [elsewhere.id])


def test_nobody_keeps_contests_of_another_kelurahan(session: Any) -> None:
    stranger = moderator(area_code=factories.OTHER_KELURAHAN)
    with pytest.raises(NotAllowed):
        service.draft(stranger, values())
    made = drafted(moderator())
    for act in (
        lambda: service.publish(made, stranger),
        lambda: service.edit(made, stranger, {"title": "Lain"}),
        lambda: service.discard(made, stranger),
        lambda: service.consent(made, "void", "", stranger),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_nobody_moves_a_draft_into_an_area_they_do_not_keep(session: Any) -> None:
    keeper = moderator()
    made = drafted(keeper)
    with pytest.raises(NotAllowed):
        service.edit(made, keeper, {"area_code": factories.OTHER_KELURAHAN})


def test_publishing_freezes_specification_and_roll_and_makes_the_key(session: Any) -> None:
    for rw in (3, 3, 4):
        resident(rw)
    resident(level=1)
    resident(area_code=factories.OTHER_KELURAHAN)
    keeper = moderator()
    made = drafted(keeper)
    digest = service.publish(made, keeper)
    line = contest_spec.canonical(session, made)
    assert digest == made.spec_hash == hashlib.sha256(line.encode()).hexdigest()
    assert json.loads(line)["items"][0]["cost"] == 50_000_000
    assert session.scalar(select(func.count()).select_from(Eligible)) == 3
    assert session.get_one(RollVersion, (made.id, 1)).size == 3
    assert contest_keys.exists(made.id)
    assert session.scalar(select(AuditEvent.detail).where(AuditEvent.act == "contest.publish"))
    contest_keys.destroy(made.id)


def test_where_people_say_they_live_counts_for_nothing_from_level_two_on(session: Any) -> None:
    moved = resident()
    moved.area_code = factories.OTHER_KELURAHAN
    claims = resident(area_code=factories.OTHER_KELURAHAN)
    claims.area_code = factories.KELURAHAN
    seated = factories.user(roles=("validator",)).person
    seated.level, seated.area_code = 2, factories.KELURAHAN
    keeper = moderator()
    made = drafted(keeper)
    service.publish(made, keeper)
    on_it = {row.person_id for row in session.scalars(select(Eligible))}
    assert on_it == {moved.id}
    contest_keys.destroy(made.id)


def test_nothing_of_it_can_change_once_it_is_published(session: Any) -> None:
    keeper = moderator()
    made = drafted(keeper)
    service.publish(made, keeper)
    for act in (
        lambda: service.edit(made, keeper, {"pagu": 1}),
        lambda: service.pick(made, keeper, []),
        lambda: service.publish(made, keeper),
        lambda: service.discard(made, keeper),
    ):
        with pytest.raises(NotAllowed):
            act()
    for column in ("title = 'x'", "pagu = 1", "rule = '{}'", "closes_at = now()", "salt = 'x'"):
        with pytest.raises(DatabaseError), session.begin_nested():
            session.execute(text(f"UPDATE contest SET {column} WHERE id = {made.id}"))
    contest_keys.destroy(made.id)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"pagu": None}, "pagu"),
        ({"rule": {}}, "menghitung"),
        ({"rule": {"rule": "equal-shares", "odd": 1}}, "menghitung"),
        ({"most": 2}, "tiga atau lebih"),
        ({"most": 5}, "lebih sedikit"),
        ({"mode": "points", "points": 0}, "poin"),
        ({"disputes_until": None}, "sampai kapan"),
        ({"disputes_until": datetime(2040, 1, 1, tzinfo=UTC)}, "sebelum pemungutan suara dibuka"),
        ({"opens_at": datetime(2020, 1, 1, tzinfo=UTC)}, "sesudah diumumkan"),
        ({"mode": "jury"}, "juri"),
        ({"mode": "named_points", "points": 10}, "delegasi"),
    ],
)
def test_a_draft_that_lacks_something_is_not_published(
    session: Any, wrong: dict[str, Any], said: str
) -> None:
    keeper = moderator()
    made = drafted(keeper, **wrong)
    with pytest.raises(service.Unfit) as refused:
        service.publish(made, keeper)
    assert said in " ".join(refused.value.args[1])
    assert made.state == "draft"


def test_a_proposal_without_cost_or_one_that_was_hidden_keeps_a_contest_from_being_published(
    session: Any,
) -> None:
    keeper = moderator()
    made = drafted(keeper)
    made.choices[0].cost = None
    made.choices[1].item.visibility = "confidential"
    session.flush()
    found = " ".join(service.unready(made, datetime.now(UTC)))
    assert "belum ada biayanya" in found
    assert "tidak terbuka untuk umum" in found


def test_nobody_is_asked_about_what_costs_more_than_the_pagu(session: Any) -> None:
    made = drafted(moderator())
    made.choices[2].cost = made.pagu + 1
    session.flush()
    (found,) = service.unready(made, datetime.now(UTC))
    assert made.choices[2].title in found
    assert "di atas pagu" in found


def test_of_eight_who_publish_at_once_one_wins() -> None:
    with live_app() as app:
        with app.app_context():
            keeper = moderator()
            made = drafted(keeper)
            for _n in range(6):
                resident()
            db.session.commit()
            contest_id = made.id

        def publish(_n: int) -> str:
            answer = service.publish(db.session.get_one(Contest, contest_id), keeper)
            db.session.commit()
            return answer

        answers = at_once(app, 8, publish)
        assert sum(isinstance(answer, str) for answer in answers) == 1, answers
        assert sum(isinstance(answer, NotAllowed) for answer in answers) == 7
        with app.app_context():
            assert db.session.scalar(select(func.count()).select_from(Eligible)) == 6
            assert db.session.scalar(select(func.count()).select_from(RollVersion)) == 1
            contest_keys.destroy(contest_id)


def test_it_opens_and_closes_by_the_clock_and_the_roll_is_written_down_once_more(
    session: Any,
) -> None:
    now = datetime.now(UTC)
    waiting = contests.contest("published", opens_at=now + timedelta(hours=1))
    due = contests.contest("published", opens_at=now - timedelta(hours=1))
    over = contests.contest("open", closes_at=now - timedelta(minutes=1))
    assert service.open_due() == [due.id]
    assert (waiting.state, due.state) == ("published", "open")
    assert service.due_to_close() == [over.id]
    assert service.close(over.id)
    assert over.state == "closed"
    assert over.closed_at is not None
    assert not service.close(over.id)
    assert not service.close(due.id)
    assert session.get(RollVersion, (over.id, 1)).reason == "closed"


def test_void_takes_two_people_and_a_reason(session: Any) -> None:
    made = contests.contest("open")
    one, other = moderator(), factories.actor(factories.user(roles=("validator",)))
    with pytest.raises(service.Unfit):
        service.void(made, one, "salah")
    assert not service.void(made, one, "Daftar usulan salah dicetak.")
    assert not service.void(made, one, "Daftar usulan salah dicetak.")
    assert made.state == "open"
    assert service.void(made, other, "Setuju, memang salah.")
    assert (made.state, made.void_reason) == ("void", "Daftar usulan salah dicetak.")
    with pytest.raises(NotAllowed):
        service.void(made, other, "Sekali lagi, memang salah.")


def test_a_certified_contest_is_never_void(session: Any) -> None:
    with pytest.raises(NotAllowed):
        service.void(contests.contest("certified"), moderator(), "Tidak suka hasilnya.")


def test_consents_are_counted_by_person_act_and_subject(session: Any) -> None:
    made = contests.contest("open")
    one, other = moderator(), moderator()
    assert not service.consent(made, "void_ballots", "incident:1", one)
    assert not service.consent(made, "void_ballots", "incident:2", other)
    assert not service.consent(made, "correct", "incident:1", other)
    assert service.consent(made, "void_ballots", "incident:1", other)
    assert session.scalar(select(func.count()).select_from(ContestConsent)) == 4


def test_two_who_agree_at_once_make_one_void() -> None:
    with live_app() as app:
        with app.app_context():
            made = contests.contest("open")
            people = [moderator(), moderator()]
            db.session.commit()
            contest_id = made.id

        def agree(n: int) -> bool:
            found = db.session.get_one(Contest, contest_id)
            answer = service.void(found, people[n], "Daftar usulan salah dicetak.")
            db.session.commit()
            return answer

        assert sorted(map(str, at_once(app, 2, agree))) == ["False", "True"]


def test_a_draft_can_be_thrown_away(session: Any) -> None:
    keeper = moderator()
    made = drafted(keeper)
    service.seat_juror(made, keeper, factories.user())
    service.discard(made, keeper)
    assert session.get(Contest, made.id) is None


@given(counts=st.dictionaries(
    st.tuples(st.sampled_from(["a", "b"]), st.integers(1, 12)), st.integers(0, 40), max_size=14
))  # fmt: skip
def test_no_count_under_five_is_said_nor_can_be_told_from_the_sum(counts: Any) -> None:
    said = rolls.suppressed(counts)
    shown = [row["n"] for row in said if row["n"] is not None]
    hidden = sum(counts.values()) - sum(shown)
    assert all(n >= rolls.SMALL for n in shown)
    assert len(said) == sum(1 for n in counts.values() if n)
    masked = len(said) - len(shown)
    assert masked != 1 or len(said) == 1
    assert masked == 0 or hidden >= rolls.SMALL or not shown


STEPS = ("publish", "open_due", "close", "void", "edit", "pick", "discard")


@examples(10)
@given(steps=st.lists(st.sampled_from(STEPS), max_size=8))
def test_whatever_happens_in_whatever_order_states_only_go_forward(
    app: Any, steps: list[str]
) -> None:
    order = ("draft", "published", "open", "closed", "void")
    with one_transaction(app):
        keeper, other = moderator(), moderator()
        made = drafted(keeper)
        spec, seen = "", 0
        for step in steps:
            try:
                match step:
                    case "publish":
                        service.publish(made, keeper)
                    case "open_due":
                        service.open_due(made.opens_at)
                    case "close":
                        service.close(made.id)
                    case "void":
                        service.void(made, keeper, "Alasan yang panjang.")
                        service.void(made, other, "Alasan yang panjang.")
                    case "edit":
                        service.edit(made, keeper, {"title": "Lain"})
                    case "pick":
                        service.pick(made, keeper, [c.item_id for c in made.choices])
                    case "discard" if made.state != "draft":
                        service.discard(made, keeper)
            except (NotAllowed, service.Unfit):
                pass
            db.session.flush()
            assert order.index(made.state) >= seen
            seen = order.index(made.state)
            if made.state != "draft":
                spec = spec or made.spec_hash
                assert made.spec_hash == spec == contest_spec.digest(db.session, made)
        contest_keys.destroy(made.id)
