"""The check at start: every address is a declared page, every page has its address."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured
from django.urls import URLPattern, URLResolver, get_resolver

from lienthong.core.access import Portal, Reach
from lienthong.core.pages import PAGES, Page


@dataclass(frozen=True, slots=True)
class Address:
    """One address of the portals: its portal, page and the names of the values in it."""

    portal: Portal
    page: Page
    values: tuple[str, ...]


def addresses() -> tuple[Address, ...]:
    """Return every address; raises ImproperlyConfigured naming those without a page and pages without one."""
    found: list[Address] = []
    faults: list[str] = []
    for portal, pattern in _patterns():
        page = getattr(pattern.callback, "page", None)
        if portal is None or page is None:
            faults.append(f"{pattern.pattern}: declare the view with @page, within a portal")
            continue
        values = tuple(pattern.pattern.converters)
        rule = PAGES[page]
        if pattern.name != page or rule.portal not in (None, portal):
            faults.append(f"{portal}: {pattern.pattern} is named {pattern.name!r}, its page is {page}")
        is_own = portal is Portal.AGENCY and rule.reach is Reach.OWN_BODY and not rule.public
        if (
            is_own
            and values
            and page not in _OWN_ACCOUNT
            and not getattr(pattern.callback, "asks_whose", False)
        ):
            faults.append(f"{page}: say with `body=` whose thing is at {pattern.pattern}")
        found.append(Address(portal, page, values))
    have = {(address.portal, address.page) for address in found}
    faults += [
        f"{page} has no address in {portal}"
        for page, rule in PAGES.items()
        for portal in Portal
        if rule.portal in (None, portal) and (portal, page) not in have
    ]
    if faults:
        raise ImproperlyConfigured("; ".join(faults))
    return tuple(found)


_OWN_ACCOUNT = frozenset({Page.END_SESSION, Page.OPEN_NOTICE})
"""Pages about the account itself, whatever its body: the action looks among its own things only."""


def _patterns() -> Iterator[tuple[Portal | None, URLPattern]]:
    for part in get_resolver().url_patterns:
        if isinstance(part, URLResolver):
            portal = Portal(part.namespace) if part.namespace in tuple(Portal) else None
            yield from ((portal, pattern) for pattern in _leaves(part))
        else:
            yield None, part


def _leaves(resolver: URLResolver) -> Iterator[URLPattern]:
    for part in resolver.url_patterns:
        if isinstance(part, URLResolver):
            yield from _leaves(part)
        else:
            yield part
