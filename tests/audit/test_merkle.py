"""The tree and the signatures of the stand-alone verifier, against the standards' own examples and another implementation."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as some

from custos.audit import verify_audit as stand_alone
from custos.audit.merkle_paths import consistency_path, inclusion_path
from custos.audit.verify_audit import Broken, Tree, Witness
from tests.audit.forged_chain import checkpoints_of
from tests.limits import steady

LEAVES = ["", "\x00", "\x10", " !", "01", "@ABC", "PQRSTUVW", "`abcdefghijklmno"]
ROOT_OF_EIGHT = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def hashes(count: int) -> list[bytes]:
    return [stand_alone.leaf_hash(f"event {number}") for number in range(count)]


def tree(leaves: list[bytes]) -> Tree:
    found = Tree()
    for leaf in leaves:
        found = found.add(leaf)
    return found


def defined(leaves: list[bytes]) -> bytes:
    """The root as RFC 9162 defines it, by halves."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\x01" + defined(leaves[:half]) + defined(leaves[half:])).digest()


def test_the_tree_of_the_known_example() -> None:
    """The eight leaves that implementations of Certificate Transparency test with have the root that everybody gets.

    Source: https://github.com/google/certificate-transparency/blob/master/python/ct/crypto/merkle_test.py
    """
    assert tree([stand_alone.leaf_hash(leaf) for leaf in LEAVES]).root().hex() == ROOT_OF_EIGHT
    assert Tree().root() == hashlib.sha256().digest()


@pytest.mark.parametrize("size", [*range(1, 20), 33, 64, 100])
def test_a_tree_that_grows_leaf_by_leaf_is_the_tree_of_all(size: int) -> None:
    """Its root is that of the definition, whatever the size."""
    assert tree(hashes(size)).root() == defined(hashes(size))


@steady
@given(some.integers(1, 70), some.data())
def test_an_inclusion_proof_proves_its_event_alone(size: int, data: some.DataObject) -> None:
    """It leads from the event to the root; from another event, at another place or with a hash more or less it does not."""
    leaves = hashes(size)
    index = data.draw(some.integers(0, size - 1))
    path, root = inclusion_path(leaves, index), tree(leaves).root()
    assert stand_alone.root_by_inclusion(leaves[index], index, size, path) == root
    assert stand_alone.root_by_inclusion(stand_alone.leaf_hash("other"), index, size, path) != root
    for wrong in (path[:-1], [*path, root]):
        if wrong != path:
            with pytest.raises(Broken):
                stand_alone.root_by_inclusion(leaves[index], index, size, wrong)
    other = data.draw(some.integers(0, size - 1))
    if other != index:
        try:
            assert stand_alone.root_by_inclusion(leaves[index], other, size, path) != root
        except Broken:
            pass


@steady
@given(some.integers(1, 70), some.data())
def test_a_consistency_proof_proves_the_beginning_alone(size: int, data: some.DataObject) -> None:
    """An earlier tree is shown to be the beginning of a later one; a tree with another event in it is not."""
    leaves = hashes(size)
    earlier = data.draw(some.integers(1, size))
    path = consistency_path(leaves, earlier)
    later = (size, tree(leaves).root())
    assert stand_alone.consistent((earlier, tree(leaves[:earlier]).root()), later, path)
    changed = [*leaves[: earlier - 1], stand_alone.leaf_hash("other")]
    assert not stand_alone.consistent((earlier, tree(changed).root()), later, path)
    assert not stand_alone.consistent((earlier, tree(leaves[:earlier]).root()), later, [*path, later[1]])
    if path:
        assert not stand_alone.consistent((earlier, tree(leaves[:earlier]).root()), later, path[:-1])


def test_the_signature_of_the_standard_s_example() -> None:
    """RFC 8032, section 7.1, test 2."""
    secret = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    assert stand_alone.public_key(secret).hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    signature = (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert stand_alone.sign(secret, b"\x72").hex() == signature


@settings(steady, max_examples=8)
@given(some.binary(min_size=32, max_size=32), some.binary(max_size=80), some.integers(0, 511))
def test_signatures_are_those_of_the_library(secret: bytes, message: bytes, bit: int) -> None:
    """The same key and the same signature as another implementation's; with one bit changed it is none."""
    key = Ed25519PrivateKey.from_private_bytes(secret)
    assert key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()) == secret
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    assert stand_alone.public_key(secret) == public
    signature = stand_alone.sign(secret, message)
    assert signature == key.sign(message)
    assert stand_alone.signed(public, message, signature)
    wrong = (int.from_bytes(signature, "little") ^ 1 << bit).to_bytes(64, "little")
    assert not stand_alone.signed(public, message, wrong)
    assert not stand_alone.signed(public, message + b"x", signature)


def test_a_witness_s_key_has_no_typing_mistake() -> None:
    """Its text reads back; with any character changed it is refused."""
    witness = Witness("internal-audit", stand_alone.public_key(b"k" * 32))
    assert Witness.read(witness.text) == witness
    for place in range(len(witness.text)):
        wrong = witness.text[:place] + ("A" if witness.text[place] != "A" else "B") + witness.text[place + 1 :]
        with pytest.raises(Broken):
            Witness.read(wrong)


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a b", "a+b", ".x", "x" * 101])
def test_a_witness_has_a_name_that_a_file_can_have(name: str) -> None:
    """Their cosignatures are files called so."""
    with pytest.raises(Broken):
        Witness.read(Witness(name, stand_alone.public_key(b"k" * 32)).text)


def test_a_cosignature_is_of_one_checkpoint_by_one_witness() -> None:
    """Nobody else's key, no other checkpoint and no other moment."""
    first, second = checkpoints_of([], [0, 0])
    witness, other = (Witness("internal-audit", stand_alone.public_key(bytes([number] * 32))) for number in (1, 2))
    line = stand_alone.cosignature(first, witness.name, bytes([1] * 32), 1_700_000_000)
    assert stand_alone.cosigned(first, line, witness)
    assert not stand_alone.cosigned(second, line, witness)
    assert not stand_alone.cosigned(first, line, other)
    later = stand_alone.cosignature(first, witness.name, bytes([1] * 32), 1_700_000_001)
    assert later != line
