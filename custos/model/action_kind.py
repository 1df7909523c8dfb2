"""What Custos can do. An action's declaration is the module of its name in `custos.actions`."""

from __future__ import annotations

from enum import StrEnum


class ActionKind(StrEnum):
    """What Custos can do, from the least to the most."""

    TELL = "tell"  # put the finding before a person
    ASK = "ask"  # put it before a person who must decide
    APPLY_LABEL = "apply_label"
    SET_EXPIRY = "set_expiry"  # of an Anyone link; no other link can be given one
    RESTRICT_SITE = "restrict_site"  # lower a site's sharing capability
    ARCHIVE_SITE = "archive_site"  # put a site into Microsoft 365 Archive
    REMOVE_GUEST = "remove_guest"  # take a guest out of a team
    REMOVE_GRANT = "remove_grant"
    REMOVE_LINK = "remove_link"
    RESTORE_GRANT = "restore_grant"  # by `custos undo` alone; no policy has such a step

    @property
    def writes(self) -> bool:
        """True when it changes the tenant. Telling and asking are the notices' work."""
        return self not in (ActionKind.TELL, ActionKind.ASK)


class Reversibility(StrEnum):
    """Whether `custos undo` can put an action back (product facts P2, P9, P10)."""

    REVERSIBLE = "reversible"
    AT_A_PRICE = "at a price"  # access can be given again, people must be told
    IRREVERSIBLE = "irreversible"
