"""The city's signature under results: Ed25519, one key for all, outside the database."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import current_app

NAME = "signing.key"


def sign(data: bytes) -> bytes:
    """The signature of some bytes, 64 bytes."""
    return _key().sign(data)


def public_key() -> str:
    """The key everybody checks with: 32 bytes in hex."""
    return _key().public_key().public_bytes_raw().hex()


def _key() -> Ed25519PrivateKey:
    """The city's key; made when there is none."""
    folder: Path = current_app.config["KEYS_DIR"]
    path = folder / NAME
    if not path.is_file():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = path.with_name(f".{NAME}.{os.getpid()}")
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(Ed25519PrivateKey.generate().private_bytes_raw())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(part, path)  # whoever is first; the others use that one
        except FileExistsError:
            pass
        finally:
            part.unlink(missing_ok=True)
    return Ed25519PrivateKey.from_private_bytes(path.read_bytes())
