"""Merkle trees as RFC 6962 builds them, fed leaf by leaf."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf; the prefix keeps leaves and nodes apart."""
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over two others."""
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """A tree that keeps only the roots of its full halves: memory grows with the logarithm."""

    def __init__(self) -> None:
        self.leaves = 0
        self._roots: list[bytes] = []

    def add(self, data: bytes) -> None:
        """Append a leaf."""
        root, count = leaf_hash(data), self.leaves
        while count & 1:
            root = node_hash(self._roots.pop(), root)
            count >>= 1
        self._roots.append(root)
        self.leaves += 1

    def root(self) -> bytes:
        """The root over all leaves so far."""
        if not self._roots:
            return EMPTY
        root = self._roots[-1]
        for left in reversed(self._roots[:-1]):
            root = node_hash(left, root)
        return root


class Levels:
    """A whole tree, kept to prove that one leaf is in it."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        self._grow([leaf_hash(data) for data in leaves])

    @classmethod
    def over(cls, hashes: Iterable[bytes]) -> Levels:
        """The tree over leaves that are hashed already."""
        made = cls.__new__(cls)
        made._grow(list(hashes))
        return made

    def _grow(self, hashes: list[bytes]) -> None:
        self._levels = [hashes]
        while len(below := self._levels[-1]) > 1:
            above = [node_hash(*pair) for pair in zip(below[::2], below[1::2], strict=False)]
            self._levels.append(above + below[len(above) * 2 :])

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self._levels[0])

    def root(self) -> bytes:
        """The root over all leaves."""
        return self._levels[-1][0] if self.size else EMPTY

    def path(self, index: int) -> list[str]:
        """From a leaf up: each neighbour's hash in hex, after "L" or "R" for its side."""
        found = []
        for level in self._levels[:-1]:
            beside = index ^ 1
            if beside < len(level):
                found.append(("L" if beside < index else "R") + level[beside].hex())
            index //= 2
        return found
