"""Where somebody enters the code that an app shows: Microsoft's `microsoft.com/devicelogin`."""

from __future__ import annotations

from simulator.page import words
from simulator.page.data.sign_in import SignInFacts
from simulator.page.html.components import Drawing, quiet, section
from simulator.page.html.forms import button, choice, field, form
from simulator.page.markup import element

_HERE = "/sim/sign-in"
_LEAD = "Enter the code that an app shows you, and say who you are. No password is asked for: at this machine anybody may be anybody."


def sign_in(view: SignInFacts) -> Drawing:
    """The form."""
    told = form(
        field("Code", "code", autocomplete="off", required=True),
        choice("You are", "person", view.people),
        button("Sign in", tone="main"),
        verb="sign-in",
        back=_HERE,
        label="Sign in to an app",
    )
    waits = element("p", quiet(f"{words.count(view.waiting, 'code')} shown and not entered yet."))
    return Drawing(
        "Sign in to an app", "people", [section("Sign in", told, waits, name="sign-in", alone=True)], lead=_LEAD
    )
