"""What folders and files are called in each kind of library: a template for the folders, several for their files."""

from __future__ import annotations

SURNAMES = (
    "Alder", "Bates", "Crane", "Dunn", "Ellis", "Frost", "Gale", "Hurst", "Ivers", "Jarvis", "Kemp", "Lacey", "Marlow",
    "Nash", "Ogden", "Piper", "Quigley", "Rowe", "Sharpe", "Thorne", "Underhill", "Vickers", "Whelan", "Yates",
)  # fmt: skip
STREETS = (
    "Mill Lane", "Station Road", "Canal Street", "Church Walk", "Orchard Close", "Priory Way", "Weavers Row",
    "Northgate", "Foundry Yard", "Harbour View", "Queens Drive", "Meadow Rise", "Tannery Court", "Wren Hill",
)  # fmt: skip
BODIES = (
    "Planning Committee", "Licensing Committee", "Scrutiny Commission", "Audit and Governance Committee",
    "Health and Wellbeing Board", "Full Council", "Cabinet", "Standards Committee",
)  # fmt: skip
FIRMS = (
    "Arden Consulting", "Bridgebuild Ltd", "Corbel Architects", "Dalewood Catering", "Easton Fleet", "Fernleigh Care",
    "Gatesby Roofing", "Halden Software", "Ironbrook Civils", "Juniper Grounds",
)  # fmt: skip

WORDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "child": (
        "LCS-{ref} {surname}",
        (
            "Care plan {date}.docx",
            "Statutory visit {date}.docx",
            "Health assessment {year}.pdf",
            "Case note {date}.docx",
            "Strategy discussion {date}.docx",
            "Placement agreement {date}.pdf",
            "School report {year}.pdf",
            "Email from school {date}.msg",
            "Chronology {year}.xlsx",
            "Life story work {year}.pptx",
        ),
    ),
    "court": (
        "{ref} {surname}",
        (
            "Index to bundle {date}.docx",
            "Position statement {date}.docx",
            "Order {date}.pdf",
            "Witness statement {date}.pdf",
            "Expert report {date}.pdf",
            "Chronology {date}.docx",
            "Correspondence with court {date}.msg",
            "Bundle {date}.pdf",
        ),
    ),
    "recording": (
        "{year} strategy meetings",
        (
            "Strategy meeting {date}.mp4",
            "Strategy meeting {date} transcript.docx",
            "Core group {date}.mp4",
        ),
    ),
    "carer": (
        "FC-{ref} {surname}",
        (
            "Form F assessment {year}.docx",
            "Annual household review {year}.docx",
            "Training record {year}.xlsx",
            "DBS outcome {date}.pdf",
            "Supervision {date}.docx",
            "Allowance letter {date}.pdf",
        ),
    ),
    "panel": (
        "Panel {year}",
        (
            "Panel agenda {date}.docx",
            "Panel minutes {date}.docx",
            "Report {ref} {surname} {date}.pdf",
            "Matching report {ref} {date}.docx",
        ),
    ),
    "adult": (
        "ASC-{ref} {surname}",
        (
            "Care Act assessment {date}.docx",
            "Support plan {date}.docx",
            "Review {date}.docx",
            "Capacity assessment {date}.pdf",
            "Discharge notification {date}.pdf",
            "Provider email {date}.msg",
            "Financial assessment {year}.xlsx",
            "Risk assessment {date}.docx",
        ),
    ),
    "send": (
        "EHC-{ref} {surname}",
        (
            "EHC plan final {date}.pdf",
            "EHC plan draft {date}.docx",
            "Educational psychology advice {date}.pdf",
            "Annual review {year}.docx",
            "Parental views {date}.docx",
            "School costed provision {year}.xlsx",
            "Panel decision {date}.pdf",
            "Email from parent {date}.msg",
        ),
    ),
    "planning": (
        "{year}-{ref}-FUL {street}",
        (
            "Application form {date}.pdf",
            "Location plan {ref}.dwg",
            "Proposed elevations {ref}.dwg",
            "Officer report {date}.docx",
            "Decision notice {date}.pdf",
            "Consultee response {date}.pdf",
            "Neighbour comment {date}.msg",
            "Design and access statement {ref}.pdf",
            "Site photographs {date}.jpg",
            "Conditions discharge {date}.docx",
        ),
    ),
    "advice": (
        "PA-{year}-{ref} {street}",
        (
            "Enquiry {date}.pdf",
            "Advice letter {date}.docx",
            "Sketch scheme {ref}.pdf",
            "Meeting note {date}.docx",
            "Fee receipt {date}.pdf",
            "Email {date}.msg",
            "Heritage comment {date}.docx",
        ),
    ),
    "enforcement": (
        "ENF-{year}-{ref} {street}",
        (
            "Complaint {date}.msg",
            "Site visit {date}.docx",
            "Photographs {date}.jpg",
            "Enforcement notice {date}.pdf",
            "Appeal decision {date}.pdf",
            "Closure report {date}.docx",
        ),
    ),
    "building": (
        "BC-{year}-{ref} {street}",
        (
            "Building notice {date}.pdf",
            "Inspection {date}.docx",
            "Structural calculations {ref}.pdf",
            "Plans {ref}.dwg",
            "Completion certificate {date}.pdf",
            "Site photographs {date}.jpg",
        ),
    ),
    "tenancy": (
        "T-{ref} {street}",
        (
            "Tenancy agreement {date}.pdf",
            "Application {date}.pdf",
            "Right to rent check {date}.pdf",
            "Letter {date}.docx",
            "Inspection {date}.docx",
            "Notice {date}.pdf",
            "Email from tenant {date}.msg",
            "Mutual exchange {date}.pdf",
        ),
    ),
    "arrears": (
        "T-{ref}",
        (
            "Arrears letter {date}.docx",
            "Payment plan {date}.xlsx",
            "Rent statement {date}.pdf",
            "Court warning {date}.docx",
        ),
    ),
    "repairs": (
        "{street} {ref}",
        (
            "Repair request {date}.msg",
            "Survey {date}.pdf",
            "Works order {ref}.pdf",
            "Photographs {date}.jpg",
            "Reply to tenant {date}.docx",
            "Damp report {date}.pdf",
        ),
    ),
    "revenues": (
        "{year} account {ref}",
        (
            "Letter {date}.pdf",
            "Bill {year}.pdf",
            "Change of address {date}.docx",
            "Evidence {date}.pdf",
            "Reminder {date}.pdf",
            "Reply {date}.docx",
            "Exemption claim {date}.pdf",
            "Email {date}.msg",
        ),
    ),
    "personnel": (
        "{ref} {surname}",
        (
            "Contract of employment {date}.pdf",
            "Appraisal {year}.docx",
            "Sickness record {year}.xlsx",
            "Letter {date}.docx",
            "Right to work {date}.pdf",
            "Return to work {date}.docx",
            "Leaver form {date}.pdf",
        ),
    ),
    "recruitment": (
        "VAC-{ref} {year}",
        (
            "Application {surname} {date}.pdf",
            "Shortlist {date}.xlsx",
            "Interview notes {surname} {date}.docx",
            "Reference {surname} {date}.pdf",
            "Advert {date}.docx",
        ),
    ),
    "contract": (
        "CT-{ref} {firm}",
        (
            "Signed contract {date}.pdf",
            "Variation {date}.docx",
            "Performance report {date}.xlsx",
            "Insurance {year}.pdf",
            "Meeting note {date}.docx",
            "Invoice query {date}.msg",
            "Price schedule {year}.xlsx",
        ),
    ),
    "tender": (
        "ITT-{year}-{ref}",
        (
            "Invitation to tender {date}.docx",
            "Tender {firm} {date}.pdf",
            "Evaluation {date}.xlsx",
            "Award letter {date}.docx",
            "Clarifications {date}.docx",
            "Standstill letter {firm} {date}.pdf",
        ),
    ),
    "deed": ("DEED-{ref} {firm}", ("Deed under seal {date}.pdf", "Sealing authority {date}.docx", "Plan {ref}.pdf")),
    "committee": (
        "{body} {year}",
        (
            "Agenda {body} {date}.pdf",
            "Minutes {body} {date}.docx",
            "Report {ref} to {body} {date}.docx",
            "Appendix {ref} {date}.pdf",
            "Presentation {ref} {date}.pptx",
            "Attendance {date}.xlsx",
        ),
    ),
    "decision": (
        "Decisions {year}",
        (
            "Decision notice {ref} {date}.pdf",
            "Report {ref} {date}.docx",
            "Call-in {ref} {date}.docx",
        ),
    ),
    "background": (
        "{body} {year} background",
        (
            "Consultation responses {ref} {date}.xlsx",
            "Working paper {ref} {date}.docx",
            "Correspondence {ref} {date}.msg",
            "Drawing {ref}.pdf",
        ),
    ),
    "request": (
        "FOI-{year}-{ref}",
        (
            "Request {date}.msg",
            "Search record {date}.xlsx",
            "Response {date}.docx",
            "Redactions {date}.pdf",
            "Clarification {date}.msg",
            "Internal review {date}.docx",
        ),
    ),
    "disclosure": (
        "Disclosure {year}-{ref}",
        (
            "Disclosure bundle {date}.pdf",
            "Schedule of exemptions {date}.xlsx",
            "Cover letter {date}.docx",
            "Redacted file {ref} {date}.pdf",
        ),
    ),
    "inspection": (
        "EH-{ref} {street}",
        (
            "Inspection report {date}.docx",
            "Hygiene rating letter {date}.pdf",
            "Photographs {date}.jpg",
            "Sampling result {date}.pdf",
            "Improvement notice {date}.pdf",
            "Officer notes {date}.docx",
        ),
    ),
    "licence": (
        "LIC-{ref} {firm}",
        (
            "Application {date}.pdf",
            "Licence {date}.pdf",
            "Plan {ref}.pdf",
            "Representation {date}.msg",
            "Hearing note {date}.docx",
            "Renewal {date}.pdf",
        ),
    ),
    "complaint": (
        "SR-{ref} {street}",
        (
            "Complaint {date}.msg",
            "Noise diary {date}.docx",
            "Visit {date}.docx",
            "Recording {date}.mp4",
            "Outcome {date}.pdf",
        ),
    ),
    "board": (
        "Board {year}",
        (
            "Board agenda {date}.docx",
            "Board minutes {date}.docx",
            "Highlight report {date}.pptx",
            "Risk register {date}.xlsx",
            "Decision log {date}.xlsx",
        ),
    ),
    "project": (
        "{year} work package {ref}",
        (
            "Options appraisal {date}.docx",
            "Cost plan {date}.xlsx",
            "Grant claim {date}.pdf",
            "Monitoring return {date}.xlsx",
            "Correspondence with funder {date}.msg",
            "Programme {date}.pptx",
        ),
    ),
    "survey": (
        "Plot {ref} {street}",
        (
            "Ground investigation {date}.pdf",
            "Topographical survey {ref}.dwg",
            "Drone survey {date}.mp4",
            "Photographs {date}.jpg",
            "Asbestos survey {date}.pdf",
        ),
    ),
    "event": (
        "Zone {ref}",
        (
            "Lighting plan {ref}.pdf",
            "Quote {firm} {date}.pdf",
            "Road closure {date}.docx",
            "Risk assessment {date}.docx",
            "Photographs {date}.jpg",
        ),
    ),
    "gis": (
        "Export {year}-{ref}",
        ("Parcels {ref} {date}.zip", "Flood zones {date}.zip", "Layer notes {date}.docx", "Extract {ref} {date}.csv"),
    ),
    "flood": (
        "Catchment {ref}",
        (
            "Partner update {date}.docx",
            "Gauge readings {date}.xlsx",
            "Asset list {date}.xlsx",
            "Meeting note {date}.docx",
            "Flood map {ref}.pdf",
        ),
    ),
}
