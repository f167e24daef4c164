"""The demonstration is a living city: every state, real trails, nothing that looks made today."""

from __future__ import annotations

import io
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from app.config import ROOT
from app.kinds import KINDS
from app.services import demo, demo_texts, photos
from app.services.demo_paths import GOALS
from app.services.demo_plan import _states
from app.services.demo_scenes import SCENES, SHOWN, paint
from models import Change, Comment, Item, Mandate, Notification, Photo, User

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
    _has_accounts(session)
    first = demo.undeveloped()[0]
    photos.process(first)
    assert session.get(Photo, first).status == "ready"


def _looks_lived_in(session: Any) -> None:
    now = datetime.now(UTC)
    assert session.scalar(select(func.max(Change.at))) < now
    assert session.scalar(select(func.min(Item.created_at))) > now - timedelta(days=460)
    backwards = select(func.count()).where(Change.seq > 1, Change.at < Item.created_at)
    assert session.scalar(backwards.join_from(Change, Item)) == 0
    news = session.scalars(select(Notification.created_at)).all()
    assert sum(at < now - timedelta(days=2) for at in news) > len(news) / 2
    assert session.scalar(select(func.count()).where(Comment.official)) > 0
    order = session.execute(select(Item.id, Item.created_at).order_by(Item.id)).all()
    assert [row.created_at for row in order] == sorted(row.created_at for row in order)


def _has_accounts(session: Any) -> None:
    for account in demo.accounts():
        user = session.scalar(select(User).where(User.email == account.email))
        roles = session.scalars(select(Mandate.role).where(Mandate.user_id == user.id)).all()
        assert roles == ([] if account.role == "resident" else [account.role])
        assert user.wants_email
    hero = session.scalar(select(User).where(User.email == "warga@contoh.id"))
    mine = session.scalars(select(Item.state).where(Item.author_id == hero.person_id)).all()
    assert {"received", "need_info", "resolved", "closed"} <= set(mine)


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
