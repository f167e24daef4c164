"""Passwords: what is refused, and that a hash matches its password alone."""

from __future__ import annotations

from typing import Any

import pytest

from app.services import passwords


@pytest.fixture(autouse=True)
def _context(session: Any) -> None:
    """Messages and settings need the application."""


@pytest.mark.parametrize(
    "password",
    [
        "",
        "sembilan1",
        "x" * 201,
        "aaaaaaaaaaaa",
        "1212121212",
        "1234567890",
        "0987654321",
        "abcdefghijkl",
        "password123",
        "Bandung2026!",
        "bandungbandung",
        "rahasia-12345",
        "warga@contoh.id",
        "Siti Nurhaliza",
    ],
)
def test_what_anybody_would_guess_is_refused(password: str):
    with pytest.raises(passwords.WeakPassword):
        passwords.check(password, "warga@contoh.id", "Siti Nurhaliza")


@pytest.mark.parametrize(
    "password",
    ["kopi tubruk di Dago", "q8#Lm2!pZx", "sandi ban dung lautan api", "🛵🍜🌧🏔🚦🎺🌶🐈🥁🏠"],
)
def test_a_sentence_is_good(password: str):
    passwords.check(password, "warga@contoh.id", "Siti Nurhaliza")


def test_a_hash_matches_its_password_in_any_way_of_typing_it():
    stored = passwords.hashed("café di Braga")
    assert passwords.matches(stored, "cafe\u0301 di Braga")
    assert not passwords.matches(stored, "cafe di Braga")
    assert not passwords.is_outdated(stored)


@pytest.mark.parametrize("stored", ["", "x", "$argon2id$v=19$broken"])
def test_a_damaged_hash_matches_nothing(stored: str):
    assert not passwords.matches(stored, "")
