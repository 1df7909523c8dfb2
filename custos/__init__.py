"""Custos governs SharePoint Online and Microsoft Teams from policy files."""

__version__ = "0.1.0"
