"""Whether the month kept what docs/owner.md promises: told from the tenant's record alone, and from what is told of cases.

| fault | when |
|---|---|
| more than one | a person got a second message on a working day that is no note: a note comes from 16:00 on and has no question in it |
| out of hours | a message came before 08:00, from 18:00 on, at a weekend or on a day of the calendar |
| stands still | a question stands longer with somebody than its time, or nobody was told or reminded of it on its day |
| untold | a write on an asset of which nobody was told by the end of the working day, or of the next for what was done after 16:00 |
| twice | one message came twice, one question stood in two messages of a day, one value was written onto a thing that had it |
| dead button | a card shows a button for a question that is answered, over, or with somebody else |

What counts as a message: a card in the chat, a line in the activity feed, a mail; a feed line and a mail of one minute are one, by two
ways. What the bot says within ten minutes to somebody who wrote to it is an answer. A card that is brought up to date makes no sound.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from chaos.checker import Written, doubled, written
from chaos.evidence import Evidence as Tenant
from month.calendar import LONDON, day_of
from month.evidence import Evidence
from month.record import Message, buttons

_ANSWER = timedelta(minutes=10)
_AT_ONCE = timedelta(minutes=1)
_FULL = 10
_OPEN = ("found", "told", "reminded", "escalated", "due")
_ANSWERABLE = ("agree", "keep", "ask_steward", "not_mine")


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """What is wrong."""

    kind: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.sentence}"


def check(evidence: Evidence) -> list[Fault]:
    """Every fault, in order; none is the promise kept."""
    heard = _Heard(evidence)
    found = [
        *_hours(heard),
        *_one_a_day(heard),
        *_twice(heard),
        *_writes_twice(evidence),
        *_untold(heard),
        *_clock(heard),
        *_asked_in_vain(heard),
        *_dead_buttons(evidence),
    ]
    return sorted(set(found))


class _Heard:
    """What people heard without having asked for it, day by day."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.by_day: dict[tuple[str, date], list[list[Message]]] = defaultdict(list)
        wrote = defaultdict(list)
        for deed in evidence.diary:
            if deed.what == "writes":
                wrote[deed.person].append(deed.at)
        for message in sorted(evidence.messages, key=lambda one: (one.at, one.number)):
            upn = self.upn(message.person)
            asked = any(at - _AT_ONCE <= message.at <= at + _ANSWER for at in wrote[upn])
            if asked and message.channel == "chat":
                continue
            day = self.by_day[message.person, day_of(message.at)]
            if day and message.channel != "chat" and message.at - day[-1][-1].at < _AT_ONCE:
                day[-1].append(message)  # the same, by another way
            else:
                day.append([message])

    def upn(self, person: str) -> str:
        """Sign-in name."""
        return str(self.evidence.people.get(person, {}).get("upn", person))

    def all(self) -> Iterator[Message]:
        """Every message, by each way."""
        for day in self.by_day.values():
            for one in day:
                yield from one

    def on(self, upn: str, day: date) -> list[Message]:
        """What somebody heard on a day."""
        return [
            message
            for (person, when), heard in self.by_day.items()
            if when == day and self.upn(person) == upn
            for one in heard
            for message in one
        ]


def _hours(heard: _Heard) -> Iterator[Fault]:
    for message in heard.all():
        if not heard.evidence.calendar.may_tell(message.at):
            yield Fault(
                "out of hours", f"{heard.upn(message.person)} heard by {message.channel} at {_said(message.at)}."
            )


def _one_a_day(heard: _Heard) -> Iterator[Fault]:
    """One, and from 16:00 on a note of what was done since."""
    for (person, day), all_day in heard.by_day.items():
        for number, ways in enumerate(all_day):
            first = ways[0]
            is_note = heard.evidence.calendar.is_late(first.at) and not first.cases
            if number and not (is_note and number == 1):
                yield Fault(
                    "more than one",
                    f"{heard.upn(person)} heard {len(all_day)} times on {day}: at "
                    f"{', '.join(_said(one[0].at) for one in all_day)}.",
                )
                break


def _twice(heard: _Heard) -> Iterator[Fault]:
    for (person, day), all_day in heard.by_day.items():
        chats = [ways[0] for ways in all_day if ways[0].channel == "chat"]
        for number, message in enumerate(chats):
            for earlier in chats[:number]:
                if message.text == earlier.text:
                    yield Fault("twice", f"{heard.upn(person)} got the same message twice on {day}.")
                for case in set(message.cases) & set(earlier.cases):
                    yield Fault("twice", f"{heard.upn(person)} was asked {case} in two messages of {day}.")


def _writes_twice(evidence: Evidence) -> Iterator[Fault]:
    for one, before in doubled(_tenant(evidence)):
        yield Fault("twice", f"{one.what} was written onto {' '.join(one.target)} by {before.number} and {one.number}.")


def _untold(heard: _Heard) -> Iterator[Fault]:
    """Every write is told of to somebody by the end of its working day."""
    evidence = heard.evidence
    places = _assets(evidence)
    moments = {int(write["number"]): datetime.fromisoformat(str(write["at"])) for write in evidence.writes}
    told = [message for message in heard.all() if message.channel != "feed"]
    done: dict[tuple[str, datetime], list[Written]] = defaultdict(list)
    for one in written(_tenant(evidence)):
        asset = places.get(one.target[0], "")
        done[asset, evidence.calendar.told_by(moments[one.number])].append(one)
    for (asset, until), writes in sorted(done.items()):
        if until > evidence.now:
            continue
        last = max(moments[one.number] for one in writes)
        first = min(moments[one.number] for one in writes)
        about = [message for message in told if first <= message.at <= until and (asset or "register") in message.text]
        if not any(message.at >= last for message in about):
            yield Fault(
                "untold",
                f"{len(writes)} writes on {asset or 'no asset'} from {_said(first)} to {_said(last)}, last {writes[-1].what}, were told "
                f"nobody by {_said(until)}.",
            )


def _clock(heard: _Heard) -> Iterator[Fault]:
    """Each question was told on its day, reminded on its days, and has gone up when its time was over."""
    evidence, calendar = heard.evidence, heard.evidence.calendar
    last = evidence.days[-1]
    for case in evidence.cases:
        name = f"{case['id']} ({case['asset'] or 'no asset'}, {case['name']})"
        for one in case["unanswered"]:
            yield from _was_told(heard, name, case["id"], str(one["by"]), _day(one["asked_on"]))
        if case["state"] not in _OPEN or case["asked"] == "":
            continue
        if case["asked_at"] is None:
            yield from _waits_for_its_word(heard, case, name)
            continue
        asked_on = day_of(datetime.fromisoformat(case["asked_at"]))
        yield from _was_told(heard, name, case["id"], case["asked"], asked_on)
        if case["deadline"] is None:
            continue
        due = day_of(datetime.fromisoformat(case["deadline"]))
        if not calendar.works(due):
            yield Fault("stands still", f"{name} is due on {due}, which is no working day.")
        if due < last and case["state"] != "due":
            yield Fault("stands still", f"{name} was due on {due} and is {case['state']} with {case['asked']}.")
        for day in (_day(one) for one in case["remind_on"]):
            if day <= last and day != evidence.teams_away:
                yield from _was_reminded(heard, case, name, day)


def _was_told(heard: _Heard, name: str, case: str, upn: str, day: date) -> Iterator[Fault]:
    """A card of that day has the question on it; who has no chat was told by feed or mail, which name no case."""
    known = heard.on(upn, day)
    if not any(case in message.cases or message.channel != "chat" for message in known):
        asked = any(
            deed.what == "writes" and deed.person == upn and day_of(deed.at) == day for deed in heard.evidence.diary
        )
        if not asked:
            yield Fault(
                "stands still", f"{name} is said to have been told to {upn} on {day}; the tenant saw no such card."
            )


def _was_reminded(heard: _Heard, case: Mapping[str, Any], name: str, day: date) -> Iterator[Fault]:
    known = heard.on(case["asked"], day)
    full = any(len(message.cases) >= _FULL for message in known)
    if not full and not any(case["id"] in message.cases or message.channel != "chat" for message in known):
        yield Fault("stands still", f"{case['asked']} was not reminded of {name} on {day}.")


def _waits_for_its_word(heard: _Heard, case: Mapping[str, Any], name: str) -> Iterator[Fault]:
    """What was found two working days ago has been put to somebody, unless their cards were full or could not be sent."""
    evidence = heard.evidence
    since = day_of(datetime.fromisoformat(case["opened_at"]))
    if case["unanswered"]:
        since = max(since, _day(case["unanswered"][-1]["due_on"]))
    changed = [
        day_of(deed.at)
        for deed in evidence.diary
        if deed.case == case["id"] or deed.what.startswith(("leave", "away", "blocks"))
    ]
    since = max([since, *changed])
    missed = [
        day
        for day in evidence.calendar.between(since, evidence.days[-1])
        if day != evidence.teams_away and not any(len(one.cases) >= _FULL for one in heard.on(case["asked"], day))
    ]
    if len(missed) > 1:
        yield Fault("stands still", f"{name} waits since {since} and {case['asked']} was told nothing of it.")


def _asked_in_vain(heard: _Heard) -> Iterator[Fault]:
    """Nobody hears of a question again once it was answered for good."""
    decided = {
        case["id"]: datetime.fromisoformat(case["decided_at"])
        for case in heard.evidence.cases
        if case["decision"] and case["decided_at"] and len(case["answers"]) == 1
    }
    for message in heard.all():
        for button in message.buttons:
            at = decided.get(button.case)
            if button.verb in _ANSWERABLE and at is not None and message.at > at + _AT_ONCE:
                yield Fault(
                    "dead button",
                    f"{heard.upn(message.person)} was asked {button.case} at {_said(message.at)}; it was answered at {_said(at)}.",
                )


def _dead_buttons(evidence: Evidence) -> Iterator[Fault]:
    """What the chats show at the end can be pressed: it is open, and with whoever has the card."""
    cases = {case["id"]: case for case in evidence.cases}
    for chat in evidence.chats:
        person = evidence.people.get(chat["personId"], {})
        if not person.get("enabled") or evidence.habits.get(str(person["upn"])) == "has blocked the bot":
            continue  # a card in a chat that is closed cannot be changed
        for message in chat["messages"]:
            for button in buttons(message["cards"]):
                case = cases.get(button.case)
                if button.verb not in _ANSWERABLE or case is None:
                    continue
                if case["state"] not in _OPEN or case["asked"] != person["upn"]:
                    yield Fault(
                        "dead button",
                        f"{person['upn']}'s card of {message['sent']} offers {button.verb} for {button.case}, which is {case['state']} "
                        f"with {case['asked'] or 'nobody'}.",
                    )


def _assets(evidence: Evidence) -> Mapping[str, str]:
    """Library ► the asset that it belongs to, by the register: the longest location that it lies below."""
    rows = [
        (row["location"].rstrip("/").lower(), row["asset_id"]) for row in csv.DictReader(io.StringIO(evidence.site_map))
    ]
    found = {}
    for drive, url in evidence.urls.items():
        address = unquote(url).rstrip("/").lower()
        above = [(len(place), asset) for place, asset in rows if f"{address}/".startswith(f"{place}/")]
        found[drive] = max(above)[1] if above else ""
    return found


def _tenant(evidence: Evidence) -> Tenant:
    return Tenant(
        writes=[dict(write) for write in evidence.writes],
        drives={drive: [dict(item) for item in items] for drive, items in evidence.drives.items()},
        urls=evidence.urls,
        tables={},
        queues={},
        mirror=[],
        actor=evidence.actor,
        now=evidence.now.isoformat(),
    )


def _day(told: Any) -> date:
    return told if isinstance(told, date) else date.fromisoformat(str(told))


def _said(moment: datetime) -> str:
    return f"{moment.astimezone(LONDON):%a %-d %b %H:%M}"


def counted(evidence: Evidence) -> Sequence[str]:
    """What happened, in a few sentences."""
    heard = _Heard(evidence)
    presses = [deed for deed in evidence.diary if deed.what == "presses"]
    states: dict[str, int] = defaultdict(int)
    for case in evidence.cases:
        states[case["state"]] += 1
    habits: dict[str, int] = defaultdict(int)
    for habit in evidence.habits.values():
        habits[habit] += 1
    size = f"{len(evidence.drives)} libraries, {sum(map(len, evidence.drives.values())):,} items"
    people = {person for person, _ in heard.by_day}
    heard_of = f"{sum(map(len, heard.by_day.values()))} messages to {len(people)} people"
    return (
        f"{len(evidence.days)} working days, {len(evidence.people)} people, {size}.",
        f"{heard_of}, {len(presses)} presses, {len(written(_tenant(evidence))):,} writes on content.",
        "Cases: " + ", ".join(f"{number} {state}" for state, number in sorted(states.items())) + ".",
        "People: " + ", ".join(f"{number} {habit}" for habit, number in sorted(habits.items())) + ".",
    )
