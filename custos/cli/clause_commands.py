"""The commands that clauses name, held against those that there are."""

from __future__ import annotations

from collections.abc import Iterator

from custos.did_you_mean import nearest
from custos.errors import Problem
from custos.model.policy import Bundle
from custos.records.registers.clauses import clauses


def unknown_commands(bundle: Bundle) -> Iterator[Problem]:
    """A problem for each command, or option of one, that a clause names and that Custos has not."""
    from custos.cli.commands import ALL
    from custos.cli.parser import build_parser, command_in, unknown_option

    parser, known = build_parser(), [command.name for command in ALL]
    for clause in clauses(bundle.records).values():
        for command in clause.commands:
            words = command.split()
            name = command_in(words) or ""
            if name not in known:
                what = f'There is no command "custos {command}".'
                yield Problem(clause.commands_at, what, nearest(name, known), code="unknown-command")
            elif wrong := unknown_option(parser, words):
                yield Problem(clause.commands_at, wrong, code="unknown-command")
