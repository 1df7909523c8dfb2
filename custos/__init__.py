"""Custos governs SharePoint Online and Microsoft Teams from policy files."""
