"""Photos on their way: staged, made harmless, shown to those who may read, forgotten."""

from __future__ import annotations

import io
import json
import os
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app import create_app
from app.access import Actor
from app.jobs import photos as job
from app.services import evidence, files, images, photos, queued
from app.workflow import NotAllowed
from models import Draft, Photo, db
from tests import databases
from tests import factories as make
from tests.pictures import draft_of, drawn, jpeg, kept, saved
from tests.settings import test_settings

JOBS = text("SELECT args->>'photo_id' FROM procrastinate_jobs WHERE task_name = 'photo_process'")


@pytest.fixture
def var(app: Any, session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(app.config, "VAR", tmp_path)
    return tmp_path


@pytest.fixture
def resident(session: Any) -> Actor:
    return make.actor(make.user())


def test_an_original_waits_in_private_and_its_job_in_the_same_transaction(
    session: Any, var: Path, resident: Actor
) -> None:
    photo = photos.stage(jpeg(), actor=resident, draft=draft_of(session, resident))
    assert (photo.status, photo.media_name) == ("staged", "")
    (path,) = (p for p in (var / "staging").rglob("*") if p.is_file())
    assert path.name == photo.staged_name
    assert oct(path.stat().st_mode)[-3:] == "600"
    assert oct(path.parent.stat().st_mode)[-3:] == "700"
    assert oct((var / "staging").stat().st_mode)[-3:] == "700"
    assert session.scalars(JOBS).all() == [str(photo.id)]


def test_the_job_makes_it_harmless_and_deletes_the_original(
    session: Any, var: Path, resident: Actor
) -> None:
    photo = photos.stage(jpeg(), actor=resident, draft=draft_of(session, resident))
    job.process(photo.id)
    session.refresh(photo)
    assert (photo.status, photo.staged_name, photo.problem) == ("ready", "", "")
    assert (photo.width, photo.height) == (640, 400)
    assert kept(var / "staging") == []
    assert kept(var / "media") == sorted([photo.media_name, photo.thumb_name])
    assert b"2026" not in photo.evidence
    assert evidence.unlock(photo.evidence, photo.id).lon == 107.61


def test_doing_it_twice_changes_nothing(session: Any, var: Path, resident: Actor) -> None:
    photo = photos.stage(jpeg(), actor=resident, draft=draft_of(session, resident))
    job.process(photo.id)
    session.refresh(photo)
    before = (photo.media_name, photo.ready_at, photo.evidence)
    job.process(photo.id)
    session.refresh(photo)
    assert (photo.media_name, photo.ready_at, photo.evidence) == before


@pytest.mark.parametrize("dies_at", ["read", "large", "small", "row", "commit", "original", "end"])
def test_a_worker_that_dies_anywhere_loses_nothing(
    session: Any, var: Path, resident: Actor, monkeypatch: pytest.MonkeyPatch, dies_at: str
) -> None:
    class Died(BaseException):
        pass

    photo = photos.stage(jpeg(), actor=resident, draft=draft_of(session, resident))
    session.commit()
    with monkeypatch.context() as patch:
        _die(patch, dies_at, Died)
        with pytest.raises(Died):
            job.process(photo.id)
    session.rollback()
    job.process(photo.id)
    session.commit()
    session.refresh(photo)
    assert (photo.status, photo.staged_name) == ("ready", "")
    assert kept(var / "staging") == []
    assert kept(var / "media") == sorted([photo.media_name, photo.thumb_name])


def _die(monkeypatch: pytest.MonkeyPatch, where: str, died: type[BaseException]) -> None:
    """Break off just before (or after) one of the acts of the job."""

    def die(*_args: Any, **_more: Any) -> None:
        raise died

    def after(function: Any, calls: int = 1) -> Any:
        count = iter(range(1, 100))

        def run(*args: Any, **more: Any) -> None:
            function(*args, **more)
            if next(count) == calls:
                raise died

        return run

    put, delete = files.LocalFiles.put, files.LocalFiles.delete
    target, name, act = {
        "read": (images, "harmless", die),
        "large": (files.LocalFiles, "put", after(put)),
        "small": (files.LocalFiles, "put", after(put, 2)),
        "row": (photos, "_set", die),
        "commit": (photos, "process", after(photos.process)),
        "original": (photos, "discard_original", die),
        "end": (files.LocalFiles, "delete", after(delete)),
    }[where]
    monkeypatch.setattr(target, name, act)


def test_a_damaged_photo_is_refused_with_a_sentence_and_its_original_goes(
    session: Any, var: Path, resident: Actor
) -> None:
    data = saved(drawn((2000, 1500)), "PNG").getvalue()
    draft = draft_of(session, resident)
    photo = photos.stage(io.BytesIO(data[:-40]), actor=resident, draft=draft)
    job.process(photo.id)
    session.refresh(photo)
    assert photo.status == "refused"
    assert photo.problem
    assert kept(var) == []


def test_a_lost_original_is_said_and_does_not_stop_the_job(
    session: Any, var: Path, resident: Actor
) -> None:
    photo = photos.stage(jpeg(), actor=resident, draft=draft_of(session, resident))
    files.staging().delete(photo.staged_name)
    job.process(photo.id)
    session.refresh(photo)
    assert photo.status == "refused"


def test_a_full_disk_is_no_fault_of_the_photo(
    session: Any, var: Path, resident: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = photos.stage(jpeg(), actor=resident, draft=draft_of(session, resident))

    def full(*_args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.LocalFiles, "put", full)
    with pytest.raises(OSError, match="No space"):
        photos.process(photo.id)
    assert session.get(Photo, photo.id).status == "staged"


def test_ten_megabytes_are_taken_and_a_byte_more_is_not(var: Path, resident: Actor) -> None:
    data = jpeg().getvalue()
    photos.stage(io.BytesIO(data.ljust(images.MAX_BYTES, b"\0")), actor=resident)
    with pytest.raises(images.TooLarge):
        photos.stage(io.BytesIO(data.ljust(images.MAX_BYTES + 1, b"\0")), actor=resident)
    with pytest.raises(photos.Empty):
        photos.stage(io.BytesIO(b""), actor=resident)


def test_a_sixth_photo_of_a_draft_is_refused_but_refused_ones_do_not_count(
    session: Any, var: Path, resident: Actor
) -> None:
    draft = draft_of(session, resident)
    made = [photos.stage(jpeg(n), actor=resident, draft=draft) for n in range(5)]
    with pytest.raises(photos.TooMany):
        photos.stage(jpeg(9), actor=resident, draft=draft)
    made[0].status = "refused"
    photos.stage(jpeg(9), actor=resident, draft=draft)


def test_many_uploads_at_once_leave_five_photos(tmp_path: Path) -> None:
    with databases.clone() as url:
        city = create_app(test_settings(url, VAR=tmp_path))
        with city.app_context():
            actor = make.actor(make.user())
            key = draft_of(db.session, actor).key
            db.session.commit()

        def upload(shade: int) -> bool:
            with city.app_context():
                try:
                    photos.stage(jpeg(shade), actor=actor, draft=db.session.get_one(Draft, key))
                    db.session.commit()
                except photos.TooMany:
                    return False
                return True

        with ThreadPoolExecutor(8) as threads:
            taken = list(threads.map(upload, range(8)))
        with city.app_context():
            for engine in db.engines.values():
                engine.dispose()
    assert taken.count(True) == photos.MOST


def test_every_problem_has_a_sentence(session: Any) -> None:
    for problem in (*images.PhotoProblem.__subclasses__(), images.PhotoProblem):
        assert len(str(problem())) > 10


def test_a_photo_taken_out_of_a_draft_leaves_no_file(
    session: Any, var: Path, resident: Actor
) -> None:
    draft = draft_of(session, resident)
    first = photos.stage(jpeg(), actor=resident, draft=draft)
    twin = photos.stage(jpeg(), actor=resident, draft=draft)
    for photo in (first, twin):
        job.process(photo.id)
    session.refresh(first)
    names = [first.media_name, first.thumb_name]
    photos.discard(draft, first.id)
    assert [photo.id for photo in draft.photos] == [twin.id]
    job.forget("", names)
    assert kept(var / "media") == sorted(names)  # the twin still needs them
    photos.discard(draft, twin.id)
    job.forget("", names)
    assert kept(var / "media") == []


def test_another_drafts_photo_and_an_items_photo_stay(
    session: Any, var: Path, resident: Actor
) -> None:
    photo = photos.stage(jpeg(), actor=resident, draft=draft_of(session, resident))
    photos.discard(draft_of(session, resident), photo.id)
    assert session.get(Photo, photo.id) is not None
    photo.draft_key, photo.item_id = None, make.item().id
    with pytest.raises(NotAllowed):
        photos.remove(photo)


def test_photos_of_a_step_nobody_took_go_after_a_day(
    session: Any, var: Path, resident: Actor
) -> None:
    item, hours = make.item(), timedelta(hours=1)
    kept_one, gone = (
        photos.stage(jpeg(n), actor=resident, item=item, step="submit_proof") for n in (1, 2)
    )
    kept_one.created_at = datetime.now(UTC) - 23 * hours
    gone.created_at = datetime.now(UTC) - 25 * hours
    gone_id = gone.id
    photos.sweep()
    session.expire_all()
    assert session.get(Photo, gone_id) is None
    assert session.get(Photo, kept_one.id) is not None


def test_a_queued_photo_that_was_swept_meanwhile_is_taken_again(session: Any, var: Path) -> None:
    actor, item = make.actor(make.user(roles=("officer",))), make.item("lapor", state="working")
    key, name, words = uuid.uuid4(), uuid.uuid4(), {"item": item, "step": "submit_proof"}
    draft = queued.step_draft(key, actor)
    queued.keep_photo(draft, name, jpeg(1), actor, **words)
    queued.keep_photo(draft, name, jpeg(1), actor, **words)
    (photo,) = photos.waiting(item, "submit_proof", actor)
    assert queued.settle_photos(draft, [str(name)])
    photos.remove(photo)
    assert not queued.settle_photos(draft, [str(name)])
    queued.keep_photo(draft, name, jpeg(1), actor, **words)
    assert len(photos.waiting(item, "submit_proof", actor)) == 1


def test_what_nobody_came_back_for_is_forgotten(session: Any, var: Path, resident: Actor) -> None:
    old = datetime.now(UTC) - timedelta(days=3)
    fresh, lost, stuck = (photos.stage(jpeg(n), actor=resident) for n in (1, 2, 3))
    lost.created_at = stuck.created_at = old
    stuck.item_id = make.item().id
    files.staging().put("orphan", b"x")
    files.media().put("nobodys", b"x")
    (var / "media" / "no" / ".half.part").write_bytes(b"x")
    for path in (*(var / "staging").rglob("*"), *(var / "media").rglob("*")):
        os.utime(path, (old.timestamp(), old.timestamp()))
    lost_id = lost.id
    photos.sweep()
    session.expire_all()
    assert session.get(Photo, lost_id) is None
    assert (fresh.status, stuck.status) == ("staged", "refused")
    assert {fresh.staged_name, stuck.staged_name} <= set(kept(var / "staging"))
    assert "orphan" not in kept(var)
    assert kept(var / "media") == []


def test_evidence_of_one_photo_cannot_be_read_as_anothers(app: Any, session: Any) -> None:
    stored = evidence.lock(images.Evidence("2026-11-20T07:15:30", 107.6, -6.9), 1)
    assert stored is not None
    with pytest.raises(evidence.Unreadable):
        evidence.unlock(stored, 2)
    with pytest.raises(evidence.Unreadable):
        evidence.unlock(stored[:-1] + bytes([stored[-1] ^ 1]), 1)
    assert evidence.lock(images.Evidence(), 1) is None
    assert json.dumps(evidence.unlock(stored, 1).taken_at) == '"2026-11-20T07:15:30"'
