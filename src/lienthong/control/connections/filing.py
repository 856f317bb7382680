"""From the draft to the letter that counts as sent: submitted, signed, sent, received; withdrawn.

Law: R5.1, R5.2, R5.3.
"""

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import msgspec
from django.conf import settings

from lienthong.config import Environment
from lienthong.control.audit.acting import Act, acting
from lienthong.control.audit.events import Event
from lienthong.control.connections import receipt, telling, tracks
from lienthong.control.connections.certificates import certificate_of
from lienthong.control.connections.drafting import LAW, of_its_body, own, upload_refused
from lienthong.control.connections.models import Draft, Request, Version
from lienthong.control.connections.written import (
    DraftContent,
    Drafted,
    Written,
    canonical_sha256,
    decode,
    decode_draft,
    encode,
    encode_draft,
)
from lienthong.control.letters.arrivals import Arrival, arrive, file_under
from lienthong.control.letters.models import IncomingLetter, Upload
from lienthong.control.letters.uploads import content_of, keep
from lienthong.core.access import Actor, Role, may_act
from lienthong.core.certificate_holder import DEMONSTRATION_HOLDER, HolderJudgement, judge_holder
from lienthong.core.connection_request import FILING_TEXTS, may_file
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.document_kinds import ArrivalChannel
from lienthong.core.legal_days import day_of, moment
from lienthong.core.letter_numbers import NumberSymbol, parse_number_symbol
from lienthong.core.machines import names_of
from lienthong.core.request_letter import letter_missing
from lienthong.core.request_states import REQUEST_MACHINE, RequestAct, RequestState
from lienthong.core.speech import Text
from lienthong.core.uploads import CONTENT_TYPES, FileKind
from lienthong.documents.demonstration import CERTIFICATE_FILE, KEY_FILE, ORGANISATION, ROOT_FILE
from lienthong.documents.letter import LetterPdf, SignaturePlace, render_letter
from lienthong.documents.pdf_signature import (
    LetterSigner,
    SignatureFault,
    SignedBy,
    read_revocations,
    read_signer,
    sign_letter,
    verify_letter,
)
from lienthong.documents.request_letter import request_letter

_log: Final = logging.getLogger("lienthong.control")
_PDF: Final = CONTENT_TYPES[FileKind.PDF]
_WRITERS: Final = frozenset({Role.INTEGRATOR, Role.CONTACT_OFFICER})
_HEAD: Final = frozenset({Role.AGENCY_HEAD})

FAULT_TEXTS: Final = {
    SignatureFault.NOT_PDF: Text("Tệp không phải PDF.", "The file is no PDF."),
    SignatureFault.NOT_SIGNED: Text("Tệp chưa có chữ ký số.", "The file bears no digital signature."),
    SignatureFault.ANOTHER_LETTER: Text(
        "Đây không phải văn bản đã trình ký. Hãy tải văn bản từ trang này, ký tệp đó, không sửa gì khác.",
        "This is not the letter that was submitted. Download it here, sign that file, change nothing else.",
    ),
    SignatureFault.CHANGED: Text(
        "Văn bản bị thay đổi sau khi ký, hoặc chữ ký không đúng.",
        "The letter was changed after signing, or the signature is wrong.",
    ),
    SignatureFault.REVOKED: Text(
        "Chứng thư số đã bị thu hồi. Hãy ký lại bằng chứng thư còn hiệu lực.",
        "The certificate was revoked. Sign again with one that stands.",
    ),
    SignatureFault.NOT_TRUSTED: Text(
        "Chứng thư số đã hết hạn hoặc không do tổ chức chứng thực được công nhận cấp.",
        "The certificate has ended, or was not issued by a recognised authority.",
    ),
}


def preview(written: Written, *, reference: str, supplements: str, at: int) -> LetterPdf:
    """Set the letter as it would be submitted now; what is wanting shows as dots."""
    layout = request_letter(written.request, written.head, reference=reference, supplements=supplements)
    return render_letter(layout, at=moment(at))


def supplemented_letter(request: Request) -> str:
    """Return number and symbol of the letter that the next one supplements, empty before the first."""
    last = Version.objects.filter(request=request).order_by("-number").first()
    return "" if last is None else decode(last.content).head.number


def submit(reference: str, *, actor: Actor) -> ControlRefuse | None:
    """Set the letter and lay it before the head for signature; from here on the text stands still.

    Law: R5.1, R5.3.
    """
    event = Event(kind="request.submit", actor=actor, subject_kind="request", body=actor.body, law=LAW)
    with acting(event) as act:
        request = own(reference, actor)
        draft = Draft.objects.select_for_update().get(request=request)
        content = decode_draft(draft.content)
        target = _submitted_state(request, content, actor)
        if isinstance(target, ControlRefuse):
            return act.refuse(target)
        written = content.written
        lacking = letter_missing(written.request, written.head, day_of(act.now))
        if lacking or content.typed:
            count = len(lacking) or len(content.typed)
            return act.refuse(ControlRefuse(ControlCode.LETTER_INCOMPLETE, {"count": str(count)}))
        if (refusal := _may_not_file(request, written)) is not None:
            return act.refuse(refusal)
        letter = preview(written, reference=reference, supplements=supplemented_letter(request), at=act.now)
        kept = keep(
            letter.content,
            name=f"{reference}.pdf",
            declared_type=_PDF,
            body=actor.body,
            actor=actor,
            now=act.now,
        )
        assert isinstance(kept, Upload), f"our own letter was not taken: {kept}"
        place = letter.signature
        drafted = Drafted(upload=kept.pk, page=place.page, box=place.box)
        _keep_draft(draft, replace(content, drafted=drafted))
        _move(request, target, act)
    return None


def take_back(reference: str, *, actor: Actor) -> ControlRefuse | None:
    """Take the letter back from signature, to change the text again."""
    event = Event(kind="request.take_back", actor=actor, subject_kind="request", body=actor.body, law=LAW)
    with acting(event) as act:
        request = own(reference, actor)
        draft = Draft.objects.select_for_update().get(request=request)
        content = decode_draft(draft.content)
        if content.drafted is None:
            return act.refuse(ControlRefuse(ControlCode.NOT_PREPARED))
        target = request.state
        if target is not RequestState.SUPPLEMENT_ASKED:
            stepped = REQUEST_MACHINE.step(RequestAct.TAKE_BACK, request.state, actor)
            if isinstance(stepped, ControlRefuse):
                return act.refuse(stepped)
            target = stepped
        elif not may_act(actor, _WRITERS | _HEAD):
            return act.refuse(_not_your_role(RequestAct.TAKE_BACK, _WRITERS | _HEAD))
        written = of_its_body(content.written, request.body)
        _keep_draft(draft, replace(content, written=written, drafted=None))
        _move(request, target, act)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedFile:
    """A file that came back signed, as the browser declares it."""

    content: bytes
    name: str
    declared_type: str


def sign(reference: str, signed: SignedFile, *, seen: int, actor: Actor) -> ControlRefuse | None:
    """Take the signed letter, and with it send the request, which is received in the same act.

    `seen` is the version of the request that was signed. Law: R5.1, R5.2, R5.3.
    """
    event = Event(kind="request.sign", actor=actor, subject_kind="request", body=actor.body, law=LAW)
    with acting(event) as act:
        refusal = _sign(reference, signed, seen, actor, act)
        return None if refusal is None else act.refuse(refusal)


def _sign(reference: str, signed: SignedFile, seen: int, actor: Actor, act: Act) -> ControlRefuse | None:
    # 1. The file is locked: a second signature or a text taken back comes before or after, whole.
    request = own(reference, actor)
    draft = Draft.objects.select_for_update().get(request=request)
    content = decode_draft(draft.content)
    is_supplement = request.state is RequestState.SUPPLEMENT_ASKED
    wanted = RequestAct.SUPPLEMENT if is_supplement else RequestAct.SIGN
    target = REQUEST_MACHINE.step(wanted, request.state, actor)
    if isinstance(target, ControlRefuse):
        return target
    if content.drafted is None or request.version != seen:
        return ControlRefuse(ControlCode.NOT_PREPARED)
    if (refusal := _may_not_file(request, content.written)) is not None:
        return refusal
    # 2. The signature is of exactly the letter that was submitted, by a certificate that counts today.
    drafted = Upload.objects.get(pk=content.drafted.upload)
    signer = verify_letter(
        signed.content,
        drafted=content_of(drafted),
        roots=signature_roots(),
        now=moment(act.now),
        revocations=_revocations(),
    )
    if isinstance(signer, SignatureFault):
        return ControlRefuse(ControlCode.NOT_THE_SIGNED_LETTER, {"reason": FAULT_TEXTS[signer]})
    kept = keep(
        signed.content,
        name=signed.name,
        declared_type=signed.declared_type,
        body=actor.body,
        actor=actor,
        now=act.now,
    )
    if isinstance(kept, tuple):
        return upload_refused(kept)
    # 3. The letter is entered in the arrival register; the same letter by another way is one.
    judged = _holder_of(signer, content.written, request)
    letter = _arrived(request, content.written, kept, certificate_of(signer, judged), act)
    if isinstance(letter, ControlRefuse):
        return letter
    # 4. What was signed is kept for ever as a version; the draft goes on from there when it is supplemented.
    version = _keep_version(request, content.written, kept, actor, act)
    if not is_supplement:
        request.letter, request.sent_at = letter, moment(act.now)
    _keep_draft(draft, _after_sending(content))
    act.event.kind = f"request.{wanted}"
    act.event.detail |= {
        "version": str(version.number),
        "sha256": bytes(version.sha256).hex(),
        "letter": content.written.head.number,
        **_told_of(signer, judged),
    }
    _move(request, target, act)
    # 5. Receipt in the same act: no request was ever sent without being received. Law: R5.2.
    if is_supplement:
        act.event.detail["arrival"] = file_under(letter, request.pk)
        receipt.supplemented(request, act=act)
    else:
        receipt.receive(request, act=act)
    return None


def sign_for_demonstration(reference: str, *, seen: int, actor: Actor) -> ControlRefuse | None:
    """Sign with the demonstration's certificate, where everybody is made up; refused in production."""
    signer = demonstration_signer()
    draft = Draft.objects.filter(request__reference=reference, request__body=actor.body).first()
    drafted = None if draft is None else decode_draft(draft.content).drafted
    if signer is None:
        return ControlRefuse(ControlCode.NO_DEMONSTRATION_SIGNATURE)
    if drafted is None:
        return ControlRefuse(ControlCode.NOT_PREPARED)
    letter = LetterPdf(
        content_of(Upload.objects.get(pk=drafted.upload)), SignaturePlace(drafted.page, drafted.box)
    )
    content = sign_letter(letter, signer, reason=str(reference), place="–")
    file = SignedFile(content=content, name=f"{reference}-signed.pdf", declared_type=_PDF)
    return sign(reference, file, seen=seen, actor=actor)


def withdraw(reference: str, reason: str, *, actor: Actor) -> ControlRefuse | None:
    """Withdraw a request that was sent, whatever the authority does with it by then; its tracks are closed.

    Law: R5.3.
    """
    event = Event(
        kind="request.withdraw",
        actor=actor,
        subject_kind="request",
        body=actor.body,
        law=("R5.3",),
        detail={"reason": reason},
    )
    with acting(event) as act:
        request = own(reference, actor)
        target = REQUEST_MACHINE.step(RequestAct.WITHDRAW, request.state, actor)
        if isinstance(target, ControlRefuse):
            return act.refuse(target)
        request.settled_at = moment(act.now)
        _move(request, target, act)
        tracks.close_all(request)
        telling.tell_of_withdrawal(request)
    return None


def signature_roots() -> tuple[Path, ...]:
    """Return the files of the authorities whose certificates count here."""
    configuration = settings.LIENTHONG
    roots: tuple[Path, ...] = configuration.control.signature_roots
    if configuration.environment is Environment.PRODUCTION:
        return roots
    demonstration = configuration.demonstration_signer / ROOT_FILE
    return (*roots, demonstration) if demonstration.exists() else roots


def _revocations() -> tuple[bytes, ...]:
    """Return the revocation lists there are; one that cannot be read is as one that is not there."""
    folder: Path | None = settings.LIENTHONG.control.signature_revocations
    if folder is None:
        return ()
    try:
        return read_revocations(folder)
    except OSError:
        _log.exception("the revocation lists in %s cannot be read", folder)
        return ()


def _told_of(signer: SignedBy, judged: HolderJudgement) -> dict[str, str]:
    """Return what the event keeps of a signature. Law: R5.3."""
    return {
        "signer": signer.name,
        "organisation": signer.organisation or "",
        "certificate": signer.serial,
        "issuer": signer.issuer,
        "revocation": signer.revocation.value,
        "holder_match": judged.holder.value,
        "organisation_match": judged.organisation.value,
    }


def _holder_of(signer: SignedBy, written: Written, request: Request) -> HolderJudgement:
    """Compare the certificate with the letter; where everybody is made up there is nothing to compare."""
    is_demonstration = settings.LIENTHONG.environment is not Environment.PRODUCTION
    if is_demonstration and signer.organisation == ORGANISATION:
        return DEMONSTRATION_HOLDER
    unit, signatory = written.request.unit, written.request.signatory
    bodies = (unit.name, request.body.name, unit.parent, request.body.parent)
    name = "" if signatory is None else signatory.name
    return judge_holder(
        signer.name, signer.organisation, signatory=name, bodies=(each for each in bodies if each)
    )


def demonstration_signer() -> LetterSigner | None:
    """Return the signer of a demonstration or a sandbox, None in production or where none was laid out."""
    configuration = settings.LIENTHONG
    folder: Path = configuration.demonstration_signer
    if configuration.environment is Environment.PRODUCTION or not (folder / CERTIFICATE_FILE).exists():
        return None
    return read_signer(folder / KEY_FILE, folder / CERTIFICATE_FILE)


def _submitted_state(request: Request, content: DraftContent, actor: Actor) -> RequestState | ControlRefuse:
    if request.state is not RequestState.SUPPLEMENT_ASKED:
        return REQUEST_MACHINE.step(RequestAct.SUBMIT, request.state, actor)
    if not may_act(actor, _WRITERS):
        return _not_your_role(RequestAct.SUBMIT, _WRITERS)
    return ControlRefuse(ControlCode.AWAITS_SIGNATURE) if content.drafted else RequestState.SUPPLEMENT_ASKED


def _not_your_role(act: RequestAct, roles: frozenset[Role]) -> ControlRefuse:
    return ControlRefuse(
        ControlCode.NOT_YOUR_ROLE, {"act": REQUEST_MACHINE.acts[act], "roles": names_of(roles)}
    )


def _may_not_file(request: Request, written: Written) -> ControlRefuse | None:
    """Refuse a letter in another body's name or for another's systems, whatever a crafted form put in it."""
    problem = may_file(written.request, request.body.identifier)
    return (
        None
        if problem is None
        else ControlRefuse(ControlCode.MAY_NOT_FILE, {"reason": FILING_TEXTS[problem]})
    )


def _arrived(
    request: Request, written: Written, document: Upload, certificate: dict[str, Any], act: Act
) -> IncomingLetter | ControlRefuse:
    number, dated = parse_number_symbol(written.head.number), written.head.dated
    assert isinstance(number, NumberSymbol), "the letter was complete when it was submitted"
    assert dated is not None, "the letter was complete when it was submitted"
    signatory: dict[str, Any] = msgspec.to_builtins(written.request.signatory)
    arrival = Arrival(
        sender=request.body.identifier,
        body=request.body.pk,
        number=number,
        dated=dated,
        subject=_SUBJECT.vi,
        channel=ArrivalChannel.PORTAL,
        signatory=signatory | {"certificate": certificate},
    )
    letter = arrive(arrival, document, act=act)
    if isinstance(letter, IncomingLetter) and letter.request not in (None, request.pk):
        other = Request.objects.filter(pk=letter.request).values_list("reference", flat=True).first()
        return ControlRefuse(
            ControlCode.LETTER_NUMBER_USED,
            {"number": number.text, "day": f"{dated:%d/%m/%Y}", "reference": other or "–"},
        )
    return letter


_SUBJECT: Final = Text("Đề nghị kết nối", "Connection request")


def _keep_version(request: Request, written: Written, letter: Upload, actor: Actor, act: Act) -> Version:
    content = encode(written)
    return Version.objects.create(
        request=request,
        number=Version.objects.filter(request=request).count() + 1,
        content=content,
        sha256=canonical_sha256(content),
        letter=letter,
        signed_by=actor.id,
        signed_at=moment(act.now),
    )


def _after_sending(content: DraftContent) -> DraftContent:
    """Return the draft of a supplement to come: the same text under a new number and day."""
    head = replace(content.written.head, number="", dated=None)
    return replace(content, written=replace(content.written, head=head), drafted=None)


def _keep_draft(draft: Draft, content: DraftContent) -> None:
    draft.content = encode_draft(content)
    draft.save(update_fields=("content",))


def _move(request: Request, target: RequestState, act: Act) -> None:
    act.event.subject = request.reference
    act.event.detail |= {"from": request.state, "to": target}
    request.state = target
    request.version += 1
    request.save(update_fields=("state", "version", "letter", "sent_at", "settled_at"))
