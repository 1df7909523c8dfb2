"""Where names are not shown: of what is sensitive, and of what nobody knows whether it is."""

from __future__ import annotations

from custos.records.model import Asset


def hides_names(asset: Asset | None) -> bool:
    """True where the names of files and folders are masked: in sensitive assets, and where no asset covers them."""
    return asset is None or asset.sensitive
