"""Which column of a council's file is which of a register's, and what its words mean: proposed, looked at by a person, kept as YAML."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import yaml

from custos.did_you_mean import near
from custos.errors import BadInput
from custos.policy.yaml_nodes import Entries, Node, Text, read_yaml
from custos.policy.yaml_section import Section
from custos.problems import Problems
from custos.records.register import AnyRegister
from custos.records.sign_in_name import is_sign_in_name, meant
from custos.untrusted import plain

KEYS = ("register", "sheet", "header_row", "columns", "always", "values", "people")
FROM_PERIOD = ("trigger_kind", "trigger_text")
"""Columns of the schedule that words of a period, or of its trigger, may say."""
PUT_IN = re.compile(r"\{([^{}]*)\}")
"""A place in a text of `always` where the value of a column goes."""
_MOST_ROWS = 100_000
_HEAD = """\
# How `custos import` reads this file. Look through it before the register is written:
#   columns  their column: ours. "" leaves a column out.
#   always   what stands in a column that they do not have. {column} puts that column's value in.
#   values   for a column of ours, their word: our word.
#   people   a name that is no sign-in name: the account that is meant.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMapping:
    """How one file becomes one register. `columns`: their name ► our column, "" for one that is left out. `header_row` counts from 1,
    0 where it is looked for. `always`, `values` and `people` hold "" where a person has still to say. Without `columns` it only says
    how a proposal is made."""

    register: str
    sheet: str = ""
    header_row: int = 0
    columns: Mapping[str, str]
    always: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)

    @property
    def unsaid(self) -> int:
        """How many things a person has still to say."""
        said = [
            *self.always.values(),
            *self.people.values(),
            *(word for one in self.values.values() for word in one.values()),
        ]
        return said.count("")


def mapping_text(mapping: ColumnMapping) -> str:
    """A mapping as it is kept."""
    shown = {key: getattr(mapping, key) for key in KEYS}
    kept = {key: value for key, value in shown.items() if value or key == "columns"}
    return _HEAD + yaml.safe_dump(_plainly(kept), sort_keys=False, allow_unicode=True, width=1_000)


def mapping_from(file: str, content: bytes, register: AnyRegister) -> ColumnMapping:
    """A mapping as a person left it. Raises BadInput with everything that is wrong with it.

    A mapping may be begun by hand, with `header_row` or `sheet` alone: a proposal is made of it.
    """
    problems = Problems()
    node, faults = read_yaml(file, content)
    problems.extend(faults)
    if node is None:
        raise BadInput(problems.all)
    section = Section(node, KEYS, problems, "A mapping")
    columns = _columns(section, register, problems)
    name = section.text("register", required=bool(columns)) or register.name
    if name != register.name:
        what = f"This mapping is for {name}, and {register.file.removesuffix('.csv')} is imported."
        problems.error(section.mark_of("register"), what, "Name another file with --mapping.")
    mapping = ColumnMapping(
        register=name,
        sheet=section.text("sheet"),
        header_row=section.number("header_row", 0, most=_MOST_ROWS),
        columns=columns,
        always=_always(section, register, _filled(columns), problems),
        values=_values(section, register, problems),
        people=_people(section, problems),
    )
    if problems.errors:
        raise BadInput(problems.all)
    return mapping


def _filled(columns: Mapping[str, str]) -> list[str]:
    """The columns of the register that the file fills."""
    filled = [column for column in columns.values() if column]
    return [*filled, *(FROM_PERIOD if "period" in filled else ())]


def _plainly(value: object) -> object:
    return {str(key): _plainly(one) for key, one in value.items()} if isinstance(value, Mapping) else value


def _texts(node: Node | None, problems: Problems) -> dict[str, tuple[str, Node]]:
    """A part of the mapping: key ► text, with where the text stands."""
    if node is None:
        return {}
    if not isinstance(node, Entries):
        problems.error(node.mark, "This part is written as keys and values.", "For instance  Keep for: period")
        return {}
    found: dict[str, tuple[str, Node]] = {}
    for key, (_, value) in node.entries.items():
        if isinstance(value, Text):
            found[plain(key)] = (plain(value.text), value)
        else:
            problems.error(value.mark, f'"{plain(key, 60)}" is one text.')
    return found


def _columns(section: Section, register: AnyRegister, problems: Problems) -> dict[str, str]:
    columns: dict[str, str] = {}
    for theirs, (ours, node) in _texts(section.node("columns"), problems).items():
        if ours and ours not in register.columns:
            problems.error(node.mark, f'The register has no column "{ours}".', near(ours, register.columns))
        elif ours and ours in columns.values():
            problems.error(node.mark, f'Two columns are mapped to "{ours}".', 'Leave one out with "".')
        columns[theirs] = ours
    return columns


def _always(section: Section, register: AnyRegister, filled: Collection[str], problems: Problems) -> dict[str, str]:
    said = _texts(section.node("always"), problems)
    for column, (text, node) in said.items():
        if column not in register.columns:
            problems.error(node.mark, f'The register has no column "{column}".', near(column, register.columns))
        for name in PUT_IN.findall(text):
            if name not in filled:
                what = f'"{{{plain(name, 60)}}}" is no column that the file fills.'
                problems.error(node.mark, what, near(name, filled), code="placeholder")
        if re.search("[{}]", PUT_IN.sub("", text)):
            what = f'A brace of "{plain(text, 60)}" stands alone.'
            problems.error(
                node.mark, what, "Write {entry_id}, for instance, for the value of a column.", code="placeholder"
            )
    return {column: text for column, (text, _) in said.items()}


def _values(section: Section, register: AnyRegister, problems: Problems) -> dict[str, dict[str, str]]:
    node = section.node("values")
    values: dict[str, dict[str, str]] = {}
    if node is not None and not isinstance(node, Entries):
        problems.error(
            node.mark, "This part is written as keys and values.", "For instance  final_action: {Shred: destroy}"
        )
    for column, (mark, words) in node.entries.items() if isinstance(node, Entries) else ():
        if column not in register.columns:
            problems.error(mark, f'The register has no column "{column}".', near(column, register.columns))
        values[column] = {word: text for word, (text, _) in _texts(words, problems).items()}
    return values


def _people(section: Section, problems: Problems) -> dict[str, str]:
    said = _texts(section.node("people"), problems)
    for upn, node in said.values():
        if upn and not is_sign_in_name(upn):
            problems.error(node.mark, f'"{upn}" is not a sign-in name.', meant(upn), code="sign-in-name")
    return {name: upn for name, (upn, _) in said.items()}
