"""Standards that a council is held against: their headings in words of our own, and what there is to show for each.

No sentence is a standard's. Whoever audits holds the standard itself beside this; a heading says where to look.
Sources: ISO 15489-1:2016 (headings); https://ico.org.uk/for-organisations/advice-and-services/audits/data-protection-audit-framework/
toolkits/records-management/; https://www.gov.uk/government/publications/code-of-practice-on-the-management-of-records-issued-under-section-46;
https://www.security.gov.uk/policy-and-guidance/cyber-assessment-framework-for-local-government/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from custos.report.evidence.exhibits import Exhibit


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What a standard wants to see. `exhibits` show it, `kpis` measure it; `people`: what nothing in this folder can show,
    "" for nothing."""

    title: str
    asks: str
    exhibits: tuple[Exhibit, ...] = ()
    kpis: tuple[str, ...] = ()
    people: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """A standard. `id` is what is typed."""

    id: str
    title: str
    about: str
    headings: tuple[Heading, ...]


_E = Exhibit
_TRAINING = Heading(
    title="Skills and training",
    asks="People know how to look after records, and that is checked.",
    exhibits=(_E.QUESTIONS,),
    people="Training records. The questions show where the same thing goes wrong again.",
)

ISO_15489 = Standard(
    id="iso-15489",
    title="ISO 15489-1:2016, records management",
    about="What makes records trustworthy, and how a body manages them from the day they are made to the day they go.",
    headings=(
        Heading(
            title="Records that can be relied on",
            asks="Records are what they claim to be, whole, unchanged and usable, and that can be shown.",
            exhibits=(_E.AUDIT, _E.RUNS),
            kpis=("KPI-05", "KPI-14"),
        ),
        Heading(
            title="Policies and responsibilities",
            asks="There are policies, somebody approved them, and everybody's part is written down.",
            exhibits=(_E.DOCUMENTS, _E.CLAUSES, _E.POLICIES, _E.REGISTERS),
            kpis=("KPI-02", "KPI-15"),
        ),
        Heading(
            title="Monitoring and evaluation",
            asks="It is looked at regularly whether all this works, and what was found is kept.",
            exhibits=(_E.INDICATORS, _E.PUBLISHED, _E.REMARKS),
            kpis=("KPI-03", "KPI-04", "KPI-10"),
        ),
        _TRAINING,
        Heading(
            title="Appraisal",
            asks="It is worked out what must be kept, why and how long, and that is looked at again.",
            exhibits=(_E.REGISTERS, _E.REMARKS),
            kpis=("KPI-04",),
            people="The analysis behind each entry of the schedule.",
        ),
        Heading(
            title="Controls: metadata, classification, access, disposal",
            asks="There are schemes for them, they are current, and they are applied.",
            exhibits=(_E.REGISTERS, _E.POLICIES, _E.HOLDINGS),
            kpis=("KPI-01", "KPI-05", "KPI-11", "KPI-13"),
            people="A classification scheme beyond the functions that the registers name.",
        ),
        Heading(
            title="Processes from creation to disposal",
            asks="Records are captured, stored, used, moved and disposed of as the controls say.",
            exhibits=(_E.HOLDINGS, _E.QUESTIONS, _E.RUNS),
            kpis=("KPI-05", "KPI-07", "KPI-08", "KPI-09"),
            people="Disposal itself: Custos deletes nothing, so disposals are not in this folder.",
        ),
    ),
)
ICO = Standard(
    id="ico-records",
    title="ICO data protection audit, records management",
    about="What the Information Commissioner's auditors look at where records hold personal data.",
    headings=(
        Heading(
            title="A framework with roles down to the owners",
            asks="There is a policy in date, a senior owner of risk, owners for each asset and a group that watches.",
            exhibits=(_E.DOCUMENTS, _E.REGISTERS, _E.CLAUSES),
            kpis=("KPI-02", "KPI-15"),
            people="Minutes of the group.",
        ),
        _TRAINING,
        Heading(
            title="A register of what is held",
            asks="There is one central register, it is complete, and somebody keeps it up to date.",
            exhibits=(_E.REGISTERS, _E.HOLDINGS, _E.REMARKS),
            kpis=("KPI-01", "KPI-03"),
        ),
        Heading(
            title="Retention",
            asks="Each kind of record has a period, a reason, an owner and what comes after; something prompts when the time has come.",
            exhibits=(_E.REGISTERS, _E.POLICIES, _E.QUESTIONS),
            kpis=("KPI-04", "KPI-05", "KPI-07"),
        ),
        Heading(
            title="Disposal",
            asks="Management approves before anything is deleted, that is logged, and what was not deleted in time is an incident.",
            exhibits=(_E.AUDIT, _E.QUESTIONS),
            kpis=("KPI-07", "KPI-08"),
            people="Disposal itself: Custos deletes nothing, and keeps no certificate of destruction.",
        ),
        Heading(
            title="Access and sharing",
            asks="Only those who need records can open them, and sharing with others rests on an agreement.",
            exhibits=(_E.HOLDINGS, _E.POLICIES, _E.REGISTERS),
            kpis=("KPI-11", "KPI-12", "KPI-13"),
        ),
        Heading(
            title="Checks and reporting",
            asks="Compliance is measured and told to those who answer for it, and they act on it.",
            exhibits=(_E.INDICATORS, _E.PUBLISHED, _E.QUESTIONS),
            kpis=("KPI-10", "KPI-14"),
        ),
        Heading(
            title="Paper and off-site stores",
            asks="Paper is tracked, stored safely and destroyed as the schedule says.",
            exhibits=(_E.REGISTERS,),
            people="Paper: the register names its stores, and nothing else here looks at it.",
        ),
    ),
)
SECTION_46 = Standard(
    id="section-46",
    title="Code of practice on records under section 46 of the Freedom of Information Act",
    about="How a public authority keeps, manages and destroys its records, so that what is asked for can be found or accounted for.",
    headings=(
        Heading(
            title="Records as a function with means of its own",
            asks="Records management has a policy, a place in the organisation, people and money.",
            exhibits=(_E.DOCUMENTS, _E.CLAUSES, _E.REGISTERS),
            kpis=("KPI-02", "KPI-15"),
            people="Money and posts.",
        ),
        Heading(
            title="Knowing what is held",
            asks="The authority knows what it holds, where, and who answers for it.",
            exhibits=(_E.REGISTERS, _E.HOLDINGS),
            kpis=("KPI-01", "KPI-03"),
        ),
        Heading(
            title="Keeping what is needed, as long as it is needed",
            asks="What must be kept is kept, for a period with a reason.",
            exhibits=(_E.REGISTERS, _E.HOLDINGS),
            kpis=("KPI-04", "KPI-05"),
        ),
        Heading(
            title="Security and access",
            asks="Records are stored safely, and only those with a reason can open them.",
            exhibits=(_E.POLICIES, _E.HOLDINGS),
            kpis=("KPI-11", "KPI-13"),
        ),
        Heading(
            title="Disposal that can be explained",
            asks="Destruction follows a rule and is approved, spares what was asked for, and can be explained afterwards.",
            exhibits=(_E.AUDIT, _E.REGISTERS),
            kpis=("KPI-07", "KPI-08"),
            people="Who deleted something: Microsoft Purview keeps that. `custos history` tells what Custos knows of a file.",
        ),
        Heading(
            title="Working with others",
            asks="Records that are made or shared with others have rules that everybody knows.",
            exhibits=(_E.REGISTERS,),
            kpis=("KPI-13",),
        ),
        Heading(
            title="Monitoring",
            asks="It is checked and reported whether the rules are kept.",
            exhibits=(_E.INDICATORS, _E.PUBLISHED, _E.REMARKS),
            kpis=("KPI-10", "KPI-14"),
        ),
        Heading(
            title="Transfer to an archive",
            asks="What is of lasting value goes to a place of deposit.",
            exhibits=(_E.REGISTERS,),
            people="The transfer itself: the schedule names what is to be transferred.",
        ),
    ),
)
CAF = Standard(
    id="caf-local",
    title="Cyber Assessment Framework for local government, as far as it is about information",
    about="What independent assurance looks at where a council's important data is concerned.",
    headings=(
        Heading(
            title="Governance and roles",
            asks="Somebody senior answers for risk to information, and decisions about it are made by those who may.",
            exhibits=(_E.DOCUMENTS, _E.REGISTERS, _E.AUDIT),
            kpis=("KPI-02", "KPI-15"),
        ),
        Heading(
            title="Important data is known",
            asks="It is known which data matters, where it is, who can open it and what its loss would mean.",
            exhibits=(_E.REGISTERS, _E.HOLDINGS),
            kpis=("KPI-01", "KPI-03"),
        ),
        Heading(
            title="Important data is protected",
            asks="Access is limited to those who need it, inside and outside, and is looked at again.",
            exhibits=(_E.POLICIES, _E.HOLDINGS, _E.RUNS),
            kpis=("KPI-11", "KPI-12", "KPI-13"),
            people="Encryption, devices and networks.",
        ),
        Heading(
            title="Suppliers and partners",
            asks="What others hold or may open rests on an agreement, and ends with it.",
            exhibits=(_E.REGISTERS, _E.REMARKS),
            kpis=("KPI-13",),
        ),
        Heading(
            title="Backups and recovery",
            asks="Backups are made, and restoring them is tested.",
            exhibits=(_E.REGISTERS, _E.REMARKS),
            people="The tests: the register says when the last one was.",
        ),
        Heading(
            title="Logging and assurance",
            asks="What is done is recorded where it cannot be changed, and somebody independent can check that.",
            exhibits=(_E.AUDIT, _E.INDICATORS),
            kpis=("KPI-14",),
        ),
    ),
)
STANDARDS: Mapping[str, Standard] = {one.id: one for one in (ISO_15489, ICO, SECTION_46, CAF)}
