"""Entra ID: apps, their roles, tokens, managed identity."""
