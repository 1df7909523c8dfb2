"""The three questions asked by the CLI for Microsoft 365: signs it in, and runs `peers/cli_script.mjs`, which asks.

    TENANT=http://127.0.0.1:P NOW=2026-11-23T09:00:00Z python -m peers.cli_script ANSWERS.json [/sites/x …]

The CLI reaches the tenant through the tenant's HTTPS proxy, under Microsoft's host names, as it would any tenant.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from peers.cli import Cli, proxied

_SCRIPT = Path(__file__).with_suffix(".mjs")


def main(file: Path, sites: Sequence[str]) -> int:
    """Sign in, and ask about some sites, or all. Returns the script's exit code."""
    tenant = os.environ["TENANT"]
    with tempfile.TemporaryDirectory(prefix="peers-cli-") as home:
        cli = Cli.installed(Path(home), proxied(tenant))
        cli.sign_in_with_certificate(tenant)
        command = ["node", str(_SCRIPT), os.environ["NOW"], str(file.resolve()), *sites]
        return subprocess.run(command, cwd=home, env=dict(cli.environment), check=False).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
