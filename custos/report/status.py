"""The state of everything, on one screen."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from custos.engine.approval_coverage import grown_words
from custos.engine.run_store import RunState
from custos.inventory.drive_state import SyncState
from custos.jobs.refused_requests import Door
from custos.jobs.shortfalls import Shortfall
from custos.jobs.status import Overview
from custos.model.state import State
from custos.notices.loosened import News
from custos.report.screen import Listing, words
from custos.report.wording import when
from custos.wording import many

_REASONS = 3
_SHOWN = 10

_MOST_WAITING = 10


def show(found: Overview, screen: Console) -> None:
    """Print the overview. What an operator must see comes first."""
    if found.stopped:
        screen.print(words(("WRITES ARE STOPPED", "bold red"), f" by {found.stopped}"))
    if found.incidents:
        screen.print(_incidents(found))
        for kind in dict.fromkeys(one.kind for one in found.incidents):
            screen.print(_line("", f"what to do about {kind}: {kind.runbook}"), soft_wrap=True)
    if found.refused_policies:
        refused = f"{many(found.refused_policies, 'problem')} in the policies"
        screen.print(
            words((refused, "bold red"), ": the last good version counts; `custos validate --online` lists them.")
        )
    for sentence in found.documents[:_SHOWN]:
        screen.print(words(("Governing ", "bold"), (sentence, "red")), soft_wrap=True)
    _mirror(found, screen)
    _shortfalls(found, screen)
    _policies(found, screen)
    if found.remarks:
        screen.print(
            _line("Registers", f"{many(found.remarks, 'thing needs', 'things need')} attention: see `custos register`")
        )
    if found.strangers:
        said = (
            f"somebody who cannot sign in is named {many(len(found.strangers), 'time')}: see `custos register --online`"
        )
        screen.print(words(("Registers ", "bold"), (said, "red")), soft_wrap=True)
        for sentence in found.strangers[:_REASONS]:
            screen.print(_line("", sentence), soft_wrap=True)
    if found.doubts:
        said = f"{many(len(found.doubts), 'address', 'addresses')} of the registers not as in the mirror: see `custos register --online`"
        screen.print(words(("Registers ", "bold"), (said, "red")), soft_wrap=True)
        for one in found.doubts[:_REASONS]:
            screen.print(_line("", one.sentence), soft_wrap=True)
    for news in found.loosened[:_SHOWN]:
        _loosened(news, screen)
    for run in found.runs:
        said = f"{run.id}: {run.state}, {many(run.actions, 'action')}"
        hint = f"; `custos run {run.id}` shows why" if run.state is RunState.PARKED else ""
        screen.print(_line("Run", f"{said}{hint}"))
    cases = ", ".join(f"{state} {number:,}" for state, number in sorted(found.cases.items()))
    screen.print(_line("Cases", cases or "none"))
    if found.overdue:
        screen.print(
            words(
                ("Overdue   ", "bold"), (f"{many(found.overdue, 'question')}", "red"), ": see `custos cases --overdue`"
            )
        )
    if found.untold:
        screen.print(_line("Untold", f"{many(found.untold, 'write')} that nobody has been told of yet"))
    for sentence in found.vacant[:_SHOWN]:
        screen.print(words(("Vacant    ", "bold"), (sentence, "red")), soft_wrap=True)
    if found.unasked:
        said = (
            f"{many(found.unasked, 'question')} for which nobody can be asked; `custos register` shows who is missing"
        )
        screen.print(_line("Unasked", said))
    if found.held_back:
        screen.print(_line("Waves", f"{many(found.held_back, 'question')} held back: see `custos waves`"))
    for agreed in found.waiting[:_MOST_WAITING]:
        where = f"{agreed.asset_id or 'no asset'}, {agreed.about}"
        screen.print(_line("Agreed", f"{where}, waits{f' in {agreed.run}' if agreed.run else ''}: {agreed.why}"))
    if len(found.waiting) > _MOST_WAITING:
        screen.print(f"          and {len(found.waiting) - _MOST_WAITING:,} more: see `custos cases`")
    queues = ", ".join(f"{name} {number:,}" for name, number in found.queues.items())
    screen.print(_line("Queues", queues or "empty"))
    _noise(found, screen)
    spent = f"{found.units:,} resource units, {found.requests:,} requests, {found.throttles:,} throttled"
    screen.print(_line("Today", spent))


def _line(label: str, said: str) -> Text:
    return words((f"{label:<9} ", "bold"), said)


def _policies(found: Overview, screen: Console) -> None:
    """How far each policy may go, why not further, and what of it nobody has approved yet."""
    for number, (state, names) in enumerate(_by_state(found)):
        screen.print(_line("" if number else "Policies", f"{state}: {', '.join(names)}"))
    for name, standing in sorted(found.policies.items()):
        if standing.reason:
            screen.print(_line("", f"{name}: {standing.state}, because {standing.reason}"), soft_wrap=True)
    grown = [
        grown_words(name, one)
        for name, its in sorted(found.policies.items())
        if its.coverage
        for one in its.coverage.grown
    ]
    for sentence in grown[:_SHOWN]:
        screen.print(_line("", sentence), soft_wrap=True)
    if len(grown) > _SHOWN:
        screen.print(_line("", f"and {many(len(grown) - _SHOWN, 'place')} more that nobody has approved yet"))


def _loosened(news: News, screen: Console) -> None:
    """What one load of the files loosened, and who was told."""
    who = f"told to {', '.join(sorted(news.told))}" if news.told else "nobody has been told yet"
    said = f"{many(len(news.sentences), 'thing')} by the files of {when(news.at, '%-d %b %H:%M')}, {who}"
    screen.print(words(("Loosened  ", "bold"), (said, "red")), soft_wrap=True)
    for sentence in news.sentences[:_SHOWN]:
        screen.print(_line("", sentence), soft_wrap=True)
    if len(news.sentences) > _SHOWN:
        screen.print(_line("", f"and {len(news.sentences) - _SHOWN:,} more: see the audit, protection:loosened"))


def _by_state(found: Overview) -> list[tuple[State, list[str]]]:
    """The policies by how far they may go, the furthest first."""
    named = {state: sorted(name for name, its in found.policies.items() if its.state is state) for state in State}
    return [(state, named[state]) for state in reversed(State) if named[state]]


def _mirror(found: Overview, screen: Console) -> None:
    if not found.libraries:
        screen.print(words(("Mirror    ", "bold"), ("nothing was read yet", "red"), ": run `custos sync --discover`"))
        return
    total = sum(found.libraries.values())
    complete = found.libraries.get(SyncState.COMPLETE, 0)
    age = ""
    if found.oldest is not None:
        age = f"; oldest read {when(found.oldest)}"
    screen.print(_line("Mirror", f"{found.items:,} items; {complete:,} of {total:,} libraries complete{age}"))
    if found.aged:
        libraries = many(found.aged, "library was", "libraries were")
        aged = f"{libraries} last read more than {found.mirror_lasts} ago"
        screen.print(words("          ", (aged, "red"), ": nothing is done there"), soft_wrap=True)
    if found.compared is not None and found.drift:
        day = when(found.compared, "%-d %B")
        screen.print(f"          compared since {day}: {many(found.drift, 'row')} that delta had not told of")
    if found.odd:
        odd = sum(state.odd for state in found.odd)
        where = ", ".join(f"{state.name} {state.odd:,}" for state in found.odd[:5])
        more = f" and {many(len(found.odd) - 5, 'other library', 'other libraries')}" if len(found.odd) > 5 else ""
        said = f"{many(odd, 'entry', 'entries')} could not be read and stay unknown: {where}{more}"
        screen.print(_line("", said), soft_wrap=True)
    for state in found.running[:5]:
        screen.print(_line("", f"reading {state.name}: {state.round_items:,} items so far"))
    for state in found.incomplete[:10]:
        said = f" {state.name}: {state.why} {state.detail}"
        screen.print(words("          ", ("incomplete", "red"), said), soft_wrap=True)


def _shortfalls(found: Overview, screen: Console) -> None:
    """What the last discovery and the last renewal of webhooks did not get."""
    if found.watched:
        said = f"{found.watched.held:,} of {many(found.watched.wanted, 'library', 'libraries')} are watched"
        screen.print(words(("Webhooks  ", "bold"), (said, "red"), "; the others are seen at the backstop sync"))
        _reasons(found.watched, screen)
    if found.found:
        said = many(sum(found.found.reasons.values()), "thing")
        screen.print(_line("Discovery", f"{said} could not be read; what was known of them is kept"))
        _reasons(found.found, screen)


def _noise(found: Overview, screen: Console) -> None:
    """What was refused at the doors today: worth knowing, and nothing to do as long as it is little."""
    for door in Door:
        reasons = {why: number for (at, why), number in found.refused_requests.items() if at is door}
        if reasons:
            told = ", ".join(f"{why} {number:,}" for why, number in sorted(reasons.items(), key=lambda one: -one[1]))
            screen.print(_line("Refused", f"{many(sum(reasons.values()), door.value)} today: {told}"), soft_wrap=True)


def _reasons(shortfall: Shortfall, screen: Console) -> None:
    for sentence, number in list(shortfall.reasons.items())[:_REASONS]:
        often = f" ({number:,} times)" if number > 1 else ""
        screen.print(_line("", f"{sentence}{often}"), soft_wrap=True)
    if len(shortfall.reasons) > _REASONS:
        screen.print(_line("", "`custos doctor` lists more"))


def _incidents(found: Overview) -> object:
    shown = Listing("Needs an operator", ("what", "about", "times", "last", "detail"), numbers=("times",))
    for one in sorted(found.incidents, key=lambda one: one.last, reverse=True):
        last = when(one.last, "%-d %b %H:%M")
        shown.add(one.kind.value, one.subject, f"{one.count:,}", last, one.detail[:500])
    return shown
