"""The demonstration is a living city: every state, real trails, nothing that looks made today."""

from __future__ import annotations

import hashlib
import io
import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from sqlalchemy import func, select

from app.config import ROOT
from app.kinds import KINDS
from app.queries import ceilings, cycles, ranking, results
from app.queries.ranking_keys import ListKey
from app.services import demo, demo_calendar, demo_season, demo_texts, photos
from app.services.demo_paths import GOALS
from app.services.demo_plan import _states
from app.services.demo_scenes import SCENES, SHOWN, paint
from app.services.fill_walk import City, KeptCalendar
from app.services.rolls import on_roll
from models import (
    Assessment,
    Assignment,
    Ballot,
    Change,
    Comment,
    Complaint,
    Contest,
    Forum,
    ForumGuest,
    ForumVersion,
    Funnel,
    HandoverRecord,
    InternalNote,
    Item,
    Mandate,
    Notification,
    Person,
    Photo,
    Proposal,
    Ranking,
    Realisation,
    ScoringRound,
    User,
    WorkConfirmation,
)

FOLDER = ROOT / "cities" / "bandung" / "demo"


def test_a_small_demo_shows_every_state_with_people_words_and_pictures(session: Any) -> None:
    said: list[str] = []
    assert not demo.loaded()
    made = demo.load(said.append, most=1)
    assert demo.loaded()
    assert said
    shown = {(kind, state) for kind, state in session.execute(select(Item.kind, Item.state))}
    assert shown == {(k.slug, state.name) for k in KINDS.values() for state in k.workflow.states}
    assert made["comments"] and made["supports"] and made["photos"]
    _looks_lived_in(session)
    _goes_from_office_to_office(session)
    _shows_colleagues_at_work(session)
    _has_accounts(session)
    _shows_a_cycle_that_is_over(session)
    _is_in_the_middle_of_the_kecamatan_stage(session)
    _holds_a_vote_and_shows_one_that_is_certified(session)
    first = demo.undeveloped()[0]
    photos.process(first)
    assert session.get(Photo, first).status == "ready"


def _looks_lived_in(session: Any) -> None:
    now = datetime.now(UTC)
    assert session.scalar(select(func.max(Change.at))) < now
    oldest = select(func.min(Item.created_at)).where(Item.kind != "musrenbang")
    assert session.scalar(oldest) > now - timedelta(days=460)
    backwards = select(func.count()).where(Change.seq > 1, Change.at < Item.created_at)
    assert session.scalar(backwards.join_from(Change, Item)) == 0
    news = session.scalars(select(Notification.created_at)).all()
    assert sum(at < now - timedelta(days=2) for at in news) > len(news) / 2
    assert session.scalar(select(func.count()).where(Comment.official)) > 0
    order = session.execute(select(Item.id, Item.created_at).order_by(Item.id)).all()
    assert [row.created_at for row in order] == sorted(row.created_at for row in order)


def _goes_from_office_to_office(session: Any) -> None:
    back = session.scalars(select(Complaint).where(Complaint.returns > 0)).all()
    assert max(item.returns for item in back) == 2
    offices = select(Change.seat).where(Change.step.in_(("return", "accept"))).order_by(Change.seq)
    for item in back:
        took = session.scalars(offices.where(Change.item_id == item.id)).all()
        assert all(one != other for one, other in pairwise(took)), (item.number, took)
    assert session.scalar(select(func.count()).where(Change.step == "decide_owner"))


def _shows_colleagues_at_work(session: Any) -> None:
    told = select(Notification.created_at).where(Notification.event == "mention")
    assert session.scalars(told).all()
    assert session.scalar(select(func.max(InternalNote.at))) < datetime.now(UTC)
    assert session.scalar(select(func.count()).where(Assignment.ended_at.is_(None)))


def _has_accounts(session: Any) -> None:
    for account in demo.accounts():
        user = session.scalar(select(User).where(User.email == account.email))
        roles = session.scalars(select(Mandate.role).where(Mandate.user_id == user.id)).all()
        assert roles == ([] if account.role == "resident" else [account.role])
        assert user.wants_email
    hero = session.scalar(select(User).where(User.email == "warga@contoh.id"))
    mine = session.scalars(select(Item.state).where(Item.author_id == hero.person_id)).all()
    assert {"received", "need_info", "resolved", "closed"} <= set(mine)


def _shows_a_cycle_that_is_over(session: Any) -> None:
    past, now = demo_calendar.years(datetime.now(UTC))
    of = Proposal.plan_year == past
    ends = set(session.scalars(select(Proposal.state).where(of)))
    assert ends >= {"in_rkpd", "in_apbd", "procurement", "works", "done", "not_realised", "refused"}
    told = select(Realisation.progress).join(Proposal, Proposal.id == Realisation.proposal_id)
    assert {0, 100} <= set(session.scalars(told.where(of)))
    assert session.scalar(select(func.count()).select_from(HandoverRecord))
    assert session.scalar(select(func.count()).select_from(WorkConfirmation))
    spent = select(
        func.sum(Proposal.spent), func.sum(Proposal.contract_value), func.sum(Proposal.budget)
    )
    assert 0 < session.execute(spent.where(of)).one()[0] < session.execute(spent.where(of)).one()[2]
    carried = select(Proposal).where(Proposal.carried_from_id.is_not(None))
    assert {one.plan_year for one in session.scalars(carried)} == {now}
    forum = session.scalars(select(Forum).where(Forum.plan_year == past)).one()
    version = session.scalars(select(ForumVersion).where(ForumVersion.forum_id == forum.id)).one()
    assert hashlib.sha256(version.text.encode()).digest() == version.sha256
    decrees = [version.kind for version in ceilings.versions(session, past)]
    assert decrees == ["indikatif", "final"]
    assert not ceilings.excess(session, past)
    city = select(Funnel.budgeted, Funnel.done).where(
        Funnel.plan_year == past, Funnel.scope == "city"
    )
    assert min(session.execute(city).one()) > 0


def _holds_a_vote_and_shows_one_that_is_certified(session: Any) -> None:
    resident = session.scalars(select(User).where(User.email == "warga@contoh.id")).one()
    by_state = {contest.state: contest for contest in session.scalars(select(Contest))}
    assert set(by_state) == {"open", "certified"}
    assert on_roll(session, by_state["open"], resident.person_id)
    page = results.page(session, by_state["certified"])
    assert page is not None
    assert page.voters >= 300
    assert len([line for line in page.lines if line.deviates]) == 1
    assert {one.version for one in results.files(session, by_state["certified"].id)} == {2}
    assert session.scalar(select(func.count()).select_from(Ballot)) == 0


def _is_in_the_middle_of_the_kecamatan_stage(session: Any) -> None:
    _past, now = demo_calendar.years(datetime.now(UTC))
    hero = session.scalar(select(Person).join(User).where(User.email == "warga@contoh.id"))
    here = hero.area_code[:8]
    assert cycles.is_open(session, now, "kecamatan", here, datetime.now(UTC))
    key = ListKey(now, "kecamatan", here)
    listed = ranking.ranked(session, key, ceilings.ceiling_for(session, key))
    assert any(row.rank for row in listed)
    frozen = select(Ranking.level).where(Ranking.plan_year == now, Ranking.frozen_at.is_not(None))
    assert set(session.scalars(frozen)) == {"kelurahan"}
    coming = session.scalars(
        select(Forum).where(Forum.area_code == here, Forum.plan_year == now)
    ).one()
    assert coming.is_open and coming.starts_at > datetime.now(UTC)
    letters = select(func.count()).select_from(ForumGuest).where(ForumGuest.forum_id == coming.id)
    assert session.scalar(letters) > 10
    assert session.scalar(letters.where(ForumGuest.sent_at.is_not(None))) >= 3
    rounds = select(ScoringRound).where(ScoringRound.plan_year == now)
    judged = {one.area_code: one for one in session.scalars(rounds)}
    assert judged[here].closed_at and len(judged[here].assessors) >= 2
    assert any(one.closed_at is None for one in judged.values())
    recused = select(func.count()).select_from(Assessment).where(Assessment.recused != "")
    assert session.scalar(recused)
    assert cycles.timetable(session, now, "rembug_warga", hero.area_code).is_open(datetime.now(UTC))


def test_on_any_day_the_centre_is_at_its_kecamatan_stage_and_nothing_is_still_to_come(
    session: Any,
) -> None:
    zone = ZoneInfo("Asia/Jakarta")
    cast: Any = SimpleNamespace(hero=SimpleNamespace(area_code="32.73.09.1001"))
    rng = random.Random(4)
    for day in (*range(0, 366, 17), 180, 181, 365):
        at = datetime(2026, 1, 1, 3, 20, tzinfo=zone) + timedelta(days=day, hours=day % 24)
        table = demo_season.timetable(_city(at, zone), cast)
        assert table.past < table.now == at.year + 1
        opens, closes = table.span(table.now, "kecamatan", table.centre)
        assert opens + timedelta(days=3) < at < closes - timedelta(days=2)
        for goal in GOALS["musrenbang"]:
            area = rng.choice(table.districts_for(goal)) + ".1001"
            made, levels = table.moments(rng, goal, area)
            steps = [name for name, _at in made]
            assert len(steps) + len(levels) == len(goal.steps) + 1 and steps[0] == "file"
            moments = [moment for _name, moment in made]
            assert moments == sorted(moments) and moments[-1] < at
            filed, until = table.span(table.year(goal), "rembug_warga", area)
            assert filed <= moments[0] <= until


def _city(at: datetime, zone: ZoneInfo) -> City:
    quiet = lambda *_rest: ""  # noqa: E731
    return City(KeptCalendar(), zone, at, quiet, quiet, quiet)


@pytest.mark.parametrize("scene", sorted(SCENES))
def test_every_scene_is_a_picture_before_and_after(scene: str) -> None:
    before, after = paint(scene, 3), paint(scene, 3, after=True)
    for data in (before, after):
        with Image.open(io.BytesIO(data)) as image:
            assert image.format == "JPEG"
            assert image.width > image.height > 400
    assert before == paint(scene, 3)
    assert before != paint(scene, 4)


def test_every_category_shown_is_one_of_the_citys_with_a_scene(session: Any) -> None:
    from app.queries.labels import labels

    assert set(SHOWN) <= set(labels().categories)
    assert set(SHOWN.values()) <= set(SCENES)


@pytest.mark.parametrize("kind", KINDS.values(), ids=str)
def test_the_goals_reach_every_state(kind: Any) -> None:
    reached = {_states(kind, goal)[-1] for goal in GOALS[kind.slug]}
    assert reached == {state.name for state in kind.workflow.states}


def test_texts_are_filled_without_a_trace_of_their_placeholders() -> None:
    texts, rng = demo_texts.read(FOLDER), random.Random(1)
    values = demo_texts.chances(rng) | {"tempat": "Pasar Baru", "rw": "03", "rt": "02"}
    for templates in texts.items.values():
        for template in templates:
            for name in ("title", "text"):
                said = demo_texts.filled(template[name], values)
                assert "{" not in said and "}" not in said
            assert len(demo_texts.filled(template["title"], values)) <= 140


def test_a_text_about_the_night_names_an_hour_of_the_night() -> None:
    for seed in range(20):
        hour = demo_texts.chances(random.Random(seed), "Gelap tiap malam")["jam"]
        assert hour.removeprefix("pukul ")[:2] in ("19", "20", "21", "22", "23")


def test_every_reason_and_answer_belongs_to_a_declared_step() -> None:
    texts = demo_texts.read(FOLDER)
    for kind, step, code in texts.reasons:
        assert code in KINDS[kind].workflow.named(step).reasons
    for kind, step in texts.answers:
        assert step == "official" or KINDS[kind].workflow.named(step)


def test_the_accounts_are_printed_as_a_table(app: Any, session: Any) -> None:
    shown = app.test_cli_runner().invoke(args=["demo", "accounts"]).output.splitlines()
    assert shown[0].split()[:2] == ["Role", "E-mail"]
    assert len(shown) == len(demo.accounts()) + 1
    assert any("warga@contoh.id" in line for line in shown)
