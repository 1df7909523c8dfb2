"""Pages for people's eyes: `data` gathers what they show, `html` makes HTML of it, `pages` serves them."""
