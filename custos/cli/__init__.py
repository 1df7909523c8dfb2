"""The `custos` command. One module a command: what it takes, what it calls in `custos/jobs`, what it prints."""
