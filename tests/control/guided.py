"""Guides at each step, made through the usual actions, from requests as they lie on the desk."""

from dataclasses import replace

from lienthong.control.connections import handling
from lienthong.control.connections.handling import Weighed
from lienthong.control.guides import opening, writing
from lienthong.control.guides.models import Guide
from lienthong.control.guides.owed import current_text
from lienthong.core.access import Actor, Portal, Role
from lienthong.core.connection_request import ConnectionRequest, Direction, FieldChoice
from lienthong.core.guide_states import GuideState
from lienthong.core.guides import FILL_IN
from lienthong.core.request_handling import Opinion, key_of
from tests.control.filed import assigned, received, seen
from tests.control.portal import OWN_BODY, Portals
from tests.core.requesting import COMPLETE

ONE_SYSTEM = replace(COMPLETE, systems=COMPLETE.systems[:1])
BLOOD = FieldChoice(field="blood_group", direction=Direction.GET, purpose="patient", reason="Cấp cứu")
MORE = replace(
    ONE_SYSTEM,
    choices=(*ONE_SYSTEM.choices, BLOOD),
    written_counts=((Direction.GET, 3), (Direction.GIVE, 1)),
)
LESS = replace(ONE_SYSTEM, choices=ONE_SYSTEM.choices[:1], written_counts=((Direction.GET, 1),))


def asked(body: int = OWN_BODY, content: ConnectionRequest = ONE_SYSTEM) -> Guide:
    """Return the guide of a system whose request was received."""
    received(body, content=content)
    opening.look()
    return guide_of(body)


def owed(portals: Portals, body: int = OWN_BODY, content: ConnectionRequest = ONE_SYSTEM) -> Guide:
    """Return the guide of a system whose request was accepted."""
    desk, leader = portals.account(Role.HANDLER, Role.CHIEF), portals.account(Role.APPROVER)
    request = assigned(body, desk, desk, content=content)
    weighed = {key_of(choice): Weighed(Opinion.AGREED) for choice in content.choices}
    assert handling.weigh(seen(request), weighed, actor=desk) is None
    request.refresh_from_db()
    assert handling.propose(seen(request), actor=desk) is None
    request.refresh_from_db()
    assert handling.accept(seen(request), actor=leader) is None
    opening.look()
    return guide_of(body)


def guide_of(body: int) -> Guide:
    """Return the guide of a body's first system as it stands in the database."""
    return Guide.objects.select_related("system__body").filter(system__body=body).order_by("id")[0]


def fill_in(guide: Guide, writer: Actor) -> None:
    """Write every part in which the draft leaves something to be filled in."""
    for part, text in current_text(fresh(guide)).parts.items():
        if FILL_IN in text:
            written = text.replace("⟦", "").replace("⟧", "")
            saved = writing.save_part(guide.pk, part, written, base=writing.mark_of(text), actor=writer)
            assert isinstance(saved, writing.SavedPart), saved.text


def publish(guide: Guide, publisher: Actor) -> int:
    """Publish a guide as it is."""
    number = writing.publish(guide.pk, seen=current_text(fresh(guide)).sha256, actor=publisher)
    assert isinstance(number, int), number.text
    return number


def published(portals: Portals, body: int = OWN_BODY) -> Guide:
    """Return a guide of which an edition is published."""
    guide, publisher = owed(portals, body), portals.account(Role.CONTACT_OFFICER, body=body)
    fill_in(guide, publisher)
    publish(guide, publisher)
    return fresh(guide)


def published_quickly(body: int) -> Guide:
    """Return a guide with an edition, by an actor who has no account: for pages that only show it."""
    guide = asked(body)
    actor = Actor(1, "Người công bố", Portal.AGENCY, frozenset({Role.CONTACT_OFFICER}), body)
    if guide.state != GuideState.PUBLISHED:
        fill_in(guide, actor)
        publish(guide, actor)
    return fresh(guide)


def fresh(guide: Guide) -> Guide:
    """Return a guide as it stands in the database."""
    return Guide.objects.select_related("system__body").get(pk=guide.pk)
