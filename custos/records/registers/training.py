"""Training links: where somebody learns in two minutes how what was found comes about, and how it is put right."""

from __future__ import annotations

from dataclasses import dataclass

from custos.errors import Mark
from custos.records.cells import RegisterRow
from custos.records.column import column
from custos.records.model import Records
from custos.records.register import Register

_HTTPS = "https://"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingLink:
    """A row. `about`: a policy with one of its rules (`sharing-guests/ended`), a policy, or a family of policies (`sharing`)."""

    id: str
    about: str
    title: str
    url: str
    mark: Mark


def training_for(records: Records, policy: str, rule: str, family: str) -> TrainingLink | None:
    """What is to be learned about a finding: the link of its rule, else of its policy, else of its family; None for none."""
    known = {one.about: one for one in TRAINING.of(records)}
    return known.get(f"{policy}/{rule}") or known.get(policy) or known.get(family)


def _link(row: RegisterRow) -> TrainingLink:
    url = row.text("url")
    if url and not url.startswith(_HTTPS):
        row.wrong("url", f'"{url}" is no address of the web.', "Write one that begins with https://.", code="url")
    return TrainingLink(
        id=row.text("link_id"), about=row.text("about"), title=row.text("title"), url=url, mark=row.mark
    )


TRAINING = Register(
    file="training_links.csv",
    noun="training link",
    purpose="one row a how-to or course: what it is about, its title, where it is",
    table=(
        column("link_id*", called="id|ref|reference"),
        column("about*", called="topic|subject|policy|rule"),
        column("title*", called="name|course|how to"),
        column("url*", called="link|address|where"),
    ),
    make=_link,
    optional=True,
)  # fmt: skip
REGISTER: Register[TrainingLink] = TRAINING
