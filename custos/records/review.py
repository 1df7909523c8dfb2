"""What in the registers needs attention, or soon will: accepted, reported, counted. Never a
reason to refuse a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from custos.dates import NO_END, moved
from custos.errors import Mark
from custos.records import roles
from custos.records.contradictions import contradictions
from custos.records.delegation import delegations
from custos.records.model import Asset, Hold, Records
from custos.records.registers import ALL
from custos.records.remark import Matter, Remark
from custos.records.vacancies import last_day_of, working_days_between
from custos.wording import day_words, many

_CONTRACT_DAYS = 183
_RESTORE_TEST_DAYS = 365
_A_MONTH_DAYS = 31


def review(records: Records, today: date, ahead: timedelta = timedelta(0)) -> list[Remark]:
    """Every remark on the registers as at a day, the governing documents first, then in the order of the rows; with those of the days
    `ahead`."""
    return list(_Review(records, today, moved(today, ahead.days)).remarks())


@dataclass(frozen=True, slots=True)
class _Review:
    records: Records
    today: date
    horizon: date

    def remarks(self) -> Iterator[Remark]:
        for register in ALL.values():
            if register.remarks is not None:
                yield from register.remarks(self.records, self.today, self.horizon)
        for role in roles.expected(self.records):
            yield from self._role(role)
        for asset in self.records.assets.values():
            if asset.live:
                yield from self._asset(asset)
        for entry in self.records.schedule.values():
            if entry.status == "approved" and entry.review_due and entry.review_due < self.horizon:
                said = f"The review of {entry.id} {self._is(entry.review_due, 'was due', 'is due')}."
                yield self._remark(Matter.SCHEDULE_REVIEW, (entry.id, "", entry.mark), said, entry.review_due)
        for agreement in self.records.agreements.values():
            if agreement.ends < self.horizon:
                said = f"{agreement.id} with {agreement.partner} {self._is(agreement.ends, 'ended', 'ends')}."
                for asset_id in agreement.assets:
                    row = (agreement.id, asset_id, agreement.mark)
                    yield self._remark(Matter.AGREEMENT_ENDED, row, said, agreement.ends)
        yield from self._holds()
        yield from self._later()
        for exemption in self.records.exemptions:
            if exemption.expires < self.horizon:
                said = f"{exemption.id} {self._is(exemption.expires, 'expired', 'expires')}; renew it or delete it."
                row = (exemption.id, exemption.asset_id, exemption.mark)
                yield self._remark(Matter.EXEMPTION_EXPIRED, row, said, exemption.expires)

    def _holds(self) -> Iterator[Remark]:
        """Holds that end, or ended lately and left what they held to the policies; and those that cover more than they say."""
        for hold in self.records.holds:
            if hold.ends and moved(self.today, -_A_MONTH_DAYS) <= hold.ends < self.horizon:
                follows = "is" if hold.ends < self.today else "is from the next day on"
                said = f"{hold.id} {self._is(hold.ends, 'ended', 'ends')}: what it held {follows} labelled like anything else."
                yield self._remark(Matter.HOLD_ENDED, (hold.id, hold.asset_id, hold.mark), said, hold.ends)
        for one in contradictions(self.records):
            if isinstance(one.row, Asset):
                row = (one.row.id, one.row.id, one.row.mark)
                yield self._remark(Matter.NOT_PUBLIC, row, f"{one.sentence} {one.remedy}")
            elif isinstance(one.row, Hold) and (one.row.ends is None or one.row.ends >= self.today):
                row = (one.row.id, one.row.asset_id, one.row.mark)
                yield self._remark(Matter.HOLD_COVERS_MORE, row, f"{one.sentence} {one.remedy}")

    def _later(self) -> Iterator[Remark]:
        """Holds, agreements and delegations that are written down and count only from a coming day on."""
        for hold in self.records.holds:
            if hold.since > self.today:
                said = f"{hold.id} begins on {day_words(hold.since)} and holds nothing until then."
                yield self._far(hold.id, hold.asset_id, hold.mark, said, hold.since)
        for agreement in self.records.agreements.values():
            if agreement.starts and agreement.starts > self.today:
                said = f"{agreement.id} with {agreement.partner} begins on {day_words(agreement.starts)} and covers nobody until then."
                yield self._far(agreement.id, "", agreement.mark, said, agreement.starts)
        for row in self.records.exemptions:
            if row.approved_on and row.approved_on > self.today:
                said = f"{row.id} counts already, and its approval is dated {day_words(row.approved_on)}, which is to come."
                yield Remark(
                    matter=Matter.BEGINS_LATER, reference=row.id, asset_id=row.asset_id, sentence=said, mark=row.mark
                )
        for lent in self.records.delegations:
            if lent.valid_from > self.today:
                said = f"{lent.id} begins on {day_words(lent.valid_from)}; {lent.steward} answers for nobody by it until then."
                yield self._far(lent.id, lent.asset_id, lent.mark, said, lent.valid_from)

    def _far(self, reference: str, asset_id: str, mark: Mark, sentence: str, begins: date) -> Remark:
        """`soon`: it begins within a month, as an order that was given beforehand does; a later day is perhaps a slip."""
        soon = begins <= moved(self.today, _A_MONTH_DAYS)
        return Remark(
            matter=Matter.BEGINS_LATER, reference=reference, asset_id=asset_id, sentence=sentence, mark=mark, soon=soon
        )

    def _role(self, role: str) -> Iterator[Remark]:
        """A role that a question or a notice may have to go to, and that nobody holds."""
        if roles.holders(self.records, role, self.horizon):
            return
        posts = ", ".join(sorted(self.records.titles.get(role, ()))) or "no post"
        said = (
            f"Nobody is {roles.ROLE_NAMES[role]}: no row of the register has the post {posts}, which carries the role."
        )
        last = max(
            (post.valid_to for post in roles.holders(self.records, role, self.today) if post.valid_to), default=None
        )
        yield self._remark(Matter.NO_HOLDER, (role, "", Mark("register/people_roles.csv", 1)), said, last)

    def _asset(self, asset: Asset) -> Iterator[Remark]:
        def remark(matter: Matter, sentence: str, day: date | None = None) -> Remark:
            return self._remark(matter, (asset.id, asset.id, asset.mark), sentence, day)

        post = self.records.posts.get(asset.iao)
        if post is None or not post.holds(self.horizon):
            left = post.valid_to if post else None
            since = f" {self._is(left, 'since', 'after')}".replace(" on ", " ") if left else ""
            gone = last_day_of(self.records, asset.id, self.today)
            days = working_days_between(gone, self.today, self.records.holidays) if gone else 0
            so_long = f": {many(days, 'working day')} without an owner" if days else ""
            yield remark(Matter.NO_OWNER, f"Nobody holds the post of {asset.iao}{since}{so_long}.", left)
        if asset.iao in asset.stewards:
            yield remark(Matter.OWNER_IS_STEWARD, f"{asset.iao} is Information Asset Owner and steward.")
        if not asset.stewards:
            yield remark(Matter.NO_STEWARD, "No steward is named.")
        yield from self._others(asset)
        for steward in asset.stewards:
            yield from self._delegation(asset, steward)
        if asset.review_due and asset.review_due < self.horizon:
            said = f"The review {self._is(asset.review_due, 'was due', 'is due')}."
            yield remark(Matter.ASSET_REVIEW, said, asset.review_due)
        if asset.last_review and asset.last_review > self.today:
            yield remark(Matter.ASSET_REVIEW, f"The last review was on {day_words(asset.last_review)}, a day to come.")
        tested = asset.last_restore_test
        if tested and tested > self.today:
            yield remark(Matter.RESTORE_TEST, f"A restore was last tested on {day_words(tested)}, a day to come.")
        if tested and (due := moved(tested, _RESTORE_TEST_DAYS)) < self.horizon:
            said = f"A restore was last tested on {day_words(tested)}; it must be tested once a year."
            yield remark(Matter.RESTORE_TEST, said, due)

        yield from self._contract(asset)

    def _contract(self, asset: Asset) -> Iterator[Remark]:
        """A supplier that holds some of it, half a year before the contract ends: return or destruction has to be agreed."""
        ends = asset.contract_end
        if ends is None or ends == NO_END or ends >= max(self.horizon, moved(self.today, _CONTRACT_DAYS)):
            return
        contract = " ".join(
            filter(None, ("The contract", asset.contract_ref, "with", asset.supplier or "its supplier"))
        )
        said = f"{contract} {self._is(ends, 'ended', 'ends')}: agree whether what they hold is returned or destroyed."
        yield self._remark(Matter.CONTRACT_ENDS, (asset.id, asset.id, asset.mark), said, ends)

    def _others(self, asset: Asset) -> Iterator[Remark]:
        """Whoever of an asset's people besides its owner does not hold their post: they are passed over."""
        named = [("deputy", asset.deputy), ("escalation", asset.escalation)]
        for what, upn in (*named, *(("steward", steward) for steward in asset.stewards)):
            post = self.records.posts.get(upn)
            if upn == asset.iao or post is None or post.holds(self.horizon):
                continue
            last = post.valid_to if post.holds(self.today) else None
            left = f"leaves the post on {day_words(last)}" if last else roles.out_of_post(post, self.today)
            said = f"{upn}, the {what} of {asset.id}, {left}."
            yield self._remark(Matter.OUT_OF_POST, (asset.id, asset.id, asset.mark), said, last)

    def _delegation(self, asset: Asset, steward: str) -> Iterator[Remark]:
        if any(delegations(self.records, asset.id, steward, self.horizon)):
            return
        lent = delegations(self.records, asset.id, steward, self.today)
        last = max((row.valid_to for row in lent), default=None)
        said = f"{steward}'s delegation ends on {day_words(last)}." if last else f"{steward} has no delegation in date."
        yield self._remark(Matter.DELEGATION_ENDED, (asset.id, asset.id, asset.mark), said, last)

    def _remark(self, matter: Matter, row: tuple[str, str, Mark], sentence: str, day: date | None = None) -> Remark:
        """`row`: its reference, its asset, its place. `day`: from when on it needs attention, None for already."""
        reference, asset_id, mark = row
        soon = day is not None and day >= self.today
        return Remark(
            matter=matter, reference=reference, asset_id=asset_id, sentence=sentence, mark=mark, soon=soon, day=day
        )

    def _is(self, day: date, past: str, coming: str) -> str:
        return f"{past if day < self.today else coming} on {day_words(day)}"
