"""What the simulated tenant can forge of a bot message: `press(…, forge=WORD)`."""

from __future__ import annotations

FORGED_TOKENS = (
    "wrong_audience",
    "wrong_issuer",
    "expired",
    "not_yet_valid",
    "unknown_key",
    "foreign_key",
    "algorithm_none",
    "algorithm_hs256",
    "no_endorsement",
    "wrong_service_url",
    "other_tenant",
    "no_token",
    "altered_token",
)
FORGED_REQUESTS = (*FORGED_TOKENS, "malformed", "oversized")
