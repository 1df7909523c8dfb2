"""From findings to writes. Pure: reaches the world only through `ports`, which the composition root fills.

    evaluate ► plan ► dispatch ─► run, in batches ─► act ─► undo
                        │                             │
    approvals, limits ──┘        gate, budgets, switches, protections, ledger ──┘

| what | where |
|---|---|
| what each rule finds | `evaluate`, `explain` |
| what would be done, before ► after, refused and why | `plan`, `steps`, `plans` (stored), `summary` |
| whether one action may be done | `gate` (decide, compare), `protections` (holds, exemptions), `authority` |
| how much may be done | `limits` (ceilings), `budgets` (spent), `sizes` |
| who let a policy act; who stopped all writes | `approvals`, `switches` |
| the only place that writes to Microsoft 365 | `act`; the calls themselves are in `custos.tenant` |
| what was intended and what came of it | `ledger`, `run`, `runs`, `dispatch` |
| putting it back | `undo` |
"""
