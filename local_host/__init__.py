"""Runs a Functions app (Python, v2 model) on one machine, on Microsoft's own worker library.

Indexing and invoking are `azure-functions-runtime`'s, the library that runs the app in Azure; only the host's half is
here: HTTP, queues, timers, keys. Never deployed. `python -m local_host --help`.
"""
