"""The way to a page: believe who asks, find them in the directory, let the page answer. A refusal is a page with one sentence.

Looking changes nothing: mail scanners and previews fetch every address. What changes something is a form, with a token.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from custos.errors import BadInput, CustosError, StorageTrouble
from custos.m365.errors import MicrosoftTrouble
from custos.pages import clauses, group, item, my_assets, my_questions, my_stewards, risk, worklist, workload
from custos.pages.forms import BadForm, Form, read_form
from custos.pages.http import Reply, Request
from custos.pages.principal import NotBelieved, signed_in
from custos.pages.rendering import page, static
from custos.pages.visit import Sources, Visit
from custos.records.rights import Person
from custos.telemetry import logger

type Show = Callable[[Visit, Request], Awaitable[Reply]]
type Take = Callable[[Visit, Form], Awaitable[Reply]]

_SHOWN: Mapping[str, Show] = {
    my_questions.PLACE: my_questions.show,
    worklist.PLACE: worklist.show,
    my_assets.PLACE: my_assets.show,
    my_stewards.PLACE: my_stewards.show,
    workload.PLACE: workload.show,
    item.PLACE: item.show,
    risk.PLACE: risk.show,
    group.PLACE: group.show,
    clauses.PLACE: clauses.show,
}
_TAKEN: Mapping[str, Take] = {
    my_questions.ANSWER: my_questions.answer,
    worklist.ANSWER: worklist.answer,
    my_assets.ATTEST: my_assets.attest,
    my_stewards.LEND: my_stewards.lend,
    my_stewards.ANSWER: my_stewards.answer,
}
_PROOF = "t"  # the field of every form that holds its token

_log = logger(__name__)


class NotLetIn(CustosError):  # reads like the rest of the tree in custos.errors
    """Whoever is signed in has no account that is good. Its text is for them, and so is `advice`."""

    def __init__(self, sentence: str, advice: str) -> None:
        super().__init__(sentence)
        self.advice = advice


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What stands behind the door. `guarded`: Easy Auth lets in only who is signed in to the tenant. `person` is who that is, as the
    directory has them now: it raises NotLetIn for an account that is no longer good. `sources` gathers what pages are made of. Both raise
    BadInput where the council's files cannot be used."""

    guarded: bool
    tenant_id: str
    person: Callable[[str], Awaitable[Person]]
    sources: Callable[[], Awaitable[Sources]]


async def respond(request: Request, house: House) -> Reply:
    """The answer to a request for a page. Raises nothing that somebody outside could cause."""
    try:
        user_id = signed_in(request.headers, guarded=house.guarded, tenant_id=house.tenant_id)
    except NotBelieved as refused:
        sentence = "Nobody signs in at this address." if refused.code == "unguarded" else "Please sign in first."
        return page("refusal.html", {"sentence": sentence, "advice": ""}, status=403, refused=refused.code)
    if request.method == "GET" and (found := static(request.path.removeprefix("static/"))) is not None:
        return found
    try:
        visit = Visit(person=await house.person(user_id), sources=await house.sources())
    except NotLetIn as refused:
        _log.warning("not let in to the pages", extra={"user": user_id, "why": str(refused)})
        return page("refusal.html", {"sentence": str(refused), "advice": refused.advice}, status=403)
    except BadInput:
        _log.warning("no page while the policies cannot be used", exc_info=True)
        return _away("The council's policies and registers cannot be used just now; whoever looks after them knows.")
    except MicrosoftTrouble as trouble:
        _log.warning("who asks for a page could not be looked up", extra={"error": str(trouble)})
        return _away("Who you are could not be looked up just now.")
    except StorageTrouble:
        _log.warning("no page while storage is away", exc_info=True)
        return _away("Custos cannot reach what it knows just now.")
    try:
        return await _answer(request, visit)
    except StorageTrouble:
        _log.warning("no page while storage is away", exc_info=True)
        return _away("Custos cannot reach what it knows just now.")


async def _answer(request: Request, visit: Visit) -> Reply:
    if request.method == "GET" and request.path in _SHOWN:
        return await _SHOWN[request.path](visit, request)
    if request.method == "POST" and request.path in _TAKEN:
        return await _take(_TAKEN[request.path], request, visit)
    return visit.refusal(404, "There is no such page.")


async def _take(take: Take, request: Request, visit: Visit) -> Reply:
    try:
        form = read_form(request)
        sources = visit.sources
        if not sources.tokens.holds(form.one(_PROOF), visit.person.id, sources.machine_now):
            return visit.refusal(403, "This page was open for too long, or the answer did not come from it.")
        return await take(visit, form)
    except BadForm as bad:
        return visit.refusal(400, str(bad))


def _away(sentence: str) -> Reply:
    advice = "Nothing was changed. Try again in a few minutes."
    return page("refusal.html", {"sentence": sentence, "advice": advice}, status=503)
