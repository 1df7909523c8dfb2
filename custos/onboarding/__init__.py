"""A council's first files: its policies in `simulate`, its settings, and its registers, empty but for the people it named."""
