"""A mail for those whom Teams does not reach: the same facts in plain words, and no way to answer but in Teams.

Mail is forwarded, scanned and clicked by machines, so it carries no link that does anything; its subject has no names.
"""

from __future__ import annotations

from collections.abc import Sequence

from custos.notices.cards import Reader, found_words, is_for, silence_words, where
from custos.notices.model import Case
from custos.notices.wording import clean, day, many
from custos.untrusted import mail_html


def letter_html(cases: Sequence[Case], reader: Reader, *, waiting: int) -> str:
    """The body of the mail, as HTML without links, images or styles."""
    mine = [case for case in cases if is_for(case, reader)]
    head = (
        f"Custos, {day(reader.today, weekday=True)}. {many(waiting, 'question')} about information that you look after."
    )
    parts = [f"<p>{head}</p>"]
    for case in mine:
        asset = (
            f"{clean(case.asset_name)} ({clean(case.asset_id, 20)})" if case.asset_id else "Not in the asset register"
        )
        parts.append(f"<h3>{mail_html(asset)}: {mail_html(where(case, plain=True))}</h3>")
        parts.append(f"<p>{mail_html(clean(case.assignee.because, 400))}</p><ul>")
        for line in case.lines:
            said = found_words(case, line, plain=True)
            silence = silence_words(case, line, reader)
            parts.append(
                f"<li>{mail_html(said)} Measured on {day(line.measured_at, reader.zone)}. "
                f"If nobody answers: {mail_html(clean(silence, 400))} Rule {mail_html(clean(line.key, 160))}.</li>"
            )
        parts.append("</ul>")
    parts.append(
        "<p>Please answer in Teams: open the chat with Custos and write “what is waiting”. "
        "This mail has no links on purpose; nothing that asks you to click one comes from Custos.</p>"
    )
    return "".join(parts)
