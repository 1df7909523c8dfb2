"""Settings: what an operator writes is checked before anything is sent anywhere."""

from __future__ import annotations

import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest

from custos.errors import BadSetting
from custos.settings import settings_from

REAL = {
    "AzureWebJobsStorage": "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=c2VjcmV0",
    "CUSTOS_TENANT_ID": "11111111-1111-4111-8111-111111111111",
    "CUSTOS_SHAREPOINT_URL": "https://wrenbridge.sharepoint.com",
    "CUSTOS_OBSERVER_CLIENT_ID": "22222222-2222-4222-8222-222222222222",
    "CUSTOS_WEBHOOK_KEY": "the-function-key",
}
ADDRESSES = (
    "CUSTOS_SHAREPOINT_URL",
    "CUSTOS_PUBLIC_URL",
    "CUSTOS_GRAPH_URL",
    "CUSTOS_SHAREPOINT_ENDPOINT",
    "CUSTOS_SHAREPOINT_ADMIN_ENDPOINT",
    "CUSTOS_BOT_SERVICE_URL",
    "CUSTOS_BOT_OPENID_URL",
)


@pytest.mark.parametrize("name", ADDRESSES)
def test_no_token_leaves_unencrypted(name: str) -> None:
    """An http:// address is refused by name, but for a rehearsal on a simulated tenant."""
    plain = {**REAL, name: "http://graph.example"}
    with pytest.raises(BadSetting, match=f"{name} must be an address that begins with https://"):
        settings_from(plain)
    assert settings_from({**plain, "CUSTOS_CLOCK": "http://127.0.0.1:8080/sim/clock"}).is_rehearsal


@pytest.mark.parametrize(
    "value", ["https://", "ftp://graph.example", "graph.example", "https://[", "file:///etc/passwd"]
)
def test_an_address_is_an_address(value: str) -> None:
    """What cannot be called is refused at the start, in a rehearsal too."""
    for name in ("CUSTOS_GRAPH_URL", "CUSTOS_CLOCK"):
        with pytest.raises(BadSetting, match=name):
            settings_from({**REAL, "CUSTOS_CLOCK": "http://127.0.0.1:8080/sim/clock", name: value})


ID = "33333333-3333-4333-8333-333333333333"
IDENTITIES = ("CUSTOS_OBSERVER_CLIENT_ID", "CUSTOS_ACTOR_CLIENT_ID", "CUSTOS_BOT_APP_ID", "CUSTOS_PAGE_CLIENT_ID")


@pytest.mark.parametrize(("one", "other"), list(combinations(IDENTITIES, 2)))
def test_each_identity_has_an_id_of_its_own(one: str, other: str) -> None:
    """The reader's id as the writer's would give the reader the writer's rights: both settings are named, in any case of letters."""
    said = f"{other} is the id of {one} too: each is an identity of its own"
    with pytest.raises(BadSetting, match=said):
        settings_from({**REAL, one: ID.replace("3", "a"), other: ID.replace("3", "A")})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, "observer") for name in IDENTITIES),
        ("CUSTOS_TENANT_ID", "council.onmicrosoft.com"),
        ("CUSTOS_TENANT_ID", "11111111111141118111111111111111----"),
        ("CUSTOS_TEAMS_APP_ID", "custos"),
        ("CUSTOS_SIGN_IN_CLIENT_ID", f"{ID}x"),
    ],
)
def test_an_id_is_an_id(name: str, value: str) -> None:
    """What cannot be the id of anything is refused with an example."""
    with pytest.raises(BadSetting, match=f"{name} must be an id such as 6f1b0c5e-"):
        settings_from({**REAL, name: value})


@pytest.mark.parametrize(
    "value",
    [
        "https://wrenbridge-admin.sharepoint.com",
        "https://wrenbridge-my.sharepoint.com/",
        "https://wrenbridge.sharepoint.com/sites/planning",
        "https://me:secret@wrenbridge.sharepoint.com",
        "https://wrenbridge.sharepoint.com?a=b",
    ],
)
def test_sharepoint_is_its_root(value: str) -> None:
    """Another address of SharePoint is refused with the root that it belongs to."""
    with pytest.raises(BadSetting, match=r"must be the root of SharePoint: https://wrenbridge\.sharepoint\.com, not"):
        settings_from({**REAL, "CUSTOS_SHAREPOINT_URL": value})


@pytest.mark.parametrize("value", ["records", "records@council", "a@council.gov.uk, b@council.gov.uk"])
def test_a_mailbox_is_an_address(value: str) -> None:
    """A name, or two addresses, is no mailbox to send from."""
    with pytest.raises(BadSetting, match="CUSTOS_MAILBOX must be an address such as"):
        settings_from({**REAL, "CUSTOS_MAILBOX": value})
    assert settings_from({**REAL, "CUSTOS_MAILBOX": "records@council.gov.uk"}).mailbox


def test_settings_can_be_printed() -> None:
    """What a log or a traceback shows of the settings holds no key."""
    shown = repr(settings_from(REAL))
    assert "c2VjcmV0" not in shown
    assert "the-function-key" not in shown


def test_policies_of_the_folder_at_hand_come_first(tmp_path: Path) -> None:
    """Whoever calls `custos` beside their own policies means those; a folder of that name that holds none is not taken for them."""
    told = [sys.executable, "-c", "from custos.settings import policies_in; print(policies_in({}).resolve())"]

    def where() -> str:
        return subprocess.run(told, cwd=tmp_path, check=True, capture_output=True, text=True).stdout.strip()

    (tmp_path / "policies").mkdir()
    assert where() != str(tmp_path / "policies")
    (tmp_path / "policies" / "settings.yaml").write_text("not_people: []\n")
    assert where() == str(tmp_path / "policies")
