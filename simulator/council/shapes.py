"""What the files of a council may say, record by record. `mark` is the record's place in its file; paths of sites have no leading slash."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from custos.errors import Mark
from simulator.council.reading import Day
from simulator.tenant.model import Capability, LabelBasis, LabelKind, ListTemplate


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """Whoever runs Microsoft 365 for the council. `account` is the sign-in name before the @."""

    account: str
    holder: str
    title: str
    department: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """Accounts that are nobody's, each before the @: what migrated the files, and where mail of Custos comes from."""

    migration: str
    mailbox: str
    platform: Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A retention label as Purview holds it. `days` 0 is for ever; `published`: people can set it by hand."""

    name: str
    days: int
    counted_from: LabelBasis
    kind: LabelKind
    published: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CouncilFile:
    """council.yaml.

    `scale`: at which it is served when nobody says otherwise. `departments`: staff by department, holders of posts counted.
    `sensitivity`: label by sharing capability. `set_by_hand`: labels that people set where another belongs.
    """

    mark: Mark
    name: str
    short_name: str
    host: str
    domain: str
    scale: float
    departments: dict[str, int]
    accounts: Accounts
    sensitivity: dict[str, str]
    labels: tuple[Label, ...]
    set_by_hand: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post with its holder; `manager` is another post. `account`, before the @, where it is not as usual."""

    mark: Mark
    post: str
    holder: str
    department: str
    manager: str = ""
    account: str = ""
    left: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFile:
    """people.yaml."""

    mark: Mark
    post_accounts: str
    staff_accounts: str
    posts: tuple[Post, ...]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    jobs: tuple[str, ...]
    guest_first_names: tuple[str, ...]
    guest_last_names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A document library. `items` counts files and folders at scale 1.0 (in a team's first library without "General").

    `label` begins the name of the label that the schedule gives its content ("" none); `default`: it is the library's
    default label; `labelled` is the part of the files that bears it. `last_human` is the last day on which a person
    changed anything ("" : people still work here). `least` items are in it at any scale.
    """

    mark: Mark
    name: str
    items: int
    gb: float
    words: str
    label: str = ""
    default: bool = False
    labelled: float = 0.4
    years: tuple[int, int] = (2016, 2026)
    last_human: Day | Literal[""] = ""
    least: int = 24
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainList:
    """A list that is no library, with the titles of its rows."""

    name: str
    template: ListTemplate
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSpec:
    """A site with its libraries. `owners` are posts; the first of them stand in for the department's leads.

    `hold_library` and `site_assets` say whether SharePoint counts those among its own, and hides them; a site has a Preservation
    Hold Library where something was deleted under retention.
    """

    mark: Mark
    path: str
    title: str
    department: str
    kind: Literal["team", "communication", "group"]
    capability: Capability
    owners: tuple[str, ...]
    libraries: tuple[Library, ...]
    asset: str = ""
    team: bool = False
    public: bool = False
    hold_library: Literal["", "hidden", "shown"] = ""
    site_assets: Literal["hidden", "shown"] = "hidden"
    lists: tuple[PlainList, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherSite:
    """A site of a few documents that no asset covers; nobody gets into a locked one."""

    path: str
    title: str
    kind: Literal["team", "communication"]
    files: tuple[str, ...]
    locked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """A container of Loop pages. `owner` is a post."""

    mark: Mark
    title: str
    owner: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OneDrive:
    """Somebody's own files. `owner` is a post."""

    mark: Mark
    owner: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateChannel:
    """A channel of a team with a site of its own. `title` is the team's, `owner` a post."""

    mark: Mark
    team: str
    title: str
    name: str
    owner: str
    made: Day
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SitesFile:
    """sites.yaml. `others_owner` and `hold_libraries_by` are posts."""

    mark: Mark
    sites: tuple[SiteSpec, ...]
    others: tuple[OtherSite, ...]
    others_owner: str
    hold_libraries_by: str
    loop: Loop | None = None
    onedrive: OneDrive | None = None
    private_channel: PrivateChannel | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Links of one scope in a library; `on_folders` of them hang on folders, `expiring` of them end some day."""

    mark: Mark
    library: str
    count: int
    kind: Literal["view", "edit"] = "view"
    allowed: bool = False
    on_folders: int = 0
    expiring: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """People from outside with access in a library: by direct grants on folders and files, or by links for named people."""

    mark: Mark
    library: str
    count: int
    domain: str
    by_link: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamGuests:
    """Guests in a team, all from one organisation. `team` is the path of its site."""

    mark: Mark
    team: str
    count: int
    domain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A folder of files that a hold covers; `name` is that under which it was planted, `by` a post."""

    mark: Mark
    name: str
    library: str
    folder: str
    begun: Day
    by: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """A library that nobody works in any more: `within` of each `of` files are younger than `turn`."""

    mark: Mark
    library: str
    oldest: Day
    turn: Day
    newest: Day
    within: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """A file that bears a locked record label; `by` is a post."""

    mark: Mark
    library: str
    label: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Everyone:
    """A folder open to every account; `by` is a post."""

    mark: Mark
    library: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Libraries, sites and groups under the names by which tests and the show ask for them. A group goes by its site."""

    mark: Mark
    libraries: dict[str, str] = field(default_factory=dict)
    sites: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    site_lists: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsFile:
    """facts.yaml."""

    mark: Mark
    anyone_links: tuple[Links, ...] = ()
    organisation_links: tuple[Links, ...] = ()
    outside: tuple[Outside, ...] = ()
    team_guests: tuple[TeamGuests, ...] = ()
    held: tuple[Held, ...] = ()
    stale_library: Stale | None = None
    locked_record: Locked | None = None
    open_to_everyone: Everyone | None = None
    named: Named | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What folders and files of one kind of library are called."""

    mark: Mark
    folder: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesFile:
    """names.yaml."""

    mark: Mark
    surname: tuple[str, ...]
    street: tuple[str, ...]
    body: tuple[str, ...]
    firm: tuple[str, ...]
    words: dict[str, Words]


@dataclass(frozen=True, slots=True)
class CouncilData:
    """All of a council."""

    council: CouncilFile
    people: PeopleFile
    sites: SitesFile
    facts: FactsFile
    names: NamesFile
