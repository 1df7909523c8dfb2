"""What an operator sets, read once from the environment (app settings in Azure).

| setting | meaning | default |
|---|---|---|
| AzureWebJobsStorage | connection string, or AzureWebJobsStorage__accountName for a managed identity | required |
| CUSTOS_TENANT_ID | the tenant's id | required |
| CUSTOS_SHAREPOINT_URL | root of SharePoint as it stands in web addresses, `https://NAME.sharepoint.com` | required |
| CUSTOS_OBSERVER_CLIENT_ID | managed identity that reads and notifies | required |
| CUSTOS_ACTOR_CLIENT_ID | managed identity that writes; empty switches every write off | empty |
| CUSTOS_BOT_APP_ID | client id of the Teams bot; empty: notices go by mail alone | empty |
| CUSTOS_TEAMS_APP_ID | id of the Teams app in the organisation's catalogue | empty |
| CUSTOS_MAILBOX | mailbox that sends fallback mail | empty |
| CUSTOS_PUBLIC_URL | address at which Microsoft reaches this app, without `/api` | required for webhooks |
| CUSTOS_WEBHOOK_KEY | function key put into the notification address | empty |
| CUSTOS_SITES | `all`, or `register`: only the sites that the registers name, each granted by itself (`Sites.Selected`) | all |
| CUSTOS_POLICIES | directory of policies and registers | `policies` beside function_app.py, or in the folder where `custos` is called |
| CUSTOS_UNITS_PER_MINUTE | SharePoint resource units a minute that Microsoft allows this app | 1250 |
| CUSTOS_UNITS_SHARE | part of them that Custos may spend | 0.5 |
| CUSTOS_EVALUATION_SECONDS_APART | seconds from the beginning of one evaluation to the next that changes ask for; 1 to 3,600 | 10 |
| CUSTOS_LEASE_SECONDS | after how many seconds another worker takes over from one that died; 75 to 600, in a rehearsal from 5 | 90 |
| CUSTOS_SIGN_IN_CLIENT_ID | app registration by which people sign in to `custos`; empty: by `az login` alone | empty |
| CUSTOS_SIGN_IN_FOLDER | where the tokens of who is signed in are kept | ~/.custos |
| CUSTOS_PAGE_CLIENT_ID | app registration with which people open the pages, when Easy Auth guards them; empty: nobody signs in | empty |
| CUSTOS_TIMEZONE | council time, for digests and working hours | Europe/London |
| APPLICATIONINSIGHTS_CONNECTION_STRING | where measurements go, as the observer; empty: nothing is measured | empty |
| CUSTOS_CLOCK | `system`, or the address of a simulated tenant's clock | system |
| CUSTOS_LOGIN_URL | Microsoft Entra; another one in national clouds | https://login.microsoftonline.com |
| CUSTOS_GRAPH_URL | Microsoft Graph with its version; another one in national clouds | https://graph.microsoft.com/v1.0 |
| CUSTOS_SHAREPOINT_ENDPOINT | where SharePoint is reached; only a simulated tenant changes it | CUSTOS_SHAREPOINT_URL |
| CUSTOS_SHAREPOINT_ADMIN_ENDPOINT | where its administration is reached; likewise | `https://NAME-admin.sharepoint.com` |
| CUSTOS_BOT_SERVICE_URL | the Bot Connector | https://smba.trafficmanager.net/teams |
| CUSTOS_BOT_OPENID_URL | the keys with which the bot service signs | Microsoft's public cloud |
| WEBSITE_AUTH_ENABLED | whether Easy Auth is switched on; Azure sets it. Where it says no, nobody is signed in | not said |
| IDENTITY_ENDPOINT | where an app has tokens of its managed identities; Azure sets it | a virtual machine's endpoint |

Ids are written with their hyphens; the observer, the actor, the bot and the pages have one each.
Addresses begin with https://; a rehearsal, which CUSTOS_CLOCK makes of it, may use http:// too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from custos.did_you_mean import nearest
from custos.errors import BadSetting
from custos.setting_forms import is_id, is_mail_address, root_of, shared

REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings, checked. Addresses have no trailing slash."""

    storage_connection: str = field(repr=False)
    storage_account: str
    tenant_id: str
    sharepoint_url: str
    observer_client_id: str
    actor_client_id: str
    bot_app_id: str
    teams_app_id: str
    mailbox: str
    public_url: str
    webhook_key: str = field(repr=False)
    sites: str
    policies: Path
    units_per_minute: int
    units_share: float
    evaluation_seconds_apart: float
    lease_seconds: float
    sign_in_client_id: str
    sign_in_folder: Path
    page_client_id: str
    easy_auth: str
    timezone: str
    telemetry_connection: str = field(repr=False)
    clock: str
    login_url: str
    graph_url: str
    sharepoint_endpoint: str
    sharepoint_admin_endpoint: str
    bot_service_url: str
    bot_openid_url: str
    identity_endpoint: str

    @property
    def sharepoint_admin_url(self) -> str:
        """`https://NAME-admin.sharepoint.com`, the third audience."""
        name, dot, rest = urlsplit(self.sharepoint_url).netloc.partition(".")
        return f"https://{name}-admin{dot}{rest}"

    @property
    def writes_enabled(self) -> bool:
        """False while no actor identity is set: then the gate refuses every write."""
        return bool(self.actor_client_id)

    @property
    def page_is_guarded(self) -> bool:
        """Whether Easy Auth stands before the pages: the operator says so, and Azure does not say otherwise."""
        return bool(self.page_client_id) and self.easy_auth.lower() in ("", "true", "1")

    @property
    def only_named_sites(self) -> bool:
        """Whether the identities see those sites alone that the registers name and somebody granted."""
        return self.sites == "register"

    @property
    def is_rehearsal(self) -> bool:
        """True on a simulated tenant."""
        return self.clock != "system"


def policies_in(environment: Mapping[str, str]) -> Path:
    """Where the policies are: where the setting says, else in the folder in which `custos` is called, else beside the app.

    A folder of that name without settings is somebody else's, and none at all is told by its name in the folder at hand.
    """
    beside, here = REPOSITORY / "policies", Path("policies")
    found = here if (here / "settings.yaml").is_file() or not beside.is_dir() else beside
    return Path(environment.get("CUSTOS_POLICIES", "").strip() or found)


def settings_from(environment: Mapping[str, str]) -> Settings:
    """Settings out of an environment.

    Raises BadSetting naming every setting that is missing or cannot be right, in one sentence each.
    """
    wrong: list[str] = []

    def text(name: str, default: str = "", *, required: bool = False) -> str:
        value = environment.get(name, "").strip() or default
        if required and not value:
            wrong.append(f"{name} is not set.")
        return value

    clock = text("CUSTOS_CLOCK", "system")

    def address(name: str, default: str = "", *, required: bool = False) -> str:
        value = text(name, default, required=required).rstrip("/")
        if value and not _is_safe(value, rehearsal=clock != "system"):
            wrong.append(f"{name} must be an address that begins with https://, not {value!r}.")
        return value

    def id_of(name: str, *, required: bool = False) -> str:
        value = text(name, required=required)
        if value and not is_id(value):
            wrong.append(f"{name} must be an id such as 6f1b0c5e-3a52-4d0f-9c41-7e2a90d8b310, not {value!r}.")
        return value

    def number(name: str, default: float, low: float, high: float) -> float:
        written = text(name, str(default))
        try:
            value = float(written)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            wrong.append(f"{name} must be a number from {low:g} to {high:g}, not {written!r}.")
            return default
        return value

    def zone(name: str, default: str) -> str:
        written = text(name, default)
        if not _is_zone(written):
            meant = nearest(written, available_timezones())
            wrong.append(f"{name} must be a time zone such as {default}, not {written!r}. {meant}".rstrip())
            return default
        return written

    connection = text("AzureWebJobsStorage")
    account = text("AzureWebJobsStorage__accountName")
    if not connection and not account:
        wrong.append("AzureWebJobsStorage is not set (nor AzureWebJobsStorage__accountName).")
    if clock != "system" and not _is_safe(clock, rehearsal=True):
        wrong.append(f"CUSTOS_CLOCK must be system, or the address of a simulated tenant's clock, not {clock!r}.")
    sites = text("CUSTOS_SITES", "all")
    if sites not in ("all", "register"):
        wrong.append(f"CUSTOS_SITES must be all or register, not {sites!r}.")
    sharepoint = address("CUSTOS_SHAREPOINT_URL", required=True)
    if _is_safe(sharepoint, rehearsal=clock != "system") and sharepoint != (root := root_of(sharepoint)):
        wrong.append(f"CUSTOS_SHAREPOINT_URL must be the root of SharePoint: {root}, not {sharepoint!r}.")
    mailbox = text("CUSTOS_MAILBOX")
    if mailbox and not is_mail_address(mailbox):
        wrong.append(f"CUSTOS_MAILBOX must be an address such as records@council.gov.uk, not {mailbox!r}.")
    observer, actor = id_of("CUSTOS_OBSERVER_CLIENT_ID", required=True), id_of("CUSTOS_ACTOR_CLIENT_ID")
    bot, page = id_of("CUSTOS_BOT_APP_ID"), id_of("CUSTOS_PAGE_CLIENT_ID")
    wrong += shared(
        {
            "CUSTOS_OBSERVER_CLIENT_ID": observer,
            "CUSTOS_ACTOR_CLIENT_ID": actor,
            "CUSTOS_BOT_APP_ID": bot,
            "CUSTOS_PAGE_CLIENT_ID": page,
        }
    )
    settings = Settings(
        storage_connection=connection,
        storage_account=account,
        tenant_id=id_of("CUSTOS_TENANT_ID", required=True),
        sharepoint_url=sharepoint,
        observer_client_id=observer,
        actor_client_id=actor,
        bot_app_id=bot,
        teams_app_id=id_of("CUSTOS_TEAMS_APP_ID"),
        mailbox=mailbox,
        public_url=address("CUSTOS_PUBLIC_URL"),
        webhook_key=text("CUSTOS_WEBHOOK_KEY"),
        sites=sites,
        policies=policies_in(environment),
        units_per_minute=int(number("CUSTOS_UNITS_PER_MINUTE", 1250, 1, 10_000_000)),
        units_share=number("CUSTOS_UNITS_SHARE", 0.5, 0.01, 1),
        evaluation_seconds_apart=number("CUSTOS_EVALUATION_SECONDS_APART", 10, 1, 3_600),
        lease_seconds=number("CUSTOS_LEASE_SECONDS", 90, 75 if clock == "system" else 5, 600),
        sign_in_client_id=id_of("CUSTOS_SIGN_IN_CLIENT_ID"),
        sign_in_folder=Path(text("CUSTOS_SIGN_IN_FOLDER", "~/.custos")),
        page_client_id=page,
        easy_auth=text("WEBSITE_AUTH_ENABLED"),
        timezone=zone("CUSTOS_TIMEZONE", "Europe/London"),
        telemetry_connection=text("APPLICATIONINSIGHTS_CONNECTION_STRING"),
        clock=clock,
        login_url=address("CUSTOS_LOGIN_URL", "https://login.microsoftonline.com"),
        graph_url=address("CUSTOS_GRAPH_URL", "https://graph.microsoft.com/v1.0"),
        sharepoint_endpoint=address("CUSTOS_SHAREPOINT_ENDPOINT", sharepoint),
        sharepoint_admin_endpoint=address("CUSTOS_SHAREPOINT_ADMIN_ENDPOINT"),
        bot_service_url=address("CUSTOS_BOT_SERVICE_URL", "https://smba.trafficmanager.net/teams"),
        bot_openid_url=address(
            "CUSTOS_BOT_OPENID_URL", "https://login.botframework.com/v1/.well-known/openidconfiguration"
        ),
        identity_endpoint=text("IDENTITY_ENDPOINT"),
    )
    if wrong:
        raise BadSetting(" ".join(wrong))
    return settings


def _is_zone(name: str) -> bool:
    """Whether the machine knows a time zone of this name. Listing all that it knows takes hundreds of times longer."""
    try:
        return bool(name) and ZoneInfo(name).key == name
    except (ValueError, KeyError, OSError):  # a path, an unknown name, a folder of zones
        return False


def _is_safe(address: str, *, rehearsal: bool) -> bool:
    """Whether tokens may be sent to an address: it is encrypted. A rehearsal sends nothing that opens a real tenant."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return bool(parts.hostname) and parts.scheme in (("http", "https") if rehearsal else ("https",))
