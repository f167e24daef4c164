"""The commands about partners' keys."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.services import georeport_keys
from models import AuditEvent, GeoreportKey, db
from tests import factories as make


@pytest.fixture
def run(app, session):
    """Run a command of ``flask georeport key``."""
    return lambda *words: app.test_cli_runner().invoke(args=["georeport", "key", *words])


def acts():
    return db.session.scalars(select(AuditEvent.act).order_by(AuditEvent.id)).all()


def test_a_key_is_shown_once_and_kept_as_a_hash(run):
    result = run("create", "Aplikasi Warga", "--daily", "5")
    assert result.exit_code == 0, result.output
    secret = result.output.splitlines()[-1]
    key = georeport_keys.find(secret)
    assert (key.name, key.daily, key.user_id) == ("Aplikasi Warga", 5, None)
    assert secret not in str(db.session.execute(select(GeoreportKey.__table__)).all())
    assert secret not in run("list").output
    assert acts() == ["georeport.key.create"]


def test_keys_are_listed_with_what_they_used_and_revoked(run):
    run("create", "Mitra", "--daily", "5")
    key = db.session.scalars(select(GeoreportKey)).one()
    assert georeport_keys.count(key)
    assert "1/5 today" in run("list").output
    assert run("revoke", str(key.id)).exit_code == 0
    assert "revoked" in run("list").output
    assert run("revoke", str(key.id)).exit_code == 1
    assert acts() == ["georeport.key.create", "georeport.key.revoke"]


def test_a_key_acts_for_a_login_that_is_there(run):
    assert run("create", "Mitra", "--login", "tidak-ada@contoh.id").exit_code == 1
    assert run("create", "Mitra", "--daily", "-1").exit_code == 1
    user = make.user(roles=("officer",))
    assert run("create", "Mitra", "--login", user.email).exit_code == 0
    key = db.session.scalars(select(GeoreportKey)).one()
    assert [seat.role for seat in georeport_keys.actor(key).seats] == ["officer"]
