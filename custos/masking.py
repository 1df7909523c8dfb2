"""Whose names may be shown: the one rule for every way out (screens, JSON, CSV, Markdown, cards, mails, audit).

The name of a file can say what it is about: in an asset that holds special-category or criminal-offence data, and where no asset
says what is held, files and folders are told by their ids and their library. Sites, libraries and people are named.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from custos.kinds import CATALOGUE, DECLARED
from custos.model.policy import Condition, each_test
from custos.model.subject import Kind, Subject
from custos.records.model import Records
from custos.records.sensitivity import hides_names

MASK = "(name masked)"
_MANAGED = frozenset({"sites", "teams", "personal"})


def masked_url(url: str) -> str:
    """The address of an item up to its library.

    Source: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/determine-sharepoint-rest-service-endpoint-uris (managed paths)
    """
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.split("/") if segment]
    site = 2 if segments and segments[0].casefold() in _MANAGED else 0
    return f"{parts.scheme}://{parts.netloc}/{'/'.join((*segments[: site + 1], MASK))}"


@dataclass(frozen=True, slots=True)
class Names:
    """How subjects are told to one reader. `shown`: the reader asked for the names, and may see them."""

    records: Records
    shown: bool = False

    def hides(self, kind: Kind, asset_id: str) -> bool:
        """True when the name of such a thing is masked."""
        return not self.shown and not DECLARED[kind].named and hides_names(self.records.assets.get(asset_id))

    def of(self, subject: Subject, asset_id: str) -> Subject:
        """The subject as it may be told."""
        if not self.hides(subject.kind, asset_id):
            return subject
        return replace(subject, name=MASK if subject.name else "", url=masked_url(subject.url) if subject.url else "")


def names_asked_about(condition: Condition, *others: str) -> tuple[str, ...]:
    """The facts in a condition, or among others, that give names away: whoever may not see them may not ask about them either."""
    asked = dict.fromkeys((*(test.fact for test in each_test(condition)), *filter(None, others)))
    return tuple(fact for fact in asked if CATALOGUE[fact].private)
