"""Text that other people wrote, made harmless for where it is shown. Everything that Custos prints, sends or writes goes through here.

Names of files, sites and people come from anybody who can upload, invite or register. Shown raw they move the cursor, hide or turn
what stands beside them, become a link, a heading, a formula or a mention, or grow over the page.

| where it is shown | what makes it harmless |
|---|---|
| a terminal, a log line, a file's name in a sentence | `plain`; `visible` where spaces and line ends are our own |
| an Adaptive Card or a Teams message (Markdown) | `card_markdown` |
| a mail | `mail_html` |
| a comment on GitHub or Azure DevOps (Markdown with HTML) | `page_markdown` |
| cells of a CSV file that Excel opens | `custos.report.query.csv_cells` |
| JSON | nothing: the encoder escapes, and a machine shows nothing |

Sources: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages,
https://www.unicode.org/reports/tr36/ (bidirectional text), https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import html
import re
import unicodedata

from custos.invisible_characters import BLANK, WITHOUT_WIDTH

NAME_LIMIT = 80  # characters of a name
UNSEEN = r"[\p{Cc}\p{Cf}\p{Co}\p{Cn}\x{034F}\x{115F}\x{1160}\x{17B4}\x{17B5}\x{180B}-\x{180F}\x{2800}\x{3164}\x{FFA0}]"
"""What `plain` leaves out, as a regular expression for tables that are cleaned at once."""
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_UNSEEN = re.compile(f"[{WITHOUT_WIDTH}{BLANK}]")
_SPACES = frozenset({"Zl", "Zp", "Zs"})
_MOST_COMBINING = 3
_MARKDOWN = re.compile(r"([\\`*_\[\]<>~|&!#])")
_PAGE = re.compile(r"([\\`*_\[\]~|!#])")  # what HTML's own escapes leave
_LINK = re.compile(r"(://|\bwww\.|\{\{|\bmailto:)", re.IGNORECASE)
_HOST = re.compile(r"(?<=\w)\.(?=\w)")
_LIST = re.compile(r"^(\s*)([-+]|\d+[.)])(\s)")
_JOINER = "\u2060"  # invisible, no direction: breaks up what a renderer would take for a link or a function


def plain(text: str, limit: int = 0) -> str:
    """`text` on one line without control, direction or unpaired characters; at most `limit` characters long, 0 for any length."""
    if text.isascii() and text.isprintable() and "  " not in text:
        line = text.strip()  # nearly every text; a plan prints many thousands
    else:
        line = " ".join("".join(_kept(text[: limit * 8] if limit else text)).split())
    return line if not limit or len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def visible(text: str) -> str:
    """`text` without control, direction or unpaired characters; its spaces and line ends stay as they are."""
    if text.isascii() and text.isprintable():
        return text
    return "\n".join("".join(_kept(line)) for line in text.split("\n"))


def _kept(text: str) -> list[str]:
    kept: list[str] = []
    combining = 0
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if category in _SPACES or character in "\t\r\n":
            kept.append(" ")
            combining = 0
        elif category in _INVISIBLE or _UNSEEN.match(character):
            continue
        elif category in ("Mn", "Me"):
            combining += 1
            if combining <= _MOST_COMBINING:
                kept.append(character)
        else:
            kept.append(character)
            combining = 0
    return kept


def card_markdown(text: str) -> str:
    """`text` so that a card or a Teams message shows it as it is written."""
    escaped = _unlinked(_MARKDOWN.sub(r"\\\1", plain(text)))
    return _LIST.sub(lambda found: f"{found.group(1)}{found.group(2)}{_JOINER}{found.group(3)}", escaped)


def page_markdown(text: str) -> str:
    """`text` as one cell or part of a line of Markdown that also understands HTML and turns addresses into links."""
    escaped = _PAGE.sub(r"\\\1", html.escape(plain(text), quote=False))
    return _unlinked(escaped).replace("@", f"@{_JOINER}")


def mail_html(text: str) -> str:
    """`text` as part of an HTML mail; what looks like an address is broken up, for mail programs make links by themselves."""
    return html.escape(_HOST.sub(f".{_JOINER}", _unlinked(plain(text))))


def _unlinked(text: str) -> str:
    return _LINK.sub(lambda found: found.group()[:1] + _JOINER + found.group()[1:], text)
