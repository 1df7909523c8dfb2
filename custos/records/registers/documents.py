"""The governing documents: one row a policy, strategy or standard of the council itself, who answers for it, when it is reviewed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from custos.errors import Mark
from custos.records.cells import RegisterRow
from custos.records.column import column
from custos.records.model import Records
from custos.records.register import Register
from custos.records.remark import Matter, Remark
from custos.wording import day_words, many

_MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class GoverningDocument:
    """A row of the governing documents. `owner` is the title of a post; `review_due` None: no day could be read."""

    id: str
    title: str
    version: str
    owner: str
    review_due: date | None
    mark: Mark
    approver: str = ""
    approved_on: date | None = None
    url: str = ""

    @property
    def called(self) -> str:
        """Title and version."""
        return f"{self.title}, version {self.version}" if self.version else self.title

    def in_date(self, today: date) -> bool:
        """Whether its review is due today or later."""
        return self.review_due is not None and self.review_due >= today


def _document(row: RegisterRow) -> GoverningDocument:
    approved, due = row.day("approved_on"), row.day("review_due")
    row.in_order(("approved_on", approved), ("review_due", due))
    return GoverningDocument(
        id=row.text("document_id"),
        title=row.text("title"),
        version=row.text("version"),
        owner=row.text("owner_role"),
        approver=row.text("approver_body"),
        approved_on=approved,
        review_due=due,
        url=row.text("url"),
        mark=row.mark,
    )


def _remarks(records: Records, today: date, horizon: date) -> Iterator[Remark]:
    """Documents past their own review, and those whose review comes up."""
    for document in DOCUMENTS.of(records):
        due = document.review_due
        if due is None or due >= horizon:
            continue
        late = f"was due for review on {day_words(due)}, {_so_long(due, today)} ago"
        said = late if due < today else f"is due for review on {day_words(due)}"
        yield Remark(
            matter=Matter.DOCUMENT_REVIEW,
            reference=document.id,
            asset_id="",
            sentence=f"{document.called}, {said}. Its owner is the {document.owner}.",
            mark=document.mark,
            soon=due >= today,
            day=due,
        )


def _so_long(since: date, today: date) -> str:
    """How long ago a day was, in years and months, or in days."""
    months = (today.year - since.year) * _MONTHS + today.month - since.month - (today.day < since.day)
    years, rest = divmod(months, _MONTHS)
    told = [many(years, "year")] * bool(years) + [many(rest, "month")] * bool(rest)
    return " and ".join(told) or many((today - since).days, "day")


DOCUMENTS = Register(
    file="governing_documents.csv",
    noun="governing document",
    purpose="one row a policy, strategy or standard of the council: who answers for it, when it is reviewed",
    table=(
        column("document_id*", called="doc ref|document ref|policy ref|ref|reference|id"),
        column("title*", called="name|document|policy|policy name"),
        column("version", called="version number|issue"),
        column("owner_role*", called="owner|document owner|policy owner|author"),
        column("approver_body", called="approver|approved by|approving body"),
        column("approved_on"),
        column("approval_ref", called="minute|minute reference"),
        column("review_due*"),
        column("url", called="link|address|where published"),
    ),
    make=_document,
    remarks=_remarks,
    optional=True,
)  # fmt: skip
REGISTER: Register[GoverningDocument] = DOCUMENTS
