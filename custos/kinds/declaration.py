"""What is said of a kind of subject, once: its words, where it lies, its facts, what protects it, how people are asked about it. Pure.

| part | read by |
|---|---|
| meaning, facts, given | the policy language, its schema and its reference; the tests of policies |
| rows | the frame and the tests' tenant, where its subjects are the rows of a table of their own |
| lies, has_address, summed | the evaluation, `custos explain` and `custos find`, the reach of an approval, cases |
| always, protected_by | findings and what protects them |
| named, place | whose names may be shown (`custos.masking`) |
| things, done_to, per_finding, lent_as, ranks | cards, mails and reports |

How its rows come out of the mirror is the module of its word in `custos.engine.frames`, and how a test of a policy plants one that in
`custos.policy_tests.fixture_tenant`; a kind with `rows` needs neither. What may be done to it, the actions say (`custos.actions`: `about`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import polars as pl

from custos.kinds.fact import Fact
from custos.model.subject import Kind
from custos.records.delegation import QUESTIONS


class Lies(StrEnum):
    """Where a subject lies, and so whose mirror must be read to know of it."""

    OF_SITE = "of a site"  # the site itself, or something of the site as a whole
    LIBRARY = "a library"
    IN_LIBRARY = "in a library"


class Protector(StrEnum):
    """What protects subjects of some kinds alone. Exemptions, freezes and vital records are asked of all."""

    HOLDS = "holds"  # on information: a file or folder
    LABEL = "label"  # the retention label that it carries
    LINK_CLASS = "link class"  # the class of its place allows such links
    AGREEMENTS = "agreements"  # a sharing agreement covers the person


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A table of the mirror that has a row for each subject, joined to its site `on` a column that both have: site_id or group_id.

    `own` are its columns beside that one and `read_at`; `facts`: fact ► column. `item_id` is the column of its own id, `name` that of its
    name, `url` that of its address ("": that of the site), `known` one that is null where the row could not be read. `needs`: the sites,
    by their columns, that have such rows. How Graph tells the rows is the module of the table's name in `custos.inventory.own_tables`.
    """

    table: str
    on: str
    own: Mapping[str, pl.DataType]
    facts: Mapping[str, str]
    item_id: str
    name: str
    known: str
    url: str = ""
    needs: pl.Expr = field(default_factory=lambda: pl.lit(value=True))

    @property
    def columns(self) -> dict[str, pl.DataType]:
        """All of its columns."""
        return {self.on: pl.String(), **self.own, "read_at": pl.Datetime("us", "UTC")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """All that is said of one kind. Words for people are present-day British English.

    `meaning` completes a line of the reference. `things` is one and several of them, `done_to` the same in a report of what was done.
    `always` are facts that a finding has whatever its rule asks. `given` is what a test of a policy may say of one.

    `has_address`: it can be opened in a browser under an address of its own. `summed`: its facts are sums over what lies inside, so that
    it is looked at again when anything there changed. `of_teams`: it is found where a Team stands behind the site. `named`: its own name
    says nothing about anybody's case. `place`: it is a place that people know, with other subjects in it.
    `per_finding`: who keeps some of them keeps those that were shown, and not all that the rule may find there later. `lent_as` is the
    kind of delegation that a steward needs to answer for them. `ranks`: family of the rule ► place on a card, the lowest first, where it
    is not the family's own.
    """

    kind: Kind
    meaning: str
    things: tuple[str, str]
    lies: Lies
    facts: tuple[Fact, ...]
    given: tuple[str, ...]
    rows: Rows | None = None
    always: tuple[str, ...] = ()
    protected_by: frozenset[Protector] = frozenset()
    has_address: bool = False
    summed: bool = False
    of_teams: bool = False
    named: bool = False
    place: bool = False
    done_to: tuple[str, str] = ("", "")
    per_finding: bool = False
    lent_as: str = QUESTIONS
    ranks: Mapping[str, int] = field(default_factory=dict)

    @property
    def reported(self) -> tuple[str, str]:
        """One and several, in a report of what was done."""
        return self.done_to if any(self.done_to) else self.things
