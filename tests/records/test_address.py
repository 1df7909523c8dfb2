"""One type of address: what people paste is understood, what cannot be a place is refused with its remedy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from custos.records.address import NotAnAddress, looks_like_address, read_address, told_address
from tests.effort import steady

HOST = "https://wrenbridge.sharepoint.example"
FUNDING = read_address(f"{HOST}/sites/canalside/Funding")


@pytest.mark.parametrize(
    "pasted",
    [
        f"{HOST}/sites/canalside/Funding/",
        f"{HOST}/SITES/Canalside/funding",
        "HTTPS://Wrenbridge.SharePoint.example/sites/canalside/Funding",
        "wrenbridge.sharepoint.example/sites/canalside/Funding",
        f"{HOST}/sites/canalside/Funding/Forms/AllItems.aspx",
        f"{HOST}/sites/canalside/Funding/Forms/AllItems.aspx?id=%2Fsites%2Fcanalside%2FFunding&viewid=1",
        f"{HOST}/sites/canalside/Funding/Forms/AllItems.aspx?RootFolder=%2Fsites%2Fcanalside%2FFunding",
        f"{HOST}/sites/canalside/Funding/Forms/By%20year.aspx?viewid=1",
        f"{HOST}/:f:/r/sites/canalside/Funding?csf=1&web=1&e=abc",
        f"{HOST}/sites/canalside/Funding?web=1",
        f"{HOST}//sites/canalside//Funding",
        f"<{HOST}/sites/canalside/Funding>",
        f"{HOST}:443/sites/canalside/Funding",
    ],
)
def test_every_form_that_a_browser_shows_is_the_same_place(pasted: str) -> None:
    """Views, links of the address bar, case, slashes and schemes make no difference."""
    assert read_address(pasted) == FUNDING


@pytest.mark.parametrize(
    "page", ["SitePages/Home.aspx", "_layouts/15/viewlsts.aspx?view=14", "SitePages/Home.aspx#news"]
)
def test_a_sites_own_pages_mean_the_site(page: str) -> None:
    """Whoever copies the address of a site has its home page or its contents in the address bar."""
    assert read_address(f"{HOST}/sites/canalside/{page}") == read_address(f"{HOST}/sites/canalside")


@pytest.mark.parametrize("name", ["Smith#2", "100% done", "A & B", "C+D", "50%25", "it's (1), final", "Ünïcode"])
def test_raw_and_escaped_names_are_the_same(name: str) -> None:
    """A # % & + belongs to the name, whether the address was copied escaped or typed as the folder is called."""
    escaped = read_address(f"{HOST}/sites/a/Lib").below([name]).url
    assert read_address(escaped).segments[-1] == read_address(f"{HOST}/sites/a/Lib").below([name]).segments[-1]
    if "%25" not in name:
        assert read_address(f"{HOST}/sites/a/Lib/{name}") == read_address(escaped)


def test_a_hash_is_not_cut_off() -> None:
    """The folder Smith#2 is not the folder Smith."""
    one, other = read_address(f"{HOST}/sites/a/Lib/Smith#2"), read_address(f"{HOST}/sites/a/Lib/Smith")
    assert one != other
    assert not one.lies_in(other)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (f"{HOST}/sites/a, {HOST}/sites/b", "two addresses"),
        (f"{HOST}/sites/a\n{HOST}/sites/b", "cannot be seen"),
        (f"{HOST}/sites/a {HOST}/sites/b", "two addresses"),
        (f"{HOST}/sites/a\u200b", "zero width space"),
        (f"{HOST}/sites/\u202eevil", "cannot be seen"),
        (f"{HOST}/sites/a\u00a0b", "cannot be seen"),
        (f"{HOST}/:f:/s/a/EkQxYz", "sharing link"),
        (f"{HOST}/sites/a/_layouts/15/Doc.aspx?sourcedoc=%7B1%7D&file=x.docx", "by an id"),
        (f"{HOST}/sites/a/Lib/what:is", "not allowed"),
        (f"{HOST}/sites/a/../b", "cannot be a name"),
        (f"{HOST}/sites/a/Lib/ b", "cannot be a name"),
        (f"{HOST}/sites", "names no site"),
        ("https://wrenbridge-my.sharepoint.example/personal/a_b", "OneDrive"),
        (f"{HOST}/sites/a/%00b", "control character"),
        ("Archive room 4", "is not an address"),
        ("", "is not an address"),
        (f"{HOST}/sites/{'a' * 3000}", "too long"),
    ],
)
def test_what_cannot_be_a_place_is_refused_in_words(written: str, said: str) -> None:
    """Each refusal says what is wrong and what to do instead."""
    with pytest.raises(NotAnAddress, match=said) as refused:
        read_address(written)
    assert refused.value.remedy
    assert told_address(written) is None


def test_another_host_is_refused_where_the_tenant_is_known() -> None:
    """An address of another tenant covers nothing here."""
    with pytest.raises(NotAnAddress, match="another host"):
        read_address("https://other.sharepoint.example/sites/a", host="wrenbridge.sharepoint.example")


def test_in_the_root_site_lies_only_what_is_in_no_other() -> None:
    """A row about the root site is not about the whole tenant."""
    root = read_address(HOST)
    assert read_address(f"{HOST}/Shared Documents/a.docx").lies_in(root)
    assert not read_address(f"{HOST}/sites/canalside").lies_in(root)


def test_a_neighbour_with_a_longer_name_lies_elsewhere() -> None:
    """`Public registers` is not in `Public register`."""
    assert not read_address(f"{HOST}/sites/a/Public registers").lies_in(read_address(f"{HOST}/sites/a/Public register"))


def test_what_is_meant_as_an_address_is_told_from_a_room() -> None:
    """The register names rooms and suppliers beside addresses."""
    assert looks_like_address("wrenbridge.sharepoint.example/sites/a")
    assert not looks_like_address("paper store B2")
    assert not looks_like_address("Iron Store Ltd./unit 4")


@steady
@given(some.text(max_size=200))
def test_any_text_is_read_or_refused(written: str) -> None:
    """Nothing but a refusal comes of a text that is no address, and what is read is read again as the same."""
    at = told_address(written)
    if at is not None:
        assert told_address(at.url) == at


@pytest.mark.parametrize(
    "pasted",
    [
        f"{HOST}/sites/a/_layouts/15/start.aspx#/Lib/Forms/AllItems.aspx",
        f"{HOST}/sites/a/Lib/Forms/AllItems.aspx#InplviewHash=RootFolder=%2Fsites%2Fa%2FLib%2FF",
        f"{HOST}/sites/a/Lib/Forms/AllItems.aspx?viewid=1#/Lib/F",
        f"{HOST}/sites/a/Lib/Forms/DispForm.aspx?ID=12",
        f"{HOST}/sites/a/Lib/Forms/AllItems.aspx?id=",
        f"{HOST}/sites/a/Lib/Forms/AllItems.aspx?id=garbage",
    ],
)
def test_an_address_that_shows_less_than_it_names_is_refused(pasted: str) -> None:
    """What would be cut to the whole library or site, though the page showed one folder or file, is no address."""
    with pytest.raises(NotAnAddress):
        read_address(pasted)
