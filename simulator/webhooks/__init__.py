"""Subscriptions to changes, and the courier that tells of them."""
