"""HTML that no text of the tenant can break out of."""

from __future__ import annotations

import pytest

from simulator.page.markup import element


def test_markup_leads_nowhere_else() -> None:
    """An address outside the tenant, and text where it could not be escaped, cannot be drawn at all."""
    for address in ("javascript:alert(1)", "https://attacker.example", "//attacker.example", "/\\attacker.example"):
        with pytest.raises(ValueError, match="leads away"):
            element("a", "here", href=address)
    with pytest.raises(ValueError, match="Nothing can stand"):
        element("script", "alert(1)")
    assert str(element("td", '<b>"&', title='"><b>')) == '<td title="&quot;&gt;&lt;b&gt;">&lt;b&gt;"&amp;</td>'
