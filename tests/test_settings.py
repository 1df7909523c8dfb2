"""Settings: what an operator writes is checked before anything is sent anywhere."""

from __future__ import annotations

import subprocess
import sys
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
    plain = {**REAL, name: "http://graph.example/v1.0"}
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
