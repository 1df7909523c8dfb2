"""What stands in the registers and is to be told today, and to whom: looked up before the day's digests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from custos.notices.assignment import Accountability
from custos.notices.attestations import AttestationStore, with_attestations
from custos.notices.case_store import CaseStore
from custos.notices.lending import OfferStore, lending_remarks
from custos.notices.remark_store import RemarkStore
from custos.notices.remarks import AHEAD_DAYS, AddressedRemark, disposal_reviews, key_of, to_tell, unasked
from custos.records.remark import Remark
from custos.records.review import review


async def waiting(
    cases: CaseStore, store: RemarkStore, attestations: AttestationStore, offers: OfferStore, who: Accountability
) -> list[AddressedRemark]:
    """What is left to tell of the remarks on the registers in force, and of questions that nobody can be asked. Raises StorageTrouble."""
    standing = review(who.records, who.today, timedelta(AHEAD_DAYS))
    told = with_attestations(standing, await attestations.all(), who.records)
    lent = lending_remarks(await offers.all(), who.records, who.today)
    every = await cases.all()
    remarks = [*unasked(every), *disposal_reviews(every), *told, *lent]
    return await _left(remarks, store, who)


async def _left(remarks: Sequence[Remark], store: RemarkStore, who: Accountability) -> list[AddressedRemark]:
    told = await store.told()
    standing = {key_of(one) for one in remarks}
    await store.forget([each for each in told if each[1] not in standing])
    return to_tell(remarks, who, told)
