"""Pages for people's eyes: `facts` gathers what they show, `drawn` makes HTML of it, `pages` serves them."""
