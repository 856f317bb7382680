"""Writing a request: begun, saved part by part, never lost, discarded.

Keeping text is no act of the procedure and writes no event; beginning and discarding are.
Law: R5.1, R5.3.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.db import transaction

from lienthong.control.accounts.models import Account
from lienthong.control.audit.acting import Act, acting
from lienthong.control.audit.events import Event, database_now
from lienthong.control.connections.models import Draft, Request
from lienthong.control.connections.written import (
    Aside,
    DraftContent,
    Part,
    Typed,
    Written,
    decode,
    decode_draft,
    empty_request,
    encode_draft,
)
from lienthong.control.letters.numbers import REQUESTS, next_number
from lienthong.control.letters.uploads import keep, let_go
from lienthong.control.participants.models import Body, System
from lienthong.control.theme import dates
from lienthong.core.access import Actor, Role, may_act
from lienthong.core.connection_request import ConnectionRequest, RegisteringUnit, TechnicalDescription
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.grant_document import ConditionName
from lienthong.core.legal_days import day_of, moment
from lienthong.core.machines import names_of
from lienthong.core.papers import PROBLEM_TEXTS, Paper, refuses_file
from lienthong.core.plain_text import storable
from lienthong.core.request_states import REQUEST_MACHINE, RequestAct, RequestState
from lienthong.core.speech import Text
from lienthong.core.uploads import UPLOAD_TEXTS, UploadProblem

LAW: Final = ("R5.1", "R5.3")
_WRITERS: Final = frozenset({Role.INTEGRATOR, Role.CONTACT_OFFICER})
WRITABLE: Final = frozenset({RequestState.DRAFT, RequestState.SUPPLEMENT_ASKED})
"""The states in which the body writes: at first, and when a supplement was asked for."""
_EDIT: Final = Text("Sửa nội dung đề nghị", "Edit the request")


@dataclass(frozen=True, slots=True)
class Saved:
    """A part was saved: the draft's counter now, and when."""

    counter: int
    at: datetime


def start(*, actor: Actor) -> str:
    """Begin a request and return its reference; one that the actor began and left empty is taken up again."""
    assert actor.body is not None, "only an agency's account may open the page"
    event = Event(kind="request.start", actor=actor, subject_kind="request", body=actor.body, law=LAW)
    with acting(event) as act:
        # Who presses twice waits here for the first press and then finds its draft.
        body = Body.objects.select_for_update().get(pk=actor.body)
        untouched = Draft.objects.filter(
            counter=0, saved_by=actor.id, request__body=body, request__state=RequestState.DRAFT
        ).first()
        if untouched is not None:
            # Nothing was done, so there is no event to write.
            act.refuse(ControlRefuse(ControlCode.NOT_IN_THIS_STATE))
            return str(untouched.request.reference)
        year = day_of(act.now).year
        reference = f"YC-{year}-{next_number(REQUESTS, year):06d}"
        request = Request.objects.create(reference=reference, body=body, started_at=moment(act.now))
        unit = RegisteringUnit(name=body.name, identifier=body.identifier, parent=body.parent)
        Draft.objects.create(
            request=request,
            content=encode_draft(DraftContent(written=empty_request(unit))),
            saved_at=moment(act.now),
            saved_by=actor.id,
        )
        event.subject = reference
    return reference


def save_part(
    reference: str,
    part: Part,
    apply: Callable[[Written], Written],
    *,
    typed: Typed,
    is_readable: bool,
    seen: int,
    actor: Actor,
) -> Saved | ControlRefuse:
    """Save one part of a draft; `seen` is the counter that the page was opened with.

    `apply` changes the part's own members and nothing else: it is given the draft as it is now. Text that
    cannot be read yet (`is_readable` false) is kept as typed. Where the part was saved by another since, that
    stays and the text is kept aside.
    """
    with transaction.atomic():
        request, draft = _locked(reference, actor)
        if (refusal := _not_writable(request, draft, actor)) is not None:
            return refusal
        content = decode_draft(draft.content)
        at = database_now()
        now = moment(at)
        written = apply(content.written)
        unread = None if is_readable else _storable(typed)
        if content.written == written and content.typed.get(part) == unread:
            return Saved(draft.counter, draft.saved_at)
        if content.saves.get(part, 0) > seen:
            aside = Aside(part=part, base=seen, at=now, by=actor.id, name=actor.name, typed=_storable(typed))
            kept = tuple(
                old for old in content.aside if (old.part, old.base, old.by) != (part, seen, actor.id)
            )
            _write(draft, replace(content, aside=(*kept, aside)))
            return _written_meanwhile(draft)
        draft.counter += 1
        draft.saved_at, draft.saved_by = now, actor.id
        _write(draft, content.with_part(part, written, unread, draft.counter))
        _name(request, written)
        for digest in _copies(content.written) - _copies(written):
            let_go(digest, actor=actor, now=at)
    return Saved(draft.counter, now)


def _copies(written: Written) -> frozenset[str]:
    """Return the digests of the copies that the evidence names: what becomes a secret drops its own."""
    named = (each.paper.upload for each in written.request.evidence)
    return frozenset(digest for digest in named if digest)


def settle_aside(reference: str, part: Part, at: datetime, *, actor: Actor) -> ControlRefuse | None:
    """Drop text that was kept aside at a moment, once it was looked at."""
    with transaction.atomic():
        request, draft = _locked(reference, actor)
        if (refusal := _not_writable(request, draft, actor)) is not None:
            return refusal
        content = decode_draft(draft.content)
        left = tuple(aside for aside in content.aside if (aside.part, aside.at) != (part, at))
        _write(draft, replace(content, aside=left))
    return None


def keep_description(
    reference: str, content: bytes, *, name: str, declared_type: str, title: str, actor: Actor
) -> ControlRefuse | None:
    """Keep the technical description: judged, hashed, named in the draft. Law: R5.1, R4.2.

    No file is taken while the draft says that the description is a state secret; a file it had is removed.
    """
    event = _event("request.describe", reference, actor)
    with acting(event) as act:
        request, draft = _locked(reference, actor)
        if (refusal := _not_writable(request, draft, actor)) is not None:
            return act.refuse(refusal)
        described = decode(draft.content).request.technical_description
        problem = refuses_file(None if described is None else described.secret)
        if problem is not None:
            return act.refuse(ControlRefuse(ControlCode.PAPER_INVALID, {"problems": PROBLEM_TEXTS[problem]}))
        kept = keep(
            content, name=name, declared_type=declared_type, body=actor.body, actor=actor, now=act.now
        )
        if isinstance(kept, tuple):
            return act.refuse(upload_refused(kept))
        digest = bytes(kept.sha256).hex()
        event.detail = {"name": name, "sha256": digest}
        _describe(draft, TechnicalDescription(title=title or name, upload=digest), actor, act)
    return None


def describe_secret(reference: str, paper: Paper | None, *, actor: Actor) -> ControlRefuse | None:
    """Name a description that is a state secret by number, date, issuer and degree; None takes it out.

    A file that was uploaded before, by mistake perhaps, is removed, unless a version that was sent has it.
    """
    event = _event("request.describe", reference, actor)
    with acting(event) as act:
        request, draft = _locked(reference, actor)
        if (refusal := _not_writable(request, draft, actor)) is not None:
            return act.refuse(refusal)
        description = None if paper is None else TechnicalDescription(secret=paper)
        _describe(draft, description, actor, act)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentCopy:
    """A copy of a paper as the browser declares it; without content the copy there is to be taken out."""

    content: bytes
    name: str = ""
    declared_type: str = ""


def keep_evidence_copy(
    reference: str, condition: ConditionName, copy: SentCopy, *, actor: Actor
) -> ControlRefuse | None:
    """Keep a copy of the paper that the draft names for a condition, or take it out. Law: R1.4."""
    event = _event("request.evidence", reference, actor)
    with acting(event) as act:
        request, draft = _locked(reference, actor)
        if (refusal := _not_writable(request, draft, actor)) is not None:
            return act.refuse(refusal)
        asked = decode_draft(draft.content).written.request
        named = next((each for each in asked.evidence if each.condition is condition), None)
        if named is None or named.paper.degree is not None:
            return act.refuse(ControlRefuse(ControlCode.EVIDENCE_NOT_NAMED))
        digest = ""
        if copy.content:
            kept = keep(
                copy.content,
                name=copy.name,
                declared_type=copy.declared_type,
                body=actor.body,
                actor=actor,
                now=act.now,
            )
            if isinstance(kept, tuple):
                return act.refuse(upload_refused(kept))
            digest = bytes(kept.sha256).hex()
        shown = replace(named, paper=replace(named.paper, upload=digest))
        evidence = tuple(shown if each is named else each for each in asked.evidence)
        _set(draft, Part.CONDITIONS, replace(asked, evidence=evidence), actor, act)
        event.detail = {"condition": condition.value, "name": copy.name, "sha256": digest}
        if named.paper.upload and named.paper.upload != digest:
            _let_go(named.paper.upload, actor, act)
    return None


def of_its_body(written: Written, body: Body) -> Written:
    """Return a text in the name of the body that has the request now: another may have begun it.

    Systems that have come to this body are named as managed by it; others stay, and the letter says why it
    cannot be filed with them. Law: R5.3.
    """
    request = written.request
    if request.unit.identifier == body.identifier:
        return written
    managed = set(System.objects.filter(body=body).values_list("code", flat=True))
    systems = tuple(
        replace(system, managed_by=body.identifier) if system.id in managed else system
        for system in request.systems
    )
    unit = RegisteringUnit(name=body.name, identifier=body.identifier, parent=body.parent)
    return replace(written, request=replace(request, unit=unit, systems=systems))


def hand_over(request: Request) -> None:
    """Put the text under way into the name of the body that has the request now, within the running act.

    A letter that was laid before the head of the body before stays as it is: it cannot be signed, and is put
    right when it is taken back.
    """
    draft = Draft.objects.select_for_update().filter(request=request).first()
    content = None if draft is None else decode_draft(draft.content)
    if draft is not None and content is not None and content.drafted is None:
        written = of_its_body(content.written, request.body)
        _write(draft, replace(content, written=written))


def discard(reference: str, *, actor: Actor) -> ControlRefuse | None:
    """Give a draft up; its text stays in the file. Law: R5.3."""
    event = _event("request.discard", reference, actor)
    with acting(event) as act:
        request = own(reference, actor)
        target = REQUEST_MACHINE.step(RequestAct.DISCARD, request.state, actor)
        if isinstance(target, ControlRefuse):
            return act.refuse(target)
        event.detail = {"from": request.state, "to": target}
        request.state, request.settled_at = target, moment(act.now)
        request.version += 1
        request.save(update_fields=("state", "settled_at", "version"))
    return None


def _event(kind: str, reference: str, actor: Actor) -> Event:
    return Event(kind=kind, actor=actor, subject_kind="request", subject=reference, body=actor.body, law=LAW)


def own(reference: str, actor: Actor) -> Request:
    """Return a request of the actor's body, locked; raises Request.DoesNotExist for every other."""
    return Request.objects.select_for_update().get(reference=reference, body=actor.body)


def upload_refused(problems: tuple[UploadProblem, ...]) -> ControlRefuse:
    """Say why a file is not kept, every reason."""
    texts = [UPLOAD_TEXTS[problem] for problem in problems]
    reasons = Text(" ".join(each.vi for each in texts), " ".join(each.en for each in texts))
    return ControlRefuse(ControlCode.UPLOAD_REFUSED, {"reasons": reasons})


def _locked(reference: str, actor: Actor) -> tuple[Request, Draft]:
    request = own(reference, actor)
    return request, Draft.objects.select_for_update().get(request=request)


def may_write(actor: Actor) -> bool:
    """Say whether an actor may write requests at all."""
    return may_act(actor, _WRITERS)


def not_in_this_state(state: RequestState) -> ControlRefuse:
    """Say that the text cannot be changed in this state."""
    label = REQUEST_MACHINE.state(state).label
    return ControlRefuse(ControlCode.NOT_IN_THIS_STATE, {"act": _EDIT, "state": label})


def _not_writable(request: Request, draft: Draft, actor: Actor) -> ControlRefuse | None:
    if request.state not in WRITABLE:
        return not_in_this_state(request.state)
    if not may_write(actor):
        return ControlRefuse(ControlCode.NOT_YOUR_ROLE, {"act": _EDIT, "roles": names_of(_WRITERS)})
    if draft.content.get("drafted") is not None:
        return ControlRefuse(ControlCode.AWAITS_SIGNATURE)
    return None


def _written_meanwhile(draft: Draft) -> ControlRefuse:
    who = Account.objects.filter(pk=draft.saved_by).values_list("name", flat=True).first() or "–"
    said = Text(dates.moment(draft.saved_at, "vi"), dates.moment(draft.saved_at, "en"))
    return ControlRefuse(ControlCode.WRITTEN_MEANWHILE, {"who": who, "when": said})


def _describe(draft: Draft, description: TechnicalDescription | None, actor: Actor, act: Act) -> None:
    asked = decode_draft(draft.content).written.request
    before = asked.technical_description
    _set(draft, Part.TECHNICAL, replace(asked, technical_description=description), actor, act)
    if before is not None and before.upload and before.upload != (description and description.upload):
        _let_go(before.upload, actor, act)


def _let_go(upload: str, actor: Actor, act: Act) -> None:
    went = let_go(upload, actor=actor, now=act.now)
    act.event.detail |= {"removed" if went else "taken_out": upload}


def _set(draft: Draft, part: Part, request: ConnectionRequest, actor: Actor, act: Act) -> None:
    """Set what a part says, outside its form; text that could not be read yet stays as it was typed."""
    content = decode_draft(draft.content)
    draft.counter += 1
    draft.saved_at, draft.saved_by = moment(act.now), actor.id
    written = replace(content.written, request=request)
    _write(draft, content.with_part(part, written, content.typed.get(part), draft.counter))


def _write(draft: Draft, content: DraftContent) -> None:
    draft.content = encode_draft(content)
    draft.save(update_fields=("content", "counter", "saved_at", "saved_by"))


def _name(request: Request, written: Written) -> None:
    """Keep the name by which lists show the file: its systems, as long as that is short enough."""
    title = "; ".join(system.name for system in written.request.systems)[:200]
    if title != request.title:
        request.title = title
        request.save(update_fields=("title",))


def _storable(typed: Typed) -> Typed:
    """Keep what was typed as a database can; what it cannot keep stays refused."""
    return {name: [storable(text) for text in texts] for name, texts in typed.items()}
