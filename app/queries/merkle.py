"""Merkle trees as RFC 6962 builds them, fed leaf by leaf."""

from __future__ import annotations

import hashlib

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
