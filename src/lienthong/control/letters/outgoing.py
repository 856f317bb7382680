"""Letters of the authority: drafted, submitted, returned or signed, numbered and issued with the seal.

The issue of a letter is what asks for a supplement or refuses: nothing else can. Law: R1.3, R5.3, R8.7;
Decree 30/2020/NĐ-CP (number and date are given when a letter is issued).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from django.conf import settings
from pyhanko.sign.general import SigningError

from lienthong.control.accounts.directory import names_of, roles_of, staff_with
from lienthong.control.audit.acting import Act, acting, decided_meanwhile
from lienthong.control.audit.events import Event, events_of
from lienthong.control.connections import telling
from lienthong.control.connections.content import read_request
from lienthong.control.connections.handling import Seen, newest, not_yours
from lienthong.control.connections.models import Request, SupportTrack
from lienthong.control.connections.tracks import close_all
from lienthong.control.letters.models import IncomingLetter, OutgoingLetter, Upload
from lienthong.control.letters.numbers import OUTGOING, next_number
from lienthong.control.letters.outgoing_content import (
    ABSTRACTS,
    DOES,
    KINDS,
    PURPOSE_LABELS,
    LetterContent,
    Purpose,
    read_letter,
    written,
)
from lienthong.control.letters.rendering import Answered, draft_pdf, layout, sealed_pdf
from lienthong.control.letters.uploads import keep
from lienthong.control.participants.models import Body
from lienthong.core.access import Actor, Role
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.document_kinds import Urgency
from lienthong.core.four_eyes import outside_chain, second_person
from lienthong.core.legal_days import day_of, instant, moment
from lienthong.core.letter_numbers import compose_number
from lienthong.core.letter_states import OUTGOING_MACHINE, OutgoingAct, OutgoingState
from lienthong.core.letters import (
    LETTER_TEXTS,
    SIGNATORY_TEXTS,
    Capacity,
    Letter,
    Signatory,
    letter_problems,
    signatory_problems,
)
from lienthong.core.missing import Missing, listed
from lienthong.core.request_answer import RefusalDraft, judge_refusal
from lienthong.core.request_missing import missing
from lienthong.core.request_states import REQUEST_MACHINE, RequestAct, RequestState
from lienthong.core.speech import Text
from lienthong.documents.letter import LetterError

_LAW: Final = ("R1.3", "R5.3")
_OPEN: Final = (OutgoingState.DRAFT, OutgoingState.SUBMITTED, OutgoingState.RETURNED, OutgoingState.SIGNED)
_ISSUED: Final = Text("Đã ban hành: {kind} số {number}.", "Issued: {kind} no. {number}.")
_NO_POINTS: Final = Text("Chưa nêu nội dung nào cần bổ sung.", "Nothing to be supplied is named.")
_NO_TERM: Final = Text("Chưa ghi hạn bổ sung.", "The last day for the supplement is missing.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What the drafter writes: who is to sign and how, what is asked for and until when, or why refused."""

    signer: int
    title: str
    capacity: Capacity = Capacity.HEAD
    for_title: str = ""
    urgency: Urgency = Urgency.NORMAL
    copies: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    until: date | None = None
    refusal: RefusalDraft | None = None


def draft(seen: Seen, purpose: Purpose, wording: Wording, *, actor: Actor) -> int | ControlRefuse:
    """Draft a letter that answers a request; return its number in the list of drafts."""
    event = _event("draft", actor, seen.reference)
    with acting(event) as act:
        request = Request.objects.select_for_update().get(reference=seen.reference)
        refusal = not_yours(request, actor) or _not_possible(request, purpose)
        if refusal is not None:
            return act.refuse(refusal)
        under_way = OutgoingLetter.objects.filter(request=request.pk, purpose=purpose.value, state__in=_OPEN)
        if (other := under_way.first()) is not None:
            return act.refuse(ControlRefuse(ControlCode.LETTER_UNDER_WAY, {"letter": str(other.pk)}))
        content = _content(request, purpose, wording)
        if isinstance(content, ControlRefuse):
            return act.refuse(content)
        letter = OutgoingLetter.objects.create(
            purpose=purpose.value,
            body_id=request.body_id,
            request=request.pk,
            content=written(content),
            drafted_by=actor.id,
            writers=[actor.id],
            made_at=moment(act.now),
        )
        event.body = request.body_id
        event.detail = {"letter": str(letter.pk), "purpose": purpose.value}
    return int(letter.pk)


def rewrite(letter: int, version: int, wording: Wording, *, actor: Actor) -> ControlRefuse | None:
    """Write a draft anew; one that was returned becomes a draft again by that."""

    def change(row: OutgoingLetter, request: Request, act: Act) -> ControlRefuse | None:
        content = _content(request, Purpose(row.purpose), wording)
        if isinstance(content, ControlRefuse):
            return content
        row.content = written(content)
        _write_by(row, actor)
        return not_yours(request, actor)

    return _move(None, letter, version, actor, change)


def submit(letter: int, version: int, *, actor: Actor) -> ControlRefuse | None:
    """Submit a draft for signature; what stands against it is told before anybody is to sign."""

    def change(row: OutgoingLetter, request: Request, act: Act) -> ControlRefuse | None:
        row.remark = ""
        _write_by(row, actor)
        return not_yours(request, actor) or _not_ready(row, request, act)

    return _move(OutgoingAct.SUBMIT, letter, version, actor, change)


def withdraw(letter: int, version: int, *, actor: Actor) -> ControlRefuse | None:
    """Withdraw a letter that was not issued: the handler of the file, after signature who signed it."""

    def change(row: OutgoingLetter, request: Request, _act: Act) -> ControlRefuse | None:
        is_signed = row.state == OutgoingState.SIGNED
        return _outside_chain(row, actor) if is_signed else not_yours(request, actor)

    return _move(OutgoingAct.WITHDRAW, letter, version, actor, change)


def return_draft(letter: int, version: int, remark: str, *, actor: Actor) -> ControlRefuse | None:
    """Return a submitted draft to be mended, saying what: its signatory, or the chief whom it passes."""

    def change(row: OutgoingLetter, _request: Request, act: Act) -> ControlRefuse | None:
        if refusal := _outside_chain(row, actor):
            return refusal
        if not remark.strip():
            return ControlRefuse(ControlCode.MESSAGE_EMPTY)
        row.remark = act.event.detail["remark"] = remark.strip()
        return None

    return _move(OutgoingAct.RETURN, letter, version, actor, change)


def sign(letter: int, version: int, *, actor: Actor) -> ControlRefuse | None:
    """Sign a submitted draft: only who stands under it can, and none of its writers.

    Judged anew, for the request may have moved.
    """

    def change(row: OutgoingLetter, request: Request, act: Act) -> ControlRefuse | None:
        content = read_letter(row.content)
        if content.signer != actor.id:
            return ControlRefuse(ControlCode.NOT_THE_SIGNATORY, {"who": content.letter.signatory.name})
        wanted = OUTGOING_MACHINE.acts[OutgoingAct.SIGN]
        if refusal := second_person(actor, wanted, first=(row.drafted_by, *row.writers)):
            return refusal
        row.signed_by = actor.id
        return _not_ready(row, request, act)

    return _move(OutgoingAct.SIGN, letter, version, actor, change)


def issue(letter: int, version: int, *, actor: Actor) -> ControlRefuse | None:
    """Issue a signed letter: number, seal, what it does to the request, and the notice, in one act.

    1. Request and letter are locked, versions compared, both tables asked: a letter that comes too late, or
       a second press of the button, is refused before anything is given away.
    2. The law is asked once more: between signature and issue a supplement may have come.
    3. The number, under the lock of its series until the commit: two letters never share one. The lock
       cannot go earlier. The seal stands over the number and so comes after it; the commit comes after seal
       and file, or a crash leaves a number without its letter; and a series that goes on before that commit
       has a gap where it fails. Sealing first, under the number that is likely next, would put the seal on
       two letters of one number whenever another is quicker. Sealing is nearly all that is waited for, some
       40 ms, so twenty letters a second; laying out the page, which could come before, is a fiftieth of it.
    4. The file, with number and seal. If it fails the act is refused and the number taken back: none is
       burnt, and no numbered letter exists without its file.
    5. Letter, request and tracks change, the body is told: a crash before the commit leaves nothing of it.
    """
    authority = settings.LIENTHONG.authority
    if authority.seal_key is None:
        return ControlRefuse(ControlCode.SEAL_MISSING)

    def change(row: OutgoingLetter, request: Request, act: Act) -> ControlRefuse | None:
        # 2.
        purpose, today = Purpose(row.purpose), day_of(act.now)
        refusal = _not_possible(request, purpose) or _not_ready(row, request, act)
        if refusal is not None:
            return refusal
        # 3.
        drafted = read_letter(row.content)
        given = next_number(OUTGOING, today.year)
        number = compose_number(drafted.letter.kind, given, body=authority.symbol, unit=authority.unit)
        content = replace(drafted, letter=replace(drafted.letter, number=number, dated=today))
        # 4.
        try:
            sealed = sealed_pdf(purpose, content, answered_by(request), authority, at=moment(act.now))
        except (LetterError, SigningError, ValueError, OSError) as error:
            return ControlRefuse(ControlCode.SEAL_FAILED, {"why": str(error)})
        name = f"{number.text.replace('/', '-')}.pdf"
        upload = keep(
            sealed,
            name=name,
            declared_type="application/pdf",
            body=request.body_id,
            actor=actor,
            now=act.now,
        )
        assert isinstance(upload, Upload), upload
        # 5.
        row.content, row.number, row.dated = written(content), number.text, today
        row.document, row.issued_at = upload, moment(act.now)
        act.event.detail |= {"number": number.text, "sha256": bytes(upload.sha256).hex()}
        _carry_out(request, purpose, content, act)
        said = _ISSUED.vi.format(kind=PURPOSE_LABELS[purpose].vi, number=number.text)
        telling.tell(request, said, author=actor, at=moment(act.now))
        return None

    # 1.
    return _move(OutgoingAct.ISSUE, letter, version, actor, change)


def _write_by(row: OutgoingLetter, actor: Actor) -> None:
    row.writers = sorted({*row.writers, actor.id})


def _outside_chain(row: OutgoingLetter, actor: Actor) -> ControlRefuse | None:
    content = read_letter(row.content)
    who = content.letter.signatory.name
    return outside_chain(actor, signer=content.signer, signer_roles=roles_of(content.signer), who=who)


def _carry_out(request: Request, purpose: Purpose, content: LetterContent, act: Act) -> None:
    """Let the request follow its letter, by the system: nobody refuses by an act of one's own."""
    wanted = DOES.get(purpose)
    if wanted is None:
        return
    target = REQUEST_MACHINE.step(wanted, request.state, None)
    assert not isinstance(target, ControlRefuse), target
    act.event.detail |= {"from": request.state, "to": target}
    request.state = target
    request.version += 1
    if wanted is RequestAct.ASK_SUPPLEMENT:
        request.supplement_by = content.until
    else:
        request.settled_at = moment(act.now)
        close_all(request)
    request.save(update_fields=("state", "version", "supplement_by", "settled_at"))


_Change = Callable[[OutgoingLetter, Request, Act], ControlRefuse | None]


def _move(
    wanted: OutgoingAct | None, letter: int, version: int, actor: Actor, change: _Change
) -> ControlRefuse | None:
    """Do one act on a letter, the request locked first: whoever acts on either waits for the other.

    `wanted` none: a draft stays what it is and a returned letter becomes one.
    """
    event = _event("revise" if wanted is None else wanted.value, actor, "")
    with acting(event) as act:
        about = OutgoingLetter.objects.only("request").get(pk=letter)
        request = Request.objects.select_for_update().get(pk=about.request)
        row = OutgoingLetter.objects.select_for_update().get(pk=letter)
        event.subject, event.body = request.reference, request.body_id
        event.detail = {"letter": str(letter), "purpose": row.purpose, "state": row.state}
        who, when = _last(row)
        refusal = decided_meanwhile(row, version, who=who, when=act.now if when is None else when)
        if refusal is not None:
            return act.refuse(refusal)
        target: OutgoingState | ControlRefuse = OutgoingState.DRAFT
        if wanted is not None or row.state != OutgoingState.DRAFT:
            target = OUTGOING_MACHINE.step(wanted or OutgoingAct.REVISE, row.state, actor)
        if isinstance(target, ControlRefuse):
            return act.refuse(target)
        refusal = change(row, request, act)
        if refusal is not None:
            return act.refuse(refusal)
        row.state = target
        row.version += 1
        row.save()
    return None


def _last(row: OutgoingLetter) -> tuple[str, int | None]:
    """Return who acted on the letter last, as the audit has it."""
    reference = Request.objects.values_list("reference", flat=True).get(pk=row.request)
    for event in events_of("request", reference, most=50):
        if event.detail.get("letter") == str(row.pk):
            return event.actor_name, instant(event.at)
    return names_of((row.drafted_by,)).get(row.drafted_by, "–"), None


def _event(act: str, actor: Actor, reference: str) -> Event:
    return Event(kind=f"letter.{act}", actor=actor, subject_kind="request", subject=reference, law=_LAW)


def _not_possible(request: Request, purpose: Purpose) -> ControlRefuse | None:
    """Return the refusal where the request is in no state for what the letter would do."""
    wanted = DOES.get(purpose)
    if wanted is None:
        return None
    target = REQUEST_MACHINE.step(wanted, request.state, None)
    return target if isinstance(target, ControlRefuse) else None


def _content(request: Request, purpose: Purpose, wording: Wording) -> LetterContent | ControlRefuse:
    authority = settings.LIENTHONG.authority
    signers = {person.id: person.name for person in staff_with(Role.CHIEF, Role.APPROVER)}
    if wording.signer not in signers:
        return ControlRefuse(ControlCode.SIGNER_UNKNOWN)
    body = Body.objects.get(pk=request.body_id)
    signatory = Signatory(
        name=signers[wording.signer],
        title=wording.title.strip(),
        capacity=wording.capacity,
        for_title=wording.for_title.strip(),
    )
    letter = Letter(
        kind=KINDS[purpose],
        sender=authority.identifier,
        place=authority.place,
        abstract=ABSTRACTS[purpose].vi,
        recipients=(body.name,),
        signatory=signatory,
        copies=wording.copies,
        urgency=wording.urgency,
    )
    is_supplement = purpose is Purpose.SUPPLEMENT
    return LetterContent(
        letter=letter,
        signer=wording.signer,
        points=tuple(point.strip() for point in wording.points if point.strip()) if is_supplement else (),
        until=wording.until if is_supplement else None,
        refusal=wording.refusal if purpose is Purpose.REFUSAL else None,
    )


def _not_ready(row: OutgoingLetter, request: Request, act: Act) -> ControlRefuse | None:
    """Return what stands against signing a letter today. Law: R1.3, R8.7."""
    content, today = read_letter(row.content), day_of(act.now)
    texts = [LETTER_TEXTS[problem] for problem in letter_problems(content.letter)]
    texts += [SIGNATORY_TEXTS[problem] for problem in signatory_problems(content.letter.signatory)]
    match Purpose(row.purpose):
        case Purpose.RECEIPT:
            pass
        case Purpose.SUPPLEMENT:
            texts += [] if content.points else [_NO_POINTS]
            if content.until is None:
                texts.append(_NO_TERM)
            elif content.until <= today:
                return ControlRefuse(ControlCode.TERM_NOT_AHEAD, {"day": f"{content.until:%d/%m/%Y}"})
        case Purpose.REFUSAL:
            against = against_refusal(request, content.refusal, today)
            if against:
                told = {"problems": listed(each.text for each in against)}
                return ControlRefuse(ControlCode.REFUSAL_NOT_LAWFUL, told)
    return ControlRefuse(ControlCode.LETTER_NOT_READY, {"problems": listed(texts)}) if texts else None


def against_refusal(request: Request, drafted: RefusalDraft | None, today: date) -> tuple[Missing, ...]:
    """Return what stands against refusing a request on a day. Law: R1.3, R8.7."""
    is_over = (
        request.state == RequestState.SUPPLEMENT_ASKED
        and request.supplement_by is not None
        and request.supplement_by < today
    )
    lacking = missing(read_request(newest(request).content), today)
    return judge_refusal(lacking, drafted, supplement_term_over=is_over)


def answered_by(request: Request) -> Answered:
    """Return what the letters that answer a request say of it."""
    came: IncomingLetter | None = request.letter
    first = came if came is None or came.joined_to is None else came.joined_to
    supporter = SupportTrack.objects.filter(request=request).values_list("supporter", flat=True).first()
    authority = settings.LIENTHONG.authority
    name = names_of((supporter,)).get(supporter or 0, "")
    contact = ", ".join(part for part in (name, authority.support_phone, authority.support_hours) if part)
    return Answered(
        body=request.body.name,
        reference=request.reference,
        title=request.title,
        number="" if came is None else came.number,
        dated=None if came is None else came.dated,
        arrival="" if first is None else first.arrival or "",
        received_on=None if request.received_at is None else day_of(instant(request.received_at)),
        answer_by=request.answer_by,
        supporter=contact if name else "",
    )


def preview(letter: int) -> bytes:
    """Return a letter that is not issued as it would look. Raises LetterError."""
    row = OutgoingLetter.objects.get(pk=letter)
    request = Request.objects.select_related("body", "letter").get(pk=row.request)
    laid_out = layout(
        Purpose(row.purpose),
        read_letter(row.content),
        answered_by(request),
        settings.LIENTHONG.authority,
    )
    return draft_pdf(laid_out, at=row.made_at)


def head_title() -> str:
    """Return the title of the authority's head, as letters propose it."""
    title: str = settings.LIENTHONG.authority.head_title
    return title
