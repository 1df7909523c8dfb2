"""The people's pages: questions, assets and figures for those without Teams and for long lists; no script is needed to use them."""
