"""How each page is tried in the access matrix: with which values, on a thing of the own body or another's."""

from collections.abc import Callable, Mapping

from lienthong.core.pages import Page
from tests.control.portal import Portals

Sample = Callable[[Portals, int], Mapping[str, object]]
"""Makes a thing that belongs to a body and returns the values of the page's address."""


def _no_values(_portals: Portals, _body: int) -> Mapping[str, object]:
    return {}


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
}
