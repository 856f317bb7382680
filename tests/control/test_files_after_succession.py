"""A request whose body was merged goes on under its successor: its text, its files, its history."""

from dataclasses import replace
from datetime import date

import pytest

from lienthong.control.audit.events import database_now
from lienthong.control.connections import drafting, filing
from lienthong.control.connections.file import request_file
from lienthong.control.connections.files import file_of
from lienthong.control.connections.models import Draft, Request
from lienthong.control.connections.own_drafts import draft_of
from lienthong.control.connections.own_requests import request_of
from lienthong.control.connections.written import Part, Written
from lienthong.control.participants import succession
from lienthong.control.participants.models import Body
from lienthong.core.access import Actor, Role
from lienthong.core.control_refusals import ControlCode
from lienthong.core.legal_days import day_of
from lienthong.core.papers import Paper
from lienthong.core.request_states import RequestState
from lienthong.core.succession import SuccessionKind
from tests.control.portal import OWN_BODY, Portals
from tests.control.requesting import PDF, demonstration, sent, submitted, version_of

_PAPER = Paper(number="1687/NQ-UBTVQH15", issuer="UBTV Quốc hội", issued_on=date(2025, 6, 16))
_SUCCESSOR = 9


def merged(portals: Portals) -> None:
    """Merge the own body into another."""
    for number, identifier, name in ((8, "H20.98", "Sở khác"), (_SUCCESSOR, "H20.99", "Sở Y tế mới")):
        Body.objects.create(pk=number, identifier=identifier, kind="organisation", name=name)
    merger = succession.Decision(
        kind=SuccessionKind.MERGE,
        paper=_PAPER,
        effective_on=date(2025, 7, 1),
        predecessors=(Body.objects.get(pk=OWN_BODY).identifier, "H20.98"),
        successors=("H20.99",),
    )
    plan = succession.plan(merger)
    assert isinstance(plan, succession.Plan), plan.text
    administrator = portals.account(Role.ADMINISTRATOR)
    assert isinstance(succession.carry_out(merger, plan.print, None, actor=administrator), int)


@pytest.fixture
def writer(portals) -> Actor:
    return portals.account(Role.INTEGRATOR)


def dated_anew(reference: str, actor: Actor) -> None:
    def apply(written: Written) -> Written:
        return replace(written, head=replace(written.head, number="2/SYT-VP", dated=day_of(database_now())))

    seen = Draft.objects.get(request__reference=reference).counter
    saved = drafting.save_part(
        reference, Part.SIGNATURE, apply, typed={}, is_readable=True, seen=seen, actor=actor
    )
    assert isinstance(saved, drafting.Saved), saved.text


@pytest.mark.law("R5.3", "R1.2")
def test_the_successor_answers_the_supplement_that_was_asked_for(portals, writer):
    reference = sent(portals, writer)
    for state in (RequestState.ASSIGNED, RequestState.SUPPLEMENT_ASKED):
        Request.objects.filter(reference=reference).update(state=state)
    merged(portals)
    writer = replace(writer, body=_SUCCESSOR)
    dated_anew(reference, writer)
    refusal = filing.submit(reference, actor=writer)
    assert refusal is None, refusal.text
    head = portals.account(Role.AGENCY_HEAD, body=_SUCCESSOR)
    refusal = filing.sign_for_demonstration(reference, seen=version_of(reference), actor=head)
    assert refusal is None, refusal.text
    unit = request_of(reference).written.request.unit
    assert (unit.name, unit.identifier) == ("Sở Y tế mới", "H20.99")


@pytest.mark.law("R6.1", "R5.1")
def test_files_and_history_of_a_request_are_not_lost_with_its_body(portals, writer):
    reference = sent(portals, writer)
    before = [happening.title for happening in request_of(reference).history]
    merged(portals)
    view = request_of(reference)
    assert [happening.title for happening in view.history] == before
    assert view.description is not None
    found = file_of(reference, view.description.id)
    assert found is not None
    assert found[1] == PDF
    file = request_file(reference)
    assert file is not None
    assert view.description.id in {paper.upload for paper in file.papers}


@pytest.mark.law("R5.3")
def test_a_letter_laid_before_the_former_head_is_taken_back_and_put_right(portals, writer):
    demonstration()
    reference = submitted(writer)
    merged(portals)
    writer, head = replace(writer, body=_SUCCESSOR), portals.account(Role.AGENCY_HEAD, body=_SUCCESSOR)
    refused = filing.sign_for_demonstration(reference, seen=version_of(reference), actor=head)
    assert refused.code is ControlCode.MAY_NOT_FILE
    assert filing.take_back(reference, actor=writer) is None
    assert draft_of(reference).content.written.request.unit.identifier == "H20.99"
    assert filing.submit(reference, actor=writer) is None
    assert filing.sign_for_demonstration(reference, seen=version_of(reference), actor=head) is None
