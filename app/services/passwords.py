"""Passwords: hashed with argon2id, checked in even time, refused when anybody would guess them."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from flask import current_app
from flask_babel import gettext as _

SHORTEST, LONGEST = 10, 200  # characters
# The words people reach for first here and everywhere; digits and signs around them do not help.
_WORDS = """
password passwort sandi katasandi rahasia indonesia bandung bandungjuara jakarta persib
persibbandung bobotoh merdeka bismillah alhamdulillah assalamualaikum sayang sayangku
akusayangkamu iloveyou cintaku qwerty qwertyuiop asdfghjkl zxcvbnm letmein welcome admin
administrator superman football sepakbola princess monkey dragon sunshine rembuk lapor
musrenbang badami garuda pancasila anjing doraemon naruto keluarga abcdefghij abcdefgh
passwordku passwordsaya rahasiaku
"""
GUESSED = frozenset(_WORDS.split())


class WeakPassword(Exception):
    """The password is too short, too long or too easy to guess; the text says which."""


def check(password: str, *known: str) -> None:
    """Raise WeakPassword unless nobody would guess it who knows these texts (e-mail, name)."""
    text = _plain(password)
    if len(text) < SHORTEST:
        raise WeakPassword(_("A password has at least 10 characters. A short sentence works well."))
    if len(text) > LONGEST:
        raise WeakPassword(_("A password has at most 200 characters."))
    if _is_guessed(text.casefold()):
        raise WeakPassword(_("Too many people use this password. Please choose another one."))
    if text.casefold() in {part for words in known for part in _parts(words.casefold())}:
        raise WeakPassword(_("Your own name or e-mail address is easy to guess. Choose another."))


def _is_guessed(text: str) -> bool:
    letters = "".join(c for c in text if c.isalpha())
    half = letters[: len(letters) // 2]
    word = half if letters == half * 2 else letters
    return len(set(text)) < 5 or _is_run(text) or word in GUESSED


def _is_run(text: str) -> bool:
    """Does it count up or down, as 1234567890 and abcdefghij do?"""
    steps = {ord(b) - ord(a) for a, b in pairwise(text)}
    return steps <= {1, -9} or steps <= {-1, 9}


def _parts(words: str) -> set[str]:
    return {words, words.partition("@")[0], "".join(words.split())} - {""}


def hashed(password: str) -> str:
    """The argon2id hash to store, with the settings' cost."""
    return _hasher(*current_app.config["ARGON2"]).hash(_plain(password))


def matches(stored: str, password: str) -> bool:
    """Is this the password?  A hash that is empty or damaged matches nothing."""
    try:
        return _hasher(*current_app.config["ARGON2"]).verify(stored, _plain(password))
    except (Argon2Error, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Was it hashed at another cost than the settings'?"""
    return _hasher(*current_app.config["ARGON2"]).check_needs_rehash(stored)


def spend(password: str) -> None:
    """Work as long as ``matches`` would, so that the time does not tell who has an account."""
    cost = current_app.config["ARGON2"]
    matches(_nobody(*cost), password)


def _plain(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


@lru_cache(maxsize=4)
def _hasher(passes: int, kib: int, lanes: int) -> PasswordHasher:
    return PasswordHasher(time_cost=passes, memory_cost=kib, parallelism=lanes)


@lru_cache(maxsize=4)
def _nobody(passes: int, kib: int, lanes: int) -> str:
    return _hasher(passes, kib, lanes).hash("nobody's password")
