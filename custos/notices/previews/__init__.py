"""Every notice that Custos sends, rendered from a fixture by the code that sends it: for `custos preview`, for the pictures of
docs/owner.md, and for the tests that look at all of them.

| module | what it holds |
|---|---|
| `fixture_council` | people, assets and places that exist nowhere |
| `fixture_cases` | cases made of findings, by the rules of a bundle |
| `questions`, `afterwards`, `news_and_replies` | the notices, each with a function that makes its message |
| `own_rules` | a rule of somebody's own policies, put to its owner |
"""

from __future__ import annotations

from collections.abc import Mapping

from custos.notices.previews import afterwards, news_and_replies, questions
from custos.notices.previews.preview import Preview

DECLARED: Mapping[str, Preview] = {
    one.name: one for one in (*questions.PREVIEWS, *afterwards.PREVIEWS, *news_and_replies.PREVIEWS)
}
"""Every notice by its name, in the order in which an owner may meet them."""
