"""A Microsoft 365 tenant in one process, reached over HTTP on loopback: for tests, rehearsal and the demonstration.

Its state is real: a write changes what is read next, appears in delta and raises notifications. It is never deployed,
and nothing in Custos imports it.
"""
