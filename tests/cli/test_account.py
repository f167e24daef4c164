"""The commands about accounts."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.services import accounts
from tests import factories


@pytest.fixture
def run(app: Flask, session: Any) -> Any:
    """Run a command of ``flask account``."""

    def go(*words: str, answer: str = "") -> Any:
        return app.test_cli_runner().invoke(args=["account", *words], input=answer)

    return go


def test_an_administrator_is_made_with_a_link_for_the_password(run: Any):
    result = run("create-admin", "walikota@contoh.id")
    assert result.exit_code == 0, result.output
    assert "/sandi-baru/" in result.output
    user = accounts.find("walikota@contoh.id")
    assert user is not None
    assert [seat.role for seat in factories.actor(user).seats] == ["admin"]


def test_an_existing_account_becomes_an_administrator_once(run: Any):
    user = factories.user()
    assert "/sandi-baru/" not in run("create-admin", user.email).output
    again = run("create-admin", user.email)
    assert again.exit_code == 1
    assert "Traceback" not in again.output


def test_anonymising_asks_first_and_says_when_nobody_is_there(run: Any):
    user = factories.user()
    email = user.email
    assert run("anonymise", email, "--reason", "asked", answer="n\n").exit_code == 1
    assert accounts.find(email) is not None
    assert run("anonymise", email, "--reason", "asked", "--yes").exit_code == 0
    assert accounts.find(email) is None
    assert run("anonymise", email, "--reason", "asked", "--yes").exit_code == 1
