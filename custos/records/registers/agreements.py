"""The sharing agreements: one row an agreement, the partner, their mail domains, the assets, the last day."""

from __future__ import annotations

import re

from custos.dates import EARLIEST
from custos.records.cells import RegisterRow
from custos.records.column import Holds, column
from custos.records.model import Agreement
from custos.records.register import Refers, Register

EVERYBODYS = frozenset(
    {
        "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "hotmail.co.uk", "live.com", "live.co.uk", "msn.com", "yahoo.com",
        "yahoo.co.uk", "icloud.com", "me.com", "aol.com", "proton.me", "protonmail.com", "btinternet.com", "sky.com", "virginmedia.com",
        "talktalk.net", "gmx.com", "mail.com", "co.uk", "org.uk", "gov.uk", "ac.uk", "nhs.uk", "police.uk", "sch.uk", "ltd.uk", "plc.uk",
        "net.uk", "onmicrosoft.com",
    }
)  # fmt: skip
"""Mail domains that are no partner's own: of providers that give everybody an address, and those below which everybody registers."""


def _agreement(row: RegisterRow) -> Agreement:
    domains = tuple(domain.lower().removeprefix("@") for domain in row.texts("domains"))
    for domain in domains:
        if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", domain):
            row.wrong(
                "domains", f'"{domain}" is not a mail domain.', "Write it as partner.example, with ; between several."
            )
        elif domain in EVERYBODYS:
            what = f'Anybody can have an address of "{domain}": the agreement would cover everybody there.'
            row.doubtful("domains", what, "Name the partner's own domain.", code="everybodys-domain")
    starts, ends = row.day("starts"), row.day("ends")
    row.in_order(("starts", starts), ("ends", ends))
    return Agreement(
        id=row.text("agreement_id"),
        partner=row.text("partner"),
        domains=domains,
        assets=row.texts("assets"),
        starts=starts,
        ends=ends or EARLIEST,
        mark=row.mark,
    )


AGREEMENTS = Register(
    file="sharing_agreements.csv",
    noun="agreement",
    purpose="one row a sharing agreement: the partner, their mail domains, the assets, the last day",
    table=(
        column("agreement_id*", called="dsa ref|isa ref|ref|reference|agreement ref|id"),
        column("partner*", called="organisation|partner organisation|shared with"),
        column("purpose"),
        column("domains*", Holds.TEXTS, called="domain|email domains|mail domains|email domain"),
        column("assets*", Holds.TEXTS, called="asset|asset refs|information assets|asset ids"),
        column("lawful_basis"),
        column("dpia_ref"),
        column("starts", Holds.DAY, called="start|start date|from|commences"),
        column("ends*"),
    ),
    make=_agreement,
    rows=lambda records: records.agreements.values(),
    refers=(Refers("assets", "information_asset_register.csv"),),
)  # fmt: skip
REGISTER = AGREEMENTS
