"""How things look: plans, runs, status and explanations, on the terminal, as Markdown and as JSON. Nothing is decided here."""
