"""What the columns of the registers hold, and by which names councils call them: how a mapping is proposed and a cell is read."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from enum import StrEnum

from custos.records import registers
from custos.records.delegation import KINDS as DELEGATED
from custos.records.model import Posture
from custos.records.registers import Register


class Holds(StrEnum):
    """How the cells of a column are read."""

    TEXT = "text"
    TEXTS = "texts"  # several, with ; between them
    DAY = "day"
    FLAG = "yes or no"
    NUMBER = "number"
    MONTHS = "months"  # "annually", "2 years"
    PERIOD = "period"
    PERSON = "person"
    PEOPLE = "people"
    PLACES = "places"
    CHOICE = "choice"
    CHOICES = "choices"


_HOLDS: Mapping[str, Holds] = {
    **dict.fromkeys(("schedule_refs", "agreements", "domains", "assets", "policies"), Holds.TEXTS),
    **dict.fromkeys(("contract_end", "last_restore_test", "last_review", "review_due", "approved_on", "accepted_on"), Holds.DAY),
    **dict.fromkeys(("items_from", "items_to", "since", "ends", "starts", "expires", "valid_from", "valid_to", "date"), Holds.DAY),
    **dict.fromkeys(("vital_record", "special_category"), Holds.FLAG),
    **dict.fromkeys(("label_days", "renewals"), Holds.NUMBER),
    "review_interval_months": Holds.MONTHS,
    "period": Holds.PERIOD,
    **dict.fromkeys(
        ("iao_upn", "deputy_iao_upn", "escalation_upn", "owner_upn", "upn", "manager_upn", "steward_upn"), Holds.PERSON
    ),
    "steward_upns": Holds.PEOPLE,
    **dict.fromkeys(("location_refs", "public_libraries", "location"), Holds.PLACES),
    "location_type": Holds.CHOICES,
}  # fmt: skip
_LEVELS = dict.fromkeys(("value", "risk_level"), registers.LEVELS)
_CHOICES: Mapping[str, Mapping[str, Collection[str]]] = {
    registers.ASSETS.file: {
        "classification": registers.CLASSIFICATIONS,
        "personal_data": registers.PERSONAL_DATA,
        "sharing_posture": tuple(Posture),
        "status": registers.STATUSES,
        "location_type": registers.LOCATION_TYPES,
        **_LEVELS,
    },
    registers.SCHEDULE.file: {
        "trigger_kind": registers.TRIGGERS,
        "record_type": ("none", "record"),
        "final_action": registers.FINAL_ACTIONS,
        "basis_type": ("statute", "limitation", "local"),
        "status": ("draft", "approved", "superseded"),
    },
    registers.SITE_MAP.file: {"watch": registers.WATCHES},
    registers.HOLDS.file: {"kind": registers.HOLD_KINDS},
    registers.DELEGATIONS.file: {"kinds": DELEGATED},
    registers.CALENDAR.file: {"kind": ("bank_holiday", "closure")},
}
NAMES: Mapping[str, str] = {
    "asset_id": "asset ref|asset reference|asset number|asset no|iar ref|iar reference|information asset id|ref|reference|id",
    "name": "asset name|information asset|asset|title of asset|title|bank holiday",
    "description": "asset description|what it holds|purpose|details",
    "function": "business function|service function|function group|category|service",
    "activity": "business activity|process|sub function",
    "department": "directorate|division|business area|service area|team or department",
    "iao_upn": "information asset owner|iao|asset owner|owner|owner email|iao email",
    "deputy_iao_upn": "deputy iao|deputy owner|deputy information asset owner|deputy",
    "escalation_upn": "escalation|escalate to|escalation contact",
    "steward_upns": "data stewards|data steward|stewards|steward|information asset administrator|information asset administrators|iaa",
    "location_type": "type of location|storage type|where held|medium",
    "location_refs": "location|locations|where stored|sharepoint site|site url|url|storage location|link|links",
    "classification": "security classification|protective marking|marking|sensitivity|gsc",
    "personal_data": "personal data category|contains personal data|data category|pii|personal information",
    "data_subjects": "whose data|subjects",
    "lawful_basis": "gdpr basis|article 6 basis|legal basis for processing",
    "dpia_ref": "dpia|dpia reference",
    "schedule_refs": "retention schedule ref|retention ref|schedule reference|retention schedule entry|retention class|retention rule",
    "vital_record": "vital|business critical|critical record|vital records",
    "sharing_posture": "sharing|sharing class|who may it be shared with|external sharing",
    "public_libraries": "published libraries|public library",
    "agreements": "sharing agreements|dsa|isa|information sharing agreement|data sharing agreement",
    "status": "state|asset status|approval status",
    "last_review": "last reviewed|reviewed on|date of last review|date reviewed",
    "review_interval_months": "review frequency|review interval|review cycle|reviewed every",
    "review_due": "next review|review date|next review date|date of next review|review by",
    "value": "asset value|business value",
    "risk_level": "risk|risk rating",
    "risk_ref": "risk reference|risk register ref",
    "last_restore_test": "last restore|restore tested",
    "contract_end": "contract end date|contract expiry",
    "backup_arrangement": "backup|back up",
    "notes": "comments|remarks|comment|note",
    "entry_id": "schedule ref|retention code|class code|rule id|record code|code|function code|reference id|ref|reference|ref no|id",
    "record_class": "record class|class of record|record type|records|record series|type of record|record description",
    "examples": "example records|including|examples of records",
    "trigger_kind": "trigger type|event type|retention type|based on",
    "trigger_text": "trigger|retention trigger|start of retention|from|event|closure event|starts from",
    "period": "retention|retention period|keep for|how long|retention duration|minimum retention|retain for|retention rule",
    "label_name": "label|retention label|purview label|file plan label|name of label",
    "label_days": "days|retention days",
    "record_type": "is record|declares a record|record label|regulatory record",
    "final_action": "action|disposal action|disposal|disposition|end of retention|final disposition|what happens then|disposal method",
    "legal_basis": "authority|legislation|statutory provision|citation|justification|basis for retention|provision citation",
    "basis_type": "type of basis|statutory or local|basis kind|authority type",
    "owner_upn": "owner|entry owner|responsible officer|contact|records owner|owner email",
    "approved_by": "approver|authorised by|signed off by",
    "approved_on": "approved date|date approved|approval date",
    "superseded_by": "replaced by",
    "location": "site|site url|url|library|address|sharepoint site|site address",
    "schedule_ref": "retention ref|schedule reference|retention class",
    "upn": "email|sign in name|user principal name|username|email address|account|login",
    "role": "post|job title|position|title|post title",
    "manager_upn": "line manager|manager|reports to|manager email",
    "valid_from": "from|start date|in post from|start",
    "valid_to": "to|end date|until|in post until|leaving date|end",
    "partner": "organisation|partner organisation|shared with",
    "domains": "domain|email domains|mail domains|email domain",
    "assets": "asset|asset refs|information assets|asset ids",
    "starts": "start|start date|from|commences",
    "ends": "end|end date|expiry|expires|until|expiry date|released on",
    "hold_id": "hold ref|hold reference|ref|reference|id",
    "agreement_id": "dsa ref|isa ref|ref|reference|agreement ref|id",
    "exception_id": "exception ref|ref|reference|id",
    "kind": "type|hold type|kind of day",
    "since": "from|start|start date|placed on|date placed",
    "date": "day|holiday|closed on",
}  # fmt: skip
"""Column ► what councils call it, parted by |, the commonest first."""


def holds(register: Register, column: str) -> Holds:
    """How cells of a register's column are read."""
    if column in _HOLDS:
        return _HOLDS[column]
    if column == "kinds":
        return Holds.CHOICES
    return Holds.CHOICE if column in _CHOICES.get(register.file, {}) else Holds.TEXT


def words_of(register: Register, column: str) -> Collection[str]:
    """The words that a column of choices knows."""
    return _CHOICES[register.file][column]


def same_name(written: str) -> str:
    """A column's name as it is compared: letters and digits, single spaces."""
    return " ".join(re.findall(r"[a-z0-9]+", written.casefold()))


def names_of(column: str) -> tuple[str, ...]:
    """The names that mean a column, its own first."""
    return (same_name(column), *filter(None, NAMES.get(column, "").split("|")))
