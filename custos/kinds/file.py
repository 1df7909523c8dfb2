"""A file of a library."""

from __future__ import annotations

from custos.kinds.common_facts import ACTIVITY, GIVEN, LIBRARY, PLACE, SHARED
from custos.kinds.declaration import Declaration, Lies, Protector
from custos.kinds.fact import DELTA, LABELS, FactType, fact
from custos.model.subject import Kind

_OWN = (
    fact("file_name", FactType.TEXT, DELTA, "the file's name", "Site plan.pdf", private=True),
    fact("file_extension", FactType.TEXT, DELTA, "the file's extension", "pdf", missing="it has no extension"),
    fact("file_created", FactType.MOMENT, DELTA, "the day the file was made", "2016-09-30"),
    fact("file_modified", FactType.MOMENT, DELTA, "the last change by anybody or anything", "2024-03-14"),
)
_LABEL = (
    fact("label", FactType.TEXT, LABELS, "the retention label", "GEN-01 Transitory 60d", missing="it has none"),
    fact("label_explicit", FactType.FLAG, LABELS, "somebody chose the label", "no"),
    fact("label_fits_schedule", FactType.FLAG, LABELS, "the label is the schedule's", "yes"),
    fact("is_record", FactType.FLAG, LABELS, "the file is a record", "no"),
    fact("list_item_id", FactType.NUMBER, DELTA, "its number in the library's list", "512"),
)

DECLARATION = Declaration(
    kind=Kind.FILE,
    meaning="one file",
    things=("file", "files"),
    lies=Lies.IN_LIBRARY,
    facts=(*PLACE, *LIBRARY, *ACTIVITY, *_OWN, *SHARED, *_LABEL),
    given=(
        *GIVEN, "file_name", "file_extension", "label", "label_explicit", "is_record", "file_created", "file_modified", "changed_by",
        "file_date", "shared_scope", "size",
    ),
    always=(
        "label", "label_explicit", "is_record", "scheduled_entry", "scheduled_label", "scheduled_label_is_record", "list_item_id",
    ),
    protected_by=frozenset({Protector.HOLDS, Protector.LABEL}),
    has_address=True,
)  # fmt: skip
