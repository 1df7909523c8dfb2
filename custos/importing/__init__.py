"""Registers as councils have them (workbooks, CSV, their own column names and words), turned into Custos' own, row by row.

    file ► sheet with its header ► mapping (proposed, or a saved one) ► converted rows ► register

Nothing is guessed: what is not understood is said with its place, and costs its row.
"""
