"""The hashes that prove something about a Merkle tree, out of all its leaves: 1 (inclusion), 2 (consistency).

`custos.audit.verify_audit` checks them. Source: https://www.rfc-editor.org/rfc/rfc9162#section-2.1.3.1, #section-2.1.4.1
"""

from __future__ import annotations

from collections.abc import Sequence

from custos.audit.verify_audit import Tree, node_hash


def inclusion_path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes with which the leaf at `index` leads to the root, from below. Costs as many hashes as there are leaves."""
    path: list[bytes] = []
    level = list(leaves)
    while len(level) > 1:
        if index ^ 1 < len(level):
            path.append(level[index ^ 1])
        pairs = [node_hash(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
        index //= 2
    return path


def consistency_path(leaves: Sequence[bytes], size: int) -> list[bytes]:
    """The hashes that show that the tree of the first `size` leaves (at least one) is the beginning of the tree of all."""
    return _part(leaves, 0, len(leaves), size, whole=True)


def _part(leaves: Sequence[bytes], start: int, end: int, size: int, *, whole: bool) -> list[bytes]:
    """SUBPROOF of the leaves from `start` to `end`, of which the first `size` are old."""
    if size == end - start:
        return [] if whole else [_root(leaves, start, end)]
    half = 1 << (end - start - 1).bit_length() - 1
    if size <= half:
        return [*_part(leaves, start, start + half, size, whole=whole), _root(leaves, start + half, end)]
    return [*_part(leaves, start + half, end, size - half, whole=False), _root(leaves, start, start + half)]


def _root(leaves: Sequence[bytes], start: int, end: int) -> bytes:
    tree = Tree()
    for number in range(start, end):
        tree = tree.add(leaves[number])
    return tree.root()
