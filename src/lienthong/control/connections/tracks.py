"""Track (a): making the technical documents for what a request asks and gives; closing all tracks.

Law: R5.2 (technical documents at once), R8.2, R9.1.
"""

import logging
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Final

from django.conf import settings
from django.db.models import F

from lienthong.config import TrialPerson, TrialSettings
from lienthong.control.assessments.models import Assessment
from lienthong.control.audit.acting import acting, decided_meanwhile
from lienthong.control.audit.events import Event
from lienthong.control.conformance.trials import leave_all
from lienthong.control.connections.content import read_request
from lienthong.control.connections.models import (
    DocumentsTrack,
    ProvidedDocument,
    Request,
    SupportTrack,
    Version,
)
from lienthong.control.connections.provided import DocumentsFault
from lienthong.core.access import Actor
from lienthong.core.connection_request import ConnectionRequest, RequestedPurpose
from lienthong.core.control_refusals import ControlRefuse
from lienthong.core.legal_days import moment
from lienthong.core.machines import names_of
from lienthong.core.purpose import Actor as PurposeActor
from lienthong.core.purpose import PurposeGround
from lienthong.core.request_services import (
    asks_fields,
    asks_something,
    given_for,
    gives_something,
    services_for,
)
from lienthong.core.track_states import (
    ASSESSMENT_MACHINE,
    DOCUMENTS_MACHINE,
    SUPPORT_MACHINE,
    AssessmentAct,
    DocumentsAct,
    DocumentsState,
    SupportAct,
)
from lienthong.documents.giving import giving_documents
from lienthong.documents.giving_guide import Giving, GivingPurpose
from lienthong.documents.interface import Interface, PurposeOffer, SamplePerson
from lienthong.documents.technical import TechnicalDocument, technical_documents
from lienthong_protocol.refusals import Code

_log: Final = logging.getLogger("lienthong.jobs")
_LAW: Final = ("R5.2", "R9.1")
_HEADERS: Final[Mapping[PurposeActor, tuple[str, ...]]] = {
    PurposeActor.OFFICER: ("LT-Officer", "LT-Case"),
    PurposeActor.CITIZEN: ("LT-Subject",),
    PurposeActor.AUTOMATIC: ("LT-Case",),
}


class NothingToDocumentError(Exception):
    """Documents cannot be made yet; `fault` says what is wanted."""

    def __init__(self, fault: DocumentsFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def document_sets(
    request: ConnectionRequest, trial: TrialSettings
) -> dict[str, tuple[TechnicalDocument, ...]]:
    """Return the documents of each system by its code: for what it asks and for what it gives, nothing else.

    What can be documented does not wait for what the request has yet to say. Raises NothingToDocumentError.
    Law: R5.2, R8.2, R8.3.
    """
    asks, gives = asks_something(request), gives_something(request)
    if not request.systems:
        raise NothingToDocumentError(DocumentsFault.NO_SYSTEM)
    if not asks and not gives:
        raise NothingToDocumentError(DocumentsFault.NOTHING_TO_READ)
    sets: dict[str, tuple[TechnicalDocument, ...]] = {system.id: () for system in request.systems}
    for interface in _interfaces(request, trial) if asks else ():
        sets[interface.system] += technical_documents(interface)
    for giving in _givings(request) if gives else ():
        sets[giving.system] += giving_documents(giving)
    return sets


def _givings(request: ConnectionRequest) -> Iterator[Giving]:
    purposes = tuple(
        GivingPurpose(code=purpose.code, title=purpose.name, given=given)
        for purpose in request.purposes
        if (given := given_for(request, purpose.code)).is_something
    )
    for system in request.systems:
        yield Giving(
            system=system.id,
            name=system.name,
            given=given_for(request),
            purposes=purposes,
            lacks_services=asks_fields(request) and not asks_something(request),
        )


def _interfaces(request: ConnectionRequest, trial: TrialSettings) -> Iterator[Interface]:
    if trial.origin is None or trial.person is None or trial.other is None:
        raise NothingToDocumentError(DocumentsFault.NO_TRIAL)
    purposes = tuple(offer for purpose in request.purposes if (offer := _offer(request, purpose)).services)
    person, other = _sample(trial.person), _sample(trial.other)
    for system in request.systems:
        yield Interface(
            origin=trial.origin,
            system=system.id,
            name=system.name,
            person=person,
            other=other,
            purposes=purposes,
        )


def _offer(request: ConnectionRequest, purpose: RequestedPurpose) -> PurposeOffer:
    services = services_for(request, purpose)
    consent = ("LT-Consent",) if purpose.ground is PurposeGround.CONSENT else ()
    headers = (*_HEADERS[purpose.actor], *consent)
    return PurposeOffer(code=purpose.code, title=purpose.name, headers=headers, services=services)


def _sample(person: TrialPerson) -> SamplePerson:
    return SamplePerson(number=person.number, full_name=person.full_name, birth_date=person.birth_date)


def provide(request: int) -> DocumentsState | None:
    """Make the documents of a request's newest version and hand them out; return how the track stands then.

    None where there was nothing to do: another job was faster, or the file is closed.

    1. What is to be made is read with the version of the track. Nothing is written: a kill leaves a track
       that is being prepared, and the job comes again.
    2. The documents are made outside any transaction; a fault becomes a fact of the track.
    3. All rows and the state in one act, and only if the track has not moved on: never half a set, never
       two, never the documents of older contents over those of newer ones. The request is locked before its
       track, as by everybody who locks both: a supplement signed at this moment waits, no deadlock.
    """
    # 1.
    track = DocumentsTrack.objects.select_related("request").get(request=request)
    if track.state not in (DocumentsState.PREPARING, DocumentsState.FAILED):
        return None
    content = Version.objects.filter(request=request).latest("number").content
    # 2.
    made = _made(content)
    if track.state == DocumentsState.FAILED and track.fault == made:
        # Nothing changed but that it was tried once more: no act.
        DocumentsTrack.objects.filter(pk=track.pk).update(attempts=F("attempts") + 1)
        return DocumentsState.FAILED
    # 3.
    wanted = DocumentsAct.FAIL if isinstance(made, str) else DocumentsAct.PROVIDE
    event = Event(
        kind=f"documents.{wanted}",
        actor=None,
        subject_kind="request",
        subject=track.request.reference,
        body=track.request.body_id,
        law=_LAW,
    )
    with acting(event) as act:
        Request.objects.select_for_update().get(pk=request)
        locked = DocumentsTrack.objects.select_for_update().get(pk=track.pk)
        if other := decided_meanwhile(locked, track.version, who=names_of(frozenset()).vi, when=act.now):
            act.refuse(other)
            return None
        if locked.state == DocumentsState.FAILED:
            _step(locked, DocumentsAct.RETRY, None)
        _step(locked, wanted, None)
        locked.attempts += 1
        if isinstance(made, str):
            locked.fault = event.detail["fault"] = made
        else:
            locked.fault, locked.provided_at = "", moment(act.now)
            edition = _add(locked, made)
            event.detail = {"edition": str(edition), "documents": str(len(made))}
        locked.save(update_fields=("attempts", "fault", "provided_at"))
    return DocumentsState(locked.state)


def _made(content: object) -> dict[str, TechnicalDocument] | str:
    """Return the documents by name, or why there are none: a fault by its name, a defect by its code."""
    try:
        sets = document_sets(read_request(content), settings.LIENTHONG.trial)
        several = len(sets) > 1
        # A code table that a system needs in both directions is one file.
        return {
            f"{system}/{document.name}" if several else document.name: document
            for system, documents in sets.items()
            for document in documents
        }
    except NothingToDocumentError as error:
        return error.fault.value
    except Exception as error:  # noqa: BLE001 - the duty must survive: one file's defect holds up no other file
        # Named by what it is: the same defect met again is no new act, and its detail stays in the log.
        incident = sha256(f"{type(error).__name__}: {error}".encode()).hexdigest()[:12]
        _log.exception("documents could not be made: incident %s", incident)
        return f"{Code.INTERNAL} {incident}"


def _add(track: DocumentsTrack, made: Mapping[str, TechnicalDocument]) -> int:
    last = ProvidedDocument.objects.filter(track=track).order_by("-edition").first()
    edition = 1 if last is None else last.edition + 1
    ProvidedDocument.objects.bulk_create(
        ProvidedDocument(
            track=track,
            edition=edition,
            name=name,
            media_type=document.media_type,
            sha256=document.digest,
            content=document.content,
        )
        for name, document in made.items()
    )
    return edition


def _step(track: DocumentsTrack, wanted: DocumentsAct, actor: Actor | None) -> ControlRefuse | None:
    target = DOCUMENTS_MACHINE.step(wanted, track.state, actor)
    if isinstance(target, ControlRefuse):
        return target
    track.state = target
    track.version += 1
    track.save(update_fields=("state", "version"))
    return None


def waiting() -> Iterator[int]:
    """Yield the requests whose documents are still to be made, longest waiting first."""
    found = DocumentsTrack.objects.filter(state=DocumentsState.PREPARING)
    yield from found.order_by("started_at").values_list("request", flat=True)


def provide_pending() -> int:
    """Make the documents of every request that waits; return how many were handed out.

    For a loop beside the jobs: a request whose job was lost is found all the same.
    """
    return sum(provide(request) is DocumentsState.PROVIDED for request in tuple(waiting()))


def make_again(reference: str, *, actor: Actor) -> ControlRefuse | None:
    """Have the documents made once more: after a fault, or as a new edition."""
    from lienthong.control.connections.jobs import provide_documents

    event = Event(kind="documents.again", actor=actor, subject_kind="request", subject=reference, law=_LAW)
    with acting(event) as act:
        track = DocumentsTrack.objects.select_for_update().get(request__reference=reference)
        wanted = DocumentsAct.RENEW if track.state == DocumentsState.PROVIDED else DocumentsAct.RETRY
        refusal = _step(track, wanted, actor)
        if refusal is not None:
            return act.refuse(refusal)
        event.body = track.request.body_id
        provide_documents.defer(request=track.request_id)
    return None


def close_all(request: Request) -> None:
    """Close the three tracks of a request that was refused or withdrawn, within the running act.

    Its systems leave the sandbox.
    """
    for documents in DocumentsTrack.objects.select_for_update().filter(request=request):
        _closed(documents, DOCUMENTS_MACHINE.step(DocumentsAct.CLOSE, documents.state, None))
    for support in SupportTrack.objects.select_for_update().filter(request=request):
        _closed(support, SUPPORT_MACHINE.step(SupportAct.CLOSE, support.state, None))
    leave_all(request)
    for assessment in Assessment.objects.select_for_update().filter(request=request):
        _closed(assessment, ASSESSMENT_MACHINE.step(AssessmentAct.CLOSE, assessment.state, None))


def _closed(track: DocumentsTrack | SupportTrack | Assessment, target: object) -> None:
    """Close a track where that is possible: what was concluded stays so."""
    if isinstance(target, ControlRefuse):
        return
    track.state = target
    track.version += 1
    track.save(update_fields=("state", "version"))
