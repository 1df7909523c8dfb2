"""Words that councils write for Custos' own, in columns that know some words alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from custos.importing.columns import same_name

_MEANT: Mapping[str, Mapping[str, str]] = {
    "classification": {
        "official": "OFFICIAL", "official sensitive": "OFFICIAL-SENSITIVE", "o s": "OFFICIAL-SENSITIVE",
    },
    "personal_data": {
        "no": "none", "no personal data": "none", "personal data": "personal", "special category data": "special_category",
        "special categories": "special_category", "sensitive personal data": "special_category",
        "criminal offence data": "criminal_offence",
    },
    "status": {"live": "active", "current": "active", "in use": "active", "in approval": "draft", "replaced": "superseded"},
    "final_action": {
        "dispose": "destroy", "delete": "destroy", "destruction": "destroy", "secure destruction": "destroy", "shred": "destroy",
        "confidential waste": "destroy", "review then destroy": "destroy_after_review", "review and destroy": "destroy_after_review",
        "destroy following review": "destroy_after_review", "disposition review": "destroy_after_review",
        "transfer to archive": "transfer", "transfer to archives": "transfer", "offer to archivist": "transfer",
        "retain": "none", "keep": "none", "permanent": "none", "retain permanently": "none",
    },
    "record_type": {"no": "none", "yes": "record", "not a record": "none"},
    "basis_type": {
        "statutory": "statute", "legislation": "statute", "legal": "statute", "limitation act": "limitation",
        "business need": "local", "operational": "local", "business": "local", "local decision": "local",
    },
    "location_type": {
        "sharepoint": "m365", "teams": "m365", "microsoft 365": "m365", "office 365": "m365", "network drive": "shared_drive",
        "file share": "shared_drive", "application": "line_of_business", "database": "line_of_business", "system": "line_of_business",
        "hard copy": "paper", "third party": "supplier",
    },
    "sharing_posture": {
        "internal only": "internal", "under agreement": "agreements_only", "agreements": "agreements_only", "guests": "guests_allowed",
        "public": "public_view", "published": "public_view",
    },
    "kind": {
        "subject access request": "sar", "freedom of information": "foi", "public inquiry": "inquiry",
        "bank holiday": "bank_holiday", "public holiday": "bank_holiday", "closed": "closure",
    },
    "trigger_kind": {
        "when items were created": "created", "when items were last modified": "modified", "when items were labeled": "labelled",
        "date created": "created", "date of birth": "dob", "date last modified": "modified", "when labelled": "labelled",
    },
}  # fmt: skip


def chosen(written: str, column: str, known: Collection[str]) -> str | None:
    """The word of `known` that is meant; None when it cannot be told."""
    plain = same_name(written)
    own = next((word for word in known if same_name(word) == plain), None)
    meant = own or _MEANT.get(column, {}).get(plain)
    return meant if meant in known else None


def flag(written: str) -> str | None:
    """yes or no; None when it is neither."""
    plain = same_name(written) or written.strip()
    if plain in ("yes", "y", "true", "1", "x", "✓", "✔", "vital"):
        return "yes"
    return "no" if plain in ("no", "n", "false", "0") else None
