"""What was done, in words for a card or a mail: what, why, until when and how it can be put back."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from custos.actions import DECLARED
from custos.kinds import DECLARED as KINDS
from custos.model.action_kind import Reversibility
from custos.notices.action_reports import DoneLine
from custos.notices.wording import name, sentence
from custos.wording import day_words, many

_MOST_RUNS = 3


def done_words(line: DoneLine, reader_id: str, zone: ZoneInfo, *, plain: bool = False) -> str:
    """What was done, in one or two sentences. `reader_id` is who reads it."""
    what = _done(line, zone, plain=plain)
    places = [f"“{name(place, 60, plain=plain)}”" for place in line.places]
    if line.more_places:
        places.append(f"{line.more_places:,} more")
    where = f" In {_listed(places)}." if places else ""
    perhaps = f" {line.perhaps:,} more may have been: Microsoft did not say." if line.perhaps and line.count else ""
    return f"{what}{_agreed(line, reader_id, zone, plain=plain)}.{where}{perhaps}"


def why_words(line: DoneLine, limit: int, *, plain: bool = False) -> str:
    """Why it was done: the rule's sentence, else the policy's title; of an undo, who asked for it, and why."""
    if line.undo:
        why = f": {line.reason.strip().removesuffix('.')}" if line.reason.strip() else ""
        return sentence(f"{line.asked_by} asked for it{why}.", limit, plain=plain)
    said = line.because or " ".join(line.seen)
    return sentence(said, limit, plain=plain) or f"{name(line.title, 120, plain=plain)}."


def back_words(line: DoneLine, asset_id: str, zone: ZoneInfo) -> str:
    """Until when and how it can be put back. A run is on many assets: with `asset_id` the owner quotes exactly what is theirs."""
    runs = _listed([*line.runs[:_MOST_RUNS], *(["others"] if len(line.runs) > _MOST_RUNS else [])])
    ask = f"ask information governance and quote {runs}{f' for {name(asset_id, 20, plain=True)}' if asset_id else ''}"
    if line.undo:
        return f"It was itself put back. To have it done again, {ask}."
    declaration = DECLARED[line.kind]
    if declaration.reversibility is Reversibility.IRREVERSIBLE:
        return f"{declaration.back}. The run is {runs}."
    if declaration.back_until and line.ends is not None:
        return f"{declaration.back_until.format(ends=day_words(line.ends, zone, weekday=True))}: {ask}."
    return f"{declaration.back}: {ask}."


def _done(line: DoneLine, zone: ZoneInfo, *, plain: bool) -> str:
    things = many(line.count or line.perhaps, *KINDS[line.subject].reported)
    one = "was" if line.count else "may have been"
    declaration = DECLARED[line.kind]
    return (declaration.undone if line.undo else declaration.done).format(
        things=things,
        were="were" if line.count > 1 else one,
        was=one,
        label=_labels(line, plain=plain),
        level=f" to {name(line.left[0][0].replace('_', ' '), 40, plain=plain)}" if line.left else "",
        ends=f": {day_words(line.ends, zone, weekday=True)}" if line.ends is not None else "",
    )


def _labels(line: DoneLine, *, plain: bool) -> str:
    named = [(f"“{name(label, 64, plain=plain)}”" if label else "none", count) for label, count in line.left]
    if not named:
        return "the retention label that the rule names"
    if len(named) == 1:
        return f"the retention label {named[0][0]}" if line.left[0][0] else "none"
    return f"retention labels: {', '.join(f'{label} {count:,}' for label, count in named)}"


def _agreed(line: DoneLine, reader_id: str, zone: ZoneInfo, *, plain: bool) -> str:
    if line.agreed is None:
        return ""
    who = "you" if line.agreed.who.user_id == reader_id else name(line.agreed.who.name, 60, plain=plain)
    return f", as {who} agreed on {day_words(line.agreed.at, zone)}"


def _listed(parts: Sequence[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
