"""Photos on the form of a step: checked before they go on, neither lost nor left when refused."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.services import demo_proof, items, photos
from models import ChangeText, Photo, db
from tests import factories as make
from tests.nasty import check
from tests.pictures import kept, saved, scenery

CAMERA_SAYS_NOTHING = {
    "explain_time": "Kamera kantor tidak mencatat waktu.",
    "explain_distance": "GPS ponsel tidak menyala di bawah jembatan.",
}


@pytest.fixture
def var(app: Any, session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(app.config, "VAR", tmp_path)
    return tmp_path


@pytest.fixture
def officer(session: Any) -> Any:
    return make.user(roles=("officer",))


@pytest.fixture
def work(session: Any) -> Any:
    return make.item("lapor", state="working", department_code=make.DEPARTMENT)


def form_of(item: Any, step: str = "submit_proof") -> str:
    return f"/lapor/{item.number}/langkah/{step}"


def upload(seed: int = 1, **how: Any) -> tuple[Any, str]:
    return saved(scenery(seed), "JPEG", **how), "bukti.jpg"


def on_the_form(item: Any, step: str = "submit_proof") -> list[Photo]:
    query = select(Photo).where(Photo.for_item_id == item.id, Photo.for_step == step)
    return list(db.session.scalars(query.order_by(Photo.id)))


def develop(item: Any, step: str = "submit_proof") -> None:
    for photo in on_the_form(item, step):
        photos.process(photo.id)
        photos.discard_original(photo.id)


def test_the_officer_sees_each_check_before_anything_goes_on(
    var: Path, client_for: Any, officer: Any, work: Any, session: Any
) -> None:
    client = client_for(officer)
    place = demo_proof.camera(datetime.now(UTC), *_lonlat(work))
    text = check(
        client.post(form_of(work), data={"photos": upload(exif=place), "note": "Beres."}), 200
    )
    assert "data-refresh" in text and 'name="periksa"' in text  # with and without JavaScript
    assert "Beres." in text
    assert work.state == "working"
    develop(work)
    text = check(client.post(form_of(work), data={"periksa": "1", "note": "Beres."}), 200)
    assert "data-refresh" not in text and "explain_" not in text
    assert "Beres." in text and "field-error" not in text
    check(client.post(form_of(work), data={"note": "Beres."}), 302)
    session.expire_all()
    assert work.state == "proof_submitted"


def _lonlat(item: Any) -> tuple[float, float]:
    from geoalchemy2.shape import to_shape

    point: Any = to_shape(item.place)
    return point.x, point.y


def test_a_photo_that_cannot_be_used_has_passed_nothing(
    var: Path, client_for: Any, officer: Any, work: Any
) -> None:
    whole, _name = upload()
    data = whole.getvalue()
    client = client_for(officer)
    broken = (io.BytesIO(data[: len(data) // 2]), "bukti.jpg")
    client.post(form_of(work), data={"photos": broken, "periksa": "1"})
    develop(work)
    page = unescape(client.get(form_of(work)).get_data(as_text=True))
    assert "Foto ini rusak" in page
    assert "Semua pemeriksaan lolos" not in page
    assert "Hapus dulu foto itu" in page


def test_a_failing_check_asks_for_words_which_everybody_then_reads(
    var: Path, client_for: Any, client: Any, officer: Any, work: Any, session: Any
) -> None:
    staff = client_for(officer)
    check(staff.post(form_of(work), data={"photos": upload(), "periksa": "1"}), 200)
    develop(work)
    text = check(staff.get(form_of(work)), 200)
    assert 'name="explain_time"' in text and 'name="explain_distance"' in text
    assert 'name="explain_city"' not in text
    form = {"note": "Selesai.", "explain_time": CAMERA_SAYS_NOTHING["explain_time"]}
    text = check(staff.post(form_of(work), data=form), 422)
    assert CAMERA_SAYS_NOTHING["explain_time"] in text  # nothing typed is lost
    check(staff.post(form_of(work), data={"note": "Selesai.", **CAMERA_SAYS_NOTHING}), 302)
    page = check(client.get(f"/lapor/{work.number}"), 200)
    assert all(words in page for words in CAMERA_SAYS_NOTHING.values())
    assert 'id="bukti"' in page


def test_the_seat_that_decides_reads_what_was_found(
    var: Path, client_for: Any, officer: Any, work: Any
) -> None:
    photo = make.proof_photo(work, uploaded_by_id=officer.id)
    items.move(work, "submit_proof", make.actor(officer), {"photos": [photo.id], "note": "Ok."})
    judge = client_for(make.user(roles=("moderator",)))
    for step in ("resolve", "refuse_proof"):
        page = check(judge.get(form_of(work, step)), 200)
        assert 'id="bukti"' in page and f"/foto/{photo.media_name}/kecil" in page


def test_a_photo_can_be_taken_off_the_form_again(
    var: Path, client_for: Any, officer: Any, work: Any
) -> None:
    client = client_for(officer)
    check(client.post(form_of(work), data={"photos": upload(1), "periksa": "1"}), 200)
    check(client.post(form_of(work), data={"photos": upload(2), "periksa": "1"}), 200)
    first, second = on_the_form(work)
    text = check(client.post(form_of(work), data={"buang": str(first.id), "note": "Ya."}), 200)
    assert [photo.id for photo in on_the_form(work)] == [second.id]
    assert re.search(rf'name="photo_ids"[^>]*value="{second.id}"', text)


def test_nobody_takes_off_or_hands_in_somebody_elses_photo(
    var: Path, client_for: Any, officer: Any, work: Any, session: Any
) -> None:
    check(client_for(officer).post(form_of(work), data={"photos": upload(), "periksa": "1"}), 200)
    (photo,) = on_the_form(work)
    develop(work)
    colleague = client_for(make.user(roles=("officer",)))
    assert photo.media_name not in check(colleague.get(form_of(work)), 200)
    assert colleague.get(f"/foto/{photo.media_name}").status_code == 404
    check(colleague.post(form_of(work), data={"buang": str(photo.id)}), 200)
    assert on_the_form(work)
    form = {"photo_ids": str(photo.id), "note": "Selesai.", **CAMERA_SAYS_NOTHING}
    check(colleague.post(form_of(work), data=form), 422)


def test_a_photo_put_on_one_items_form_does_not_serve_another(
    var: Path, client_for: Any, officer: Any, work: Any
) -> None:
    client = client_for(officer)
    check(client.post(form_of(work), data={"photos": upload(), "periksa": "1"}), 200)
    develop(work)
    (photo,) = on_the_form(work)
    other = make.item("lapor", state="working", department_code=make.DEPARTMENT)
    form = {"photo_ids": str(photo.id), "note": "Selesai.", **CAMERA_SAYS_NOTHING}
    check(client.post(form_of(other), data=form), 422)
    assert other.state == "working"


def test_a_step_that_is_not_open_keeps_no_photo(
    var: Path, client_for: Any, officer: Any, session: Any
) -> None:
    done = make.item("lapor", state="proof_submitted", department_code=make.DEPARTMENT)
    form = {"photos": upload(), "note": "Selesai.", **CAMERA_SAYS_NOTHING}
    check(client_for(officer).post(form_of(done), data=form), 409)
    check(client_for(make.user()).post(form_of(done), data=form | {"photos": upload()}), 403, 404)
    assert on_the_form(done) == []
    assert kept(var / "staging") == []


def test_a_step_refused_because_the_item_moved_loses_no_photo(
    var: Path, client_for: Any, officer: Any, work: Any, session: Any
) -> None:
    client = client_for(officer)
    check(client.post(form_of(work), data={"photos": upload(), "periksa": "1"}), 200)
    develop(work)
    form = {"note": "Selesai.", "seen": "1", **CAMERA_SAYS_NOTHING}
    check(client.post(form_of(work), data=form | {"photos": upload(2)}), 200, 409)
    develop(work)
    check(client.post(form_of(work), data=form), 409)
    assert len(on_the_form(work)) == 2
    assert on_the_form(work)[0].media_name in check(client.get(form_of(work)), 200)


def test_a_file_whose_transaction_fails_goes_with_it(
    var: Path, session: Any, officer: Any, work: Any
) -> None:
    session.commit()
    photos.stage(upload()[0], actor=make.actor(officer), item=work, step="submit_proof")
    assert len(kept(var / "staging")) == 1
    session.rollback()
    assert kept(var / "staging") == []
    with session.begin_nested():
        photos.stage(upload()[0], actor=make.actor(officer), item=work, step="submit_proof")
    assert len(kept(var / "staging")) == 1  # the savepoint decided nothing
    session.rollback()
    assert kept(var / "staging") == []
    photos.stage(upload()[0], actor=make.actor(officer), item=work, step="submit_proof")
    session.commit()
    session.rollback()
    assert len(kept(var / "staging")) == 1


def test_a_dispute_may_bring_a_photo(var: Path, client_for: Any, session: Any) -> None:
    author = make.user()
    item = make.item("lapor", author, state="resolved", department_code=make.DEPARTMENT)
    form = {"photos": upload(), "note": "Masih bocor.", "rating": "2"}
    check(client_for(author).post(form_of(item, "dispute"), data=form), 302)
    session.expire_all()
    assert (item.state, item.rating, item.priority) == ("reopened", 2, "high")
    (photo,) = on_the_form(item, "dispute")
    assert photo.item_id == item.id
    told = session.scalar(select(ChangeText.text).where(ChangeText.change_id == photo.change_id))
    assert told == "Masih bocor."
