"""Photos: taken into private staging, re-encoded by a job, forgotten when nothing needs them.

An original is never served.  A job makes two harmless pictures of it (``images.harmless``), named
by their content; then the original is deleted.  Every act here may be cut short at any point and
done again.
"""

from __future__ import annotations

import hashlib
import io
import secrets
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, BinaryIO

from flask_babel import force_locale
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, func, or_, select, text, update

from app.access import Actor
from app.queue import enqueue
from app.workflow import NotAllowed
from models import Change, Draft, Item, Photo, db

from . import evidence, images, undone
from .files import media, staging
from .images import Broken, PhotoProblem, TooLarge

MOST = 5
MOST_LOOSE = 20  # uploaded within an hour for steps that were not taken
LOOSE_HOURS = 24  # a photo that belongs to no draft and no item is kept so long
STUCK_HOURS = 24
LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 20))")


class TooMany(PhotoProblem):
    """Five are there already."""

    text = _("Five photos are enough. Remove one before you add another.")


class Empty(PhotoProblem):
    """No bytes came."""

    text = _("No photo arrived. Please choose it again.")


def stage(
    stream: BinaryIO,
    *,
    actor: Actor,
    draft: Draft | None = None,
    item: Item | None = None,
    change: Change | None = None,
    step: str = "",
) -> Photo:
    """Take a picture in: on the disk, a row, and a job to make it harmless.

    With ``draft`` it waits for the item to be filed; with ``item`` (and ``change``) it belongs
    there already; with ``item`` and ``step`` it waits on the form of that step until the same
    actor takes it; with none it waits for any step (``services.items.move``, answer ``photos``)
    that the same login takes.  Raises PhotoProblem.  When the transaction does not commit, the
    file goes as well.
    """
    data = stream.read(images.MAX_BYTES + 1)
    if not data:
        raise Empty
    if len(data) > images.MAX_BYTES:
        raise TooLarge
    images.check(io.BytesIO(data))
    together = on_form(item, step, actor) if item is not None and step else None
    _room_for_one_more(actor, draft, item, change, together)
    photo = Photo(
        draft_key=draft.key if draft else None,
        item_id=item.id if item and not step else None,
        for_item_id=item.id if item and step else None,
        for_step=step,
        change_id=change.id if change else None,
        uploaded_by_id=actor.user_id,
        status="staged",
        staged_name=secrets.token_hex(16),
    )
    staging().put(photo.staged_name, data)
    undone.watch(db.session(), staging(), photo.staged_name)
    db.session.add(photo)
    db.session.flush()
    enqueue("photo_process", queue="photos", photo_id=photo.id)
    return photo


def _room_for_one_more(
    actor: Actor,
    draft: Draft | None,
    item: Item | None,
    change: Change | None,
    on_its_form: tuple[ColumnElement[bool], ...] | None = None,
) -> None:
    """Refuse one too many.  Two uploads at once take turns, so that neither miscounts."""
    together: tuple[ColumnElement[bool], ...]
    most = MOST
    if draft:
        key, together = f"draft {draft.key}", (Photo.draft_key == draft.key,)
    elif item and on_its_form:
        key, together = f"form {item.id} {actor.user_id}", on_its_form
    elif item:
        change_id = change.id if change else None
        key = f"item {item.id} {change_id}"
        together = (Photo.item_id == item.id, Photo.change_id.is_not_distinct_from(change_id))
    else:
        key, most = f"user {actor.user_id}", MOST_LOOSE
        together = (*loose(actor), Photo.created_at > func.now() - timedelta(hours=1))
    db.session.execute(LOCK, {"key": key})
    count = select(func.count()).select_from(Photo).where(*together, Photo.status != "refused")
    if (db.session.scalar(count) or 0) >= most:
        raise TooMany


def loose(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Photos of this login that belong to no draft and no item yet, as conditions."""
    return (
        Photo.uploaded_by_id == actor.user_id,
        Photo.draft_key.is_(None),
        Photo.item_id.is_(None),
    )


def on_form(item: Item, step: str, actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Photos this actor has put on the form of a step of an item, as conditions."""
    return (
        Photo.for_item_id == item.id,
        Photo.for_step == step,
        Photo.uploaded_by_id.is_not_distinct_from(actor.user_id),
        Photo.item_id.is_(None),
        Photo.draft_key.is_(None),
    )


def waiting(item: Item, step: str, actor: Actor) -> list[Photo]:
    """Those photos, oldest first."""
    query = select(Photo).where(*on_form(item, step, actor)).order_by(Photo.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def take_back(item: Item, step: str, actor: Actor, photo_id: int) -> None:
    """Take a photo off the form of a step; one that is not there is left alone."""
    for photo in waiting(item, step, actor):
        if photo.id == photo_id:
            remove(photo)


def process(photo_id: int) -> None:
    """Make a staged photo harmless and ready, or refuse it with the reason.

    Only one worker at a time has a photo in hand; whoever comes second finds it done.
    """
    db.session.execute(LOCK, {"key": f"photo {photo_id}"})
    photo = db.session.get(Photo, photo_id, populate_existing=True)
    if photo is None or photo.status != "staged":
        return
    try:
        picture = _read(photo)
    except PhotoProblem as problem:
        _refuse(photo, problem)
        return
    large, small = _name(picture.large), _name(picture.small)
    for name, data in sorted([(large, picture.large), (small, picture.small)]):
        db.session.execute(LOCK, {"key": f"media {name}"})  # nobody forgets it meanwhile
        media().put(name, data)
    values = {
        "status": "ready",
        "media_name": large,
        "thumb_name": small,
        "width": picture.width,
        "height": picture.height,
        "evidence": evidence.lock(picture.evidence, photo_id),
        "ready_at": datetime.now(UTC),
    }
    _set(photo, values)
    from . import looks  # brings SciPy along: for the worker, never for the web

    looks.keep(photo_id, picture.large)


def _read(photo: Photo) -> images.Picture:
    try:
        data = staging().read(photo.staged_name)
    except FileNotFoundError:
        raise Broken from None
    return images.harmless(io.BytesIO(data))


def _name(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _refuse(photo: Photo, problem: PhotoProblem) -> None:
    language = photo.uploaded_by.language if photo.uploaded_by else None
    with force_locale(language) if language else nullcontext():
        _set(photo, {"status": "refused", "problem": str(problem)})


def _set(photo: Photo, values: dict[str, Any]) -> None:
    still = (Photo.id == photo.id, Photo.status == "staged")
    db.session.execute(update(Photo).where(*still).values(**values))
    db.session.expire(photo)


def discard_original(photo_id: int) -> None:
    """Delete the original of a photo that is ready or refused; call after that is committed."""
    photo = db.session.get(Photo, photo_id, populate_existing=True)
    if photo is None or photo.status == "staged" or not photo.staged_name:
        return
    staging().delete(photo.staged_name)
    photo.staged_name = ""
    db.session.flush()


def remove(photo: Photo) -> None:
    """Take back a photo that belongs to no item yet.  Raises NotAllowed."""
    if photo.item_id is not None:
        raise NotAllowed("remove")
    names = [name for name in (photo.media_name, photo.thumb_name) if name]
    enqueue("photo_forget", queue="photos", staged=photo.staged_name, names=names)
    db.session.delete(photo)
    db.session.flush()


def discard(draft: Draft, photo_id: int) -> None:
    """Take a photo out of a draft; one that is not there is left alone."""
    photo = db.session.get(Photo, photo_id)
    if photo is not None and photo.draft_key == draft.key and photo.item_id is None:
        remove(photo)
        db.session.expire(draft, ["photos"])


def forget(staged: str, names: list[str]) -> None:
    """Delete the files of removed photos, unless another photo has the same content."""
    if staged:
        staging().delete(staged)
    for name in sorted(names):
        db.session.execute(LOCK, {"key": f"media {name}"})
        used = or_(Photo.media_name == name, Photo.thumb_name == name)
        if db.session.scalar(select(Photo.id).where(used).limit(1)) is None:
            media().delete(name)


def sweep() -> None:
    """Forget what nobody came back for: photos that reached no item, files without a row."""
    now = datetime.now(UTC)
    _give_up(now - timedelta(hours=STUCK_HOURS))
    nowhere = (Photo.item_id.is_(None), Photo.draft_key.is_(None))
    lost = select(Photo).where(*nowhere, Photo.created_at < now - timedelta(hours=LOOSE_HOURS))
    for photo in db.session.scalars(lost).all():
        remove(photo)
    _sweep_files(STUCK_HOURS * 3600)


def _give_up(before: datetime) -> None:
    """A photo on which the worker died again and again is refused in the end."""
    stuck = select(Photo).where(Photo.status == "staged", Photo.created_at < before)
    for photo in db.session.scalars(stuck).all():
        _refuse(photo, Broken())
    done = select(Photo.id).where(Photo.status != "staged", Photo.staged_name != "")
    for photo_id in db.session.scalars(done).all():
        enqueue("photo_process", queue="photos", photo_id=photo_id)


def _sweep_files(seconds: float) -> None:
    known = set(db.session.scalars(select(Photo.staged_name).where(Photo.staged_name != "")))
    for name in staging().older_than(seconds):
        if name not in known:
            staging().delete(name)
    names = media().older_than(seconds)
    while batch := list(islice(names, 1000)):
        forget("", sorted(set(batch) - _in_use(batch)))


def _in_use(names: list[str]) -> set[str]:
    large = select(Photo.media_name).where(Photo.media_name.in_(names))
    small = select(Photo.thumb_name).where(Photo.thumb_name.in_(names))
    return set(db.session.scalars(large.union(small)))
