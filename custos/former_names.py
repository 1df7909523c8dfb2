"""What files and their words were called before, once: whoever has an old one is told its new name, and nothing is passed over.

A word that is renamed in policies, their tests or `settings.yaml` is put here with the rename. State of another version is
refused by `custos.storage.state_format`.
"""

from __future__ import annotations

from collections.abc import Mapping

KEYS: Mapping[str, str] = {"cases": "tests"}
"""Former key ► its name today."""
ENDINGS: Mapping[str, str] = {".cases.yaml": ".tests.yaml", ".cases.yml": ".tests.yaml"}
"""Former ending of a file's name ► its ending today."""


def renamed_file(name: str) -> str:
    """What a file is called today, when its name is a former one; "" when it is not."""
    for former, today in ENDINGS.items():
        if name.casefold().endswith(former):
            return f"{name[: -len(former)]}{today}"
    return ""
