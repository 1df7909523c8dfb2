"""Questions to the mirror: one kind of subject and one condition, in the words that rules use.

A question is typed (`file`, `{label: is_missing}`) or has a name. The condition is read exactly as a rule's `when:`, so what
a rule would find can be asked before the rule is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from custos.did_you_mean import near, nearest
from custos.errors import BadInput, Mark, Problem
from custos.kinds import facts_of
from custos.model.policy import Condition
from custos.model.subject import Kind
from custos.policy.conditions import read_condition
from custos.policy.yaml_nodes import read_yaml
from custos.problems import Problems

CONDITION = "condition"
"""What stands for the file's name where a typed condition is at fault."""

PLACES: Mapping[str, str] = {"site": "site_address", "library": "library_address"}
"""Short words for what answers are counted by; every fact of the kind is another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is asked. `columns` are facts to be told of each subject, `by` a fact to count by; "" for none."""

    kind: Kind
    condition: Condition
    written: str
    columns: tuple[str, ...] = ()
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedQuery:
    """A question that many ask."""

    name: str
    words: str
    kind: Kind
    condition: str
    columns: tuple[str, ...] = ()


NAMED: Mapping[str, NamedQuery] = {
    one.name: one
    for one in (
        NamedQuery(
            name="without-label",
            words="files that are known to carry no retention label",
            kind=Kind.FILE,
            condition="{label: is_missing}",
            columns=("scheduled_label",),
        ),
        NamedQuery(
            name="open-to-anyone",
            words="files that anyone can open now: a link reaches them, has not ended, and their site lets it work",
            kind=Kind.FILE,
            condition="{anyone_link: yes, site_sharing: anyone}",
            columns=("posture",),
        ),
        NamedQuery(
            name="untouched-libraries",
            words="libraries in which nobody has worked for two years, whatever machines did there",
            kind=Kind.LIBRARY,
            condition="{last_human_activity: {older_than: 2 years}}",
            columns=("activity_confidence", "files", "size"),
        ),
        NamedQuery(
            name="links-without-end",
            words="links that anyone can open, for ever",
            kind=Kind.LINK,
            condition="{link_scope: anonymous, link_expires: is_missing}",
            columns=("posture", "site_sharing"),
        ),
        NamedQuery(
            name="outside-people",
            words="access of people from outside that no agreement in date covers",
            kind=Kind.GRANT,
            condition="{person_is_outside: yes, under_agreement: no}",
            columns=("person", "through"),
        ),
        NamedQuery(
            name="without-owner",
            words="sites without an owner who can sign in",
            kind=Kind.SITE,
            condition="{site_owners: {less_than: 1}}",
        ),
    )
}


def question(what: str, condition: str | None, *, columns: Sequence[str] = (), by: str = "") -> Query:
    """The question `what`: a name, or a kind of subject with its condition in YAML.

    Raises BadInput with every problem, each with its place and remedy.
    """
    named = NAMED.get(what)
    if named is not None and condition is None:
        kind, written, also = named.kind, named.condition, named.columns
    elif what not in tuple(Kind):
        known = nearest(what, [*Kind, *NAMED])
        raise _one(f'"{what}" is neither a kind of subject nor a question with a name.', known, code="question")
    elif condition is None:
        raise _one(
            f"What of a {what} is asked?", f"For instance  custos find {what} '{{registered: no}}'", code="missing"
        )
    else:
        kind, written, also = Kind(what), condition, ()
    problems = Problems()
    read = _condition(written, kind, problems)
    counted = _known(PLACES.get(by, by), by, kind, "--by", problems) if by else ""
    chosen = [_known(name, name, kind, "--columns", problems) for name in columns]
    if read is None or problems.all:
        raise BadInput(problems.all)
    return Query(kind=kind, condition=read, written=written, columns=(*also, *chosen), by=counted)


def _condition(written: str, kind: Kind, problems: Problems) -> Condition | None:
    node, faults = read_yaml(CONDITION, written.encode())
    problems.extend(faults)
    return read_condition(node, kind, problems) if node is not None and not faults else None


def _known(name: str, written: str, kind: Kind, where: str, problems: Problems) -> str:
    facts = facts_of(kind)
    if name not in facts:
        remedy = near(written, [*PLACES, *facts] if where == "--by" else facts)
        problems.error(Mark(where), f'"{written}" is not a fact of a {kind}.', remedy, code="unknown-fact")
    return name


def _one(what: str, remedy: str, *, code: str) -> BadInput:
    return BadInput([Problem(Mark("command line"), what, remedy, code=code)])
