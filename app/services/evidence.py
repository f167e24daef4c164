"""The camera's time and position, kept encrypted: who steals the database learns neither.

AES-256-GCM with a key derived from ``EVIDENCE_KEY``; the photo's id is authenticated, so that one
photo's evidence cannot be passed off as another's.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

from .images import Evidence

VERSION = b"\x01"
NONCE = 12


class Unreadable(Exception):
    """The evidence was written with another key, belongs to another photo, or was changed."""


def _cipher() -> AESGCM:
    key = current_app.config["EVIDENCE_KEY"].encode()
    derived = HKDF(SHA256(), 32, salt=None, info=b"rembuk photo evidence 1").derive(key)
    return AESGCM(derived)


def lock(evidence: Evidence, photo_id: int) -> bytes | None:
    """What to store for a photo; None when there is nothing to keep."""
    if not evidence:
        return None
    nonce = secrets.token_bytes(NONCE)
    plain = json.dumps(asdict(evidence)).encode()
    return VERSION + nonce + _cipher().encrypt(nonce, plain, str(photo_id).encode())


def unlock(stored: bytes | None, photo_id: int) -> Evidence:
    """What ``lock`` was given.  Raises Unreadable."""
    if stored is None:
        return Evidence()
    nonce, sealed = stored[1 : 1 + NONCE], stored[1 + NONCE :]
    try:
        plain = _cipher().decrypt(nonce, sealed, str(photo_id).encode())
    except (InvalidTag, ValueError) as error:
        raise Unreadable(photo_id) from error
    return Evidence(**json.loads(plain))
