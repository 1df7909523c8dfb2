"""The policy that docs/admin.md walks through, as the sample council has it."""

from __future__ import annotations

import re

from simulator.councils import policies_of

PAGE = "admin.md"
_PLACE = re.compile(r"(<!-- ([\w.-]+): written by `make docs` -->\n\n```yaml policy\n).*?(```)", re.DOTALL)


def put_into(page: str) -> str:
    """The page with the policy in its place. Raises ValueError when the page has no place for one."""
    if not _PLACE.search(page):
        raise ValueError(f"docs/{PAGE} has no place for a policy")
    return _PLACE.sub(lambda found: f"{found[1]}{_policy(found[2])}{found[3]}", page)


def _policy(name: str) -> str:
    """A policy without its first line, which is for editors."""
    lines = (policies_of() / name).read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("#"))
