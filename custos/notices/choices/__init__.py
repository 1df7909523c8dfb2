"""Every answer that a card may offer, each declared in the module of its word (`custos.notices.choices.keep`).

`custos.notices.model.Verb` is the list; which question offers which, `custos.notices.questions` says.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from custos.notices.choices.declaration import Choice
from custos.notices.model import Verb

DECLARED: Mapping[Verb, Choice] = {verb: import_module(f"{__name__}.{verb.value}").CHOICE for verb in Verb}
