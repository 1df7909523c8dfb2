"""One type of address: what people paste is understood, what cannot be a place is refused with its remedy."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as some

from custos.records.address import NotAnAddress, folded, looks_like_address, read_address, told_address
from tests.limits import steady

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
        *(
            (f"{HOST}/sites/a/Letters{one}", "cannot be seen")
            for one in "\u3164\u115f\uffa0\u2800\u034f\ufe0f\u200d\u200c\u180b\u17b4"
        ),
        *((f"{HOST}/sites/a/{one}/x", "cannot be seen") for one in "\u3164\u2800\ufe0f\u200d\u3000\U000e0061"),
        (f"{HOST}/sites/a/Letters%E3%85%A4", "hangul filler"),
        (f"{HOST}/sites/a/Letters%E2%80%8B", "zero width space"),
        (f"{HOST}/sites/a/Forms/AllItems.aspx?id=%2Fsites%2Fa%2FLetters%E2%A0%80", "braille"),
        (f"{HOST}/:f:/s/a/EkQxYz", "sharing link"),
        ("https://teams.microsoft.com/l/channel/19%3Aabc%40thread.tacv2/Cases?groupId=1&tenantId=2", "link of Teams"),
        ("https://teams.cloud.microsoft/l/channel/19:abc@thread.tacv2/Cases", "link of Teams"),
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
    """Nothing but a refusal comes of a text that is no address, and what is read is told again as the same."""
    try:
        at = read_address(written)
    except NotAnAddress:
        return
    assert told_address(at.url) == at


names = some.lists(
    some.sampled_from(
        [
            "Forms",
            "Lists",
            "SitePages",
            "_layouts",
            "15",
            "page.aspx",
            "AllItems.aspx",
            "Home.aspx",
            "R&D",
            "a?b=1",
            "50% #2",
            "x+y",
        ]
    ),
    min_size=1,
    max_size=5,
)


@steady
@given(names)
def test_what_microsoft_told_is_never_taken_for_a_page(path: list[str]) -> None:
    """The address of an item is made of its names and tells them again, also where they look like those of a view."""
    item = read_address(f"{HOST}/sites/canalside/Funding").below(path)
    assert told_address(item.url) == item


@pytest.mark.parametrize("path", ["HB/Forms/page.aspx", "HB/Lists/page.aspx", "HB/SitePages/Home.aspx", "HB/Forms"])
def test_a_file_that_is_called_like_a_view_is_meant_where_it_lies(path: str) -> None:
    """Only a library's own Forms holds its views; what lies further down is a file, pasted plainly or shown in a view."""
    file = FUNDING.below(path.split("/"))
    assert read_address(file.url) == file
    assert read_address(f"{FUNDING.url}/Forms/AllItems.aspx?id=/sites/canalside/Funding/{path}") == file


@pytest.mark.parametrize(
    "query",
    [
        "id=/sites/canalside/Funding/R&D",
        "id=/sites/canalside/Funding/R&D&viewid=1",
        "viewid=1&id=/sites/canalside/Funding/R&D&parent=/sites/canalside/Funding",
        "id=%2Fsites%2Fcanalside%2FFunding%2FR%26D&ga=1&whatever=2",
        "RootFolder=/sites/canalside/Funding/R%26D&FolderCTID=0x01&FilterField1=A",
    ],
)
def test_an_ampersand_in_the_address_of_a_view_belongs_to_the_name(query: str) -> None:
    """The folder R&D is never taken for a folder R beside it."""
    assert read_address(f"{FUNDING.url}/Forms/AllItems.aspx?{query}") == FUNDING.below(["R&D"])


@pytest.mark.parametrize("behind", ["R&D=2", "R&", "R&D&other=x"])
def test_an_ampersand_that_could_mean_both_is_refused(behind: str) -> None:
    """Where nobody can tell whether a name goes on or a setting follows, the author is asked to write %26."""
    with pytest.raises(NotAnAddress, match="%26"):
        read_address(f"{FUNDING.url}/Forms/AllItems.aspx?id=/sites/canalside/Funding/{behind}")


@pytest.mark.parametrize(
    "wrapped",
    [
        "https://eur03.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwrenbridge.sharepoint.example%2Fsites%2Fa&data=05",
        "https://urldefense.com/v3/__https://wrenbridge.sharepoint.example/sites/a__;!!x",
    ],
)
def test_a_link_that_a_mail_program_wrapped_is_refused(wrapped: str) -> None:
    """Safe Links and their like name another host; the place that they lead to is what must be written."""
    with pytest.raises(NotAnAddress, match="wrapped"):
        read_address(wrapped)


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


@pytest.mark.parametrize(
    "name",
    [
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian: a non-joiner between two letters
        "\u0915\u094d\u200d\u0937",  # Hindi: a joiner after a virama
        "\U0001f469\u200d\U0001f4bb team",  # a woman at a computer
        "\u2764\ufe0f care",  # a red heart
        "1\ufe0f\u20e3 first",  # a keycap
        "Caf\u00e9 \ud55c\uad6d\uc5b4",
    ],
)
def test_names_that_people_use_keep_their_joiners(name: str) -> None:
    """A joiner or selector is refused where it changes nothing that is seen, and kept where it does, written or escaped."""
    for written in (name, quote(name)):
        assert read_address(f"{HOST}/sites/a/{written}").segments[-1] == folded(name)
