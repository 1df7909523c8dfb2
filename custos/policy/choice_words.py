"""What each value means of a fact that has a closed list of them, once: for editors (hover), for `custos schema` and for the reference.

Keyed by fact and value; the schema refuses to be made when a value of the catalogue is missing here. What Microsoft's values mean:
https://learn.microsoft.com/graph/api/resources/sharinglink (link_scope, link_type),
https://learn.microsoft.com/powershell/module/microsoft.online.sharepoint.powershell/set-sposite (sharing levels).
"""

from __future__ import annotations

from collections.abc import Mapping

_LEVELS = {
    "disabled": "nobody from outside",
    "existing_guests": "guests who are in the directory already",
    "new_guests": "new guests too, who sign in",
    "anyone": "everybody, also without sign-in",
}
POSTURES: Mapping[str, str] = {
    "internal": "for the council's own people alone",
    "agreements_only": "for partners under a sharing agreement in date",
    "guests_allowed": "for guests too",
    "public_view": "for the public to read",
    "unregistered": "no asset covers the place",
}
CLASSIFICATIONS: Mapping[str, str] = {
    "OFFICIAL": "ordinary information of the council",
    "OFFICIAL-SENSITIVE": "information of which loss or disclosure would do harm; names of its files are masked",
}
PERSONAL_DATA: Mapping[str, str] = {
    "none": "no personal data",
    "personal": "personal data of no special category",
    "special_category": "health, ethnic origin, belief and the like (UK GDPR, Article 9); names of its files are masked",
    "criminal_offence": "convictions and offences (UK GDPR, Article 10); names of its files are masked",
}
STATUSES: Mapping[str, str] = {
    "proposed": "not in use yet",
    "active": "in use",
    "closing": "being wound up, still accounted for",
    "closed": "no longer in use",
}
CHOICES: Mapping[str, Mapping[str, str]] = {
    "asset_classification": CLASSIFICATIONS,
    "asset_personal_data": PERSONAL_DATA,
    "asset_status": STATUSES,
    "posture": POSTURES,
    "agreement": {
        "none": "no agreement names the asset",
        "in_date": "at least one agreement is in date",
        "ended": "every agreement has ended",
    },
    "site_kind": {
        "team": "there is a Team behind it",
        "communication": "a communication site",
        "group": "a Microsoft 365 group without a Team",
        "channel": "a private or shared channel of a Team",
        "personal": "somebody's OneDrive",
        "other": "another kind of site",
    },
    "site_sharing": _LEVELS,
    "site_sharing_allowed": _LEVELS,
    "site_visibility": {
        "public": "everybody in the organisation may join the group",
        "private": "an owner of the group lets people in",
    },
    "activity_confidence": {
        "certain": "who changed it, and when, is known",
        "file date": "taken from the file's own date, which survives migration",
    },
    "shared_scope": {
        "anonymous": "with everybody, also without sign-in",
        "organization": "with everybody in the organisation",
        "users": "with certain people",
        "unique": "it has permissions of its own",
    },
    "link_scope": {
        "anonymous": "everybody who has it, also without sign-in",
        "organization": "everybody in the organisation who has it",
        "users": "certain people",
    },
    "link_type": {
        "view": "reading",
        "edit": "reading and changing",
        "blocksDownload": "reading in the browser, without download",
        "createOnly": "adding files, without seeing what is there",
        "review": "reading and commenting",
        "addressBar": "what the people who have access may do; the link of the browser's address bar",
        "embed": "showing it in another page",
    },
    "principal": {
        "user": "one person",
        "group": "a group of the directory",
        "site_group": "a group of the site: owners, members or visitors",
        "everyone": "everybody, guests too",
        "everyone_internal": "everybody except guests",
        "app": "an application",
    },
    "through": {
        "grant": "given to the person or group",
        "link": "by a sharing link that names them",
        "invitation": "by an invitation",
    },
}
"""Fact ► its values ► what each means."""
ATTRIBUTE_VALUES: Mapping[str, Mapping[str, str]] = {
    "classification": CLASSIFICATIONS,
    "personal_data": PERSONAL_DATA,
    "sharing_posture": POSTURES,
    "status": STATUSES,
    "vital_record": {"yes": "it is one", "no": "it is none"},
}
"""Attribute of an asset by which `covers` chooses ► its values ► what each means."""
