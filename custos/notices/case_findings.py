"""Which findings a case covers: sets of digests, kept as blobs that are named by their content.

A decision holds for what the person was shown. A library may hold thousands of findings, so a case stores eight bytes
for each. A blob never changes; two cases or two moments with the same findings share one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from custos.errors import StorageTrouble
from custos.storage.blobs import Container

_BYTES = 8


def digest(subject_key: str) -> bytes:
    """Eight bytes that stand for a subject."""
    return hashlib.blake2b(subject_key.encode("utf-8", "surrogatepass"), digest_size=_BYTES).digest()


@dataclass(frozen=True, slots=True)
class CaseFindings:
    """The subjects of each rule's findings, by `policy/rule`, as digests."""

    of: Mapping[str, frozenset[bytes]]

    @classmethod
    def from_keys(cls, keys: Mapping[str, Iterable[str]]) -> CaseFindings:
        """Of subject keys."""
        return cls({rule: frozenset(map(digest, found)) for rule, found in keys.items()})

    def without(self, other: CaseFindings) -> CaseFindings:
        """What is here and not in `other`; rules that are left with nothing disappear."""
        left = {rule: found - other.of.get(rule, frozenset()) for rule, found in self.of.items()}
        return CaseFindings({rule: found for rule, found in left.items() if found})

    def only(self, rules: Iterable[str]) -> CaseFindings:
        """The findings of these rules."""
        wanted = set(rules)
        return CaseFindings({rule: found for rule, found in self.of.items() if rule in wanted})

    def encode(self) -> bytes:
        """The same bytes for the same set."""
        return msgspec.msgpack.encode({rule: b"".join(sorted(self.of[rule])) for rule in sorted(self.of)})

    @classmethod
    def decode(cls, content: bytes) -> CaseFindings:
        """What `encode` wrote."""
        raw = msgspec.msgpack.decode(content, type=dict[str, bytes])
        return cls(
            {
                rule: frozenset(joined[start : start + _BYTES] for start in range(0, len(joined), _BYTES))
                for rule, joined in raw.items()
            }
        )

    @property
    def name(self) -> str:
        """Name of the blob that holds this set."""
        return f"members/{hashlib.sha256(self.encode()).hexdigest()}"


async def store(container: Container, members: CaseFindings) -> str:
    """Keep the set; its name. Storing it again is harmless."""
    name = members.name
    await container.put(name, members.encode())
    return name


async def load(container: Container, name: str) -> CaseFindings:
    """The set called `name`; the empty set for "". Raises StorageTrouble when it is not there."""
    if not name:
        return CaseFindings({})
    content = await container.get(name)
    if content is None:
        raise StorageTrouble(f"blob {name} is missing: it is not known which findings a case covers")
    return CaseFindings.decode(content)
