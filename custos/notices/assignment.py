"""Who is asked about a finding, and why: asset ► Information Asset Owner, or whoever stands in.

The register says who is accountable, Entra says whether that person is still here. Somebody who left is followed by
the deputy, then by the owner's escalation address or line manager, then by the SIRO; never by an administrator. What no
asset covers goes to the head of information governance. Pure: everything is decided from the registers and a
`Directory` snapshot.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from custos.records import roles
from custos.records.absence import absence
from custos.records.delegation import QUESTIONS, lent
from custos.records.model import Asset, Post, Records


class Role(StrEnum):
    """In which role somebody is asked."""

    IAO = "iao"
    DEPUTY = "deputy"
    STEWARD = "steward"
    MANAGER = "manager"  # the owner's escalation address or line manager
    SIRO = "siro"
    GOVERNANCE = "governance"  # head of information governance
    NOBODY = "nobody"

    @property
    def may_bind(self) -> bool:
        """True when this role may agree to what cannot be undone. A steward prepares, an owner decides."""
        return self in (Role.IAO, Role.DEPUTY, Role.MANAGER, Role.SIRO)


ROLE_WORDS: Mapping[Role, str] = {
    Role.IAO: "Information Asset Owner",
    Role.DEPUTY: "deputy Information Asset Owner",
    Role.STEWARD: "data steward",
    Role.MANAGER: "line manager of the Information Asset Owner",
    Role.SIRO: "Senior Information Risk Owner",
    Role.GOVERNANCE: "head of information governance",
    Role.NOBODY: "nobody",
}
TO_THE_GROUP = "it goes to the Corporate Information Group"
ON_THE_LIST = "it stays on your list for the Corporate Information Group"
RUNGS: Mapping[Role, int] = {
    Role.NOBODY: 0,
    Role.STEWARD: 0,
    Role.IAO: 1,
    Role.DEPUTY: 1,
    Role.GOVERNANCE: 1,
    Role.MANAGER: 2,
    Role.SIRO: 3,
}
"""How high each role stands in the line of accountability: what nobody answers goes to a higher one, never down and never to IT."""


NOBODY_BESIDES: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """Somebody (object id) who was asked in a role and did not answer in time."""

    user_id: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A user account. `user_id` is the Entra object id, the only address that the bot service accepts."""

    user_id: str
    upn: str
    name: str
    mail: str = ""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Directory:
    """The accounts of everybody whom the registers name, as Entra had them at `read_at`. Keys are UPNs in lower case.

    An address that is missing here does not exist in Entra, unless it is among `unread`: of those Entra's answer could not
    be understood, so that nobody can tell whether they are still here. A directory that could not be read is no
    Directory: its reader raises, and no case changes hands. `away`: whose mailbox answers by itself ► the last day, None where
    it has none.
    """

    people: Mapping[str, Person]
    read_at: datetime
    unread: frozenset[str] = frozenset()
    away: Mapping[str, date | None] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        people: Iterable[Person],
        read_at: datetime,
        *,
        unread: Iterable[str] = (),
        away: Mapping[str, date | None] | None = None,
    ) -> Directory:
        """A snapshot of `people`."""
        named = {person.upn.casefold(): person for person in people}
        gone = {upn.casefold(): last_day for upn, last_day in (away or {}).items()}
        return cls(named, read_at, frozenset(upn.casefold() for upn in unread), gone)

    def is_unread(self, upn: str) -> bool:
        """Whether nobody can tell if this account is still here."""
        return upn.strip().casefold() in self.unread

    def find(self, upn: str) -> Person | None:
        """The account of `upn`, enabled or not."""
        return self.people.get(upn.strip().casefold())


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Who is asked, in which role, and the sentence that tells them why.

    `person` is None only when nobody in the whole chain can be asked; then `because` says so to the operator. `steward`
    can be asked to look first; `no_steward` says why nobody can. `governance` takes it when it is not theirs: the head
    of information governance or the SIRO; after a steward the owner. `next_words` ends the sentence "if nobody answers …".
    `stands_in_for` (object id) is who would be asked but is away: the one who is asked in their place keeps it when they come back.
    `gaps` are faults of the register that the assignment met, for its keeper. `in_doubt`: somebody who comes first has an
    account that cannot be read at the moment. Then whoever has the question keeps it, and nobody new is asked.
    """

    person: Person | None
    role: Role
    because: str
    steward: Person | None = None
    no_steward: str = ""
    governance: Person | None = None
    next_words: str = TO_THE_GROUP
    gaps: tuple[str, ...] = ()
    in_doubt: bool = False
    stands_in_for: str = ""


def upns_named(records: Records) -> frozenset[str]:
    """Every address that an assignment may need, in lower case: what the directory reader looks up."""
    named = [upn for asset in records.assets.values() for upn in _named(asset)]
    named += [upn for post in records.posts.values() for upn in (post.upn, post.manager)]
    return _lower(named)


def upns_of(records: Records, asset_id: str, today: date) -> frozenset[str]:
    """The addresses that an assignment about one asset may need: few enough to be looked up while somebody waits."""
    named = [post.upn for role in roles.NEEDED for post in roles.holders(records, role, today)]
    asset = records.assets.get(asset_id)
    if asset is not None:
        named += _named(asset)
        named += [post.manager for upn in (asset.iao, asset.iao.casefold()) if (post := records.posts.get(upn))]
    return _lower(named)


def _named(asset: Asset) -> tuple[str, ...]:
    return asset.iao, asset.deputy, asset.escalation, *asset.stewards


def _lower(named: Iterable[str]) -> frozenset[str]:
    return frozenset(upn.strip().casefold() for upn in named if upn.strip())


def assign(
    asset: Asset | None,
    records: Records,
    directory: Directory,
    *,
    today: date,
    ask: Role = Role.IAO,
    kinds: frozenset[str] = frozenset({QUESTIONS}),
    excluding: frozenset[str] = frozenset(),
    silent: Sequence[Silent] = (),
    away: Mapping[str, str] = NOBODY_BESIDES,
) -> Assignment:
    """Who is asked about `asset`, or about something that no asset covers (None).

    `ask` is STEWARD for questions that a steward answers first; `kinds` of decision must be lent to a steward who is to look at
    it. `excluding` are object ids of people who said that it is not theirs: while the register still names them, the head of
    information governance is asked instead. `away` (object id ► why, in words) are passed over besides those who are away. `silent` were
    asked and did not answer in time: whoever stands above them is asked.
    """
    reader = _Reader(records, directory, today, kinds, frozenset(one.user_id for one in silent), away)
    if asset is None:
        return reader.above(None, silent) or reader.governance("no asset of the register covers it")
    owner = reader.owner(asset)
    if owner.person is not None and owner.person.user_id in excluding:
        return reader.above(None, silent) or reader.governance(
            f"{owner.person.name}, whom the register names for {asset.name} ({asset.id}), says that it is not theirs"
        )
    if silent:
        return reader.up_the_line(asset, silent, excluding) or replace(
            owner, because=f"{owner.because} The data steward did not answer in time."
        )
    if ask is Role.STEWARD and owner.steward is not None and owner.steward.user_id not in excluding:
        who = owner.person.name if owner.person else ROLE_WORDS[Role.IAO]
        return Assignment(
            person=owner.steward,
            role=Role.STEWARD,
            because=f"You are asked because you are the data steward of {asset.name} ({asset.id}).",
            governance=owner.person or owner.governance,
            next_words=f"it goes to {who}, {ROLE_WORDS[owner.role]}",
            gaps=owner.gaps,
            in_doubt=owner.in_doubt,
        )
    if ask is Role.STEWARD and owner.steward is None and any(map(directory.is_unread, asset.stewards)):
        return replace(owner, in_doubt=True)
    if ask is Role.STEWARD and owner.steward is None and (absent := reader.absent(asset.stewards)):
        return replace(
            owner,
            because=f"{owner.because} {absent[1]}, who as data steward would be asked first.",
            stands_in_for=owner.stands_in_for or absent[0].user_id,
        )
    return owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Accountability:
    """Who answers for what on one day: the registers, and the accounts of those whom they name."""

    records: Records
    directory: Directory
    today: date

    def of(
        self,
        asset_id: str,
        *,
        ask: Role = Role.IAO,
        kinds: frozenset[str] = frozenset({QUESTIONS}),
        excluding: Iterable[str] = (),
        silent: Sequence[Silent] = (),
        away: Mapping[str, str] = NOBODY_BESIDES,
    ) -> Assignment:
        """Who is asked about an asset ("" or an id that the register does not have: what no asset covers); see `assign`."""
        return assign(
            self.records.assets.get(asset_id),
            self.records,
            self.directory,
            today=self.today,
            ask=ask,
            kinds=kinds,
            excluding=frozenset(excluding),
            silent=silent,
            away=away,
        )


@dataclass(frozen=True, slots=True)
class _Reader:
    records: Records
    directory: Directory
    today: date
    kinds: frozenset[str]
    silent: frozenset[str]  # object ids
    away: Mapping[str, str]  # object id ► why they are passed over

    def absence(self, person: Person) -> str:
        """That somebody is away for so long that another is asked, or is passed over otherwise, in words; "" when not."""
        post = self.post(person.upn)
        found = absence(person.upn, post, self.directory.away, self.today, self.records.holidays)
        if found is not None:
            return found.words(person.name)
        return self.away.get(person.user_id, "")

    def absent(self, upns: Iterable[str]) -> tuple[Person, str] | None:
        """The first of these people who is in post and away, with words for it."""
        for upn in upns:
            person, _ = self.in_post(upn)
            if person is not None and (words := self.absence(person)):
                return person, words
        return None

    def in_post(self, upn: str) -> tuple[Person | None, str]:
        """The person behind `upn` when they can be asked today; else None and why not."""
        if not upn.strip():
            return None, "nobody is named"
        person = self.directory.find(upn)
        post = self.post(upn)
        who = person.name if person else (post.role if post else upn)
        if self.directory.is_unread(upn):
            return None, f"the account of {who} cannot be read at the moment"
        if person is None:
            return None, f"{who} has no account any more"
        if not person.enabled:
            return None, f"the account of {who} is switched off"
        if why := roles.out_of_post(post, self.today, who=who):
            return None, why
        return person, ""

    def post(self, upn: str) -> Post | None:
        return roles.post_of(self.records, upn)

    def holders(self, role: str) -> list[Person]:
        found = (self.in_post(post.upn)[0] for post in roles.holders(self.records, role, self.today))
        return [person for person in found if person is not None]

    def owner(self, asset: Asset) -> Assignment:
        """The IAO or the first successor who can be asked."""
        line = self.line(asset)
        missing = ""
        gaps: list[str] = []
        absent: tuple[Role, Person] | None = None
        for role, upn in line:
            person, why = self.in_post(upn)
            if self.directory.is_unread(upn):
                because = f"Nobody is asked about {asset.name} ({asset.id}) for now: {why}."
                doubt = (*gaps, f"{asset.id}: {why}, so nobody new is asked")
                return Assignment(person=None, role=Role.NOBODY, because=because, gaps=doubt, in_doubt=True)
            if person is None:
                if role is Role.IAO:
                    missing = why
                    gaps.append(f"{asset.id}: no Information Asset Owner can be asked: {why}")
                continue
            if words := self.absence(person):
                absent, missing = absent or (role, person), missing or words
                continue
            stands_in_for = absent[1] if absent is not None else None
            return self.asked(asset, line, (role, person), missing=missing, gaps=gaps, stands_in_for=stands_in_for)
        if absent is not None:  # everybody is away: then whoever comes first is asked all the same
            return self.asked(asset, line, absent, missing=missing, gaps=gaps)
        return Assignment(
            person=None,
            role=Role.NOBODY,
            because=f"Nobody can be asked about {asset.name} ({asset.id}): no owner, deputy, line manager, SIRO or head of "
            "information governance.",
            gaps=(*gaps, f"{asset.id}: nobody in the line of succession can be asked"),
        )

    def asked(
        self,
        asset: Asset,
        line: Sequence[tuple[Role, str]],
        asked: tuple[Role, Person],
        *,
        missing: str,
        gaps: Sequence[str],
        stands_in_for: Person | None = None,
    ) -> Assignment:
        """Somebody of the line, asked because nobody before them can be: `missing` says why."""
        role, person = asked
        steward, no_steward = self.steward(asset, person)
        return Assignment(
            person=person,
            role=role,
            because=_because(asset, role, missing, away=stands_in_for is not None),
            steward=steward,
            no_steward=no_steward,
            governance=self.register_keeper(),
            next_words=self.next_words(line, role, person),
            gaps=(*gaps, *([f"{asset.id}: {no_steward}"] if no_steward else [])),
            stands_in_for=stands_in_for.user_id if stands_in_for is not None else "",
        )

    def line(self, asset: Asset | None) -> list[tuple[Role, str]]:
        """The line of accountability, the first who answers first, and at its end who stands in when nobody of it can be asked."""
        siro = [(Role.SIRO, person.upn) for person in self.holders(roles.SIRO)]
        governance = [(Role.GOVERNANCE, person.upn) for person in self.holders(roles.GOVERNANCE)]
        if asset is None:
            return [*governance, *siro]
        post = self.post(asset.iao)
        owners = [(Role.IAO, asset.iao), (Role.DEPUTY, asset.deputy)]
        managers = [(Role.MANAGER, asset.escalation), (Role.MANAGER, post.manager if post else "")]
        return [*owners, *managers, *siro, *governance]

    def up_the_line(self, asset: Asset, silent: Sequence[Silent], excluding: frozenset[str]) -> Assignment | None:
        """Whoever stands above all who were silent; where that person says that it is not theirs, who finds the right owner, and above
        them whoever has not said so."""
        higher = self.above(asset, silent)
        if higher is None or higher.person is None or higher.person.user_id not in excluding:
            return higher
        keeper = self.governance(
            f"{higher.person.name}, who was asked about {asset.name} ({asset.id}), says that it is not theirs"
        )
        if keeper.person is not None and keeper.person.user_id not in self.silent:
            return keeper
        return self.above(asset, silent, excluding)

    def above(
        self, asset: Asset | None, silent: Sequence[Silent], excluding: frozenset[str] = frozenset()
    ) -> Assignment | None:
        """Whoever stands above all who were silent and is not among `excluding`; the last who was silent when nobody does. None while
        only stewards were."""
        reached = max((RUNGS[one.role] for one in silent), default=0)
        if not reached:
            return None
        line = self.line(asset)
        about = f"{asset.name} ({asset.id})" if asset else "what no asset covers"
        higher: list[tuple[Role, Person]] = []
        for role, upn in line:
            person, why = self.in_post(upn)
            if RUNGS[role] <= reached:
                continue
            if self.directory.is_unread(upn):
                return Assignment(person=None, role=Role.NOBODY, because=why, in_doubt=True)
            if person is not None and person.user_id not in self.silent | excluding:
                higher.append((role, person))
                if not self.absence(person):
                    break
        if higher:
            there = not self.absence(higher[-1][1])
            role, person = higher[-1] if there else higher[0]
            steward, no_steward = self.steward(asset, person) if asset else (None, "")
            return Assignment(
                person=person,
                role=role,
                because=f"You are asked about {about} as {ROLE_WORDS[role]}, because nobody below you answered in time.",
                steward=steward,
                no_steward=no_steward,
                governance=self.register_keeper(),
                next_words=self.next_words(line, role, person),
                stands_in_for=higher[0][1].user_id if there and len(higher) > 1 else "",
            )
        left = [self.in_post(upn)[0] for _, upn in line]
        stays = next((one for one in left if one is not None and one.user_id == silent[-1].user_id), None)
        return Assignment(
            person=stays,
            role=silent[-1].role if stays else Role.NOBODY,
            because=f"Nobody above {f'{stays.name} ' if stays else ''}can be asked about {about}.".replace("  ", " "),
            gaps=(f"{asset.id if asset else 'no asset'}: nobody above in the line of accountability can be asked",),
        )

    def governance(self, reason: str) -> Assignment:
        """The head of information governance, or the SIRO when that post is empty."""
        line = self.line(None)
        for role, upn in line:
            person, _ = self.in_post(upn)
            if person is not None:
                return Assignment(
                    person=person,
                    role=role,
                    because=f"You are asked as {ROLE_WORDS[role]}: {reason}.",
                    no_steward="nothing without an asset has a steward",
                    next_words=self.next_words(line, role, person),
                )
        return Assignment(
            person=None,
            role=Role.NOBODY,
            because=f"Nobody can be asked: {reason}; no head of information governance, no SIRO.",
            gaps=(
                "people_roles.csv: nobody with the role governance or siro can be asked; settings.yaml says which posts carry them",
            ),
        )

    def register_keeper(self) -> Person | None:
        """Who finds the right owner when the register names a wrong one."""
        return next(iter((*self.holders(roles.GOVERNANCE), *self.holders(roles.SIRO))), None)

    def steward(self, asset: Asset, asked: Person) -> tuple[Person | None, str]:
        """Somebody other than `asked` who looks after the asset day to day, or why there is nobody."""
        if not asset.stewards:
            return None, "the register names no data steward"
        reasons = []
        for upn in asset.stewards:
            person, why = self.in_post(upn)
            if person is None:
                reasons.append(f"the data steward cannot be asked: {why}")
            elif person.user_id == asked.user_id:
                reasons.append("owner and data steward are the same person")
            elif words := self.absence(person):
                reasons.append(words)
            elif person.user_id in self.silent:
                reasons.append(f"{person.name} was asked and did not answer in time")
            elif missing := self.kinds - lent(self.records, asset.id, upn, self.today):
                named = " and ".join(sorted(kind.replace("_", " ") for kind in missing))
                reasons.append(f"{person.name} has no delegation in date to {named}")
            else:
                return person, ""
        return None, reasons[0]

    def next_words(self, line: Sequence[tuple[Role, str]], role: Role, asked: Person) -> str:
        """Where an unanswered case goes from somebody in a role: up, to the first who stands higher."""
        if role is Role.SIRO:
            return ON_THE_LIST
        for higher, upn in line:
            person, _ = self.in_post(upn)
            if RUNGS[higher] <= RUNGS[role] or person is None or person.user_id in {asked.user_id, *self.silent}:
                continue
            return _goes_to(person, self.post_words(upn) or ROLE_WORDS[higher])
        return TO_THE_GROUP

    def post_words(self, upn: str) -> str:
        post = self.post(upn)
        return post.role if post and " " in post.role else ""


def _goes_to(person: Person, post: str) -> str:
    return f"it goes to {person.name}" if person.name == post else f"it goes to {person.name}, {post}"


def _because(asset: Asset, role: Role, missing: str, *, away: bool = False) -> str:
    nobody = "and no deputy is there" if away else "with no deputy"
    title = f"{asset.name} ({asset.id})"
    if role is Role.IAO:
        return f"You are asked because you are the Information Asset Owner of {title}."
    if role is Role.DEPUTY:
        return f"You are asked because you are the deputy Information Asset Owner of {title} and {missing}."
    if role is Role.MANAGER:
        return f"You are asked as line manager of the Information Asset Owner of {title}: {missing}, {nobody}."
    if role is Role.SIRO:
        return f"You are asked as Senior Information Risk Owner: for {title}, {missing}, {nobody} or line manager."
    return f"You are asked as head of information governance: for {title}, {missing}, {nobody}, line manager or SIRO."
