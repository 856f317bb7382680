"""Requests that only give: documents for what is shared, no trial, a track that waits for no test."""

import json
from dataclasses import replace

import pytest

from lienthong.control.audit.acting import acting
from lienthong.control.audit.events import Event, events_of
from lienthong.control.conformance.models import Trial
from lienthong.control.connections import provided, support, tracks
from lienthong.control.connections.jobs import NotDoneError, provide_documents
from lienthong.control.connections.models import Request, SupportTrack
from lienthong.control.connections.receipt import supplemented
from lienthong.core.access import Role
from lienthong.core.connection_request import ConnectionRequest, Direction
from lienthong.core.track_states import DocumentsState, SupportState
from lienthong.core.trial_states import TrialState
from tests.control import requesting
from tests.control.filed import add_version, fresh, received
from tests.control.portal import OWN_BODY
from tests.core.requesting import COMPLETE, ONLY_GIVES

NOTHING = replace(ONLY_GIVES, choices=())


def files_of(request: Request) -> dict[str, bytes]:
    standing = provided.standing_of(request.pk)
    return {each.name: provided.document(request.reference, each.id).content for each in standing.files}


def supplement(request: Request, content: ConnectionRequest) -> None:
    add_version(request, content)
    event = Event(kind="request.supplement", actor=None, subject_kind="request", subject=request.reference)
    with acting(event) as act:
        supplemented(fresh(request), act=act)


def track_of(request: Request) -> SupportState:
    return SupportTrack.objects.get(request=request).state


@pytest.mark.law("R5.2", "R2.1", "R2.2", "R8.3")
def test_a_request_that_only_gives_gets_documents_of_what_it_gives_without_any_sandbox(portals, settings_of):
    request = received(OWN_BODY, content=ONLY_GIVES)
    with settings_of(trial=None):
        provide_documents(request=request.pk)
    standing = provided.standing_of(request.pk)
    assert (standing.state, standing.edition, standing.fault) == (DocumentsState.PROVIDED, 1, "")
    assert not standing.without_sandbox
    files = files_of(request)
    assert set(files) == {
        "giving/huong-dan.md",
        "giving/guide.md",
        "giving/fields.json",
        "codes/blood_group-1.csv",
    }
    listed = json.loads(files["giving/fields.json"])
    assert listed["system"] == f"his-{OWN_BODY}"
    assert [field["name"] for field in listed["fields"]] == ["blood_group"]
    assert listed["items"] == [{"name": "item_1", "label": "Thẻ bảo hiểm y tế"}]
    assert [purpose["code"] for purpose in listed["purposes"]] == ["patient"]
    assert events_of("request", request.reference)[0].detail == {"edition": "1", "documents": "4"}


@pytest.mark.law("R5.2", "R8.2")
def test_both_directions_get_both_sets_for_each_system(portals, settings_of):
    request = received(OWN_BODY)
    # What is to be read needs the sandbox's address: the set is handed out whole or not at all.
    with settings_of(trial=None), pytest.raises(NotDoneError):
        provide_documents(request=request.pk)
    assert files_of(request) == {}
    provide_documents(request=request.pk)
    files = files_of(request)
    for system in (f"his-{OWN_BODY}", f"hsdb-{OWN_BODY}"):
        assert {f"{system}/openapi.json", f"{system}/sample.py", f"{system}/giving/guide.md"} <= files.keys()
        assert b"blood_group" not in files[f"{system}/guide.md"]
        assert b"| `religion` |" not in files[f"{system}/giving/guide.md"]
        assert f"{system}/codes/blood_group-1.csv" in files
    shared = [name for name in files if name.endswith("codes/religion-1.csv")]
    assert len(shared) == len(set(shared)) == 2


@pytest.mark.law("R5.2")
def test_what_is_given_is_documented_though_services_are_still_lacking(portals):
    portals.account(Role.HANDLER)
    request = received(OWN_BODY, content=replace(COMPLETE, services=(), systems=COMPLETE.systems[:1]))
    provide_documents(request=request.pk)
    assert b"no service that gives them" in files_of(request)["giving/guide.md"]
    assert track_of(request) is SupportState.UNTESTED
    supplement(request, replace(COMPLETE, systems=COMPLETE.systems[:1]))
    provide_documents(request=request.pk)
    files = files_of(request)
    assert provided.standing_of(request.pk).edition == 2
    assert b"no service that gives them" not in files["giving/guide.md"]
    assert "openapi.json" in files


def test_neither_direction_waits_for_the_body_and_says_so(portals):
    request = received(OWN_BODY, content=NOTHING)
    provide_documents(request=request.pk)
    standing = provided.standing_of(request.pk)
    assert standing.state == DocumentsState.FAILED
    assert standing.waits
    assert "gives nothing" in standing.why.en
    assert tracks.provide(request.pk) is DocumentsState.FAILED
    kinds = [event.kind for event in events_of("request", request.reference)]
    assert kinds.count("documents.fail") == 1


@pytest.mark.law("R5.2")
def test_no_trial_begins_and_the_track_waits_for_no_test(portals):
    handler = portals.account(Role.HANDLER)
    request = received(OWN_BODY, content=ONLY_GIVES)
    assert track_of(request) is SupportState.UNTESTED
    assert SupportTrack.objects.get(request=request).supporter == handler.id
    assert not Trial.objects.exists()
    # Another supporter is named, and still there is nothing to test.
    other = portals.account(Role.HANDLER)
    assert support.name_supporter(request.reference, other.id, actor=portals.account(Role.CHIEF)) is None
    assert track_of(request) is SupportState.UNTESTED
    event = Event(kind="request.withdraw", actor=None, subject_kind="request", subject=request.reference)
    with acting(event):
        tracks.close_all(fresh(request))
    assert track_of(request) is SupportState.CLOSED


@pytest.mark.law("R5.2")
def test_without_a_handler_the_track_waits_for_its_supporter_and_then_for_no_test(portals):
    request = received(OWN_BODY, content=ONLY_GIVES)
    assert track_of(request) is SupportState.OPENED
    handler, chief = portals.account(Role.HANDLER), portals.account(Role.CHIEF)
    assert support.name_supporter(request.reference, handler.id, actor=chief) is None
    assert track_of(request) is SupportState.UNTESTED


@pytest.mark.law("R5.2")
def test_a_supplement_begins_and_ends_the_test_with_what_is_asked(portals):
    portals.account(Role.HANDLER)
    request = received(OWN_BODY, content=ONLY_GIVES)
    supplement(request, replace(COMPLETE, systems=COMPLETE.systems[:1]))
    assert track_of(request) is SupportState.SUPPORTED
    assert Trial.objects.get().state is TrialState.KEY_WANTED
    supplement(request, ONLY_GIVES)
    assert track_of(request) is SupportState.UNTESTED
    assert Trial.objects.get().state is TrialState.LEFT


def test_a_request_that_only_gives_leaves_another_requests_trial_alone(portals):
    earlier = received(OWN_BODY)
    before = Trial.objects.get(system__code=f"his-{OWN_BODY}")
    received(OWN_BODY, content=ONLY_GIVES)
    after = Trial.objects.get(system__code=f"his-{OWN_BODY}")
    assert (after.request_id, after.version, after.content) == (earlier.pk, before.version, before.content)


@pytest.mark.law("R5.2")
def test_both_portals_say_plainly_that_giving_has_no_test(portals):
    handler, integrator = portals.account(Role.HANDLER), portals.account(Role.INTEGRATOR)
    choices = tuple(replace(choice, purpose="MD1") for choice in ONLY_GIVES.choices)
    reference = requesting.sent(
        portals, integrator, choices=choices, services=(), written_counts=((Direction.GIVE, 2),)
    )
    request = Request.objects.get(reference=reference)
    provide_documents(request=request.pk)
    agency, staff = portals.signed_in(integrator), portals.signed_in(handler)
    for browser, path in (
        (agency, f"/agency/requests/{request.reference}/"),
        (staff, f"/staff/requests/{request.reference}/"),
    ):
        page = browser.get(path).content.decode()
        assert "Đang hỗ trợ, chưa có gì để kiểm thử" in page, path
        assert "giving/huong-dan.md" in page, path
        trial = browser.get(f"{path}trial/").content.decode()
        assert "Chiều chia sẻ chưa có kiểm thử kỹ thuật" in trial, path
        assert "nên chưa có gì để kiểm thử" in trial, path
    # Where something is read, too, the test of that is there beside the note.
    reading = requesting.sent(portals, integrator, number="1188/SYT-VP")
    page = agency.get(f"/agency/requests/{reading}/trial/").content.decode()
    assert "Chiều chia sẻ chưa có kiểm thử kỹ thuật" in page
    assert "Nộp khóa kiểm thử" in page
