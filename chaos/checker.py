"""Whether anything was lost, is stuck, or was done twice: told from what the tenant recorded and what lies in storage.

| fault | for instance |
|---|---|
| lost | an intent without an end; a write on the tenant that the ledger or the audit does not know; a mirror that differs |
| stuck | a run that is under way and nobody's, a message that nobody takes, a promise of a card, an incident that outlives its cause |
| doubled | one value written twice onto one thing with nothing in between; two cards for one promise |
| broken | an audit chain that does not hold |

Nothing here is shared with Custos: what a row means is read off `docs/operator.md` and written down anew.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from chaos.evidence import Evidence, Row

_NOT_KNOWN = ("", "unknown")
_ENDS = ("done", "already", "skipped", "refused", "failed", "unknown")
_IN_HAND = ("prepared", "claimed", "sending")
_UNDER_WAY = ("preparing", "running")
_LABEL = re.compile(r"/drives/([^/]+)/items/([^/]+)/retentionLabel$")
_PERMISSION = re.compile(r"/drives/([^/]+)/items/([^/]+)/permissions/([^/]+)$")
_CARD = re.compile(r"^/bot/teams/v3/conversations/([^/]+)/activities$")
_BULK = "SetComplianceTagOnBulkItems"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """What is wrong: `kind` is lost, stuck, doubled or broken, `sentence` says where."""

    kind: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Written:
    """One thing that a request of the actor wrote: onto `target` the value `what`."""

    number: int
    target: tuple[str, ...]  # library, item and, of a permission, its id
    what: tuple[str, str]  # ("label", name), ("expires", moment), ("removed", "")


def check(evidence: Evidence) -> list[Fault]:
    """Every fault, in order. None is the promise kept."""
    faults = [*_chain(evidence), *_intents(evidence), *_writes(evidence), *_doubled(evidence), *_cards(evidence)]
    return sorted({*faults, *_mirror(evidence), *unfinished(evidence)})


def unfinished(evidence: Evidence) -> list[Fault]:
    """What has not come to rest, which may be because nobody waited long enough."""
    return sorted(
        {*_runs(evidence), *_queues(evidence), *_libraries(evidence), *_digests(evidence), *_incidents(evidence)}
    )


def written(evidence: Evidence) -> list[Written]:
    """What the actor wrote and the tenant carried out, thing by thing, in order."""
    libraries = {unquote(url): drive for drive, url in evidence.urls.items()}
    numbers = {(drive, item["number"]): str(item["id"]) for drive, items in evidence.drives.items() for item in items}
    found: list[Written] = []
    for write in evidence.writes:
        if write["app"] != evidence.actor or write["status"] >= 300:
            continue
        number, method = int(write["number"]), str(write["method"])
        path = unquote(str(write["path"])).partition("?")[0]
        body = _json(str(write["body"]))
        if match := _LABEL.search(path):
            name = "" if method == "DELETE" else str(body.get("name", ""))
            found.append(Written(number, match.groups(), ("label", name)))
        elif match := _PERMISSION.search(path):
            value = ("removed", "") if method == "DELETE" else ("expires", _moment(body.get("expirationDateTime")))
            found.append(Written(number, match.groups(), value))
        elif _BULK in path:
            drive = libraries.get(unquote(str(body.get("listUrl", ""))), "")
            what = ("label", str(body.get("complianceTagValue", "")))
            ids = [numbers.get((drive, int(item)), f"number {item}") for item in body.get("itemIds", ())]
            found += [Written(number, (drive, item), what) for item in ids]
    return found


# -- lost


def _intents(evidence: Evidence) -> Iterator[Fault]:
    """Every intent has an end that says how it ended, in the audit and in the ledger."""
    open_intents: dict[tuple[str, str], str] = {}
    for event in _events(evidence):
        what, action = str(event.get("what", "")), (str(event.get("run", "")), str(event.get("action", "")))
        if what == "action:intended":
            open_intents[action] = str(event.get("subject", ""))
        elif what.removeprefix("action:") in _ENDS:
            open_intents.pop(action, None)
    for (run, _), subject in open_intents.items():
        yield Fault("lost", f"The audit has no end for what {run} intended on {subject}.")
    for row in evidence.tables["actions"]:
        if "action" in row and str(row.get("outcome", "")) in _NOT_KNOWN:
            end = "no outcome" if not row.get("outcome") else "an outcome that nobody knows"
            yield Fault("lost", f"The ledger has {end} for what {row['run']} intended on {_subject(row)}.")


def _writes(evidence: Evidence) -> Iterator[Fault]:
    """Every write that the tenant carried out is in the ledger and in the audit, and every done one was carried out and stands."""
    ledger = [(row, json.loads(row["action"])) for row in evidence.tables["actions"] if "action" in row]
    known = {(target, what) for _, action in ledger if (target := _target(action)) and (what := _what(action))}
    audited = _audited(evidence)
    seen = written(evidence)
    for one in seen:
        if (one.target, one.what) not in known:
            yield Fault("lost", f"The ledger does not know that {_said(one)}.")
        if (one.target, one.what[0]) not in audited:
            yield Fault("lost", f"The audit does not know that {_said(one)}.")
    carried_out = {(one.target, one.what) for one in seen}
    last: dict[tuple[str, ...], tuple[str, str, tuple[str, str]]] = {}
    for row, action in ledger:
        target, what = _target(action), _what(action)
        if not target or not what or row.get("outcome") != "done":
            continue
        if (target, what) not in carried_out:
            yield Fault(
                "lost", f"The ledger says that {row['run']} did {what} on {_subject(row)}; the tenant never did."
            )
        last[target] = max(last.get(target, ("", "", what)), (str(row["ended_at"]), str(row["run"]), what))
    labels = {
        (drive, str(item["id"])): str(item["label"]) for drive, items in evidence.drives.items() for item in items
    }
    for target, (_, run, (name, value)) in last.items():
        if name == "label" and labels.get((target[0], target[1]), value) != value:
            found = labels[target[0], target[1]]
            yield Fault("lost", f"{run} put {value!r} on {' '.join(target)} last; the tenant shows {found!r}.")


def _mirror(evidence: Evidence) -> Iterator[Fault]:
    """Of every library that Custos calls complete, the mirror says what the tenant holds."""
    mirrored: dict[str, dict[str, tuple[str, str, str]]] = defaultdict(dict)
    for row in evidence.mirror:
        if row["parent_id"]:
            told = (str(row["name"]), str(row["parent_id"]), str(row["label"] or ""))
            mirrored[str(row["drive_id"])][str(row["item_id"])] = told
    for drive in sorted(_complete(evidence)):
        truth = {
            str(item["id"]): (str(item["name"]), str(item["parent"]), str(item["label"]))
            for item in evidence.drives.get(drive, [])
            if item["parent"]
        }
        known = mirrored.get(drive, {})
        wrong = sorted(item for item in truth.keys() | known.keys() if truth.get(item) != known.get(item))
        if wrong:
            one = wrong[0]
            yield Fault(
                "lost",
                f"The mirror of {evidence.urls.get(drive, drive)} differs in {len(wrong)}, for instance {one}: "
                f"it says {known.get(one)}, the tenant {truth.get(one)}.",
            )


# -- doubled


def doubled(evidence: Evidence) -> Iterator[tuple[Written, Written]]:
    """Each write of a value onto a thing that had been given just that value before, and the one before."""
    last: dict[tuple[tuple[str, ...], str], Written] = {}
    for one in written(evidence):
        before = last.get((one.target, one.what[0]))
        if before is not None and before.what == one.what:
            yield one, before
        last[one.target, one.what[0]] = one


def _doubled(evidence: Evidence) -> Iterator[Fault]:
    for one, before in doubled(evidence):
        yield Fault("doubled", f"{_said(one)}, by the write {one.number} and by {before.number} before.")


def _cards(evidence: Evidence) -> Iterator[Fault]:
    """As many cards went into each conversation on a day as were promised, and each that is said to be sent is there."""
    posts: Counter[tuple[str, str]] = Counter()
    for write in evidence.writes:
        match = _CARD.search(unquote(str(write["path"])).partition("?")[0])
        if match and write["method"] == "POST" and write["status"] < 300:
            posts[str(write["at"])[:10], match[1]] += 1
    promised: Counter[tuple[str, str]] = Counter()
    nowhere: Counter[str] = Counter()
    for row in evidence.tables["digests"]:
        day, digest = str(row["PartitionKey"]), _long(row, "digest")
        where = str(digest.get("conversation_id", ""))
        if where:
            promised[day, where] += 1
        elif row["state"] in ("uncertain", "undelivered"):
            nowhere[day] += 1
        if row["state"] == "sent" and digest.get("channel") == "bot" and not posts[day, where]:
            yield Fault("lost", f"The card of {day} to {row['RowKey']} is said to be sent; the tenant never saw it.")
    for (day, where), count in posts.items():
        if count > promised[day, where] + nowhere[day]:
            yield Fault("doubled", f"{count} cards went to {where} on {day}, {promised[day, where]} were promised.")


# -- stuck


def _runs(evidence: Evidence) -> Iterator[Fault]:
    states = {str(row["RowKey"]): str(row["state"]) for row in evidence.tables["runs"] if row["PartitionKey"] == "run"}
    for run, state in states.items():
        if state in _UNDER_WAY:
            yield Fault("stuck", f"The run {run} is {state}.")
    for row in evidence.tables["runs"]:
        run = str(row["PartitionKey"])
        if run in states and row.get("claimed_by") and states[run] not in _UNDER_WAY:
            yield Fault(
                "stuck", f"Batch {int(row['RowKey'])} of {run} is claimed by a worker; the run is {states[run]}."
            )


def _queues(evidence: Evidence) -> Iterator[Fault]:
    """No message waits. A failed timer's next try may: when the timer has succeeded meanwhile it does nothing."""
    failed = any(row.get("kind") == "timer failed" for row in evidence.tables["incidents"])
    for name, waiting in sorted(evidence.queues.items()):
        seen, hidden = len(waiting["messages"]), int(waiting["hidden"])
        if name == "retry-timer" and not failed:
            seen = hidden = 0
        if seen or hidden:
            yield Fault("stuck", f"The queue {name} holds {seen + hidden} messages, {hidden} of them hidden.")


def _libraries(evidence: Evidence) -> Iterator[Fault]:
    for row in evidence.tables["drivestate"]:
        drive = str(row["RowKey"])
        if (
            row["PartitionKey"] == "drive"
            and row["state"] != "complete"
            and f"incomplete|{drive}" not in evidence.before
        ):
            why = str(row.get("why") or "nothing said")
            yield Fault("stuck", f"The library {row.get('name', drive)} is {row['state']} ({why}).")


def _digests(evidence: Evidence) -> Iterator[Fault]:
    for row in evidence.tables["digests"]:
        if row["state"] in _IN_HAND:
            yield Fault("stuck", f"The card of {row['PartitionKey']} to {row['RowKey']} is {row['state']}.")


def _incidents(evidence: Evidence) -> Iterator[Fault]:
    """What stands now and did not before the campaign: whatever was the matter is over."""
    failed = {str(row["run"]) for row in evidence.tables["actions"] if row.get("outcome") in ("failed", "unknown")}
    for row in evidence.tables["incidents"]:
        if row["PartitionKey"] != "incident" or f"{row['kind']}|{row['subject']}" in evidence.before:
            continue
        cause = "" if row["subject"] in failed else ", although nothing of it is left to be seen"
        yield Fault("stuck", f"The incident “{row['kind']}” of {row['subject']} stands{cause}: {row.get('detail', '')}")


# -- broken


def _chain(evidence: Evidence) -> Iterator[Fault]:
    """Every link follows from the one before it, and the head names the last."""
    rows = sorted(
        (row for row in evidence.tables["audit"] if row["RowKey"] != "head"), key=lambda row: str(row["RowKey"])
    )
    digest = "0" * 64
    for number, row in enumerate(rows, start=1):
        if int(row["RowKey"]) != number or row["previous"] != digest:
            yield Fault("broken", f"The audit does not go on at {number}.")
            return
        digest = hashlib.sha256(f"{digest}\n{row['event']}".encode()).hexdigest()
        if row["digest"] != digest or not _values_fit(row):
            yield Fault("broken", f"The audit was changed at {number}.")
            return
    head = next((row for row in evidence.tables["audit"] if row["RowKey"] == "head"), None)
    if rows and (head is None or int(head["sequence"]) != len(rows) or head["digest"] != digest):
        yield Fault("broken", "The audit's head does not name its last event.")


def _values_fit(row: Row) -> bool:
    """Whether each value beside an event is the one whose salted hash stands in it."""
    hidden = json.loads(row["event"]).get("hidden", {})
    told = json.loads(row.get("values") or "{}")
    hashed = {
        name: hashlib.sha256(f"{salt}\n{json.dumps(value, separators=(',', ':'))}".encode()).hexdigest()
        for name, (salt, value) in told.items()
    }
    return bool(hashed == hidden)


# -- how rows are read


def incomplete(rows: Iterable[Row]) -> list[str]:
    """Libraries of the table `drivestate` that are not complete, as `Evidence.before` names them."""
    return [
        f"incomplete|{row['RowKey']}" for row in rows if row["PartitionKey"] == "drive" and row["state"] != "complete"
    ]


def standing(rows: Iterable[Row]) -> list[str]:
    """Incidents of the table, as `Evidence.before` names them."""
    return [f"{row['kind']}|{row['subject']}" for row in rows if row["PartitionKey"] == "incident"]


def _complete(evidence: Evidence) -> set[str]:
    rows = evidence.tables["drivestate"]
    return {
        str(row.get("drive_id") or row["RowKey"])
        for row in rows
        if row["PartitionKey"] == "drive" and row["state"] == "complete"
    }


def _events(evidence: Evidence) -> Iterator[Mapping[str, Any]]:
    rows = (row for row in evidence.tables["audit"] if row["RowKey"] != "head")
    for row in sorted(rows, key=lambda row: str(row["RowKey"])):
        event = json.loads(row["event"])
        for name, (_, value) in json.loads(row.get("values") or "{}").items():
            part = event.setdefault("details", {}) if name.startswith("details.") else event
            part[name.removeprefix("details.")] = value
        yield event


def _audited(evidence: Evidence) -> set[tuple[tuple[str, ...], str]]:
    """What the audit says was intended: onto which thing which kind of value."""
    found: set[tuple[tuple[str, ...], str]] = set()
    for event in _events(evidence):
        if event["what"] != "action:intended":
            continue
        ids = str(event["subject"]).split("|")[2:]  # kind, site, then library, item and permission
        kind = str(event.get("details", {}).get("kind", ""))
        if name := _NAMES.get(kind):
            found.add((tuple(ids[: 2 if name == "label" else 3]), name))
    return found


_NAMES = {"apply_label": "label", "set_expiry": "expires", "remove_link": "removed", "remove_grant": "removed"}


def _target(action: Mapping[str, Any]) -> tuple[str, ...]:
    subject = action["subject"]
    ids = (str(subject.get("drive_id", "")), str(subject.get("item_id", "")), str(subject.get("permission_id", "")))
    return ids[:2] if action["kind"] == "apply_label" else ids


def _what(action: Mapping[str, Any]) -> tuple[str, str] | None:
    match _NAMES.get(action["kind"]):
        case "label":
            return "label", str(action["after"].get("label") or "")
        case "expires":
            ends = action["after"].get("expires")
            return "expires", _moment(ends["at"] if isinstance(ends, dict) else ends)
        case "removed":
            return "removed", ""
    return None


def _subject(row: Row) -> str:
    subject = json.loads(row["action"])["subject"]
    return str(subject.get("url") or subject.get("name") or subject.get("item_id"))


def _said(one: Written) -> str:
    name, value = one.what
    return f"{name} {value!r} was written onto {' '.join(one.target)}"


def _moment(text: object) -> str:
    """To the second, in one form."""
    return str(text or "").replace("+00:00", "Z").partition(".")[0].rstrip("Z")


def _long(row: Row, name: str) -> Mapping[str, Any]:
    """JSON that was cut to fit a row's columns."""
    parts: list[str] = []
    while part := row.get(f"{name}{len(parts)}"):
        parts.append(str(part))
    return _json("".join(parts))


def _json(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
