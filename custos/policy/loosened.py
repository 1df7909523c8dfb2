"""What an edit of the files loosens: registers, settings, and who may do what. One comparison of meaning, old against new. Pure.

It is told in `custos status`, `custos validate --online` and the audit, and to those who answer for it. Two things are asked about
before they count: half of a register's protection (`custos.records.lost_rows`), and a right that somebody gets to let things act.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, date, datetime, time

from custos.errors import Mark, Problem
from custos.model.policy import Bundle, Freeze, HouseLimits, PolicySettings
from custos.model.sharing_levels import SHARING_LEVELS
from custos.policy.policy_files import SETTINGS
from custos.records.loosened import Loosened, Matter, named, registers_loosened
from custos.records.lost_rows import ACCEPT, shrunk
from custos.records.rights import WORDS, Right, Rights
from custos.wording import day_words

LETS_ACT = frozenset({Right.PILOT, Right.ENFORCE, Right.RELEASE, Right.START, Right.ACCEPT_REGISTERS})
"""Rights with which somebody lets things act that would not act otherwise."""


def loosened(before: Bundle, after: Bundle, today: date) -> list[Loosened]:
    """Everything that the later files loosen against the earlier ones."""
    return [
        *_gained(before, after, today),
        *registers_loosened(before.records, after.records, today),
        *_settings(before.settings, after.settings, today),
    ]


def asked_about(before: Bundle, after: Bundle, today: date) -> list[Problem]:
    """A problem for each thing that somebody has to say was meant, before the later files count."""
    problems = shrunk(before.records, after.records, today)
    for one in _gained(before, after, today):
        if gains_power(before, after, one.reference, today):
            remedy = f"Correct it, or have somebody else than they say that it was meant: {ACCEPT}"
            problems.append(Problem(one.mark, one.sentence, remedy, code="right-gained"))
    return problems


def gainers(before: Bundle, after: Bundle, today: date) -> list[str]:
    """The sign-in names of those who get such a right: none of them says that it was meant."""
    return [one.reference for one in _gained(before, after, today) if gains_power(before, after, one.reference, today)]


def gains_power(before: Bundle, after: Bundle, upn: str, today: date) -> bool:
    """Whether somebody gets a right to let things act."""
    gained = _rights(after, today).get(upn, frozenset()) - _rights(before, today).get(upn, frozenset())
    return not LETS_ACT.isdisjoint(gained)


def _rights(bundle: Bundle, today: date) -> dict[str, frozenset[Right]]:
    """Sign-in name ► what its holder may do, today or once their post begins."""
    rights, held = bundle.settings.rights, {}
    for post in bundle.records.posts.values():
        day = max(today, post.valid_from or today)
        roles = rights.roles_of_posts((post,), day)
        held[post.upn.casefold()] = frozenset(right for right in Right if not rights.roles[right].isdisjoint(roles))
    return held


def _gained(before: Bundle, after: Bundle, today: date) -> Iterator[Loosened]:
    earlier, later = _rights(before, today), _rights(after, today)
    posts = {post.upn.casefold(): post for post in after.records.posts.values()}
    for upn, rights in later.items():
        gained = [right for right in Right if right in rights - earlier.get(upn, frozenset())]
        if not gained:
            continue
        wanted = LETS_ACT.intersection(gained) or frozenset(gained)
        beside = [name for name, theirs in later.items() if name != upn and wanted & theirs & earlier.get(name, theirs)]
        words = "; ".join(WORDS[right] for right in gained)
        said = f"{upn} ({posts[upn].role}) may {words}. Before, they might not"
        others = f"; {named(beside)} may do some of it too." if beside else "."
        yield Loosened(
            matter=Matter.RIGHT, reference=upn, asset_id="", sentence=f"{said}{others}", mark=posts[upn].mark
        )


def _settings(before: PolicySettings, after: PolicySettings, today: date) -> Iterator[Loosened]:
    sentences = [
        *_table(before.rights, after.rights),
        *_floors(before, after, today),
        *_ceilings(before.house, after.house),
        *_classes(before, after),
        *(
            f"The freeze of {day_words(freeze.begins)} to {day_words(freeze.ends)} ({freeze.why}) is gone or shorter."
            for freeze in before.freezes
            if freeze.ends >= today and not any(_freezes_as_much(other, freeze, today) for other in after.freezes)
        ),
        *(
            f"{witness.partition('+')[0]} is no witness of the audit any more, or has another key."
            for witness in before.witnesses
            if witness not in after.witnesses
        ),
        *(
            f"{address.text} is governed no more."
            for address in sorted(after.not_governed)
            if not any(address.lies_in(other) for other in before.not_governed)
        ),
    ]
    for sentence in sentences:
        yield Loosened(matter=Matter.SETTING, reference=SETTINGS, asset_id="", sentence=sentence, mark=Mark(SETTINGS))


def _table(before: Rights, after: Rights) -> Iterator[str]:
    for right in Right:
        for role in sorted(after.roles[right] - before.roles[right]):
            yield f"The role {role} may {WORDS[right]}; before, it might not."
    for role, titles in sorted(after.titles.items()):
        for title in sorted(titles - before.titles.get(role, frozenset())):
            yield f'The post "{title}" carries the role {role}; before, it did not.'


def _floors(before: PolicySettings, after: PolicySettings, today: date) -> Iterator[str]:
    noon, was, now = datetime.combine(today, time(12), UTC), before.approval, after.approval
    if now.shortest_pilot.after(noon) < was.shortest_pilot.after(noon):
        yield f"A pilot may be as short as {now.shortest_pilot}; it was {was.shortest_pilot}."
    for name, old, new in (
        ("A plan", was.plan_lasts, now.plan_lasts),
        ("The mirror", was.mirror_lasts, now.mirror_lasts),
    ):
        if new.after(noon) > old.after(noon):
            yield f"{name} may be {new} old; it was {old}."
    if now.reference != was.reference:
        yield f"References look like {now.reference.example}; it was {was.reference.example}."


def _ceilings(before: HouseLimits, after: HouseLimits) -> Iterator[str]:
    for each in fields(HouseLimits):
        was, now = getattr(before, each.name), getattr(after, each.name)
        if was is not None and (now is None or now > was):
            yield f"The ceiling {each.name} is {'none' if now is None else f'{now:,}'}; it was {was:,}."


def _classes(before: PolicySettings, after: PolicySettings) -> Iterator[str]:
    for posture, now in after.classes.items():
        was = before.classes.get(posture)
        if was is None:
            continue
        wider = [each.name for each in fields(now) if each.name != "site_sharing" and _allows(now, was, each.name)]
        if SHARING_LEVELS.index(now.site_sharing) > SHARING_LEVELS.index(was.site_sharing):
            wider.insert(0, f"site_sharing: {now.site_sharing}")
        if wider:
            yield f"The class {posture or 'unregistered'} allows more: {', '.join(wider)}."


def _allows(now: object, was: object, name: str) -> bool:
    return bool(getattr(now, name)) and not getattr(was, name)


def _freezes_as_much(other: Freeze, freeze: Freeze, today: date) -> bool:
    everywhere = not other.assets or (bool(freeze.assets) and freeze.assets <= other.assets)
    return everywhere and other.begins <= max(freeze.begins, today) and freeze.ends <= other.ends
