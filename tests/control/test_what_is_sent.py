"""What no form of the portals sends: too much, in another encoding, by another method, to no address."""

import http.client
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lienthong.control.frame.completeness import addresses
from lienthong.control.frame.limits import LARGEST_BODY, LARGEST_OF_STRANGERS
from lienthong.control.frame.page import address_of
from lienthong.control.frame.portal import cookie_of
from lienthong.control.participants.models import Mandate
from lienthong.core.access import Portal, Role
from lienthong.core.control_refusals import ControlCode
from lienthong.core.uploads import LARGEST_UPLOAD
from tests.control.participants import PDF
from tests.control.walking import events_written, places

NEW = "/agency/mandates/new/"
MULTIPART = "multipart/form-data; boundary=xx"
PART = b'--xx\r\nContent-Disposition: form-data; name="code"\r\n\r\n%s\r\n--xx--\r\n'
FORM = "application/x-www-form-urlencoded"
UNREADABLE = {
    "another encoding": (f"{FORM}; charset=utf-16", "code=a".encode("utf-16")),
    "an encoding there is not": (f"{FORM}; charset=nonsense", b"code=a"),
    "an encoding that is none": (f"{MULTIPART}; charset=rot13", PART % b"a"),
    "escapes that make half a character": (f"{MULTIPART}; charset=unicode_escape", PART % rb"\ud800"),
    "seven bits that make half a character": (f"{MULTIPART}; charset=utf-7", PART % b"+2AA-"),
    "no boundary": ("multipart/form-data", PART % b"a"),
    "an empty boundary": ("multipart/form-data; boundary=", PART % b"a"),
}
HOSTILE_WORDS = ("\0", "a\0b", "x" * 3_000, "\u202e1", "..", "%FF", "\n")
HOSTILE_NUMBERS = ("0", "9" * 20, "9" * 300)


@pytest.fixture
def browser(portals):
    made = portals.browser(Role.INTEGRATOR)
    made.raise_request_exception = False
    return made


def is_said(answer, status: int, code: ControlCode) -> bool:
    """Say whether a whole page told the code, and nothing was done."""
    text = answer.content.decode()
    is_page = "</html>" in text and answer.headers["Content-Security-Policy"]
    return answer.status_code == status and code in text and bool(is_page) and not Mandate.objects.exists()


def test_too_much_text_and_too_many_parts_are_told_with_a_code(browser):
    large = browser.post(NEW, {"code": "x" * 3_000_000})
    assert is_said(large, 413, ControlCode.FORM_TOO_LARGE)
    many = browser.post(NEW, {f"f{number}": "1" for number in range(2_001)})
    assert is_said(many, 400, ControlCode.FORM_TOO_MANY_PARTS)
    files = {f"f{number}": SimpleUploadedFile("a.pdf", PDF) for number in range(7)}
    assert is_said(browser.post(NEW, files), 400, ControlCode.FORM_TOO_MANY_PARTS)


def test_a_body_larger_than_every_form_is_refused_by_its_head_alone(browser, portals):
    announced = str(LARGEST_BODY + 1)
    assert is_said(browser.post(NEW, {}, CONTENT_LENGTH=announced), 413, ControlCode.FORM_TOO_LARGE)
    assert is_said(browser.post(NEW, {}, CONTENT_LENGTH="9" * 30), 413, ControlCode.FORM_TOO_LARGE)
    assert LARGEST_BODY > 6 * LARGEST_UPLOAD
    stranger = portals.stranger()
    answer = stranger.post("/agency/sign-in/", {"email": "x" * LARGEST_OF_STRANGERS})
    assert is_said(answer, 413, ControlCode.FORM_TOO_LARGE)


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_told_with_a_code(browser, name):
    kind, body = UNREADABLE[name]
    assert is_said(browser.generic("POST", NEW, body, content_type=kind), 400, ControlCode.FORM_UNREADABLE)


def test_bytes_that_are_no_text_come_back_as_a_form_error_or_as_replaced_characters(browser):
    answer = browser.post(NEW, b"code=%FF%FE&description=\xff\xfe&kind=x", content_type=FORM)
    assert answer.status_code == 200
    assert 'id="id_kind_error"' in answer.content.decode()
    truncated = browser.post(NEW, (PART % b"a")[:-20], content_type=MULTIPART)
    assert truncated.status_code == 200
    assert not Mandate.objects.exists()


def test_no_other_method_reaches_a_page_and_none_can_be_pretended(browser):
    before = events_written()
    for method in ("put", "delete", "patch", "options", "trace"):
        answer = getattr(browser, method)("/agency/requests/start/")
        assert answer.status_code == 405
        assert getattr(browser, method)(NEW).status_code == 405
    tricks = {"X-HTTP-Method-Override": "POST", "X-Method-Override": "POST"}
    assert browser.get("/agency/requests/start/", {"_method": "POST"}, headers=tricks).status_code == 405
    assert events_written() == before


def test_a_form_without_its_own_token_does_nothing_in_any_page_that_acts(portals):
    before = events_written()
    checked: set[str] = set()
    for portal, (known, listed) in places(portals).items():
        browser = Client(enforce_csrf_checks=True, HTTP_HOST="127.0.0.1:8410", HTTP_USER_AGENT="Firefox")
        browser.cookies[cookie_of(portal)] = known.cookies[cookie_of(portal)].value
        browser.cookies["lt_csrf"] = "a" * 32
        before = events_written()
        for place in listed:
            answer = browser.post(place.url, {"csrfmiddlewaretoken": "b" * 32})
            assert answer.status_code == 403, place.name
            assert "Biểu mẫu đã cũ" in answer.content.decode()
            checked.add(place.name)
        assert events_written() == before
    assert len(checked) == len({(each.portal, each.page) for each in addresses()})


def test_the_cookie_of_the_other_portal_opens_no_page_that_acts(portals):
    found = places(portals)
    before = events_written()
    for portal, (_, listed) in found.items():
        other = Portal.STAFF if portal is Portal.AGENCY else Portal.AGENCY
        known = found[other][0]
        browser = portals.stranger()
        browser.cookies[cookie_of(portal)] = known.cookies[cookie_of(other)].value
        for place in listed:
            answer = browser.post(place.url, {"reason": "x", "version": "1"})
            assert answer.status_code in (200, 302, 404), place.name
            assert (
                answer.status_code != 302
                or "/sign-in/" in answer.headers["Location"]
                or (place.address.page in ("language",))
            ), place.name
    assert events_written() == before


def test_an_address_that_names_nothing_is_not_found_whatever_stands_in_it(portals):
    tried = 0
    for portal, (browser, listed) in places(portals).items():
        for place in listed:
            for value in place.values:
                is_number = isinstance(place.values[value], int)
                for bad in HOSTILE_NUMBERS if is_number else HOSTILE_WORDS:
                    url = _with(portal, place, value, bad)
                    for answer in (browser.get(url), browser.post(url)):
                        tried += 1
                        is_elsewhere = place.address.page == "end_session" and answer.status_code == 302
                        assert answer.status_code in (404, 405) or is_elsewhere, (place.name, value, bad[:9])
    assert tried > 500


def _with(portal, place, name: str, bad: str) -> str:
    """Return the address with one value replaced, as somebody would write it by hand."""
    stand_in = 1_234_567_890_123 if isinstance(place.values[name], int) else "-stand-in-"
    url = address_of(portal, place.address.page, **{**place.values, name: stand_in})
    return url.replace(str(stand_in), bad if bad == "%FF" else quote(bad, safe=""))


def test_a_server_that_is_sent_a_gigabyte_answers_at_its_head(processes):
    processes.start_control()
    connection = http.client.HTTPConnection("127.0.0.1", processes.port, timeout=30)
    connection.putrequest("POST", "/agency/sign-in/")
    connection.putheader("Content-Type", FORM)
    connection.putheader("Content-Length", str(2**30))
    connection.endheaders(b"email=x")
    answer = connection.getresponse()
    assert answer.status == 413
    assert ControlCode.FORM_TOO_LARGE in answer.read().decode()
    connection.close()
