"""Tests of the owners' loop."""
