"""Runs what stands beside policies in `POLICY.cases.yaml` through the engine: the language stands below it, its tests above."""
