"""One module per trigger: parse, call, say how it ended. What is done stands in `custos/jobs/`."""
