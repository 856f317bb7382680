"""A request as the portals know it: which portal, which session, who acts."""

from django.http import HttpRequest

from lienthong.control.accounts.sessions import OpenSession
from lienthong.core.access import Actor, Portal


class PortalRequest(HttpRequest):
    """The type by which views take a request after `enter_portal`; it is never made.

    `actor` is there on every page that is not public.
    """

    portal: Portal
    session_open: OpenSession | None
    signed_in: Actor | None
    proven_again: bool
    actor: Actor
