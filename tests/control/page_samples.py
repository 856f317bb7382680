"""How each page is tried in the access matrix: with which values, on a thing of the own body or another's."""

from collections.abc import Callable, Mapping

from lienthong.control.audit.acting import acting
from lienthong.control.audit.events import Event, events_of
from lienthong.core.access import Role
from lienthong.core.pages import Page
from tests.control.participants import body_of, contact_of, key_of, mandate_of, officer_of, system_of
from tests.control.portal import Portals

Sample = Callable[[Portals, int], Mapping[str, object]]
"""Makes a thing that belongs to a body and returns the values of the page's address."""


def _no_values(_portals: Portals, _body: int) -> Mapping[str, object]:
    return {}


def _request(_portals: Portals, body: int) -> Mapping[str, object]:
    from tests.control.filed import received

    return {"reference": received(body).reference}


def _in_request(**values: object) -> Sample:
    return lambda portals, body: {**_request(portals, body), **values}


def _letter(portals: Portals, body: int) -> Mapping[str, object]:
    from tests.control.filed import drafted

    return {"letter": drafted(portals, body).pk}


def _arrival(_portals: Portals, body: int) -> Mapping[str, object]:
    from tests.control.filed import arrived

    return {"arrival": arrived(body).pk}


def _of_draft(portals: Portals, body: int) -> Mapping[str, object]:
    from tests.control.requesting import begun

    return {"reference": begun(portals.account(Role.INTEGRATOR, body=body))}


def _of_part(portals: Portals, body: int) -> Mapping[str, object]:
    return {**_of_draft(portals, body), "part": "unit"}


def _of_file(portals: Portals, body: int) -> Mapping[str, object]:
    from lienthong.control.connections.own_requests import request_of
    from tests.control.requesting import complete

    reference = complete(portals.account(Role.INTEGRATOR, body=body))
    description = request_of(reference).description
    assert description is not None
    return {"reference": reference, "file": description.id}


def _of_document(portals: Portals, body: int) -> Mapping[str, object]:
    from lienthong.control.connections.models import DocumentsTrack, ProvidedDocument
    from tests.control.requesting import sent

    writer = portals.account(Role.INTEGRATOR, body=body)
    reference = sent(portals, writer, number=f"{writer.id}/SYT-VP")
    document = ProvidedDocument.objects.create(
        track=DocumentsTrack.objects.get(request__reference=reference),
        edition=1,
        name="openapi.json",
        media_type="application/json",
        sha256="00" * 32,
        content=b"{}",
    )
    return {"reference": reference, "document": document.pk}


def _body(_portals: Portals, body: int) -> Mapping[str, object]:
    return {"body": body_of(body)}


def _named(_portals: Portals, body: int) -> Mapping[str, object]:
    from lienthong.control.participants.models import Body

    return {"identifier": Body.objects.get(pk=body_of(body)).identifier}


def _home_of_body(_portals: Portals, body: int) -> Mapping[str, object]:
    body_of(body)
    return {}


def _mandate(_portals: Portals, body: int) -> Mapping[str, object]:
    return {"mandate": mandate_of(body)}


def _contact(_portals: Portals, body: int) -> Mapping[str, object]:
    return {"contact": contact_of(body)}


def _system(_portals: Portals, body: int) -> Mapping[str, object]:
    return {"system": system_of(body)}


def _key(_portals: Portals, body: int) -> Mapping[str, object]:
    return {"key": key_of(system_of(body))}


def _officer(_portals: Portals, body: int) -> Mapping[str, object]:
    return {"officer": officer_of(system_of(body))}


def _guide(portals: Portals, body: int) -> Mapping[str, object]:
    from tests.control.guided import asked

    del portals
    return {"guide": asked(body).pk}


def _part_of_guide(portals: Portals, body: int) -> Mapping[str, object]:
    return {**_guide(portals, body), "part": "calls"}


def _edition(portals: Portals, body: int) -> Mapping[str, object]:
    from tests.control.guided import published_quickly

    return {"guide": published_quickly(body).pk, "number": 1}


def _event(_portals: Portals, body: int) -> Mapping[str, object]:
    with acting(Event(kind="sample", actor=None, subject_kind="sample", subject="event", body=body)):
        pass
    return {"event": events_of("sample", "event")[0].id}


def _filed(portals: Portals, body: int) -> Mapping[str, object]:
    from tests.control.requesting import sent

    writer = portals.account(Role.INTEGRATOR, body=body)
    return {"reference": sent(portals, writer, number=f"{writer.id}/SYT-VP")}


def _trial(request: Mapping[str, object]) -> Mapping[str, object]:
    from lienthong.control.conformance.models import Trial
    from tests.control.trying import SHEET

    trial = Trial.objects.filter(request__reference=request["reference"]).latest("pk")
    Trial.objects.filter(pk=trial.pk).update(persons=SHEET)
    return {**request, "trial": trial.pk}


def _run(portals: Portals, body: int) -> Mapping[str, object]:
    from lienthong.control.conformance.models import Run, Trial

    request = _request(portals, body)
    trial = Trial.objects.filter(request__reference=request["reference"]).latest("pk")
    run = Run.objects.create(
        request=trial.request, system=trial.system, opened_at=trial.begun_at, report=b"{}", report_sha256="00"
    )
    return {**request, "run": run.pk}


def _account(portals: Portals, _body: int) -> Mapping[str, object]:
    return {"account": portals.account(Role.HANDLER).id}


def _work_day(_portals: Portals, _body: int) -> Mapping[str, object]:
    from lienthong.control.connections.models import WorkDay

    holiday, _ = WorkDay.objects.get_or_create(
        day="2027-01-01", is_worked=False, decision="1/TB", withdrawn_by=""
    )
    return {"entry": holiday.pk}


SAMPLES: dict[Page, Sample] = {
    Page.GUIDES: _no_values,
    Page.AUTHORITY_GUIDE: _no_values,
    Page.GUIDE: _guide,
    Page.GUIDE_EDITION: _edition,
    Page.GUIDE_FILE: _edition,
    Page.GUIDE_PDF: _edition,
    Page.GUIDE_PART: _part_of_guide,
    Page.GUIDE_RESTORE: _part_of_guide,
    Page.GUIDE_PREVIEW: _guide,
    Page.GUIDE_PUBLISH: _guide,
    Page.SIGN_IN: _no_values,
    Page.SECOND_FACTOR: _no_values,
    Page.ACCEPT_INVITATION: lambda _portals, _body: {"token": "no-such-token"},
    Page.ENROL: _no_values,
    Page.SIGN_OUT: _no_values,
    Page.PROVE_AGAIN: _no_values,
    Page.LANGUAGE: _no_values,
    Page.HOME: _no_values,
    Page.ACCOUNT: _no_values,
    Page.END_SESSION: lambda _portals, _body: {"session": 0},
    Page.RECOVERY_CODES: _no_values,
    Page.NOTICES: _no_values,
    Page.OPEN_NOTICE: lambda _portals, _body: {"notice": 0},
    Page.READ_ALL_NOTICES: _no_values,
    Page.AUDIT_EVENT: _event,
    # The desk of the authority.
    Page.DESK_REQUESTS: _no_values,
    Page.DESK_REQUEST: _request,
    Page.DESK_THREAD: _request,
    Page.DESK_VERSIONS: _request,
    Page.DESK_DOCUMENT: _in_request(id=0),
    Page.DESK_PAPER: _in_request(upload=0),
    Page.DESK_FIELDS: _request,
    Page.DESK_CONDITIONS: _request,
    Page.DESK_CONDITION_JUDGE: lambda portals, body: {
        **_request(portals, body),
        "system": f"his-{body}",
        "condition": "safety",
    },
    Page.DESK_HANDLE: _request,
    Page.DESK_ASSIGN: _request,
    Page.DESK_DECIDE: _request,
    Page.DESK_CHIEF: _no_values,
    Page.ARRIVALS: _no_values,
    Page.ARRIVAL_ENTER: _no_values,
    Page.ARRIVAL_SCAN: lambda _portals, _body: {"arrival": 0},
    Page.ARRIVAL: _arrival,
    Page.ARRIVAL_OPEN: _arrival,
    Page.ARRIVAL_SENDER: _arrival,
    Page.ARRIVAL_PUT_UNDER: _arrival,
    Page.ARRIVAL_GIVE_BACK: _arrival,
    Page.LETTERS: _no_values,
    Page.LETTER: _letter,
    Page.LETTER_PDF: _letter,
    Page.LETTER_DRAFT: _in_request(purpose="supplement"),
    Page.LETTER_REWRITE: _letter,
    Page.LETTER_MOVE: _letter,
    Page.LETTER_SIGN: _letter,
    Page.LETTER_ISSUE: _letter,
    Page.OWN_REQUESTS: _no_values,
    Page.OWN_REQUEST_START: _no_values,
    Page.OWN_REQUEST: _of_draft,
    Page.OWN_DRAFT: _of_draft,
    Page.OWN_DRAFT_PART: _of_part,
    Page.OWN_DRAFT_ASIDE: _of_part,
    Page.OWN_DRAFT_EVIDENCE: _of_draft,
    Page.OWN_DRAFT_LETTER: _of_draft,
    Page.OWN_DRAFT_SUBMIT: _of_draft,
    Page.OWN_DRAFT_TAKE_BACK: _of_draft,
    Page.OWN_DRAFT_DISCARD: _of_draft,
    Page.OWN_REQUEST_SIGN: _of_draft,
    Page.OWN_REQUEST_WITHDRAW: _of_draft,
    Page.OWN_REQUEST_CONDITIONS: _of_draft,
    Page.OWN_REQUEST_THREAD: _of_draft,
    Page.OWN_REQUEST_VERSIONS: _of_draft,
    Page.OWN_REQUEST_FILE: _of_file,
    Page.OWN_REQUEST_DOCUMENT: _of_document,
    Page.OWN_TRIAL: _filed,
    Page.OWN_TRIAL_KEY: lambda portals, body: _trial(_filed(portals, body)),
    Page.OWN_TRIAL_START: lambda portals, body: _trial(_request(portals, body)),
    Page.OWN_TRIAL_ABANDON: _run,
    Page.OWN_TRIAL_REPORT: _run,
    Page.OWN_TRIAL_PERSONS: lambda portals, body: {
        **_trial(_request(portals, body)),
        "kind": "csv",
    },
    Page.DESK_TRIAL: _request,
    Page.DESK_TRIAL_REPORT: _run,
    Page.BODIES: _no_values,
    Page.BODY: _body,
    Page.BODY_NAMED: _named,
    Page.REGISTER_BODY: _no_values,
    Page.EDIT_BODY: _body,
    Page.INVITE_TO_BODY: _body,
    Page.SUCCEED_BODIES: _no_values,
    Page.CONFIRM_SUCCESSION: _no_values,
    Page.KEYS_WAITING: _no_values,
    Page.ACCEPT_KEY: _key,
    Page.REJECT_KEY: _key,
    Page.OWN_BODY: _home_of_body,
    Page.NEW_MANDATE: _no_values,
    Page.EDIT_MANDATE: _mandate,
    Page.END_MANDATE: _mandate,
    Page.NEW_CONTACT: _no_values,
    Page.EDIT_CONTACT: _contact,
    Page.END_CONTACT: _contact,
    Page.NEW_SYSTEM: _no_values,
    Page.EDIT_SYSTEM: _system,
    Page.NEW_KEY: _system,
    Page.WITHDRAW_KEY: _key,
    Page.NEW_OFFICER: _system,
    Page.END_OFFICER: _officer,
    Page.IMPORT_OFFICERS: _system,
    Page.CONFIRM_OFFICERS: _system,
    Page.SYSTEM: _system,
    Page.SYSTEM_KEYS: _system,
    Page.SYSTEM_OFFICERS: _system,
    Page.EXPORT_OFFICERS: _system,
    Page.REVOKE_KEY: _key,
    Page.MANDATE_PAPER: _mandate,
    Page.SYSTEM_PAPER: lambda _portals, body: {"system": system_of(body), "place": "plan"},
    Page.EDIT_OWN_BODY: _home_of_body,
    # Administration.
    Page.ACCOUNTS: _no_values,
    Page.MAILS_ASIDE: _no_values,
    Page.MAIL_AGAIN: _no_values,
    Page.ACCOUNT_NEW: _no_values,
    Page.ACCOUNT_FILE: _account,
    Page.ACCOUNT_ROLES: _account,
    Page.ACCOUNT_STATE: lambda portals, body: {**_account(portals, body), "act": "suspend"},
    Page.ACCOUNT_RENEW: _account,
    Page.ACCOUNT_SESSIONS: _account,
    Page.WORK_DAYS: _no_values,
    Page.WORK_DAYS_ENTER: _no_values,
    Page.WORK_DAY_WITHDRAW: _work_day,
}
