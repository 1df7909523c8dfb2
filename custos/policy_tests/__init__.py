"""Runs what stands beside policies in `POLICY.tests.yaml` through the engine: the language stands below it, its tests above."""
