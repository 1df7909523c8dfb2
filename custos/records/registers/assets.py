"""The information asset register: one row an asset, what it is, who owns it, where it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from custos.did_you_mean import near
from custos.invisible_characters import looked_at
from custos.records.address import Address, looks_like_address
from custos.records.cells import RegisterRow
from custos.records.column import Holds, column
from custos.records.model import Asset, Posture
from custos.records.register import Check, Refers, Register
from custos.records.register_lookup import RegisterLookup

CLASSIFICATIONS: Mapping[str, str] = {
    "OFFICIAL": "ordinary information of the council",
    "OFFICIAL-SENSITIVE": "information of which loss or disclosure would do harm; names of its files are masked",
}
PERSONAL_DATA: Mapping[str, str] = {
    "none": "no personal data",
    "personal": "personal data of no special category",
    "special_category": "health, ethnic origin, belief and the like (UK GDPR, Article 9); names of its files are masked",
    "criminal_offence": "convictions and offences (UK GDPR, Article 10); names of its files are masked",
}
STATUSES: Mapping[str, str] = {
    "proposed": "not in use yet",
    "active": "in use",
    "closing": "being wound up, still accounted for",
    "closed": "no longer in use",
}
POSTURES: Mapping[str, str] = {
    Posture.INTERNAL.value: "for the council's own people alone",
    Posture.AGREEMENTS_ONLY.value: "for partners under a sharing agreement in date",
    Posture.GUESTS_ALLOWED.value: "for guests too",
    Posture.PUBLIC_VIEW.value: "for the public to read",
}
LOCATION_TYPES = ("m365", "line_of_business", "shared_drive", "paper", "supplier")
LEVELS = ("low", "medium", "high")


def _asset(row: RegisterRow) -> Asset:
    kinds = row.choices("location_type")
    locations, others = _locations(row, kinds)
    row.number("review_interval_months")
    contract_end = row.day("contract_end", endless=True)
    return Asset(
        id=row.text("asset_id"),
        name=row.text("name"),
        description=row.text("description"),
        function=row.text("function"),
        activity=row.text("activity"),
        department=row.text("department"),
        iao=row.upn("iao_upn"),
        deputy=row.upn("deputy_iao_upn"),
        stewards=row.upns("steward_upns"),
        escalation=row.upn("escalation_upn"),
        location_types=kinds,
        locations=locations,
        other_locations=others,
        classification=row.choice("classification"),
        personal_data=row.choice("personal_data"),
        schedule_refs=row.texts("schedule_refs"),
        posture=Posture(row.choice("sharing_posture", default=Posture.INTERNAL.value)),
        public_libraries=row.containers("public_libraries"),
        vital=row.flag("vital_record"),
        status=row.choice("status"),
        review_due=row.day("review_due"),
        last_review=row.day("last_review"),
        last_restore_test=row.day("last_restore_test"),
        value=row.choice("value"),
        risk_level=row.choice("risk_level"),
        risk_ref=row.text("risk_ref"),
        supplier=row.text("supplier"),
        contract_ref=row.text("contract_ref"),
        contract_end=contract_end,
        mark=row.mark,
    )


def _locations(row: RegisterRow, kinds: tuple[str, ...]) -> tuple[tuple[Address, ...], tuple[str, ...]]:
    """The places in SharePoint of an asset, and its other ones. An asset of Microsoft 365 alone has no others."""
    locations, others = [], []
    for written in row.texts("location_refs"):
        if kinds != ("m365",) and not looks_like_address(written):
            others.append(written)
        elif (address := row.read_container("location_refs", written)) is not None:
            locations.append(address)
    return tuple(locations), tuple(others)


def _check(check: Check[Asset]) -> None:
    for row, asset in check.rows:
        _agreements(row, asset, check)
        _sharing(row, asset)
    _departments(check)
    _wrongly_public(check)


def _agreements(row: RegisterRow, asset: Asset, check: Check[Asset]) -> None:
    """An agreement that the asset names and that does not name the asset."""
    for name in row.texts("agreements"):
        agreement = check.records.agreements.get(name)
        if agreement and asset.id and asset.id not in agreement.assets:
            what = f"{name} does not name {asset.id} among its assets, and covers nobody there."
            row.doubtful(
                "agreements", what, f"Add {asset.id} to {agreement.mark}, or delete {name} here.", code="agreement"
            )


def _sharing(row: RegisterRow, asset: Asset) -> None:
    if not asset.sensitive:
        return
    remedy = "Choose internal, agreements_only or guests_allowed."
    if asset.posture is Posture.PUBLIC_VIEW:
        row.wrong("sharing_posture", f"{asset.personal_data} data cannot be public_view.", remedy, code="public")
    if asset.public_libraries:
        row.wrong("public_libraries", f"{asset.personal_data} data cannot have public libraries.", code="public")


def _departments(check: Check[Asset]) -> None:
    """A department that is written in two ways that look alike, and one that nobody and nothing else belongs to: policies choose assets by
    it, to the letter."""
    counted = Counter(asset.department for asset in check.records.assets.values())
    counted.update(post.department for post in check.records.posts.values())
    usual: dict[str, str] = {}
    for name, _ in counted.most_common():
        usual.setdefault(looked_at(name), name)
    for asset in check.records.assets.values():
        other = usual[looked_at(asset.department)]
        if other != asset.department:
            what = (
                f'"{asset.department}" differs from "{other}" only by case or by characters that cannot be told apart.'
            )
            mark = check.cells.of(asset).mark_of("department")
            check.problems.warning(mark, what, f"Write {other}, unless two departments are meant.", code="alike")
        elif asset.department and counted[asset.department] == 1 and check.records.posts:
            mark = check.cells.of(asset).mark_of("department")
            what = f'No other row of the registers names the department "{asset.department}".'
            known = [name for name in counted if name != asset.department]
            check.problems.warning(mark, what, near(asset.department, known), code="department-alone")


def _wrongly_public(check: Check[Asset]) -> None:
    """A public library that is a whole site, or another asset's whose data must never be public."""
    lookup = RegisterLookup(check.records)
    for asset in check.records.assets.values():
        mark = check.cells.of(asset).mark_of("public_libraries")
        for library in asset.public_libraries:
            owner = lookup.at(library).asset
            if library.is_site:
                what = f"{library.text} is a site; a public library is one library of it."
                check.problems.error(mark, what, "Name the library.", code="public")
            elif owner is not None and owner is not asset and owner.sensitive:
                what = f"{library.text} is of {owner.id}, whose {owner.personal_data} data cannot be public."
                check.problems.error(mark, what, "Delete it here.", code="public")


ASSETS = Register(
    file="information_asset_register.csv",
    noun="asset",
    purpose="one row an information asset: what it is, who owns it, where it is",
    table=(
        column("asset_id*"),
        column("name*"),
        column("description*", called="asset description|what it holds|purpose|details"),
        column("function*"),
        column("activity"),
        column("department*"),
        column(
            "iao_upn*", Holds.PERSON, called="information asset owner|iao|asset owner|owner|owner email|iao email",
            advice="One owner answers for an asset; whoever stands in is deputy_iao_upn. A vacant post keeps its last holder here, and "
            "ends in people_roles.csv (valid_to).",
        ),
        column("deputy_iao_upn", Holds.PERSON, called="deputy iao|deputy owner|deputy information asset owner|deputy"),
        column("escalation_upn", Holds.PERSON, called="escalation|escalate to|escalation contact"),
        column(
            "steward_upns", Holds.PEOPLE,
            called="data stewards|data steward|stewards|"
            "steward|information asset administrator|information asset administrators|iaa",
        ),
        column("location_type*", Holds.CHOICES, choices=LOCATION_TYPES, called="type of location|storage type|where held|medium"),
        column("location_refs*"),
        column(
            "classification*", choices=tuple(CLASSIFICATIONS),
            called="security classification|protective marking|marking|sensitivity|gsc",
        ),
        column(
            "personal_data*", choices=tuple(PERSONAL_DATA),
            called="personal data category|contains personal data|"
            "data category|pii|personal information",
        ),
        column("data_subjects", called="whose data|subjects"),
        column("lawful_basis"),
        column("dpia_ref"),
        column("schedule_refs*"),
        column("publication"),
        column("value", choices=LEVELS, called="asset value|business value"),
        column("vital_record*", Holds.FLAG, called="vital|business critical|critical record|vital records"),
        column("sharing_posture*", choices=tuple(POSTURES), called="sharing|sharing class|who may it be shared with|external sharing"),
        column("public_libraries", Holds.PLACES, called="published libraries|public library"),
        column("agreements", Holds.TEXTS, called="sharing agreements|dsa|isa|information sharing agreement|data sharing agreement"),
        column("format"),
        column("supplier"),
        column("contract_ref"),
        column("contract_end", Holds.DAY, called="contract end date|contract expiry"),
        column("backup_arrangement", called="backup|back up"),
        column("last_restore_test", Holds.DAY, called="last restore|restore tested"),
        column("risk_level", choices=LEVELS, called="risk|risk rating"),
        column("risk_ref"),
        column("status*", choices=tuple(STATUSES)),
        column("last_review", Holds.DAY, called="last reviewed|reviewed on|date of last review|date reviewed"),
        column("review_interval_months*"),
        column("review_due*"),
        column("notes"),
    ),
    make=_asset,
    rows=lambda records: records.assets.values(),
    refers=(Refers("schedule_refs", "retention_schedule.csv"), Refers("agreements", "sharing_agreements.csv")),
    check=_check,
)  # fmt: skip
REGISTER = ASSETS
