"""The people of the month: they read the cards that the tenant brought them, and do what their habits say, through `POST /sim/act`."""

from __future__ import annotations

import json
import random
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from month.calendar import LONDON, Calendar
from month.habits import PROBABLE, Habit, Habits
from month.record import Button, Message, Record, read

STAYS = "siro@wrenbridge.example"
"""Approves what waits for a word, and is the last who can be asked."""
_REASONS = ("in_use", "law", "matter", "history", "other")
_COLLEAGUE = "data.protection.officer@wrenbridge.example"
_SHARED_PLACES = (
    "/sites/send-ehcp/Annual reviews",
    "/sites/asc-casework/Reviews",
    "/sites/csc-casework/Child protection",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something that somebody did: `status` is how the bot answered a press, or the tenant a deed."""

    at: datetime
    person: str
    what: str
    case: str = ""
    verb: str = ""
    status: int = 0


@dataclass
class Waiting:
    """A question on somebody's card: since when, with the buttons that were seen last."""

    since: date
    buttons: tuple[Button, ...]


@dataclass
class People:
    """Everybody. `sites` are the addresses of the tenant's sites, `diary` is what they did."""

    tenant: str
    record: Record
    habits: Habits
    calendar: Calendar
    diary: list[Deed] = field(default_factory=list)
    _inbox: dict[str, dict[str, Waiting]] = field(default_factory=lambda: defaultdict(dict))
    _answered: dict[str, list[tuple[str, date]]] = field(default_factory=lambda: defaultdict(list))
    _first: dict[str, date] = field(default_factory=dict)
    _shared: list[str] = field(default_factory=list)
    _once: set[tuple[str, str]] = field(default_factory=set)
    _places: set[str] = field(default_factory=set)

    def read_cards(self, news: Iterable[Message]) -> None:
        """They look at what came."""
        for message in sorted(news, key=lambda one: (self._upn(one.person), one.number)):
            person, day = self._upn(message.person), message.at.astimezone(LONDON).date()
            for case in message.cases:
                mine = tuple(button for button in message.buttons if button.case == case)
                known = self._inbox[person].get(case)
                self._inbox[person][case] = Waiting(known.since if known else day, mine)
            if message.cases:
                self._first.setdefault(person, day)
                self.habits.of(person)

    def act(self, day: date, half: str) -> None:
        """Everybody does what they do in this half of a working day."""
        for person in sorted(self._first):
            self._act(person, day, half)

    def share(self, day: date, now: datetime) -> None:
        """Perhaps somebody uploads a file with special-category data and lets anyone open it, or tidies such a file away."""
        luck = self.habits.luck("share", day)
        places = [place for place in _SHARED_PLACES if self._is_there(place)]
        if places and luck.random() < 0.35:
            place, name = luck.choice(places), f"Note of {day}.docx"
            if self._done("upload", at=place, name=name):
                self._done("share", at=f"{place}/{name}", **{"with": "anyone"})
                self._shared.append(f"{place}/{name}")
                self._write(now, "somebody", f"shares {place}/{name}")
        elif self._shared and luck.random() < 0.3:
            gone = self._shared.pop(luck.randrange(len(self._shared)))
            if luck.random() < 0.5:
                self._done("delete", at=gone)
                self._write(now, "somebody", f"deletes {gone}")
            else:
                self._done("rename", at=gone, name=f"Old {gone.rpartition('/')[2]}")
                self._write(now, "somebody", f"renames {gone}")

    def wrote(self, person: str) -> list[datetime]:
        """When somebody (object id) wrote to the bot."""
        return [deed.at for deed in self.diary if deed.what == "writes" and deed.person == self._upn(person)]

    # -- one person

    def _act(self, person: str, day: date, half: str) -> None:
        how, first = self.habits.of(person), self._first[person]
        passed = len(list(self.calendar.between(first, day)))
        match how.habit:
            case Habit.AT_ONCE:
                self._answer_due(person, day, after=0)
            case Habit.LATE:
                self._answer_due(person, day, after=2 + 2 * how.after)
            case Habit.LEAVES if passed >= how.after and person != STAYS and half == "morning":
                self._only_once(person, "leave")
            case Habit.AWAY if passed >= how.after and half == "morning" and ("away", person) not in self._once:
                until = datetime.combine(self.calendar.after(day, how.days), datetime.min.time(), LONDON)
                self._only_once(person, "away", until=(until + timedelta(hours=8)).isoformat())
            case Habit.FORWARDS if half == "morning":
                self._press_each(person, day, by=_COLLEAGUE if person != _COLLEAGUE else STAYS)
            case Habit.FORWARDS:
                self._answer_due(person, day, after=how.after)
            case Habit.TWICE:
                self._answer_due(person, day, after=how.after, twice=True)
            case Habit.CHANGES if half == "afternoon":
                self._take_back(person, day)
                self._answer_due(person, day, after=0)
            case Habit.BLOCKS if passed >= how.after:
                self._block(person)
            case Habit.WRITES if half == "morning" and self._waiting(person, day, how.after):
                if self._done("say", person=person, text="what is waiting"):
                    self._write(self._now(), person, "writes")
            case Habit.WRITES if half == "afternoon":
                self._answer_due(person, day, after=how.after)
            case _:
                pass

    def _waiting(self, person: str, day: date, after: int) -> list[tuple[str, Waiting]]:
        inbox = self._inbox[person]
        return [
            (case, inbox[case])
            for case in sorted(inbox)
            if len(list(self.calendar.between(inbox[case].since, day))) >= after
        ]

    def _answer_due(self, person: str, day: date, *, after: int, twice: bool = False) -> None:
        for case, waiting in self._waiting(person, day, after):
            luck = self.habits.luck("answer", person, case, waiting.since)
            button = _chosen(waiting.buttons, luck)
            self._inbox[person].pop(case)
            if button is None:
                continue
            if twice:
                other = _chosen(waiting.buttons, luck) or button
                with ThreadPoolExecutor(2) as both:
                    list(both.map(self._press, (person, person), (button, other), (luck, luck)))
            else:
                self._press(person, button, luck)
            self._answered[person].append((case, day))

    def _press_each(self, person: str, day: date, *, by: str) -> None:
        for case, waiting in self._waiting(person, day, 0):
            luck = self.habits.luck("forward", person, case, waiting.since)
            button = _chosen(waiting.buttons, luck)
            if button is not None and ("forwarded", f"{person} {case}") not in self._once:
                self._once.add(("forwarded", f"{person} {case}"))
                self._press(person, button, luck, by=by)

    def _take_back(self, person: str, day: date) -> None:
        for case, answered in list(self._answered[person]):
            if answered < day:
                self._answered[person].remove((case, answered))
                status = self._done("press", person=person, button="take_back", carrying={"c": case})
                self._write(self._now(), person, "presses", case=case, verb="take_back", status=status)

    def _block(self, person: str) -> None:
        if ("blocks", person) not in self._once:
            self._once.add(("blocks", person))
            mailbox = self.habits.luck("mailbox", person).random() < 0.5
            _post(f"{self.tenant}/sim/people", {"person": person, "blocked": True, "mailbox": mailbox})
            self._write(self._now(), person, "blocks" if mailbox else "blocks, and has no mailbox")

    def _only_once(self, person: str, verb: str, **more: object) -> None:
        if (verb, person) not in self._once:
            self._once.add((verb, person))
            self._done(verb, person=person, **more)
            self._write(self._now(), person, verb)

    def _press(self, person: str, button: Button, luck: random.Random, *, by: str = "") -> None:
        carrying = {name: button.data[name] for name in ("c", "n", "k") if name in button.data}
        typed = {f"reason-{button.case}": luck.choice(_REASONS)} if button.verb == "keep" else {}
        more: dict[str, object] = {"by": by} if by else {}
        status = self._done("press", person=person, button=button.verb, carrying=carrying, inputs=typed, **more)
        self._write(self._now(), by or person, "presses", case=button.case, verb=button.verb, status=status)

    # -- the tenant

    def _done(self, verb: str, **details: object) -> int:
        return _post(f"{self.tenant}/sim/act", {"verb": verb, **details})

    def _is_there(self, place: str) -> bool:
        if not self._places:
            self._places.update(
                drive["url"].replace("%20", " ").partition(".example")[2]
                for site in read(f"{self.tenant}/sim/state")["sites"]
                for drive in site["drives"]
            )
        return place in self._places

    def _now(self) -> datetime:
        return datetime.fromisoformat(read(f"{self.tenant}/sim/clock")["now"])

    def _upn(self, person: str) -> str:
        return str(self.record.people.get(person, {}).get("upn", person))

    def _write(self, at: datetime, person: str, what: str, *, case: str = "", verb: str = "", status: int = 0) -> None:
        self.diary.append(Deed(at=at, person=person, what=what, case=case, verb=verb, status=status))


def _chosen(buttons: Iterable[Button], luck: random.Random) -> Button | None:
    """One of the buttons that answer, by chance."""
    offered = [button for button in buttons if button.verb in PROBABLE]
    return luck.choices(offered, [PROBABLE[button.verb] for button in offered])[0] if offered else None


def _post(url: str, body: Mapping[str, object]) -> int:
    """Have the tenant do something: 0 when it could not be done, else the status with which the bot or the tenant answered."""
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            told: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as error:
        error.close()
        return 0
    return int(told.get("status", 200))
