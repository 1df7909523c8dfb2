"""Which policies somebody names at the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from custos.did_you_mean import nearest
from custos.errors import BadInput, Mark, Problem
from custos.model.policy import own_name
from custos.untrusted import plain


def policies_named(written: Iterable[str], known: Iterable[str]) -> frozenset[str]:
    """The names of their files, out of names as typed; `NAME (edited)` means the file as well. `known`: all policies there are.

    Raises BadInput with each that there is none of.
    """
    own = frozenset(map(own_name, known))
    asked = {own_name(name): name for name in written}
    if unknown := [
        Problem(Mark("command line"), f'There is no policy "{plain(typed, 80)}".', nearest(typed, own), code="policy")
        for name, typed in asked.items()
        if name not in own
    ]:
        raise BadInput(unknown)
    return frozenset(asked)
