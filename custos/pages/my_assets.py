"""*My assets*: what is held, how it is shared, since when it is quiet, its labels, agreements, holds and exceptions, who decides, and
whether its owner says that the entry in the register is right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from custos.dates import NO_END
from custos.kpi.holdings import Held, Library
from custos.kpi.sharing_words import sharing_facts
from custos.m365.errors import MicrosoftTrouble
from custos.notices.asset_roles import role_words, roles_on
from custos.notices.assignment import ROLE_WORDS, Accountability, Directory, Role
from custos.notices.attestations import WRONG, Attestation
from custos.notices.model import Contact
from custos.notices.wording import clean
from custos.pages.forms import Form
from custos.pages.http import Reply, Request, address
from custos.pages.rendering import go_to
from custos.pages.visit import Visit
from custos.policy.wording import size_words
from custos.records.delegation import delegations
from custos.records.model import Asset, Records
from custos.records.registers.assets import PERSONAL_DATA
from custos.wording import capital, day_words, many

PLACE = "assets"
ATTEST = "assets/attest"
_RIGHT, _WRONG = "right", "wrong"
_UNKNOWN = "not known"
_MOST_LIBRARIES = 50
_HOLDS = {
    "inquiry": "Public inquiry",
    "foi": "Freedom of information request",
    "sar": "Subject access request",
    "litigation": "Legal proceedings",
    "police": "Police matter",
    "other": "Another matter",
}

type Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decides:
    """Somebody who may decide about an asset: the role, the name, and what is to be known of it."""

    role: str
    name: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetView:
    """An asset as its page shows it. `libraries` rows are name, address, files, size, quiet since. `attested` is what was said last of its
    entry, `attest_by` until when somebody is to say so again."""

    id: str
    name: str
    mine: str
    waiting: int
    facts: Pairs
    libraries: Sequence[tuple[str, str, str, str, str]]
    more: int
    sharing: Pairs
    labels: Pairs
    papers: Pairs
    decides: Sequence[Decides]
    asked: str
    attested: str
    may_attest: bool
    attest_by: str


async def show(visit: Visit, _request: Request) -> Reply:
    """The page: every asset for which the register names this person."""
    directory = await visit.sources.directory()
    held = await visit.sources.holdings()
    accountable = Accountability(records=visit.records, directory=directory, today=visit.today)
    waiting = [stored.case.asset_id for stored in await visit.sources.book.open_for(visit.person.id)]
    named = [(asset, roles_on(asset, visit.person.id, directory)) for asset in visit.records.assets.values()]
    attested = await visit.sources.attested()
    views = [
        _view(
            asset,
            roles,
            held.of(asset.id),
            waiting.count(asset.id),
            accountable,
            attested=attested.get(asset.id),
            may_attest=_may_attest(asset, visit.person.id, accountable),
        )
        for asset, roles in named
        if roles
    ]
    return visit.page("assets.html", place=PLACE, assets=views, as_of=held.as_of, wrongs=WRONG)


async def attest(visit: Visit, form: Form) -> Reply:
    """Take the word of whoever answers for an asset on its entry in the register; then lead back to the page, or say why not."""
    asset = visit.records.assets.get(form.one("a"))
    if asset is None:
        return visit.refusal(404, "The register has no such asset.")
    try:
        accountable = await visit.sources.accountable(asset.id)
    except MicrosoftTrouble:
        sentence = (
            "Who answers for it could not be looked up just now. Nothing was changed; try again in a few minutes."
        )
        return visit.refusal(503, sentence)
    if not _may_attest(asset, visit.person.id, accountable):
        return visit.refusal(
            403, "Only the owner of an asset, or whoever answers for it today, says whether its entry is right."
        )
    verdict, wrong = form.one("v"), tuple(dict.fromkeys(form.all("w")))
    if verdict not in (_RIGHT, _WRONG) or not set(wrong) <= set(WRONG) or (verdict == _WRONG) != bool(wrong):
        return visit.refusal(400, "Say that the entry is right, or what in it is wrong.")
    now = visit.sources.now
    by = Contact(user_id=visit.person.id, upn=visit.person.upn, name=visit.person.name, mail="")
    role = next(iter(roles_on(asset, visit.person.id, accountable.directory)), accountable.of(asset.id).role)
    said = Attestation(asset_id=asset.id, day=visit.today, at=now, by=by, role=ROLE_WORDS[role], wrong=wrong)
    await visit.sources.attest(said)
    return go_to(f"{address(PLACE)}#{asset.id}")


def _may_attest(asset: Asset, user_id: str, accountable: Accountability) -> bool:
    """Whether somebody is its owner, or answers for it today in the owner's place."""
    asked = accountable.of(asset.id)
    return Role.IAO in roles_on(asset, user_id, accountable.directory) or (
        asked.person is not None and asked.person.user_id == user_id
    )


def _view(
    asset: Asset,
    roles: tuple[Role, ...],
    held: Held,
    waiting: int,
    accountable: Accountability,
    *,
    attested: Attestation | None,
    may_attest: bool,
) -> AssetView:
    records, today = accountable.records, accountable.today
    asked = accountable.of(asset.id)
    return AssetView(
        id=asset.id,
        name=clean(asset.name),
        mine=role_words(roles),
        waiting=waiting,
        facts=list(_facts(asset, today)),
        libraries=[_library(library) for library in held.libraries[:_MOST_LIBRARIES]],
        more=max(0, len(held.libraries) - _MOST_LIBRARIES),
        sharing=list(sharing_facts(asset, held)),
        labels=list(_labels(held)),
        papers=list(_papers(asset, records, today)),
        decides=list(_decides(asset, accountable)),
        asked=f"{asked.person.name}, {ROLE_WORDS[asked.role]}; if nobody answers, {asked.next_words}"
        if asked.person
        else "nobody: the register has a gap",
        attested=attested.words() if attested else "Nobody has said yet whether this entry is right.",
        may_attest=may_attest,
        attest_by=day_words(asset.review_due) if asset.review_due else "",
    )


def _facts(asset: Asset, today: date) -> Iterator[tuple[str, str]]:
    if asset.description:
        yield "What it is", clean(asset.description, 400)
    yield "Personal data", capital(PERSONAL_DATA[asset.personal_data])
    yield "Classification", asset.classification
    if asset.vital:
        yield "Vital record", "Yes: the council cannot do without it"
    if asset.function:
        yield "Function", clean(" ► ".join(filter(None, (asset.function, asset.activity))), 200)
    if asset.supplier:
        ends = f", until {day_words(asset.contract_end)}" if asset.contract_end and asset.contract_end != NO_END else ""
        yield "Supplier", clean(f"{asset.supplier} {asset.contract_ref}".strip(), 200) + ends
    if asset.elsewhere:
        yield "Not looked at", "What is on paper, with a supplier or in another system: Custos sees Microsoft 365 alone"
    if asset.other_locations:
        yield "Also kept", clean("; ".join(asset.other_locations), 400)
    if asset.review_due:
        late = " (overdue)" if asset.review_due < today else ""
        yield "Review of the entry", f"Due on {day_words(asset.review_due)}{late}"
    if asset.last_restore_test:
        yield "Restore last tested", day_words(asset.last_restore_test)
    if asset.risk_ref or asset.risk_level:
        yield "Risk", clean(" ".join(filter(None, (asset.risk_level, asset.risk_ref))), 100)


def _library(library: Library) -> tuple[str, str, str, str, str]:
    url = library.url if library.url.startswith("https://") else ""
    part = "" if library.is_read else " (not read to its end)"
    files = f"{library.files:,}{part}" if library.files is not None else f"{_UNKNOWN}{part}"
    size = size_words(library.size) if library.size is not None else _UNKNOWN
    if library.files == 0:
        quiet = "nothing is in it"
    elif library.quiet_since is None:
        quiet = _UNKNOWN
    else:
        sure = f" ({library.sure})" if library.sure and library.sure != "certain" else ""
        quiet = f"{day_words(library.quiet_since)}{sure}"
    return clean(library.name), url, files, size, quiet


def _labels(held: Held) -> Iterator[tuple[str, str]]:
    for label, number in held.labels.most_common():
        yield clean(label, 100) if label else "No label", many(number, "file")
    if held.labels_unread:
        yield "Label not read", many(held.labels_unread, "file")


def _papers(asset: Asset, records: Records, today: date) -> Iterator[tuple[str, str]]:
    """Agreements, holds and exceptions, the ones that no longer count as well: somebody may still rely on them."""
    for agreement in records.agreements.values():
        if asset.id in agreement.assets:
            state = (
                "until"
                if agreement.in_force(today)
                else "ENDED on"
                if agreement.ends < today
                else "not yet begun, until"
            )
            yield f"Agreement {agreement.id}", f"{clean(agreement.partner)}, {state} {day_words(agreement.ends)}"
    for hold in records.holds:
        if hold.asset_id == asset.id and (hold.ends is None or hold.ends >= today):
            until = f"until {day_words(hold.ends)}" if hold.ends else "until it is released"
            part = (
                ", part of the asset"
                if hold.locations or hold.schedule_refs or hold.items_from or hold.items_to
                else ""
            )
            yield f"Hold {hold.id}", f"{_HOLDS[hold.kind]}{part}, since {day_words(hold.since)}, {until}"
    for exemption in records.exemptions:
        if exemption.asset_id == asset.id:
            state = "until" if today <= exemption.expires else "EXPIRED on"
            words = f"{clean(exemption.reason, 200)}, {state} {day_words(exemption.expires)}"
            yield f"Exception {exemption.id}", words


def _decides(asset: Asset, accountable: Accountability) -> Iterator[Decides]:
    records, today, called = accountable.records, accountable.today, _caller(accountable.directory)
    yield Decides(role=capital(ROLE_WORDS[Role.IAO]), name=called(asset.iao), about="everything")
    if asset.deputy:
        yield Decides(
            role=capital(ROLE_WORDS[Role.DEPUTY]),
            name=called(asset.deputy),
            about="everything, while the owner is away",
        )
    for upn in asset.stewards:
        rows = list(delegations(records, asset.id, upn, today))
        lends = "; ".join(
            f"{', '.join(kind.replace('_', ' ') for kind in row.kinds)}, until {day_words(row.valid_to)} ({row.id})"
            for row in rows
        )
        about = lends or "nothing: there is no delegation in date"
        yield Decides(role=capital(ROLE_WORDS[Role.STEWARD]), name=called(upn), about=about)


def _caller(directory: Directory) -> Callable[[str], str]:
    def called(upn: str) -> str:
        if not upn.strip():
            return "nobody is named"
        found = directory.find(upn)
        if found is None:
            return f"{clean(upn)} ({'cannot be read just now' if directory.is_unread(upn) else 'no such account'})"
        return clean(found.name or upn) if found.enabled else f"{clean(found.name or upn)} (account switched off)"

    return called
