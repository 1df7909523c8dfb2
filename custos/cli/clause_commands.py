"""The commands that clauses name, held against those that there are."""

from __future__ import annotations

from collections.abc import Iterator

from custos.cli.commands import ALL
from custos.cli.parser import build_parser, command_in, unknown_option
from custos.did_you_mean import nearest
from custos.errors import Problem
from custos.model.policy import Bundle
from custos.records.registers.clauses import clauses


def unknown_commands(bundle: Bundle) -> Iterator[Problem]:
    """A problem for each command, or option of one, that a clause names and that Custos has not."""
    known = [command.name for command in ALL]
    named = [
        (clause.commands_at, words, command_in(words) or "")
        for clause in clauses(bundle.records).values()
        for words in (command.split() for command in clause.commands)
    ]
    parser = build_parser({name for _, _, name in named})
    for mark, words, name in named:
        if name not in known:
            what = f'There is no command "custos {" ".join(words)}".'
            yield Problem(mark, what, nearest(name, known), code="unknown-command")
        elif wrong := unknown_option(parser, words):
            yield Problem(mark, wrong, code="unknown-command")
