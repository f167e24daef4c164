"""Pictures are shown to those who may read the item they belong to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.access import ANONYMOUS, Actor
from app.jobs import photos as job
from app.queries import photos as reads
from app.services import images, items, photos
from models import Photo
from tests import factories as make
from tests.pictures import draft_of, jpeg


@pytest.fixture
def var(app: Any, session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(app.config, "VAR", tmp_path)
    return tmp_path


@pytest.fixture
def resident(session: Any) -> Actor:
    return make.actor(make.user())


def ready(session: Any, actor: Actor, **where: Any) -> Photo:
    photo = photos.stage(jpeg(), actor=actor, **where)
    job.process(photo.id)
    session.refresh(photo)
    return photo


def test_a_public_photo_may_be_kept_by_everybody(
    session: Any, var: Path, resident: Actor, client: Any
) -> None:
    photo = ready(session, resident, item=make.item())
    for path, size in ((f"/foto/{photo.media_name}", 640), (f"/foto/{photo.thumb_name}", 480)):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.mimetype == "image/webp"
        assert answer.headers["Cache-Control"] == "public, max-age=300, must-revalidate"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer.headers
        assert images.webp_size(answer.data)[0] == size
        again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
    thumb = client.get(f"/foto/{photo.media_name}/kecil")
    assert images.webp_size(thumb.data)[0] == 480


def test_a_photo_of_what_turned_confidential_is_gone_even_for_those_who_kept_it(
    session: Any, var: Path, resident: Actor, client: Any
) -> None:
    item = make.item(state="verified")
    photo = ready(session, resident, item=item)
    kept = client.get(f"/foto/{photo.media_name}").headers["ETag"]
    about = make.category(oversight=True, place_bound=False)
    coordinator = make.actor(make.user(roles=("coordinator",)))
    items.move(item, "recategorise", coordinator, {"category": about.code})
    assert item.visibility == "confidential"
    for path in (f"/foto/{photo.media_name}", f"/foto/{photo.media_name}/kecil"):
        assert client.get(path, headers={"If-None-Match": kept}).status_code == 404


@pytest.mark.parametrize("given", [{"published": False}, {"visibility": "confidential"}])
def test_a_photo_of_what_is_not_public_is_there_for_its_people_alone(
    session: Any, var: Path, client_for: Any, given: dict[str, Any]
) -> None:
    author = make.user()
    item = make.item(author=author, **given)
    photo = ready(session, make.actor(author), item=item)
    path = f"/foto/{photo.media_name}"
    for stranger in (None, make.user(), make.user(roles=["officer"])):
        for end in ("", "/kecil"):
            assert client_for(stranger).get(path + end).status_code == 404
    for reader in (author, make.user(roles=["moderator"])):
        answer = client_for(reader).get(path)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "private, no-store"


def test_nothing_is_served_before_it_is_harmless(
    session: Any, var: Path, client: Any, resident: Actor
) -> None:
    photo = photos.stage(jpeg(), actor=resident, item=make.item())
    for name in (photo.staged_name, "0" * 64, "../../etc/passwd", "x" * 64, "a" * 63 + "/"):
        assert client.get(f"/foto/{name}").status_code == 404
    photo.media_name = "ab" * 32
    assert reads.public(session, photo.media_name) is None
    photo.status = "ready"
    session.flush()
    assert client.get(f"/foto/{photo.media_name}").status_code == 404  # there is no file


def test_a_drafts_photo_is_for_whoever_began_the_draft(
    session: Any, var: Path, client_for: Any
) -> None:
    author, stranger = make.user(), make.user(roles=["moderator"])
    draft = draft_of(session, make.actor(author))
    photo = ready(session, make.actor(author), draft=draft)
    path = f"/foto/{photo.media_name}"
    assert client_for(author).get(path).status_code == 200
    assert client_for(stranger).get(path).status_code == 404
    assert client_for().get(path).status_code == 404


def test_a_browser_without_a_login_sees_the_photos_of_its_own_draft(
    session: Any, var: Path, client_for: Any
) -> None:
    draft = draft_of(session, ANONYMOUS)
    photo = ready(session, ANONYMOUS, draft=draft)
    mine, other = client_for(), client_for()
    with mine.session_transaction() as cookie:
        cookie["drafts"] = [str(draft.key), "nonsense"]
    assert mine.get(f"/foto/{photo.media_name}").status_code == 200
    assert other.get(f"/foto/{photo.media_name}").status_code == 404
    draft.user_id = make.user().id
    session.flush()
    assert mine.get(f"/foto/{photo.media_name}").status_code == 404


def test_a_photo_that_waits_for_a_step_is_for_its_uploader(
    session: Any, var: Path, client_for: Any
) -> None:
    officer = make.user(roles=["officer"])
    photo = ready(session, make.actor(officer))
    assert client_for(officer).get(f"/foto/{photo.media_name}").status_code == 200
    assert (
        client_for(make.user(roles=["officer"])).get(f"/foto/{photo.media_name}").status_code == 404
    )
