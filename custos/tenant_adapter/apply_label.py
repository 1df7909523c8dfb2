"""Puts a label on files, or takes it off: in bulk through SharePoint (2 units by our count), else 2 units a file.

Source: https://learn.microsoft.com/graph/api/driveitem-setretentionlabel
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from msgspec import UnsetType

from custos.m365 import errors
from custos.m365.bulk_labels import LARGEST_BULK, published_labels, set_labels_in_bulk
from custos.m365.labels import ItemLabel, clear_label, read_labels, set_label
from custos.m365.timestamps import moment
from custos.model.action import Action
from custos.model.live import Failure, Live, Reading
from custos.model.refusal import Code
from custos.model.subject import Subject
from custos.tenant_adapter.connections import Connections
from custos.tenant_adapter.items import Item, Place, place, read_items
from custos.tenant_adapter.troubles import accepted, failure_of, unread


async def read(at: Connections, actions: Sequence[Action]) -> dict[str, Reading]:
    """Each file with its label, by `Action.key`. 1 unit each."""
    places = list(dict.fromkeys(place(action.finding.subject) for action in actions))
    items = await read_items(at, places, labels=True)
    labels = await _labels_of(at, items)
    return {
        action.key: _file(at, items[where], labels[where])
        for action in actions
        for where in [place(action.finding.subject)]
    }


async def _labels_of(
    at: Connections, items: Mapping[Place, Item | errors.MicrosoftTrouble]
) -> Mapping[Place, ItemLabel | errors.MicrosoftTrouble]:
    """The labels that came with the items; one that Microsoft left out is asked for, never taken for none."""
    found: dict[Place, ItemLabel | errors.MicrosoftTrouble] = {}
    for where, item in items.items():
        if isinstance(item, errors.MicrosoftTrouble):
            found[where] = item
        elif not isinstance(item.label, UnsetType):
            found[where] = item.label.record() if item.label is not None else ItemLabel()
    left_out = [where for where in items if where not in found]
    return {**found, **(await _labels(at, left_out) if left_out else {})}


async def _labels(at: Connections, places: Sequence[Place]) -> Mapping[Place, ItemLabel | errors.MicrosoftTrouble]:
    try:
        return await read_labels(at.observer, places)
    except errors.MicrosoftTrouble as trouble:
        return dict.fromkeys(places, trouble)


def _file(at: Connections, item: Item | errors.MicrosoftTrouble, label: ItemLabel | errors.MicrosoftTrouble) -> Reading:
    for part in (item, label):
        if isinstance(part, errors.MicrosoftTrouble):
            return unread(part)
    assert isinstance(item, Item)
    assert isinstance(label, ItemLabel)
    if item.ids is not None and item.ids.site_url:
        at.site_urls[item.id] = item.ids.site_url
    ours = bool(label.applied_by) and label.applied_by == at.actor_id
    return Live(
        found=True,
        values={"label": label.name},
        path=item.path,
        created=item.lived_from,
        modified=moment(item.modified),
        is_folder=item.file is None,
        is_record=label.is_record,
        is_regulatory=label.is_regulatory,
        label_explicit=False if ours else label.is_explicit,
        label_locked=None if label.is_update_allowed is None else not label.is_update_allowed,
        list_item_id=item.list_item_id,
    )


async def write(
    at: Connections, actions: Sequence[Action], looks: Mapping[str, Live], until: float
) -> Mapping[str, Failure | None]:
    """Put one label ("" clears) on up to 100 files of one library, in one call where SharePoint allows it.

    None means: accepted; whether it took effect is for `read` to say.
    """
    label = str(actions[0].after["label"])
    answers: dict[str, Failure | None] = {}
    numbers = {action.key: looks[action.key].list_item_id for action in actions}
    together = [action for action in actions if numbers[action.key]]
    if len(together) > 1:
        trouble = await _in_bulk(at, label, [(one.finding.subject, numbers[one.key]) for one in together], until)
        if trouble is None or trouble.maybe_done or trouble.passing or trouble.code == Code.LABEL_REFUSED:
            answers = dict.fromkeys((action.key for action in together), trouble)
    for action in actions:
        if action.key not in answers:
            answers[action.key] = await _one(at, label, action.finding.subject, until)
    return answers


async def _in_bulk(at: Connections, label: str, files: Sequence[tuple[Subject, int]], until: float) -> Failure | None:
    """One call for files of one library. When SharePoint refuses it, each file is tried by itself."""
    subject = files[0][0]
    site_url = at.site_urls.get(subject.item_id, "")
    if not site_url or len(files) > LARGEST_BULK or len({one.drive_id for one, _ in files}) > 1:
        return Failure(code="refused", detail="These files cannot be labelled in one call.")
    ids = [number for _, number in files]
    try:
        library = await at.library(subject.drive_id)
        await set_labels_in_bulk(at.sharepoint, site_url, library, label, ids, until=until)
    except errors.MicrosoftTrouble as trouble:
        return await _label_or_file(at, label, site_url, failure_of(trouble))
    return None


async def _one(at: Connections, label: str, subject: Subject, until: float) -> Failure | None:
    if not label:
        return await accepted(clear_label(at.actor, subject.drive_id, subject.item_id, until=until))
    trouble = await accepted(set_label(at.actor, subject.drive_id, subject.item_id, label, until=until))
    if trouble is None:
        return None
    return await _label_or_file(at, label, at.site_urls.get(subject.item_id, ""), trouble)


async def _label_or_file(at: Connections, label: str, site_url: str, trouble: Failure) -> Failure:
    """Whether a refusal was meant for the label or for the file: a label that the site publishes is not the reason.

    Microsoft answers 400 for a name that the tenant lacks, and for much else. 2 units by our count.
    Source: https://learn.microsoft.com/graph/api/driveitem-setretentionlabel
    """
    if trouble.code != "refused" or not label or not site_url or at.m365.sharepoint is None:
        return trouble
    try:
        published = await published_labels(at.m365.sharepoint, site_url)
    except errors.MicrosoftTrouble:
        return trouble
    if any(one.name == label for one in published):
        return trouble
    detail = f"The tenant does not take the label “{label}”, which {site_url} does not publish. {trouble.detail}"
    return replace(trouble, code=Code.LABEL_REFUSED, detail=detail)
