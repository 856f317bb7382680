"""The access matrix as the pages answer it: one line per page, whose thing it is, and answer."""

from collections.abc import Collection
from pathlib import Path
from typing import Final

from django.http import HttpResponse

from lienthong.control.frame.completeness import Address, addresses
from lienthong.control.frame.page import address_of
from lienthong.core.access import ROLES_OF, Portal, Role
from lienthong.core.pages import Page
from tests.control.page_samples import SAMPLES
from tests.control.portal import OTHER_BODY, OWN_BODY, Browser, Portals

AGREED: Final = Path(__file__).with_name("access_matrix.txt")


def matrix_of(portals: Portals, pages: Collection[Page] = tuple(Page)) -> list[str]:
    """Return what each page answers to everybody: nobody, and each role, lately proven or not."""
    lines: list[str] = []
    for portal in Portal:
        browsers = [(role.value, *_browsers(portals, role)) for role in Role if role in ROLES_OF[portal]]
        tried = {a for a in addresses() if a.portal is portal and a.page in pages}
        for address in sorted(tried, key=lambda a: a.page):
            bodies = {"own": OWN_BODY, "other": OTHER_BODY} if _is_about_a_body(address) else {"": OWN_BODY}
            for whose, body in bodies.items():
                place = f"{portal} {address.page}{f' of {whose} body' if whose else ''}"
                url = address_of(portal, address.page, **SAMPLES[address.page](portals, body))
                answers: dict[str, list[str]] = {what_happened(portals.stranger().get(url)): ["nobody"]}
                for name, *of_role in browsers:
                    fresh, old = (what_happened(browser.get(url)) for browser in of_role)
                    answers.setdefault(fresh if fresh == old else f"{old}, then {fresh}", []).append(name)
                lines += [
                    f"{place}: {answer}: {' '.join(names)}" for answer, names in sorted(answers.items())
                ]
    return lines


def what_happened(answer: HttpResponse) -> str:
    """Say in a word how a page answered."""
    match answer.status_code:
        case 302 if "/sign-in/" in answer.headers["Location"]:
            return "sign in"
        case 302 if "/prove-again/" in answer.headers["Location"]:
            return "prove again"
        case 302:
            return "led on"
        case 200 | 405:
            return "open"
        case 403:
            return "forbidden"
        case 404:
            return "not found"
        case other:
            return str(other)


def _browsers(portals: Portals, role: Role) -> tuple[Browser, Browser]:
    actor = portals.account(role)
    return portals.signed_in(actor), portals.signed_in(actor, proven_again=False)


def _is_about_a_body(address: Address) -> bool:
    return bool(address.values) and address.portal is Portal.AGENCY
