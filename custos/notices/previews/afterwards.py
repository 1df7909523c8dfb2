"""The notices that come after an answer, or without a question: how it stands, what was done, what was put back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from custos.model.action_kind import ActionKind
from custos.model.subject import Kind
from custos.notices.action_reports import Agreed, DoneLine, DoneOn
from custos.notices.choices import agree, ask_steward, keep
from custos.notices.model import Contact, KeepReason, Verb
from custos.notices.previews.fixture_council import NOW, OWNER, PLANNING, RECORDS
from custos.notices.previews.preview import Preview, Shown, digest
from custos.notices.previews.questions import answered, asked, given, links, quiet

_OWNER = Contact(user_id=OWNER.user_id, upn=OWNER.upn, name=OWNER.name, mail=OWNER.mail)
_BECAUSE = f"You are told because you are the Information Asset Owner of {RECORDS.assets[PLANNING].name} ({PLANNING})."


def _agreed(waits: str = "") -> Shown:
    case, _ = agree.CHOICE.answered(given(answered(asked(links()), Verb.AGREE)))
    return digest([replace(case, waits=waits)], OWNER, waiting=0)


def _kept() -> Shown:
    case, _ = keep.CHOICE.answered(given(answered(asked(quiet()), Verb.KEEP, KeepReason.HISTORY.value)))
    return digest([case], OWNER, waiting=0)


def _colleague() -> Shown:
    case, _ = ask_steward.CHOICE.answered(given(answered(asked(quiet()), Verb.ASK_STEWARD)))
    return digest([case], OWNER, waiting=0)


def _done(*lines: DoneLine) -> Shown:
    return digest([], OWNER, done=[
        DoneOn(asset_id=PLANNING, asset_name=RECORDS.assets[PLANNING].name, because=_BECAUSE, lines=lines)
    ])  # fmt: skip


def _line(**changes: object) -> DoneLine:
    made = DoneLine(
        policy="labels-from-schedule",
        rule="unlabelled-file",
        title="Retention labels follow the schedule",
        clause="Retention",
        kind=ActionKind.APPLY_LABEL,
        undo=False,
        subject=Kind.FILE,
        count=212,
        perhaps=0,
        left=(("PLN-02 Pre-application advice 7y", 212),),
        ends=None,
        because="It has no retention label. The library follows RS-PLN-02, so it should have PLN-02 Pre-application advice 7y.",
        seen=(),
        places=("Pre-application advice 2012 to 2020",),
        more_places=0,
        sample=(),
        runs=("R-2026-1123-01",),
        asked_by="",
        reason="",
        agreed=None,
        first_at=NOW,
        last_at=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # any field, by name


def _links_removed() -> Shown:
    return _done(
        _line(
            policy="sharing-anyone-links",
            rule="anyone-link-not-allowed",
            title="Links that anyone can open",
            clause="Sharing",
            kind=ActionKind.REMOVE_LINK,
            subject=Kind.LINK,
            count=3,
            left=(),
            because="Anyone who holds the link can open it, and the class of this content (internal) allows no such links.",
            runs=("R-2026-1221-02",),
            agreed=Agreed(who=_OWNER, at=NOW + timedelta(hours=1)),
        )
    )


PREVIEWS = (
    Preview(name="agreed", when="in place of the question, once its owner agreed", made=_agreed),
    Preview(
        name="waits",
        when="in place of the question, while what was agreed to waits for somebody's word",
        made=lambda: _agreed(
            "it would break a ceiling (“irreversible actions a day”, for the tenant, allows 50), so R-2026-1123-02 waits until "
            "somebody releases it."
        ),
    ),
    Preview(name="kept", when="in place of the question, once its owner kept it as it is", made=_kept),
    Preview(name="with-somebody-else", when="in place of the question, while somebody else looks", made=_colleague),
    Preview(
        name="done", when="the same working day, when Custos did something without asking", made=lambda: _done(_line())
    ),
    Preview(name="done-as-agreed", when="when what was agreed to is done", made=_links_removed),
    Preview(
        name="put-back",
        when="when somebody had something put back",
        made=lambda: _done(
            _line(
                undo=True,
                left=(("", 212),),
                runs=("R-2026-1124-01",),
                asked_by="records.manager@council.example",
                reason="The library follows another entry of the schedule",
            )
        ),
    ),
)
