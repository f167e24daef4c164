"""The key of a secret contest: outside the database and its backups, gone after certification.

One file per contest in ``KEYS_DIR`` (0600, the folder 0700), shared by the web workers.  With key
and database together an operator could learn who chose what; the ballot page says so.
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from flask import current_app

LENGTH = 32


class KeyGone(Exception):
    """The contest's key was destroyed, or never made: nobody can be matched to a ballot."""


def make(contest_id: int) -> None:
    """Write a fresh key for a contest; a key that exists stays."""
    folder: Path = current_app.config["KEYS_DIR"]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(_path(contest_id), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(LENGTH))
        file.flush()
        os.fsync(file.fileno())


def pseud(contest_id: int, who: str) -> bytes:
    """What stands for somebody beside a ballot, 32 bytes.  Raises KeyGone.

    ``who`` is "person:ID", or "paper:SERIAL" for a paper that nobody's name is on.
    """
    return hmac.digest(_read(contest_id), f"{contest_id}:{who}".encode(), sha256)


def of_person(contest_id: int, person_id: int) -> bytes:
    """What stands for a person.  Raises KeyGone."""
    return pseud(contest_id, f"person:{person_id}")


def of_people(contest_id: int, person_ids: Iterable[int]) -> dict[bytes, int]:
    """The person behind each of these marks; reads the key once.  Raises KeyGone."""
    key = _read(contest_id)
    return {
        hmac.digest(key, f"{contest_id}:person:{one}".encode(), sha256): one for one in person_ids
    }


def exists(contest_id: int) -> bool:
    """Is there a key still?"""
    return _path(contest_id).is_file()


def destroy(contest_id: int) -> None:
    """Overwrite and remove the key: from now on no ballot leads to anybody."""
    path = _path(contest_id)
    if not path.is_file():
        return
    with path.open("r+b") as file:
        file.write(bytes(LENGTH))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def _path(contest_id: int) -> Path:
    folder: Path = current_app.config["KEYS_DIR"]
    return folder / f"contest-{contest_id}.key"


def _read(contest_id: int) -> bytes:
    try:
        key = _path(contest_id).read_bytes()
    except FileNotFoundError:
        raise KeyGone(contest_id) from None
    if len(key) != LENGTH:
        raise KeyGone(contest_id)
    return key
