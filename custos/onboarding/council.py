"""What has to be known of a council before there is a file of it, and what is wrong with the answers: all of it at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import available_timezones

from custos.did_you_mean import near
from custos.errors import BadInput, Mark
from custos.problems import Problems
from custos.records.roles import DATA_PROTECTION, GOVERNANCE, OPERATOR, RECORDS_MANAGER, ROLE_NAMES, SIRO, same_title
from custos.records.sign_in_name import is_sign_in_name, meant
from custos.untrusted import plain

NEEDED = (SIRO, GOVERNANCE, RECORDS_MANAGER)
"""The roles without which the first policies have no owner, or nobody who may approve them."""
USUAL_TITLES: Mapping[str, str] = {
    SIRO: "Senior Information Risk Owner",
    GOVERNANCE: "Head of Information Governance",
    RECORDS_MANAGER: "Records Manager",
    DATA_PROTECTION: "Data Protection Officer",
    OPERATOR: "Platform Engineer",
}
_HOST = re.compile(r"https://([a-z0-9-]+(?:\.[a-z0-9-]+)+)/?", re.IGNORECASE)
_WITH_TITLE = re.compile(r"\s*([^<>]*?)\s*<\s*([^<>]*?)\s*>\s*")
_FORMULA = ("=", "+", "-", "@")
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Holder:
    """Who carries a role: the title of their post, and their sign-in name, lower case."""

    title: str
    upn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What was said, as it was typed; "" and () where nothing was."""

    sharepoint: str = ""
    name: str = ""
    timezone: str = ""
    department: str = ""
    not_people: Sequence[str] = ()
    holders: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Council:
    """A council as its first files describe it. `sharepoint`: https://NAME.sharepoint.com. `holders`: role ► who."""

    sharepoint: str
    name: str
    timezone: str
    department: str
    not_people: tuple[str, ...]
    holders: Mapping[str, Holder]

    @property
    def people(self) -> Mapping[str, str]:
        """Sign-in name ► title of the post, each person once."""
        return {holder.upn: holder.title for holder in self.holders.values()}


def council_from(said: Answers) -> Council:
    """The council that answers describe. Raises BadInput with everything that is wrong with them."""
    problems = Problems()
    council = Council(
        sharepoint=_sharepoint(said.sharepoint, problems),
        name=_words("--name", said.name, "the council's name, for instance Wrenbridge City Council", problems),
        timezone=_timezone(said.timezone, problems),
        department=_words("--department", said.department, "the department of the people named", problems),
        not_people=_accounts(said.not_people, problems),
        holders=_holders(said.holders, problems),
    )
    if problems.errors:
        raise BadInput(problems.all)
    return council


def option_of(role: str) -> str:
    """The argument that names the holder of a role."""
    return f"--{role.replace('_', '-')}"


def _sharepoint(written: str, problems: Problems) -> str:
    mark, remedy = Mark("--sharepoint"), "Write it as https://NAME.sharepoint.com, without what follows."
    found = _HOST.fullmatch(written.strip())
    if not written:
        problems.error(mark, "The address of the tenant's SharePoint is missing.", remedy)
    elif not found:
        problems.error(mark, f'"{written}" is not the address of a tenant.', remedy)
    elif found[1].split(".")[0].lower().endswith(("-admin", "-my")):
        problems.error(mark, f'"{written}" is where SharePoint is administered, or where OneDrive is.', remedy)
    return f"https://{found[1].lower()}" if found else ""


def _words(option: str, written: str, what: str, problems: Problems) -> str:
    text = plain(written)
    if not text:
        problems.error(Mark(option), "This is missing.", f"Write {what}.")
    elif len(text) > _LONGEST_NAME or text.startswith(_FORMULA):
        long = f"It has {len(text):,} characters, and {_LONGEST_NAME} fit."
        formula = "It begins like a spreadsheet formula."
        problems.error(Mark(option), long if len(text) > _LONGEST_NAME else formula, f"Write {what}.")
    return text


def _timezone(written: str, problems: Problems) -> str:
    if written not in available_timezones():
        what = f'"{written}" is not a time zone.'
        problems.error(Mark("--timezone"), what, near(written, available_timezones()))
    return written


def _accounts(written: Sequence[str], problems: Problems) -> tuple[str, ...]:
    mark = Mark("--not-people")
    if not written:
        what = "No account is named whose changes are nobody's work."
        problems.error(mark, what, "Name those of administrators, of migrations and of services.")
    for name in written:
        if not is_sign_in_name(name):
            problems.error(mark, f'"{name}" is not a sign-in name.', meant(name))
    return tuple(dict.fromkeys(name.lower() for name in written))


def _holders(written: Mapping[str, str], problems: Problems) -> Mapping[str, Holder]:
    holders: dict[str, Holder] = {}
    titles: dict[str, Holder] = {}
    for role, words in ROLE_NAMES.items():
        said = written.get(role, "").strip()
        mark = Mark(option_of(role))
        if not said:
            if role in NEEDED:
                what = f"Nobody is named as {words}."
                problems.error(mark, what, 'Write name@council.example, or "Title of the post <name@council.example>".')
            continue
        holder = _holder(role, said, mark, problems)
        first = titles.setdefault(holder.upn, holder)
        entitled = holder.title if holder.title != USUAL_TITLES[role] or "<" in said else first.title
        if same_title(first.title) != same_title(entitled):
            what = f'{holder.upn} is "{first.title}" already, and people_roles.csv has one post a person.'
            problems.error(mark, what, "Give both roles the same title.")
        holders[role] = Holder(first.title, holder.upn)
    return holders


def _holder(role: str, written: str, mark: Mark, problems: Problems) -> Holder:
    found = _WITH_TITLE.fullmatch(written)
    title, upn = (found[1] or USUAL_TITLES[role], found[2]) if found else (USUAL_TITLES[role], written)
    if not is_sign_in_name(upn):
        problems.error(mark, f'"{upn}" is not a sign-in name.', meant(upn))
    return Holder(_words(str(mark), title, "the title of the post", problems), upn.lower())
