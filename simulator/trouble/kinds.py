"""Every kind of trouble that the tenant can be asked for, described once: what it is, what it takes, who told of it.

The command line, the control address, scripts and the documentation all read these classes. A trouble as JSON:

    {"kind": "status", "path": "/delta", "status": 503, "retry_after": 5, "times": 2}
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

import msgspec

_GRAPH = "https://learn.microsoft.com/graph"
_ERRORS = f"{_GRAPH}/errors"
_THROTTLING = (
    "https://learn.microsoft.com/sharepoint/dev/general-development/"
    "how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online"
)
_BATCHING = f"{_GRAPH}/json-batching"
_WEBHOOKS = f"{_GRAPH}/change-notifications-delivery-webhooks"
_LIFECYCLE = f"{_GRAPH}/change-notifications-lifecycle-events"
_TOKENS = "https://learn.microsoft.com/entra/identity-platform/access-tokens"
_MANAGED = "https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token"
_BOT = "https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages"

type Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
type Seconds = Annotated[float, msgspec.Meta(ge=0, le=86_400)]
type Count = Annotated[int, msgspec.Meta(ge=0)]
type Status = Annotated[int, msgspec.Meta(ge=400, le=599)]


class Trouble(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="kind"
):
    """One trouble. `at` is when it begins, by the tenant's clock: a duration from now (PT2H) or a moment; "" is at once.
    `lasts` is how long it stands (PT30M); "" is until it has happened, or is taken off.
    """

    source: ClassVar[str] = _ERRORS

    at: str = ""
    lasts: str = ""


class OnRequests(Trouble, frozen=True):
    """Falls on requests: those with `path` in path or query ("" all) and of this `method` ("" any). `after` of them
    pass first; each later one is hit with the chance `rate`, `times` of them at most (0: no end).
    """

    path: str = ""
    method: str = ""
    after: Count = 0
    times: Count = 1
    rate: Share = 1.0


class OnNotifications(Trouble, frozen=True):
    """Falls on notifications on their way: `after` of them pass first; each later one is hit with the chance `rate`,
    `times` of them at most (0: no end).
    """

    after: Count = 0
    times: Count = 1
    rate: Share = 1.0


class AtOnce(Trouble, frozen=True):
    """Happens once: at once, or on the request that matches `path` and `method` after `after` such requests."""

    path: str = ""
    method: str = ""
    after: Count = 0


# -- answers --------------------------------------------------------------------------------------------------------------


class Latency(OnRequests, frozen=True, tag="latency"):
    """Answers come late: by `seconds`, by anything up to `most` evenly, or by `seconds` on average (exponential)."""

    seconds: Seconds = 1.0
    most: Seconds = 0.0
    distribution: Literal["fixed", "uniform", "exponential"] = "fixed"
    times: Count = 0


class Errors(OnRequests, frozen=True, tag="errors"):
    """Requests fail at random, with one of `statuses`; none is carried out."""

    statuses: tuple[Status, ...] = (500, 502, 503, 504)
    rate: Share = 0.1
    times: Count = 0


class StatusAnswer(OnRequests, frozen=True, tag="status"):
    """The answer is this `status`, with `Retry-After: retry_after` if given and `code` as its error code."""

    status: Status = 503
    retry_after: Seconds = 0.0
    code: str = ""


class Throttled(OnRequests, frozen=True, tag="throttled"):
    """The app must wait `seconds`: 429 or 503. Who comes early is answered so again, and waits twice as long. `told`
    says whether the answer has its `Retry-After`, `as_date` whether that is a moment instead of a number.
    """

    source: ClassVar[str] = _THROTTLING

    seconds: Seconds = 2.0
    status: Literal[429, 503] = 429
    told: bool = True
    as_date: bool = False


class Truncated(OnRequests, frozen=True, tag="truncated"):
    """The body stops half way, though the answer claims to be whole."""


class Html(OnRequests, frozen=True, tag="html"):
    """A gateway's page in HTML stands where JSON should, with this `status`."""

    status: Annotated[int, msgspec.Meta(ge=200, le=599)] = 503
    retry_after: Seconds = 0.0


class NotJson(OnRequests, frozen=True, tag="not_json"):
    """200, `application/json`, and a body that is no JSON."""


class Dropped(OnRequests, frozen=True, tag="dropped"):
    """The connection closes without an answer; with `done` the request has been carried out first."""

    done: bool = False


class Midway(OnRequests, frozen=True, tag="midway"):
    """Half of the body arrives, then the connection closes. The request has been carried out."""


class Odd(OnRequests, frozen=True, tag="odd"):
    """One entry of a page, or one that was asked for by itself, comes otherwise than Microsoft documents: the first with
    `entry` in its JSON ("" any). Its `field` (`fields._IsRecord` is one inside another; "" the whole entry of a page) is
    left out, or is `value`: JSON, or a text.
    """

    source: ClassVar[str] = f"{_GRAPH}/paging"

    entry: str = ""
    field: str = ""
    value: str = ""


class Page(OnRequests, frozen=True, tag="page"):
    """A page of a listing fails with this `status` after the first: only requests for a nextLink are hit."""

    status: Status = 500


class Expired(AtOnce, frozen=True, tag="expired"):
    """Delta tokens given out so far, for drives whose id or web address has `path` in it, answer 410 with `code`."""

    source: ClassVar[str] = f"{_GRAPH}/api/driveitem-delta"

    code: Literal["resyncChangesApplyDifferences", "resyncChangesUploadDifferences"] = "resyncChangesApplyDifferences"


class Part(OnRequests, frozen=True, tag="part"):
    """A part of a `$batch` fails with this `status`, while the batch itself answers 200."""

    source: ClassVar[str] = _BATCHING

    status: Status = 429
    retry_after: Seconds = 0.0
    code: str = ""


class BatchMissing(OnRequests, frozen=True, tag="batch_missing"):
    """The answer of a `$batch` lacks one of its parts."""

    source: ClassVar[str] = _BATCHING


# -- identity and time ----------------------------------------------------------------------------------------------------


class Revoked(AtOnce, frozen=True, tag="revoked"):
    """Tokens issued so far are refused with 401; with `challenge`, as continuous access evaluation does."""

    source: ClassVar[str] = "https://learn.microsoft.com/entra/identity-platform/claims-challenge"

    challenge: bool = False


class ShortTokens(Trouble, frozen=True, tag="short_tokens"):
    """Tokens issued meanwhile live `seconds`."""

    source: ClassVar[str] = _TOKENS

    seconds: Seconds = 60.0


class EntraAway(OnRequests, frozen=True, tag="entra_away"):
    """Token endpoints answer this `status`: no identity can be had."""

    source: ClassVar[str] = _MANAGED

    status: Status = 503
    times: Count = 0


class Skew(Trouble, frozen=True, tag="skew"):
    """The clock is `seconds` ahead (or behind, below 0) of the caller's: that of the `services`, which say so in `Date`
    and judge tokens by it; or that of `entra`, whose tokens are then not yet valid, or just past.
    """

    source: ClassVar[str] = "https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference"

    seconds: Annotated[float, msgspec.Meta(ge=-86_400, le=86_400)] = 240.0
    of: Literal["services", "entra"] = "services"


# -- notifications --------------------------------------------------------------------------------------------------------


class Lost(OnNotifications, frozen=True, tag="lost"):
    """A notification never arrives."""

    source: ClassVar[str] = _WEBHOOKS


class Doubled(OnNotifications, frozen=True, tag="doubled"):
    """A notification arrives twice."""

    source: ClassVar[str] = _WEBHOOKS


class Reordered(OnNotifications, frozen=True, tag="reordered"):
    """Notifications that wait together arrive one by one, newest first."""

    source: ClassVar[str] = _WEBHOOKS

    times: Count = 0


class Late(OnNotifications, frozen=True, tag="late"):
    """A notification arrives `seconds` late, so that later ones overtake it."""

    source: ClassVar[str] = _WEBHOOKS

    seconds: Seconds = 5.0


class Forged(AtOnce, frozen=True, tag="forged"):
    """Somebody who is not Microsoft posts to a subscriber, wrong in its `claim`; `count` times."""

    source: ClassVar[str] = _WEBHOOKS

    claim: Literal["client_state", "tenant", "subscription", "oversized", "not_json"] = "client_state"
    count: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 1


class Lifecycle(AtOnce, frozen=True, tag="lifecycle"):
    """Subscribers to resources with `path` in them are told of `event`. Asked for reauthorisation, they hear nothing more
    until they gave it; removed, the subscription is gone.
    """

    source: ClassVar[str] = _LIFECYCLE

    event: Literal["reauthorizationRequired", "subscriptionRemoved", "missed"] = "reauthorizationRequired"


class Unsubscribed(AtOnce, frozen=True, tag="unsubscribed"):
    """Microsoft loses every subscription to a resource with `path` in it, and says nothing."""

    source: ClassVar[str] = _LIFECYCLE


# -- Teams ----------------------------------------------------------------------------------------------------------------


class ConversationGone(AtOnce, frozen=True, tag="conversation_gone"):
    """The chat of `person` with the bot is no longer there: 404 until it is opened again. "" is everybody's."""

    source: ClassVar[str] = _BOT

    person: str = ""


class BotBlocked(Trouble, frozen=True, tag="bot_blocked"):
    """`person` has blocked the bot: 403 `MessageWritesBlocked`. "" is everybody."""

    source: ClassVar[str] = _BOT

    person: str = ""


class BotUninstalled(AtOnce, frozen=True, tag="bot_uninstalled"):
    """`person` has removed the bot from their Teams. "" is everybody."""

    source: ClassVar[str] = _BOT

    person: str = ""


type Answering = (
    Errors | StatusAnswer | Throttled | Truncated | Html | NotJson | Dropped | Midway | Page | EntraAway
)  # fmt: skip
ANSWERING = (Errors, StatusAnswer, Throttled, Truncated, Html, NotJson, Dropped, Midway, Page, EntraAway)
"""Those that take the place of an answer."""
_ALL: tuple[type[Trouble], ...] = (
    Latency, *ANSWERING[:-1], Odd, Expired, Part, BatchMissing, Revoked, ShortTokens, EntraAway, Skew, Lost, Doubled,
    Reordered, Late, Forged, Lifecycle, Unsubscribed, ConversationGone, BotBlocked, BotUninstalled,
)  # fmt: skip
KINDS: Mapping[str, type[Trouble]] = {str(kind.__struct_config__.tag): kind for kind in _ALL}
"""Every kind by its name."""


def name_of(trouble: Trouble | type[Trouble]) -> str:
    """The name of a trouble's kind."""
    return str(trouble.__struct_config__.tag)


def words_of(kind: type[Trouble]) -> str:
    """What a kind is, in one line or two."""
    return " ".join((inspect.getdoc(kind) or "").split())
