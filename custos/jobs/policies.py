"""The policies in force: the files as they are, or the last good version while they cannot be used.

A bundle that the function app loads is kept, file by file, in the container `policies` under its version, and named in the
row `lastgood`. When its files break, or they take away or give so much that somebody has to say that it was meant
(`custos.policy.loosened`), that version
goes on serving, an incident says so, and the other is never half used. A command works on the files where it runs: it falls back
in the same way, and leaves no trace of them for others.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from custos.audit.chain import Chain
from custos.audit.events import Event, What
from custos.clock import Clock
from custos.engine.separation_of_duties import Involved, against
from custos.errors import BadInput, Mark, Problem, RowChanged, RowExists, Severity
from custos.jobs import incidents, loosening
from custos.jobs.incidents import Incident
from custos.m365 import directory
from custos.policy import Bundle, load_files
from custos.policy.loosened import asked_about, gainers, loosened
from custos.policy.policy_files import SETTINGS
from custos.records.load import FOLDER as REGISTER
from custos.records.loosened import Loosened
from custos.records.rights import Person
from custos.storage.account import Account
from custos.storage.rows import Row

if TYPE_CHECKING:
    from custos.bootstrap import Custos

CONTAINER = "policies"
_ROW, _ACCEPTED = ("policies", "lastgood"), ("policies", "accepted")


_READABLE = frozenset({"shrunk", "right-gained"})


@dataclass(frozen=True, slots=True)
class InForce:
    """The bundle that counts. `problems` are those of newer files that were refused; empty when the files themselves serve."""

    bundle: Bundle
    problems: tuple[Problem, ...]

    @property
    def register_is_unreadable(self) -> bool:
        """Whether a register's file cannot be used, so that nobody knows who is to be asked: questions wait until it is mended. Rows that
        somebody has still to accept can be read."""
        return any(
            problem.mark.file.startswith(f"{REGISTER}/")
            and problem.severity is Severity.ERROR
            and problem.code not in _READABLE
            for problem in self.problems
        )


async def in_force(app: Custos) -> InForce:
    """Load the files; on problems fall back to the last good version. A policy that is edited goes on as it was approved.

    Raises BadInput when they cannot be used and no good version was ever kept.
    """
    found = await _files(app)
    return InForce(await app.approvals.compose(found.bundle), found.problems)


async def _files(app: Custos) -> InForce:
    """What the files say, or the last good version of them."""
    try:
        bundle = await as_written(app)
    except BadInput as refused:
        kept = await _last_good(app.zone, app.account)
        if kept is None:
            raise
        if app.deployed:
            await _refuse(app, refused, kept)
        return InForce(kept, refused.problems)
    if app.deployed:
        await _keep(app, bundle)
    return InForce(bundle, ())


async def as_written(app: Custos) -> Bundle:
    """The files as they are, for whoever plans or approves them.

    Raises BadInput when they cannot be used, or loosen so much that somebody has to say that it was meant, and nobody did.
    """
    bundle = await asyncio.to_thread(app.loader.load, app.today())
    if lost := await unaccepted(app, bundle):
        raise BadInput(lost)
    return bundle


async def judging(app: Custos) -> Bundle:
    """The files by which it is judged who may do what: those that the function app serves, for whoever could edit the files at hand
    could make themselves anybody. The files at hand while the function app has loaded none.
    """
    try:
        kept = await _last_good(app.zone, app.account)
    except BadInput:
        kept = None  # an earlier Custos kept them
    return kept or await as_written(app)


async def unaccepted(app: Custos, bundle: Bundle) -> tuple[Problem, ...]:
    """What these files take away or give, that somebody has to say was meant; nothing when somebody did."""
    before = await _before(app, bundle)
    if before is None:
        return ()
    found = tuple(asked_about(before, bundle, bundle.day(app.clock.now())))
    accepted = await app.account.rows("control").get(*_ACCEPTED) if found else None
    return () if accepted is not None and accepted.text("registers") == _registers(bundle) else found


async def loosened_by(app: Custos, bundle: Bundle) -> tuple[Loosened, ...]:
    """What these files loosen against the version in force."""
    before = await _before(app, bundle)
    return () if before is None else tuple(loosened(before, bundle, bundle.day(app.clock.now())))


async def accept_registers(app: Custos, bundle: Bundle, *, by: Person, why: str) -> tuple[Problem, ...]:
    """Somebody says that what these files take away or give was meant. Returns what they accepted; nothing is done for nothing.

    Raises BadInput when they are given a right by it themselves, and a MicrosoftTrouble when Entra cannot be read.
    """
    found = await unaccepted(app, bundle)
    before = await _before(app, bundle) if found else None
    if before is not None:
        names = gainers(before, bundle, bundle.day(app.clock.now()))
        users = await directory.find_people(app.m365.observer, names) if names else {}
        theirs = [Involved(user.user_id, name, "is given a right by it") for name, user in users.items() if user]
        if reasons := against(by, theirs):
            raise BadInput([Problem(Mark("register"), what, remedy, code="register") for what, remedy in reasons])
        said = {"registers": _registers(bundle), "by": by.upn, "why": why, "at": app.clock.now().isoformat()}
        details: dict[str, str | int] = {"why": why, "registers": ", ".join(one.mark.file for one in found)}
        event = Event(what=What.REGISTERS_ACCEPTED, at=app.clock.now(), by=by.upn, by_id=by.id, details=details)
        await app.audit.append([event])
        await app.account.rows("control").upsert(Row(*_ACCEPTED, said))
    return found


async def _before(app: Custos, bundle: Bundle) -> Bundle | None:
    """The version in force when it is another one; None also where this version of Custos cannot read it."""
    if app.kept_policies == bundle.version:
        return None
    found = await app.account.rows("control").get(*_ROW)
    if found is None or found.text("version") == bundle.version:
        return None
    return await _readable(app.zone, app.account)


def _registers(bundle: Bundle) -> str:
    """The SHA-256 of registers and settings alone: a word about them outlives an edit of a policy."""
    digest = hashlib.sha256()
    for name, content in sorted(bundle.files.items()):
        if name.startswith(f"{REGISTER}/") or name == SETTINGS:
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


async def _refuse(app: Custos, refused: BadInput, kept: Bundle) -> None:
    if await incidents.note_news(app, Incident.POLICIES, str(app.settings.policies), refused.summary):
        await _say(
            app.clock,
            app.audit,
            What.POLICIES_REFUSED,
            details={"problems": len(refused.problems), "in_force": kept.version},
        )
    app.kept_policies = ""  # the same version may come back, and then the incident has to go


async def _keep(app: Custos, bundle: Bundle) -> None:
    if app.kept_policies == bundle.version:
        return
    rows = app.account.rows("control")
    found = await rows.get(*_ROW)
    if found is None or found.text("version") != bundle.version:
        before = await _readable(app.zone, app.account)
        less = await loosening.write_down(app.clock, app.news, before, bundle) if before else []
        await app.account.container(CONTAINER).put(f"{bundle.version}.zip", _packed(bundle))
        row = Row(*_ROW, {"version": bundle.version, "at": app.clock.now().isoformat()}, found.etag if found else "")
        try:
            await (rows.replace(row) if found else rows.insert(row))
        except (RowChanged, RowExists):
            return  # another instance was faster, and says so itself
        await _say_what_changed(app.clock, app.audit, before, bundle, less)
    await incidents.end(app, Incident.POLICIES, str(app.settings.policies))
    app.kept_policies = bundle.version


async def _readable(zone: ZoneInfo, account: Account) -> Bundle | None:
    """The last good version; None when there is none, or this version of Custos cannot read it."""
    try:
        return await _last_good(zone, account)
    except BadInput:
        return None


async def _say_what_changed(
    clock: Clock, audit: Chain, before: Bundle | None, bundle: Bundle, less: Sequence[Loosened]
) -> None:
    """Audit that another version is in force, what it protects less, and which policies are no longer there."""
    details: dict[str, str | int] = {"version": bundle.version, "policies": len(bundle.policies)}
    await _say(clock, audit, What.POLICIES_LOADED, details=details | ({"loosened": len(less)} if less else {}))
    await loosening.audit(clock, audit, less, bundle.version)
    for name, policy in sorted(before.policies.items()) if before else ():
        if name not in bundle.policies:
            await _say(clock, audit, What.POLICY_REMOVED, policy=name, policy_hash=policy.hash)


async def _say(
    clock: Clock,
    audit: Chain,
    what: What,
    *,
    policy: str = "",
    policy_hash: str = "",
    details: Mapping[str, str | int] | None = None,
) -> None:
    at = clock.now()
    event = Event(what=what, at=at, policy=policy, policy_hash=policy_hash, details=details or {})
    await audit.append([event])


async def version_of(app: Custos, version: str) -> Bundle | None:
    """A version of the files that was in force once; None when it was not kept, or this version of Custos cannot read it."""
    packed = await app.account.container(CONTAINER).get(f"{version}.zip")
    try:
        return _unpacked(packed, app.zone) if packed is not None else None
    except BadInput:
        return None


def _unpacked(packed: bytes, zone: ZoneInfo) -> Bundle:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return load_files({name: archive.read(name) for name in archive.namelist()}, zone=zone)


async def _last_good(zone: ZoneInfo, account: Account) -> Bundle | None:
    found = await account.rows("control").get(*_ROW)
    if found is None:
        return None
    packed = await account.container(CONTAINER).get(f"{found.text('version')}.zip")
    return None if packed is None else _unpacked(packed, zone)


def _packed(bundle: Bundle) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(bundle.files):
            archive.writestr(zipfile.ZipInfo(name), bundle.files[name])
    return buffer.getvalue()
