"""From findings to writes. Pure: reaches the world only through `ports`, which the composition root fills.

    evaluate ► plan ► dispatch ─► run, in batches ─► act ─► undo
                        │                             │
  approvals, ceilings ──┘    gate, ceiling_usage, stop_switch, ledger ──┘

| what | where |
|---|---|
| what each rule finds | `evaluate`, `explain` |
| what would be done, before ► after, refused and why | `plan`, `steps`, `remaining_steps`, `plan_store`, `plan_summary` |
| whether one action may be done | `gate` (decide, compare), `protection` (holds, exemptions), `run_context` |
| how much may be done | `ceilings`, `ceiling_usage` (what was spent), `ceiling_sizes` (what percentages are of) |
| who let a policy act; who stopped all writes | `approvals`, `policies_in_force`; `stop_switch` |
| the only place that writes to Microsoft 365 | `writes`, called by `act`; the calls themselves are in `custos.tenant_adapter` |
| what was intended and what came of it | `ledger`, `run`, `run_store`, `dispatch` |
| putting it back | `undo` |
"""
