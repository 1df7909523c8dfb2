"""Puts a site into Microsoft 365 Archive. Its content stays, with its labels and holds; nobody opens or finds it until it is reactivated.

For seven days it comes back at once and free of charge. Later that takes up to a day and is charged by the size of the site, and for 120
days it cannot be archived again. A Team behind the site stays, without its files. A hold does not stand in the way: retention and holds
go on in the archive, and eDiscovery finds what is there.
Sources: https://learn.microsoft.com/graph/api/site-archive, https://learn.microsoft.com/microsoft-365/archive/archive-overview,
https://learn.microsoft.com/microsoft-365/archive/archive-compliance and
https://learn.microsoft.com/powershell/module/microsoft.online.sharepoint.powershell/set-spositearchivestate
"""

from __future__ import annotations

from custos.actions.arguments import OwnKind
from custos.actions.declaration import Change, Declaration, Occasion, changed
from custos.model.action_kind import ActionKind, Reversibility
from custos.model.finding import Finding
from custos.model.policy import Step
from custos.model.subject import Fact, Kind


def _change(_step: Step, _finding: Finding, _occasion: Occasion) -> Change:
    """Only an active site can be read, so only one is ever found."""
    return changed({"state": "active"}, {"state": "archived"}, Reversibility.AT_A_PRICE)


def _on_its_way(stands: Fact, asked: Fact) -> bool:
    return stands == "reactivating" and asked == "active"


DECLARATION = Declaration(
    kind=ActionKind.ARCHIVE_SITE,
    word="archive",
    about=(Kind.SITE,),
    argument=OwnKind(),
    meaning="puts the site into Microsoft 365 Archive: its content, labels and holds stay, and nobody opens it until it is reactivated",
    aloud=lambda _: "archive the site",
    agreed=True,
    last=True,
    change=_change,
    units=4,  # read (1), archived (2 by our count, Microsoft publishes no price), read back (1)
    role="Sites.Archive.All",
    further=_on_its_way,
    reversibility=Reversibility.AT_A_PRICE,
    way_back="for seven days it is reactivated at once and free of charge; later that takes up to a day, Microsoft charges for it, and it "
    "cannot be archived again for 120 days",
    name="archive site",
    noun="Archiving the site",
    offer=lambda _: "this site is archived: its content stays, and nobody can open or find it until it is reactivated",
    done="{things} {were} archived",
    undone="{things} {were} taken out of the archive",
    back="For seven days at once and free of charge; later it takes up to a day, and Microsoft charges for it",
)
