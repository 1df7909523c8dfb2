"""XML that nobody is trusted with, read without document types or entities, to a depth, and without recursion.

Source: https://docs.python.org/3/library/xml.html#xml-security
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

from simulator.refusal import Refused

INVALID = "-1, Microsoft.SharePoint.Client.InvalidClientQueryException"
_DEEPEST = 64


@dataclass(slots=True)
class Element:
    """One element: its name without namespace, attributes, children, and the text directly inside."""

    name: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def child(self, name: str) -> Element | None:
        """The first child with a name."""
        return next((each for each in self.children if each.name == name), None)

    def below(self, name: str) -> list[Element]:
        """The children of the first child with a name; none without it."""
        found = self.child(name)
        return [] if found is None else found.children

    def attribute(self, name: str) -> str:
        """An attribute that has to be there. Raises Refused."""
        if name not in self.attributes:
            raise invalid(f"{self.name} has no {name}.")
        return self.attributes[name]

    def says(self, name: str) -> bool:
        """Whether an attribute is true."""
        return self.attributes.get(name, "").lower() in ("true", "1")


def invalid(why: str) -> Refused:
    """What SharePoint says to a request that it cannot read."""
    return Refused(400, INVALID, f"The request is not valid: {why}")


def parse(body: bytes, name: str, *, namespace: str = "") -> Element:
    """The outermost element, which has this name; all elements are of the namespace. Raises Refused."""
    root = Element("", {})
    path = [root]

    def start(qualified: str, attributes: dict[str, str]) -> None:
        if len(path) > _DEEPEST:
            raise invalid("it is nested too deeply.")
        of, _, local = qualified.rpartition(" ")
        if of != namespace:
            raise invalid(f"{local} is in no known namespace.")
        element = Element(local, attributes)
        path[-1].children.append(element)
        path.append(element)

    def end(_name: str) -> None:
        path.pop()

    def characters(text: str) -> None:
        path[-1].text += text

    def refuse(*_told: object) -> None:
        raise invalid("it declares a document type.")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise invalid(f"{error}.") from error
    found = root.child(name)
    if found is None:
        raise invalid(f"there is no {name}.")
    return found
