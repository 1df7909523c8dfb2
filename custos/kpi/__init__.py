"""Key performance indicators: each a declared formula over the mirror, the registers, the cases and the ledger.

    inputs ► measures (one module for each source) ► counted rows ► values, for the council, by department, by owner

A value is nothing but its rows added up, so whoever doubts a number is shown what was counted (`custos kpi --explain`).
"""
