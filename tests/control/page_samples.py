"""How each page is tried in the access matrix: with which values, on a thing of the own body or another's."""

from collections.abc import Callable, Mapping

from lienthong.core.pages import Page
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


SAMPLES: dict[Page, Sample] = {
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
    # The desk of the authority.
    Page.DESK_REQUESTS: _no_values,
    Page.DESK_REQUEST: _request,
    Page.DESK_THREAD: _request,
    Page.DESK_VERSIONS: _request,
    Page.DESK_DOCUMENT: _in_request(id=0),
    Page.DESK_PAPER: _in_request(upload=0),
    Page.DESK_FIELDS: _request,
    Page.DESK_HANDLE: _request,
    Page.DESK_ASSIGN: _request,
    Page.DESK_DECIDE: _request,
    Page.DESK_CHIEF: _no_values,
    Page.ARRIVALS: _no_values,
    Page.ARRIVAL_ENTER: _no_values,
    Page.ARRIVAL_SCAN: lambda _portals, _body: {"arrival": 0},
    Page.LETTERS: _no_values,
    Page.LETTER: _letter,
    Page.LETTER_PDF: _letter,
    Page.LETTER_DRAFT: _in_request(purpose="supplement"),
    Page.LETTER_REWRITE: _letter,
    Page.LETTER_MOVE: _letter,
    Page.LETTER_SIGN: _letter,
    Page.LETTER_ISSUE: _letter,
}
