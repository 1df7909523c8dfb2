"""Characters that nobody sees: without width, or that look like nothing. Two names that differ by one look the same and are not.

Unicode calls the first kind Default_Ignorable_Code_Point; letters that are drawn as a blank, as the Hangul fillers and the empty
Braille pattern, belong here too. Names in use need a few of them: a joiner between letters that join, or inside an emoji, and the
selector that gives a symbol its colours. There they change what is seen.
Sources: https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt (Default_Ignorable_Code_Point),
https://www.rfc-editor.org/rfc/rfc5892#appendix-A (where joiners are allowed), https://www.unicode.org/reports/tr51/ (emoji sequences)
"""

from __future__ import annotations

import re
import unicodedata

WITHOUT_WIDTH = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufff8"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
BLANK = r"\u2800\U00013441\U00013442\U00016fe4\U0001d159"
_SELECTORS = r"\ufe00-\ufe0f"
_UNSEEN = re.compile(f"[{WITHOUT_WIDTH}{BLANK}{_SELECTORS}]")
_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
_NON_JOINER, _JOINER, _SELECTOR_TEXT, _SELECTOR_EMOJI, _KEYCAP = "\u200c", "\u200d", "\ufe0e", "\ufe0f", "\u20e3"
_LATIN = str.maketrans("асеіјорѕухкмнтвαορνικτ", "aceijopsyxkmhtbaopvikt")
_VIRAMA = 9  # canonical combining class


def unseen_in(text: str) -> str:
    """The first character of a name that nobody sees, "" when there is none. A plain space is seen; every other blank is not."""
    if text.isascii() and text.isprintable():
        return ""
    for place, character in enumerate(text):
        odd = (
            unicodedata.category(character) in _CATEGORIES
            or _UNSEEN.match(character) is not None
            or (character.isspace() and character != " ")
        )
        if odd and not _is_seen_here(text, place):
            return character
    return ""


def looked_at(text: str) -> str:
    """A text as somebody sees it who reads in a hurry: without case, accents' encoding, what is not seen, and Greek or Cyrillic letters
    that look Latin. For doubting that two names are two, never for taking them for one."""
    seen = "".join(character for character in unicodedata.normalize("NFKC", text) if not _UNSEEN.match(character))
    return " ".join(seen.casefold().translate(_LATIN).split())


def named(character: str) -> str:
    """Its name in Unicode, or its number: "hangul filler"."""
    number = f"U+{ord(character):04X}"
    if unicodedata.category(character) == "Cc":
        return f"the control character {number}"
    return unicodedata.name(character, "").lower() or number


def _is_seen_here(text: str, place: int) -> bool:
    """Whether a joiner or selector stands where it changes what is seen."""
    character, before, after = text[place], text[place - 1 : place], text[place + 1 : place + 2]
    if character in (_SELECTOR_TEXT, _SELECTOR_EMOJI):
        return _is_symbol(before) or (bool(before) and before in "0123456789#*" and after == _KEYCAP)
    if character not in (_JOINER, _NON_JOINER) or not before or not after:
        return False
    if unicodedata.combining(before) == _VIRAMA or (_joins(before) and _joins(after)):
        return True
    return character == _JOINER and (_is_symbol(before) or before == _SELECTOR_EMOJI) and _is_symbol(after)


def _is_symbol(character: str) -> bool:
    return (
        bool(character)
        and not character.isascii()
        and unicodedata.category(character) in ("So", "Sk", "Sm", "Po", "Pd")
    )


def _joins(character: str) -> bool:
    """A letter of a script whose letters join, or a mark on one: Arabic and Persian, Hebrew, and the scripts of India and around it."""
    return "\u0590" <= character <= "\u109f" and unicodedata.category(character) in ("Lo", "Mn", "Mc")
