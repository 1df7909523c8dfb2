"""The worklist: many questions of one kind, answered together after a look at a sample; and what an owner lent to whom."""

from __future__ import annotations

import re
from dataclasses import replace

from custos.notices.model import Case, CaseState, KeepReason, Verb
from tests.notices import small_council
from tests.pages.counter import Counter, counter, words

KEEP = Verb.KEEP.value
DRIVES = (small_council.LIBRARY, small_council.OTHER_LIBRARY)


async def several(desk: Counter) -> list[Case]:
    """Two quiet libraries, one question each."""
    return await desk.asked(*(small_council.stale(drive) for drive in DRIVES))


async def sample(desk: Counter) -> dict[str, str]:
    """The fields of the form under the sample."""
    listed = (await desk.get("worklist")).body.decode()
    found = re.search(r"\?group=([0-9a-f]{16})", listed)
    assert found is not None, listed
    text = (await desk.get("worklist", group=found[1])).body.decode()
    seen = re.search(r'name="s" value="([^"]+)"', text)
    assert seen is not None
    return {"g": found[1], "s": seen[1], "v": KEEP, "r": KeepReason.HISTORY.value}


async def test_many_are_answered_after_a_look_at_a_sample() -> None:
    """Questions of one kind stand together; the sample shows their facts, and one answer decides each of them by itself."""
    desk = counter()
    cases = await several(desk)
    fields = await sample(desk)
    told = words(await desk.get("worklist", group=fields["g"]))
    assert "Libraries that nobody works with: 2 of 2" in told
    assert "was last used by a person on 14 March 2024" in told
    reply = await desk.post(fields, path="worklist/answer")
    assert (reply.status, "2 answers recorded" in words(reply)) == (200, True)
    now = [await desk.case(case) for case in cases]
    assert [(case.state, case.answers[-1].reason) for case in now] == [(CaseState.DECIDED, "history")] * 2


async def test_without_a_look_nothing_is_answered_together() -> None:
    """Without the sample's token, with somebody else's, or after a question came to it, nothing is taken and the sample is shown."""
    desk = counter()
    cases = await several(desk)
    fields = await sample(desk)
    for seen in ("", await desk.token(small_council.OWNER), fields["s"][:-1] + "x"):
        reply = await desk.post({**fields, "s": seen}, path="worklist/answer")
        assert (reply.status, "Look at the sample first" in words(reply)) == (409, True)
    await desk.answer(cases[0], Verb.NOT_MINE.value)
    assert (await desk.post(fields, path="worklist/answer")).status == 409
    assert (await desk.case(cases[1])).answers == ()


async def test_what_cannot_be_undone_is_answered_one_by_one() -> None:
    """Where agreeing removes something for good, the worklist does not offer it."""
    desk = counter()
    lasting = replace(small_council.STALE, steps=small_council.REMOVAL.steps, irreversible=True)
    await desk.asked(*(small_council.stale(drive) for drive in DRIVES), topics=[lasting])
    assert "Agree" in words(await desk.get())
    fields = await sample(desk)
    assert "Agree" not in words(await desk.get("worklist", group=fields["g"])).partition("For all")[2]
    assert (await desk.post({**fields, "v": Verb.AGREE.value}, path="worklist/answer")).status == 400


async def test_nobody_sees_the_worklist_of_others() -> None:
    """Somebody else finds nothing on theirs, and the owner's form decides nothing in their hands."""
    desk = counter()
    cases = await several(desk)
    fields = await sample(desk)
    stranger = small_council.SIRO
    assert "Nothing waits for you" in words(await desk.get("worklist", by=stranger, group=fields["g"]))
    assert (await desk.post(fields, path="worklist/answer", by=stranger)).status == 409
    assert [(await desk.case(case)).answers for case in cases] == [(), ()]


async def test_an_owner_sees_what_they_lent() -> None:
    """The stewards of one's assets with what each may decide and until when; what has ended is said; strangers see nobody."""
    ended = replace(small_council.LENT, id="D-001", valid_to=small_council.NOW.date().replace(year=2025))
    registers = replace(small_council.records(), delegations=(small_council.LENT, ended))
    desk = counter(registers)
    told = words(await desk.get("stewards"))
    assert "Sam Okafor Planning and building control files (IA-004) Answer questions, review labels" in told
    assert "Until 31 March 2027 (D-004)" in told
    assert "ENDED on 23 November 2025 (D-001)" in told
    assert "owner or deputy of nothing" in words(await desk.get("stewards", by=small_council.SIRO))
