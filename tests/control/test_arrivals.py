"""Letters that arrive: one file whichever way the copies come, one number each, scans that are judged."""

from datetime import date

import pytest

from lienthong.control.letters import arrivals
from lienthong.control.letters.arrivals import Arrival, Entered, Scan
from lienthong.control.letters.models import Counter, IncomingLetter, Upload
from lienthong.core.access import Actor, Role
from lienthong.core.control_refusals import ControlCode
from lienthong.core.document_kinds import ArrivalChannel, CopyStatus
from lienthong.core.letter_numbers import NumberSymbol
from tests.control.filed import DATED, body_of, received
from tests.control.portal import OWN_BODY
from tests.control.test_handling import both

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(21) + b"\x00\x00\x00\x00IEND\xaeB`\x82"


@pytest.fixture
def clerk(portals) -> Actor:
    return portals.account(Role.INTAKE_CLERK)


def paper(number: int = 1187, **changes: object) -> Arrival:
    return Arrival(
        **{
            "sender": "H07.12",
            "number": NumberSymbol(number, "SYT-VP"),
            "dated": DATED,
            "subject": "Đề nghị kết nối",
            "channel": ArrivalChannel.PAPER,
            "copy": CopyStatus.ORIGINAL,
        }
        | changes
    )


@pytest.mark.law("R5.3")
def test_a_paper_copy_of_a_letter_from_the_portal_joins_its_file(portals, clerk):
    request = received(OWN_BODY, letter=1187)
    entered = arrivals.enter(
        paper(), Scan(name="quet.png", declared_type="image/png", content=PNG), actor=clerk
    )
    assert entered == Entered(entered.letter, request.letter.arrival, joined=True)
    copy = IncomingLetter.objects.get(pk=entered.letter)
    assert (copy.state, copy.joined_to, copy.request) == ("joined", request.letter, request.pk)
    assert copy.body_id == OWN_BODY
    assert copy.document.name == "quet.png"


@pytest.mark.law("R5.3")
def test_a_request_from_the_portal_joins_the_paper_that_came_before(portals, clerk):
    body_of(OWN_BODY)
    first = arrivals.enter(paper(), None, actor=clerk)
    axis = arrivals.enter(paper(channel=ArrivalChannel.DOCUMENT_AXIS, copy=None), None, actor=clerk)
    assert axis.arrival == first.arrival
    request = received(OWN_BODY, letter=1187)
    assert request.letter.state == "joined"
    letter = IncomingLetter.objects.get(pk=first.letter)
    assert (letter.state, letter.request, letter.arrival) == ("filed", request.pk, first.arrival)
    assert set(IncomingLetter.objects.values_list("request", flat=True)) == {request.pk}
    assert Counter.objects.get(series="arrivals").last == 1


def test_the_name_of_a_body_is_its_identifier_as_far_as_sameness_goes(portals, clerk):
    body_of(OWN_BODY)
    first = arrivals.enter(paper(), None, actor=clerk)
    named = paper(sender="sở y tế   số 7", channel=ArrivalChannel.DOCUMENT_AXIS, copy=None)
    assert arrivals.enter(named, None, actor=clerk).arrival == first.arrival
    stranger = arrivals.enter(paper(sender="Công ty lạ"), None, actor=clerk)
    assert stranger.arrival != first.arrival
    assert IncomingLetter.objects.get(pk=stranger.letter).body_id is None


@pytest.mark.law("R5.3")
@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"copy": None}, ControlCode.ARRIVAL_WRONG, "bản chính, sao y"),
        ({"dated": date(2999, 1, 1)}, ControlCode.ARRIVAL_WRONG, "sau ngày đến"),
        ({"channel": ArrivalChannel.DOCUMENT_AXIS}, ControlCode.ARRIVAL_WRONG, "Chỉ bản giấy"),
    ],
)
def test_what_is_declared_wrongly_is_not_registered(portals, clerk, changes, code, words):
    refusal = arrivals.enter(paper(**changes), None, actor=clerk)
    assert refusal.code is code
    assert words in refusal.text.vi
    assert not IncomingLetter.objects.exists()
    assert not Counter.objects.exists()


def test_a_double_submit_enters_a_letter_once(portals, clerk):
    results = both(
        lambda: arrivals.enter(paper(), None, actor=clerk), lambda: arrivals.enter(paper(), None, actor=clerk)
    )
    refused = [result for result in results if not isinstance(result, Entered)]
    assert [each.code for each in refused] == [ControlCode.ARRIVAL_TWICE]
    assert IncomingLetter.objects.count() == 1
    assert Counter.objects.get(series="arrivals").last == 1


def test_a_scan_that_is_not_what_it_says_leaves_nothing(portals, clerk):
    scan = Scan(name="quet.png", declared_type="image/png", content=b"MZ\x90\x00 not a picture")
    refusal = arrivals.enter(paper(), scan, actor=clerk)
    assert refusal.code is ControlCode.SCAN_REFUSED
    assert not IncomingLetter.objects.exists()
    assert not Upload.objects.exists()
