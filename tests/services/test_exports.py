"""A copy of one's own data: everything, nobody else's, behind the password, for a week."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.kinds import KINDS
from app.services import comments, exports, supports
from app.services.files import media
from app.services.privacy_register import FREE_TEXT, TRACES, columns
from models import DataExport, Model, db
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")


def opened(data: bytes) -> tuple[dict[str, Any], str, list[str]]:
    archive = zipfile.ZipFile(io.BytesIO(data))
    facts = json.loads(archive.read("data.json"))
    return facts, archive.read("index.html").decode(), archive.namelist()


def somebody():
    user = make.user(name="Euis Kartika")
    for kind in KINDS:
        make.item(kind, user, title=f"Punya Euis {kind}")
    other = make.item(state="verified", title="Punya orang lain")
    comments.add(other, make.actor(user), "Saya juga lewat situ.", key=uuid.uuid4())
    supports.support(other, make.actor(user))
    return user, other


def test_every_column_that_points_to_a_person_stands_in_the_register():
    found = {name for name, _column, _table in columns()}
    assert found == set(TRACES), "say in services/privacy_register.py what becomes of it"
    known = {f"{t.name}.{c.name}" for t in Model.metadata.sorted_tables for c in t.columns}
    assert set(FREE_TEXT) <= known


def test_a_copy_holds_what_the_person_filed_wrote_and_supports_of_every_kind(app):
    user, other = somebody()
    facts, page, _names = opened(exports.packed(user))
    assert {item["title"] for item in facts["items"]} == {f"Punya Euis {kind}" for kind in KINDS}
    assert facts["items"][0]["trail"][0]["step"] == "file"
    lon, lat = facts["items"][0]["place"]
    assert 107 < lon < 108 and -7.1 < lat < -6.8
    assert facts["person"]["name"] == "Euis Kartika"
    assert facts["account"]["email"] == user.email
    assert [row["body"] for row in facts["comment"]] == ["Saya juga lewat situ."]
    assert [row["item"] for row in facts["support"]] == [other.number]
    assert "Saya juga lewat situ." in page
    assert "<script" not in page


def test_a_copy_holds_no_secret_and_nothing_of_others():
    user, other = somebody()
    comments.add(other, make.actor(make.user(name="Orang Lain")), "Kata lain.", key=uuid.uuid4())
    said = json.dumps(exports.collected(user))
    for secret in (user.password_hash, user.epoch, "Orang Lain", "Kata lain.", "Punya orang lain"):
        assert secret not in said


def test_a_copy_holds_the_photos_of_ones_own_items():
    user = make.user()
    mine, name = make.item(author=user), uuid.uuid4().hex * 2
    make.photo(mine, media_name=name)
    media().put(name, b"RIFF....WEBP")
    _facts, _page, names = opened(exports.packed(user))
    assert f"photos/{mine.number}-1.webp" in names


def test_a_copy_is_made_once_and_forgotten_after_a_week():
    user = make.user()
    export = exports.ask(user)
    with pytest.raises(exports.TooSoon):
        exports.ask(user)
    exports.build(export.id)
    first = exports.fetch(export, user)
    exports.build(export.id)
    assert exports.fetch(export, user) == first
    week = datetime.now(UTC) + timedelta(days=exports.KEPT_DAYS)
    assert exports.sweep(week - timedelta(days=8)) == 0
    assert exports.sweep(week, dry=True) == 1
    assert exports.sweep(week) == 1
    with pytest.raises(FileNotFoundError):
        exports.fetch(export, user)


def test_a_copy_is_handed_out_to_its_own_person_with_the_password_only(client_for):
    user, stranger = make.user(), make.user()
    export = exports.ask(user)
    exports.build(export.id)
    db.session.commit()
    address = f"/profil/data/salinan/{export.id}"
    client = client_for(user)
    assert client.get(address).location == "/profil/data"
    assert client.post("/profil/data", data={"password": "salah"}).status_code == 422
    client.post("/profil/data", data={"password": make.PASSWORD})
    got = client.get(address)
    assert got.status_code == 200
    assert got.headers["Cache-Control"] == "private, no-store"
    assert opened(got.data)[0]["account"]["email"] == user.email
    other = client_for(stranger)
    other.post("/profil/data", data={"password": make.PASSWORD})
    assert other.get(address).status_code == 404


def test_asking_on_the_page_queues_the_job(client_for):
    user = make.user()
    client = client_for(user)
    client.post("/profil/data/salinan")
    assert db.session.scalars(select(DataExport)).all() == [], "not without the password"
    client.post("/profil/data", data={"password": make.PASSWORD})
    client.post("/profil/data/salinan")
    assert db.session.scalars(select(DataExport.user_id)).all() == [user.id]
