"""Approvals of policies: who let which version go how far, and over what. Records are only ever added.

An approval is for what a policy means (`custos.policy.canonical_form`) and for the reach that registers and settings give it
(`custos.engine.policy_reach`). It keeps the approved file itself, so that what was approved goes on while the file is edited.
Taking a policy back ends every approval that was given before. What is needed for one is in `custos.engine.promotion`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from custos.audit.events import Detail, Event, What
from custos.clock import Clock
from custos.engine.approval_coverage import Ground
from custos.engine.gate import Standing
from custos.engine.policies_in_force import Approved, compose, standing_of
from custos.engine.policy_reach import Places, Reach, from_json, reach, to_json
from custos.engine.ports import Audit, Blobs
from custos.engine.promotion import Promotion, PromotionRules, reasons_against, wrote
from custos.errors import BadInput, Problem, RowExists
from custos.model.policy import Bundle, Policy
from custos.model.state import State
from custos.policy.loader import read_policy
from custos.problems import Problems
from custos.records.rights import Person
from custos.table import Row, Table, key_part


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One decision on one version of a policy: `state` is how far it may go from then on, `simulate` when it was taken back.

    `authors` are object ids of those who had a hand in the version (`custos.engine.involved_people`), `strangers` mail addresses of
    more whom the directory does not know; `commit` is where git stood, "" where there is none. `content` and `reach` name blobs.
    """

    policy: str
    hash: str
    state: State
    plan: str
    approver: str  # UPN
    approver_id: str
    reference: str  # of the Corporate Information Group, for enforce
    why: str
    at: datetime
    authors: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    commit: str = ""
    content: str = ""
    reach: str = ""


def last(approvals: Iterable[Approval], policy_id: str) -> Approval | None:
    """The last decision on a policy. `approvals`: oldest first."""
    mine = [approval for approval in approvals if approval.policy == policy_id]
    return mine[-1] if mine else None


@dataclass
class Approvals:
    """Table `approvals` (partition = policy, key = number of the decision), and the approved files and reaches as blobs."""

    table: Table
    blobs: Blobs
    clock: Clock
    audit: Audit
    _reaches: dict[str, Reach | None] = field(default_factory=dict, init=False)
    _looked_up: Places | None = field(default=None, init=False)
    _reached: dict[str, Reach] = field(default_factory=dict, init=False)

    async def all(self) -> tuple[Approval, ...]:
        """Every decision, policy by policy, oldest first."""
        return tuple([_approval(row) async for row in self.table.query()])

    async def of(self, policy_id: str) -> tuple[Approval, ...]:
        """The decisions on one policy, oldest first."""
        return tuple([_approval(row) async for row in self.table.query(key_part(policy_id))])

    async def compose(self, written: Bundle) -> Bundle:
        """The policies in force: each as it was last approved, and beside it the edited one, which simulates."""
        approvals = await self.all()
        approved: dict[str, Approved] = {}
        for policy in written.policies.values():
            approval = last(approvals, policy.id)
            if approval is not None and approval.state is not State.SIMULATE and approval.hash != policy.hash:
                approved[policy.id] = await self._approved(written, policy, approval)
        return compose(written, approved) if approved else written

    async def standing(self, bundle: Bundle, ground: Ground | None = None) -> Mapping[str, Standing]:
        """Each policy as it stands now. `ground`: what the mirror knows of places."""
        approvals, now = await self.all(), self.clock.now()
        places: Places | None = None
        standings: dict[str, Standing] = {}
        for policy in bundle.policies.values():
            approval = last(approvals, policy.id)
            acts = approval is not None and approval.state is not State.SIMULATE and approval.hash == policy.hash
            before = await self.reach(approval.reach) if acts and approval is not None else None
            today = None
            if before is not None:
                places = places or self._places(bundle)
                today = self._today(places, policy)
            told = standing_of(policy, approval, before, today, now=now, ground=ground or Ground())
            told = replace(told, approved=approval.reach) if told.coverage and approval else told
            unread = bundle.unread.get(policy.id)
            standings[policy.id] = replace(told, reason=f"{told.reason}: {unread}") if unread else told
        return standings

    def _places(self, bundle: Bundle) -> Places:
        """The places of a bundle: those that were looked up last, while the files are the same."""
        if self._looked_up is None or self._looked_up.bundle.version != bundle.version:
            self._looked_up = Places.of(bundle)
            self._reached.clear()
        return self._looked_up

    def _today(self, places: Places, policy: Policy) -> Reach:
        """What a policy reaches by these files: the same files reach the same."""
        if policy.hash not in self._reached:
            self._reached[policy.hash] = reach(places.bundle, policy, places)
        return self._reached[policy.hash]

    async def reach(self, digest: str) -> Reach | None:
        """A reach that was approved, None when it is not there or cannot be read. It never changes, and is kept."""
        if digest not in self._reaches:
            content = await self.blobs.get(_reach_blob(digest)) if digest else None
            self._reaches[digest] = from_json(content) if content else None
        return self._reaches[digest]

    async def promote(self, promotion: Promotion, rules: PromotionRules) -> Approval:
        """Let exactly this version of a policy, with the reach that it has, go as far as asked (pilot or enforce).

        Raises BadInput with every reason against it.
        """
        policy = promotion.policy
        before = await self.of(policy.id)
        previous = await self.reach(before[-1].reach) if before else None
        now = self.clock.now()
        against = reasons_against(promotion, rules, before, previous, now)
        if against:
            raise BadInput([Problem(policy.mark, what, remedy, code="promotion") for what, remedy in against])
        reached, digest = to_json(promotion.reach), promotion.reach.digest
        content = hashlib.sha256(promotion.content).hexdigest()
        await self.blobs.put(_content_blob(content), promotion.content)
        await self.blobs.put(_reach_blob(digest), reached)
        approval = Approval(
            policy=policy.id,
            hash=policy.hash,
            state=promotion.to,
            plan=promotion.plan.id,
            approver=promotion.by.upn,
            approver_id=promotion.by.id,
            reference=promotion.reference.strip(),
            why=promotion.why,
            at=now,
            authors=tuple(sorted({one.id for one in wrote(promotion, before) if one.id})),
            strangers=promotion.strangers,
            commit=promotion.commit,
            content=content,
            reach=digest,
        )
        await self._record(approval, What.POLICY_PROMOTED, len(before))
        return approval

    async def take_back(self, policy_id: str, *, by: Person, why: str) -> Approval:
        """Let a policy only simulate, at once, whatever version of it was approved or comes back."""
        before = await self.of(policy_id)
        approval = Approval(
            policy=policy_id,
            hash=before[-1].hash if before else "",
            state=State.SIMULATE,
            plan="",
            approver=by.upn,
            approver_id=by.id,
            reference="",
            why=why,
            at=self.clock.now(),
        )
        await self._record(approval, What.POLICY_DEMOTED, len(before))
        return approval

    async def _approved(self, written: Bundle, policy: Policy, approval: Approval) -> Approved:
        """The version that was approved, read under the registers of today, or why it cannot be."""
        content = await self.blobs.get(_content_blob(approval.content))
        if content is None or hashlib.sha256(content).hexdigest() != approval.content:
            return Approved(None, "what was approved can no longer be found")
        problems = Problems()
        read = read_policy(policy.mark.file, content, written.records, problems)
        if read is None:
            first = problems.all[0] if problems.all else "it cannot be read"
            return Approved(None, f"what was approved does not fit today's registers: {first}")
        if read.hash != approval.hash or read.id != policy.id:
            return Approved(None, "this version of Custos reads what was approved differently")
        return Approved(read, "")

    async def _record(self, approval: Approval, what: What, number: int) -> None:
        """Audit first, then the row that counts: an approval never stands unaudited."""
        details: dict[str, Detail] = {
            "state": approval.state.value,
            "reference": approval.reference,
            "why": approval.why,
            "authors": ", ".join(approval.authors),
            "authors nobody knows": ", ".join(approval.strangers),
            "commit": approval.commit,
            "reach": approval.reach,
        }
        event = Event(
            what=what,
            at=approval.at,
            by=approval.approver,
            by_id=approval.approver_id,
            policy=approval.policy,
            policy_hash=approval.hash,
            plan=approval.plan,
            details={name: value for name, value in details.items() if value},
        )
        await self.audit.append([event])
        while True:
            try:
                await self.table.insert(_row(approval, number))
            except RowExists:
                number += 1
            else:
                return


def _content_blob(digest: str) -> str:
    return f"files/{digest}.yaml"


def _reach_blob(digest: str) -> str:
    return f"reaches/{digest}.json"


def _row(approval: Approval, number: int) -> Row:
    return Row(
        key_part(approval.policy),
        f"{number:06d}",
        {
            "policy": approval.policy,
            "hash": approval.hash,
            "state": approval.state.value,
            "plan": approval.plan,
            "approver": approval.approver,
            "approver_id": approval.approver_id,
            "reference": approval.reference,
            "why": approval.why,
            "at": approval.at.isoformat(),
            "authors": json.dumps(approval.authors),
            "strangers": json.dumps(approval.strangers),
            "commit": approval.commit,
            "content": approval.content,
            "reach": approval.reach,
        },
    )


def _approval(row: Row) -> Approval:
    return Approval(
        policy=row.text("policy"),
        hash=row.text("hash"),
        state=State(row.text("state")),
        plan=row.text("plan"),
        approver=row.text("approver"),
        approver_id=row.text("approver_id"),
        reference=row.text("reference"),
        why=row.text("why"),
        at=datetime.fromisoformat(row.text("at")),
        authors=tuple(json.loads(row.text("authors") or "[]")),
        strangers=tuple(json.loads(row.text("strangers") or "[]")),
        commit=row.text("commit"),
        content=row.text("content"),
        reach=row.text("reach"),
    )
