"""A card as an HTML page of its own, drawn in a browser by Microsoft's own `adaptivecards` renderer as Teams shows it.

The page holds everything that it needs and asks nobody for anything. Names on the card are drawn as text and never as markup.
`teams_look/` holds how Teams sets sizes and colours, and the little Markdown that it honours; the simulated tenant's page uses it too.
Source: https://learn.microsoft.com/adaptive-cards/sdk/rendering-cards/javascript/render-a-card
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from pathlib import Path

from custos.settings import REPOSITORY

LOOK = Path(__file__).resolve().parent / "teams_look"
RENDERER = REPOSITORY / "node_modules" / "adaptivecards" / "dist" / "adaptivecards.min.js"
"""Where `make ready` puts Microsoft's renderer in a clone; an installed package has none."""
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'"
_DRAW = """
AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = teamsMarkdown(text);
  result.didProcess = true;
};
const card = new AdaptiveCards.AdaptiveCard();
card.hostConfig = teamsHostConfig(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
const context = new AdaptiveCards.SerializationContext(new AdaptiveCards.Version(1, 5));
card.parse(JSON.parse(document.getElementById("content").textContent), context);
document.getElementById("card").append(card.render());
"""
_STYLE = """
body { margin: 0; padding: 12px; font: 14px/20px "Segoe UI", system-ui, sans-serif; background: #f5f5f5; color: #242424; }
.ac-actionSet > div, .ac-actionSet { flex-wrap: wrap; row-gap: 8px; }
#card { max-width: 520px; border: 1px solid #d1d1d1; border-radius: 8px; background: #fff; overflow: hidden; }
button { font: inherit; padding: 5px 12px; border: 1px solid #d1d1d1; border-radius: 4px; background: #fff; color: inherit; }
@media (prefers-color-scheme: dark) {
  body { background: #1f1f1f; color: #fff; }
  #card { background: #292929; border-color: #525252; }
  button { background: #3d3d3d; border-color: #666; }
}
"""


def card_page(card: Mapping[str, object], title: str, renderer: Path = RENDERER) -> str:
    """The page. Raises OSError when the renderer cannot be read."""
    scripts = [renderer, LOOK / "host-config.js", LOOK / "markdown.js"]
    code = "".join(f"<script>{_script(path.read_text(encoding='utf-8'))}</script>" for path in scripts)
    content = json.dumps(card).replace("<", "\\u003c")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>"
        f'<body><main id="card"></main><script type="application/json" id="content">{content}</script>'
        f"{code}<script>{_DRAW}</script></body></html>\n"
    )


def _script(code: str) -> str:
    """A script as it may stand inside a page."""
    return code.replace("</script", "<\\/script")
