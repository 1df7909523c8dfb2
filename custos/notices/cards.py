"""The card that an owner gets: what was found and when it was measured, what each button does, what silence does.

One card a day holds up to ten questions, fewer when their words would make it larger than 20 KB, and what was done without asking.
A question that was answered stays on the card as one line that says by whom. A button carries the case's id and nonce and nothing else:
what it means is looked up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import msgspec

from custos.engine.notice_period import due
from custos.kinds import DECLARED
from custos.kinds.declaration import Lies
from custos.model.duration import duration_from
from custos.notices import adaptive_cards as el
from custos.notices.action_report_wording import back_words, done_words, why_words
from custos.notices.action_reports import DoneOn
from custos.notices.adaptive_cards import Element
from custos.notices.answer_rights import may_take_back, offers
from custos.notices.assignment import ROLE_WORDS, TO_THE_GROUP, Role
from custos.notices.case_progress import unanswered_words
from custos.notices.choices import DECLARED as CHOICES
from custos.notices.choices.agree import may_agree
from custos.notices.model import Answer, Case, CasePlace, CaseState, Line, Proposed, Verb
from custos.notices.questions import question_of
from custos.notices.remarks import ToldRemark
from custos.notices.wording import clean, escape, name, sentence
from custos.wording import capital, day_words, many

MOST_ITEMS = 10
MOST_LINES = 5  # rules of one question that are told in full
MOST_BYTES = 20 * 1024
MOST_BUTTONS = 5  # in one row: as many as Microsoft's renderer takes
MOST_OPENED = 6  # places of one question that can be opened from its card: as many buttons as Teams shows
_PLACE_NAME, _SHORT_PLACE_NAME = 80, 40
_LONGEST_ADDRESS = 400
_SENTENCE = 400  # characters
_SHORT_SENTENCE = 120  # when even one question does not fit
_SEEN = 240  # of one of several sentences
_FEW = 2  # of them, when even one question does not fit
_ORDINALS = ("the first step", "the second step", "the third step", "the fourth step")
KIND = "k"  # what is agreed to, where a question is about several kinds of thing
REASON = "reason-"  # with the case's id: the id of a choice set
WAITING = "what is waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who looks at the card, on which day, in which time zone; the council's holidays, for the days that a card names."""

    user_id: str
    today: date
    zone: ZoneInfo
    holidays: frozenset[date] = frozenset()

    @property
    def now(self) -> datetime:
        """A moment of the day, for what is told or answered on it."""
        return datetime.combine(self.today, time(12), self.zone)


@dataclass(frozen=True, slots=True)
class Digest:
    """A card and how many of the cases given stand on it."""

    card: Element
    shown: int


def digest_card(
    cases: Sequence[Case],
    reader: Reader,
    *,
    waiting: int | None = None,
    done: Sequence[DoneOn] = (),
    listed: Sequence[Case] = (),
    remarks: Sequence[ToldRemark] = (),
) -> Digest:
    """The card with the first of `cases`, in their order: as many as fit beside what was `done` and the `remarks` on the
    registers, which are all on it.

    `waiting` is how many questions wait in all; None: those given. `listed` are cases that nobody is asked about.
    """
    total = len(cases) if waiting is None else waiting
    shown = min(len(cases), MOST_ITEMS)
    alone = tuple(dict.fromkeys(_left_alone(case) for case in listed))
    while True:
        made = _card(
            cases[:shown],
            reader,
            more=max(0, total - shown),
            limit=_SENTENCE,
            done=done,
            alone=alone,
            remarks=remarks,
        )
        if size(made) <= MOST_BYTES:
            return Digest(made, shown)
        if alone:
            alone = alone[: len(alone) // 2]
            continue
        if shown <= (0 if done or remarks else 1):
            first, more = cases[:shown], max(0, total - shown)
            card = _card(first, reader, more=more, limit=_SHORT_SENTENCE, done=done, alone=(), remarks=remarks)
            return Digest(card, shown)
        shown -= 1


def fitting(done: Sequence[DoneOn], reader: Reader, *, most: int) -> int:
    """How many lines of what was done one card can tell in `most` bytes: the first so many, one at least."""
    lines = [(one, line) for one in done for line in one.lines]
    fits = 0
    for number in range(1, len(lines) + 1):
        some = cut(done, number)
        if size(_card((), reader, more=0, limit=_SENTENCE, done=some, alone=())) > most:
            break
        fits = number
    return max(1, fits) if lines else 0


def cut(done: Sequence[DoneOn], lines: int) -> tuple[DoneOn, ...]:
    """The first so many lines of what was done."""
    kept, left = [], lines
    for one in done:
        some = one.lines[:left]
        left -= len(some)
        if some:
            kept.append(replace(one, lines=some))
    return tuple(kept)


def size(card: Element) -> int:
    """Bytes of the card as it is sent."""
    return len(msgspec.json.encode(card))


def summary(count: int, *, done: bool = False, remarks: bool = False) -> str:
    """What a lock screen shows: no names at all."""
    about = "information that you look after"
    if remarks and not done and not count:
        return "Custos: something in the registers needs you"
    if not done:
        return f"Custos: {many(count, 'question')} about {about}"
    return (
        f"Custos: {many(count, 'question')}, and what was done, about {about}"
        if count
        else f"Custos: what was done with {about}"
    )


def _card(
    cases: Sequence[Case],
    reader: Reader,
    *,
    more: int,
    limit: int,
    done: Sequence[DoneOn],
    alone: Sequence[str],
    remarks: Sequence[ToldRemark] = (),
) -> Element:
    open_for_reader = [case for case in cases if is_for(case, reader)]
    about = "information that you look after"
    if open_for_reader:
        head = f"{many(len(open_for_reader), 'question')} about {about}"
    elif done:
        head = f"What was done with {about}"
    else:
        head = "Something in the registers needs you" if remarks else "Nothing waits for you"
    body: list[Element] = [el.heading(head), el.quiet(f"Custos, {day_words(reader.today, weekday=True)}")]
    asset = None
    for number, case in enumerate(cases):
        if case.asset_id != asset or number == 0:
            asset = case.asset_id
            body.append(el.section(_asset(case, reader)))
        body.append(el.section(_question(case, reader, number, limit)))
    if open_for_reader:
        body.append(el.section(_legend(open_for_reader)))
    if done and open_for_reader:
        body.append(el.section([el.strong("Done by Custos, and nothing to answer")]))
    body += [el.section(_done(one, reader, limit)) for one in done]
    if remarks:
        body.append(el.section(_remarks(remarks, limit)))
    if alone:
        body.append(el.section([el.quiet(words) for words in alone]))
    actions = []
    if more:
        body.append(
            el.quiet(f"{many(more, 'more question')} waiting. They come on the next working days, or open the list.")
        )
        actions.append(el.say("Open the full list", WAITING))
    fallback = summary(len(open_for_reader), done=bool(done), remarks=bool(remarks))
    return el.card(body, fallback=fallback, actions=actions)


def _done(one: DoneOn, reader: Reader, limit: int) -> list[Element]:
    """What was done on one asset: what, why, by which rule, and how it can be put back."""
    title = f"{name(one.asset_name)} ({name(one.asset_id, 20)})" if one.asset_id else "Not in the asset register"
    items = [el.strong(title), el.quiet(sentence(one.because))]
    for line in one.lines:
        items.append(el.text(done_words(line, reader.user_id, reader.zone)))
        rule = sentence(f"{line.policy}/{line.rule}{f', clause {line.clause}' if line.clause else ''}", 160)
        pairs = [
            ("Why", why_words(line, limit)),
            ("Rule", rule),
            ("To put it back", escape(back_words(line, one.asset_id, reader.zone))),
        ]
        items.append(el.facts(pairs))
    return items


def _remarks(remarks: Sequence[ToldRemark], limit: int) -> list[Element]:
    """What in the registers needs the reader: what is so, what they can do, why they are told."""
    items = [el.strong("In the registers"), *(el.text(f"• {remark_words(one, limit)}") for one in remarks)]
    items += [el.quiet(sentence(because)) for because in dict.fromkeys(one.because for one in remarks)]
    return items


def remark_words(one: ToldRemark, limit: int = _SENTENCE, *, plain: bool = False) -> str:
    """A remark on the registers and what the reader can do, for Markdown or as plain text."""
    about = "" if not one.asset_id or one.asset_id in one.sentence else f"{one.asset_id}: "
    return sentence(f"{about}{one.sentence} {one.remedy}", limit, plain=plain)


def _left_alone(case: Case) -> str:
    """What is held or exempt, as one line about its asset."""
    reasons = " ".join(dict.fromkeys(line.protected for line in case.lines))
    about = f"{case.asset_id}, {case.about}" if case.asset_id else case.about
    return f"Not asked, {name(about, 80)}: {sentence(reasons, 200)}"


def is_for(case: Case, reader: Reader) -> bool:
    """True while this reader is the one who is asked."""
    return case.state.is_open and not case.mended and case.assignee.user_id == reader.user_id


def _asset(case: Case, reader: Reader) -> list[Element]:
    title = f"{name(case.asset_name)} ({name(case.asset_id, 20)})" if case.asset_id else "Not in the asset register"
    items = [el.strong(title)]
    if is_for(case, reader):
        items.append(el.quiet(sentence(case.assignee.because)))
    return items


def _question(case: Case, reader: Reader, number: int, limit: int) -> list[Element]:
    items = [el.strong(f"{number + 1} · {where(case)}")]
    if not is_for(case, reader):
        items.append(el.text(outcome(case, reader)))
        if may_take_back(case, reader.user_id):
            carried = {"c": case.id, "n": case.nonce}
            mark = f"{Verb.TAKE_BACK}{number + 1}"
            items.append(
                el.buttons([el.execute(CHOICES[Verb.TAKE_BACK].label, Verb.TAKE_BACK.value, carried, name=mark)])
            )
        return items
    items += [el.text(words) for words in asked_before_words(case, reader)]
    told = case.lines[:MOST_LINES]
    facts = [_facts(case, line, reader, limit) for line in told]
    shared = [pair for pair in facts[0] if all(pair in each for each in facts)]
    for line, pairs in zip(told, facts, strict=True):
        items.append(el.text(found_words(case, line, limit)))
        items += [el.text(f"• {words}") for words in seen_words(line, limit)]
        if own := [pair for pair in pairs if pair not in shared]:
            items.append(el.facts(own))
    items.append(el.facts(shared))
    if rest := case.lines[MOST_LINES:]:
        also = "; ".join(f"{line.title}: {line.count:,}" for line in rest)
        items.append(el.text(sentence(f"Also found by {many(len(rest), 'more rule')}: {also}", limit)))
    row = [*_buttons(case, number), *_look_at(case)]
    items.append(el.buttons(row[:MOST_BUTTONS]))
    more = [*row[MOST_BUTTONS:], el.unfold("Why?", [el.facts(why_facts(line)) for line in told], [])]
    if len(case.homes) > 1:
        more.append(_listed_places(case, limit))
    items.append(el.buttons(more))
    return items


def _listed_places(case: Case, limit: int) -> Element:
    """All the places that an answer covers, behind a tap."""
    longest = _PLACE_NAME if limit >= _SENTENCE else _SHORT_PLACE_NAME
    pairs = [(_kind_of(place), f"“{name(place.name, longest)}”: {place.count:,}") for place in case.homes]
    opened = [
        el.open_address(clean(place.name, _SHORT_PLACE_NAME) or _kind_of(place), place.url)
        for place in case.homes[:MOST_OPENED]
        if limit >= _SENTENCE and _can_be_opened(place.url)
    ]
    return el.unfold(f"The {len(pairs)} places", [el.facts(pairs)], opened)


def places_words(case: Case, *, plain: bool = False) -> str:
    """The places that it is about, in one sentence; "" where it is one."""
    if len(case.homes) == 1:
        return ""
    listed = "; ".join(
        f"{_kind_of(place)} “{name(place.name, _PLACE_NAME, plain=plain)}”: {place.count:,}" for place in case.homes
    )
    return f"It is about {len(case.homes)} places. {listed}."


def _kind_of(place: CasePlace) -> str:
    return "Library" if place.drive_id else "Site"


def _can_be_opened(url: str) -> bool:
    return url.startswith("https://") and len(url) <= _LONGEST_ADDRESS


def why_facts(line: Line) -> list[tuple[str, str]]:
    """What stands behind a finding, for who wants to know: its policy, the clause that it carries out, the rule."""
    clause = [("Clause", sentence(line.clause, 160))] if line.clause else []
    return [("Policy", sentence(line.title, 160)), *clause, ("Rule", sentence(line.key, 160))]


def where(case: Case, *, plain: bool = False) -> str:
    """The library or site, for Markdown or as plain text."""
    more = len(case.homes) - 1
    beside = f" and {many(more, 'more place')}" if more else ""
    return f"{_kind_of(case.homes[0])} “{name(case.subject_name, plain=plain)}”{beside}"


def found_words(case: Case, line: Line, limit: int = _SENTENCE, *, plain: bool = False) -> str:
    """What was found, in one sentence, for Markdown or as plain text; of a sensitive asset without any file's name."""
    why = sentence(line.because, limit, plain=plain) or ("" if line.seen else f"{name(line.title, 120, plain=plain)}.")
    declared = DECLARED[line.kind]
    of_place = line.kind is case.subject_kind or (declared.place and declared.lies is Lies.OF_SITE)
    if of_place and line.count == 1:
        return why
    count = many(line.count, *declared.things)
    if (case.sensitive and not declared.named) or not line.sample:
        return f"{count}. {why}".strip()
    rest = line.count - len(line.sample)
    names = ", ".join(f"“{name(sample, 60, plain=plain)}”" for sample in line.sample)
    return f"{count}: {names}{f' and {rest:,} more' if rest > 0 else ''}. {why}".strip()


def seen_words(line: Line, limit: int = _SENTENCE, *, plain: bool = False) -> list[str]:
    """What is said of some of it, and of whom, where it does not say the same; fewer where room is short."""
    most = len(line.seen) if limit >= _SENTENCE else _FEW
    return [sentence(words, min(limit, _SEEN), plain=plain) for words in line.seen[:most]]


def _facts(case: Case, line: Line, reader: Reader, limit: int) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    if line.steps:
        proposed = capital(sentence(f"{agree_words(case, line, reader)}. {capital(undo_words(line))}.", limit))
        if may_agree(line, case.assignee.role):
            pairs.append(("If you agree", proposed))
        else:
            pairs.append(("Proposed, for the owner to agree to", proposed))
    if line.barred:
        pairs.append(("Not done any more", sentence(line.barred, limit)))
    if line.protected:
        pairs.append(("Left alone", sentence(line.protected, limit)))
    pairs.append(("Measured", day_words(line.measured_at, reader.zone)))
    pairs.append(("If nobody answers", capital(sentence(silence_words(case, line, reader), limit))))
    return pairs


def agree_words(case: Case, line: Line, reader: Reader) -> str:
    """What follows from an agreement, with its days: those of the answer that was given, or of one that is given today."""
    moment = case.decided_at or reader.now
    return "; then ".join(f"{_step_words(step, case, reader, moment)}{_part(step.of)}" for step in line.steps)


def _part(number: int | None) -> str:
    """Of how many it is true, where not of all."""
    return "" if number is None else f" ({number:,} of them)"


def undo_words(line: Line) -> str:
    """Whether and how each step can be undone."""
    names = ("it",) if len(line.steps) == 1 else _ORDINALS
    return "; ".join(f"{name} {step.undo}" for name, step in zip(names, line.steps, strict=False))


def silence_words(case: Case, line: Line, reader: Reader) -> str:
    """What happens when nobody answers: never a deletion."""
    goes = case.assignee.next_words or TO_THE_GROUP
    if not line.asks:
        goes = "no answer is needed"
    elif case.state is not CaseState.DUE:
        goes = f"after {day_words(case.deadline, reader.zone, weekday=True) if case.deadline else line.within} {goes}"
    silent = "; then ".join(
        f"{_step_words(step, case, reader, None)}{_part(step.of_unanswered)}" for step in line.steps if step.silent
    )
    nothing, besides = question_of(case).unanswered
    return f"{silent}; {besides}; {goes}." if silent else f"{nothing}; {goes}."


def asked_before_words(case: Case, reader: Reader, *, plain: bool = False) -> list[str]:
    """Who was asked before this reader and did not answer, and since when this reader is asked, if it was before today."""
    words = unanswered_words(case, plain=plain)
    since = case.asked_at.astimezone(reader.zone).date() if case.asked_at else reader.today
    if since < reader.today and case.deadline is not None:
        due = day_words(case.deadline, reader.zone, weekday=True)
        words.append(f"A reminder: you were asked on {day_words(since)}, and an answer is due by {due}.")
    return words


def _step_words(step: Proposed, case: Case, reader: Reader, decided_at: datetime | None) -> str:
    """A step with the day on which its notice has run out, as the plan counts it."""
    notice = duration_from(step.after)
    day_due = due(notice, case.told_at or reader.now, decided_at, reader.holidays) if notice is not None else None
    if day_due is None:
        return step.words
    return f"from {day_words(day_due, reader.zone)} on, {step.after} after the {'answer' if decided_at else 'notice'}, {step.words}"


def _buttons(case: Case, number: int) -> list[Element]:
    data = {"c": case.id, "n": case.nonce}
    made = []
    for offer in offers(case):
        verb, choice = offer.verb, CHOICES[offer.verb]
        title, mark = choice.button(case, offer) if choice.button else choice.label, f"{verb}{number + 1}"
        if choice.asks_why:
            reasons = question_of(case).reasons
            pick = el.choice(f"{REASON}{case.id}", "Why does it stay?", reasons, error="Choose a reason.")
            made.append(el.unfold(f"{title} …", [pick], [el.execute(title, verb.value, data, name=mark)]))
            continue
        carried = data
        if offer.kind is not None:
            carried, mark = {**data, KIND: offer.kind.value}, f"{verb}-{offer.kind}{number + 1}"
        made.append(el.execute(title, verb.value, carried, name=mark))
    return made


def _look_at(case: Case) -> list[Element]:
    """The button that opens its place, where it is one."""
    if len(case.homes) == 1 and _can_be_opened(case.subject_url):
        return [el.open_address("Look at it", case.subject_url)]
    return []


def _legend(cases: Sequence[Case]) -> list[Element]:
    """What the answers do that are offered above, in the order of their buttons."""
    choices = dict.fromkeys(choice.verb for case in cases for choice in question_of(case).choices)
    offered = [(offer.verb, case) for case in cases for offer in offers(case)]
    words = dict.fromkeys(CHOICES[verb].legend(case) for verb in choices for given, case in offered if given is verb)
    return [el.quiet(" ".join([*filter(None, words), "No button deletes a file."]))]


def outcome(case: Case, reader: Reader) -> str:
    """One line for a question that this reader cannot answer (any more): how it stands."""
    if case.state is CaseState.RELEASED:
        why = capital(sentence(f"{case.released_why}. Nothing is left to do.", 300))
        agreed = case.decision is Verb.AGREE and case.answers
        return f"{_said(case, case.answers[-1], reader)} {why}" if agreed else why
    if case.state is CaseState.LISTED:
        return sentence(f"Nothing is asked: {' '.join(line.protected for line in case.lines)}", 300)
    if case.mended:
        return "Custos dealt with it before it was asked. Nothing is left to do."
    last = case.answers[-1] if case.answers else None
    if case.state.is_open:
        words = f"This is with {_named(case)}."
        if case.unanswered:
            words += f" It went up the line, because nobody had answered by {day_words(case.unanswered[-1].due_on)}."
        return f"{words} {_said(case, last, reader)}" if last and not CHOICES[last.verb].settles else words
    assert last is not None  # only an answer closes a case
    words = _said(case, last, reader)
    if case.state is CaseState.ACTED:
        words += f" It was done{f' ({case.run})' if case.run else ''}."
    elif case.waits:
        words += f" It waits: {sentence(case.waits, 300)}"
    elif case.decision is Verb.AGREE:
        follows = "; ".join(agree_words(case, line, reader) for line in case.lines if line.steps)
        words += f" {capital(sentence(follows, 300))}, each looked at again just before." if follows else ""
    if case.barred:
        words += f" Not done: {sentence(case.barred, 300)}"
    if case.keep_until is not None:
        words += f" It is asked again from {day_words(case.keep_until, reader.zone)} on."
    return words


def _named(case: Case) -> str:
    role = case.assignee.role
    if role is Role.NOBODY:
        return "whoever keeps the register: nobody can be asked"
    return f"{name(case.assignee.who.name)}, {ROLE_WORDS[role]}"


def _said(case: Case, answer: Answer, reader: Reader) -> str:
    who = "you" if answer.who.user_id == reader.user_id else f"{name(answer.who.name)}, {ROLE_WORDS[answer.role]},"
    when = f"on {day_words(answer.at, reader.zone)} at {answer.at.astimezone(reader.zone):%H:%M}"
    why = question_of(case).reasons.get(answer.reason, "")
    return CHOICES[answer.verb].said(answer, who, when, escape(why[:1].lower() + why[1:]))
