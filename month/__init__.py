"""`make month`: a month of a council's working days in minutes, with people whose answers are drawn from a seed.

    habits ── who answers at once, late, never, leaves, is away ──► people ── press cards, write, share files ──► the simulated tenant
    walk ──── moves the tenant's clock, on which every timer of Custos runs ─────────────────────────────────────►        │
    checker ◄──────────────── record: what the tenant itself wrote down of messages, writes and people ◄──────────────────┘

The checker and what it reads from share no code with Custos.
"""
