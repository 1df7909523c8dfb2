"""`make chaos`: kills, freezes and cuts off Custos at its work, round by round, and checks what is left. Never deployed.

    round ─► job (upload, apply, undo, digests, discovery) ─► blow at a step of it ─► Custos recovers ─► checker

`checker.py` and `evidence.py` share no code with Custos: they read the tenant's own record, the raw tables and queues, and the
Parquet files.
"""
