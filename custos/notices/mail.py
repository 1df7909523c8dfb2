"""A mail for those whom Teams does not reach: the same facts in plain words, and no way to answer but in Teams.

Mail is forwarded, scanned and clicked by machines, so it carries no link that does anything; its subject has no names.
"""

from __future__ import annotations

from collections.abc import Sequence

from custos.notices.action_report_wording import back_words, done_words, why_words
from custos.notices.action_reports import DoneOn
from custos.notices.cards import (
    Reader,
    asked_before_words,
    found_words,
    is_for,
    places_words,
    remark_words,
    seen_words,
    silence_words,
    summary,
    where,
)
from custos.notices.model import Case
from custos.notices.remarks import ToldRemark
from custos.notices.wording import clean
from custos.untrusted import mail_html
from custos.wording import day_words


def mail_body(
    cases: Sequence[Case],
    reader: Reader,
    *,
    waiting: int,
    done: Sequence[DoneOn] = (),
    remarks: Sequence[ToldRemark] = (),
) -> str:
    """The body of the mail, as HTML without links, images or styles."""
    mine = [case for case in cases if is_for(case, reader)]
    parts = [
        f"<p>{mail_html(summary(waiting, done=bool(done), remarks=bool(remarks)))}. {day_words(reader.today, weekday=True)}.</p>"
    ]
    for case in mine:
        asset = (
            f"{clean(case.asset_name)} ({clean(case.asset_id, 20)})" if case.asset_id else "Not in the asset register"
        )
        parts.append(f"<h3>{mail_html(asset)}: {mail_html(where(case, plain=True))}</h3>")
        before = " ".join([clean(case.assignee.because, 400), *asked_before_words(case, reader, plain=True)])
        before = f"{before} {places_words(case, plain=True)}".strip()
        parts.append(f"<p>{mail_html(before)}</p><ul>")
        for line in case.lines:
            said = " ".join([found_words(case, line, plain=True), *seen_words(line, plain=True)])
            silence = silence_words(case, line, reader)
            parts.append(
                f"<li>{mail_html(said)} Measured on {day_words(line.measured_at, reader.zone)}. "
                f"If nobody answers: {mail_html(clean(silence, 400))} Rule {mail_html(clean(line.key, 160))}.</li>"
            )
        parts.append("</ul>")
    for one in done:
        asset = f"{clean(one.asset_name)} ({clean(one.asset_id, 20)})" if one.asset_id else "Not in the asset register"
        parts.append(f"<h3>{mail_html(f'Done: {asset}')}</h3><p>{mail_html(clean(one.because, 400))}</p><ul>")
        for each in one.lines:
            said = (
                f"{done_words(each, reader.user_id, reader.zone, plain=True)} Why: {why_words(each, 400, plain=True)} "
                f"To put it back: {back_words(each, one.asset_id, reader.zone)} Rule {clean(f'{each.policy}/{each.rule}', 160)}."
            )
            parts.append(f"<li>{mail_html(said)}</li>")
        parts.append("</ul>")
    if remarks:
        told = "".join(f"<li>{mail_html(remark_words(one, plain=True))}</li>" for one in remarks)
        because = " ".join(dict.fromkeys(one.because for one in remarks))
        parts.append(f"<h3>In the registers</h3><ul>{told}</ul><p>{mail_html(clean(because, 400))}</p>")
    asks = "Please answer in Teams: open the chat with Custos and write “what is waiting”. " if mine else ""
    parts.append(
        f"<p>{asks}This mail has no links on purpose; nothing that asks you to click one comes from Custos.</p>"
    )
    return "".join(parts)
