"""Two people act on one thing at the same moment: one act is done, the other person is told."""

import threading
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection

from lienthong.control.accounts import actions
from lienthong.control.accounts.models import Account
from lienthong.control.accounts.sessions import actor_of
from lienthong.control.connections import drafting, filing, handling, support
from lienthong.control.connections.handling import Seen, Weighed
from lienthong.control.guides import writing
from lienthong.control.guides.owed import current_text
from lienthong.control.letters import outgoing
from lienthong.control.letters.outgoing import Wording
from lienthong.control.letters.outgoing_content import Purpose
from lienthong.control.participants import bodies, contact_officers, keys, mandates, systems
from lienthong.control.participants.models import Body, ContactOfficer, Mandate, System, SystemKey
from lienthong.control.participants.papers import GivenPaper
from lienthong.core.access import Portal, Role
from lienthong.core.account_states import AccountAct
from lienthong.core.bodies import BodyKind
from lienthong.core.connection_request import MandateKind
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.grant_document import SystemKind
from lienthong.core.request_handling import Opinion
from lienthong.core.request_handling import key_of as key_of_choice
from lienthong.core.system_facts import SystemFacts
from lienthong_protocol.record import Act
from tests.control.filed import agreed, assigned, drafted, fresh, received, seen
from tests.control.guided import fill_in, owed
from tests.control.participants import DECREE, body_of, contact_of, key_of, mandate_of, system_of
from tests.control.portal import OWN_BODY, PASSWORD, Portals
from tests.control.requesting import complete, demonstration, submitted, version_of
from tests.control.walking import events_written
from tests.core.requesting import COMPLETE

Deed = Callable[[], object]
NEW = actions.NewAccount(
    portal=Portal.STAFF, email="moi@example.vn", name="Người mới", roles=frozenset({Role.HANDLER}), body=None
)
MEANWHILE = frozenset({ControlCode.DECIDED_MEANWHILE})
OTHER_STATE = frozenset({ControlCode.NOT_IN_THIS_STATE})


def changing_a_body(portals: Portals):
    number = body_of(OWN_BODY)
    version, one, other = Body.objects.get(pk=number).version, *_two(portals, Role.ADMINISTRATOR)
    facts = bodies.BodyFacts(kind=BodyKind.ORGANISATION, name="Sở mới")
    return [
        lambda who=who: bodies.change(number, version, facts, actor=who) for who in (one, other)
    ], MEANWHILE


def registering_a_body(portals: Portals):
    facts = bodies.BodyFacts(kind=BodyKind.ORGANISATION, name="Sở mới")
    deeds = [
        lambda who=who: bodies.register("H61", facts, actor=who) for who in _two(portals, Role.ADMINISTRATOR)
    ]
    return deeds, {ControlCode.IDENTIFIER_TAKEN}


def changing_a_mandate(portals: Portals):
    number = mandate_of(OWN_BODY, "CN-1")
    version = Mandate.objects.get(pk=number).version
    facts = _mandate("CN-1")
    writers = _two(portals, Role.CONTACT_OFFICER)
    return [lambda who=who: mandates.change(number, version, facts, actor=who) for who in writers], MEANWHILE


def ending_a_mandate(portals: Portals):
    number = mandate_of(OWN_BODY)
    deeds = [lambda who=who: mandates.end(number, actor=who) for who in _two(portals, Role.CONTACT_OFFICER)]
    return deeds, {ControlCode.ENDED_ALREADY}


def adding_a_mandate(portals: Portals):
    body_of(OWN_BODY)
    facts = _mandate("CN-2")
    deeds = [
        lambda who=who: mandates.add(OWN_BODY, facts, actor=who)
        for who in _two(portals, Role.CONTACT_OFFICER)
    ]
    return deeds, {ControlCode.MANDATE_CODE_TAKEN}


def changing_a_contact(portals: Portals):
    number = contact_of(OWN_BODY)
    version = ContactOfficer.objects.get(pk=number).version
    facts = contact_officers.ContactFacts(
        name="Tên mới", post="Phó", phone="024", email="a@example.vn", acts=frozenset({Act.CONNECT})
    )
    writers = _two(portals, Role.CONTACT_OFFICER)
    return [
        lambda who=who: contact_officers.change(number, version, facts, actor=who) for who in writers
    ], MEANWHILE


def ending_a_contact(portals: Portals):
    number = contact_of(OWN_BODY)
    writers = _two(portals, Role.CONTACT_OFFICER)
    return [lambda who=who: contact_officers.end(number, actor=who) for who in writers], {
        ControlCode.ENDED_ALREADY
    }


def changing_a_system(portals: Portals):
    number = system_of(OWN_BODY)
    version = System.objects.get(pk=number).version
    stated = systems.SystemStated(name="x", kind=SystemKind.OTHER, is_database=False, facts=SystemFacts())
    writers = _two(portals, Role.INTEGRATOR)
    return [lambda who=who: systems.change(number, version, stated, actor=who) for who in writers], MEANWHILE


def accepting_a_key(portals: Portals):
    number = key_of(system_of(OWN_BODY))
    version, officers = SystemKey.objects.get(pk=number).version, _two(portals, Role.KEY_OFFICER)
    return [
        lambda who=who: keys.accept(number, version, actor=who) for who in officers
    ], MEANWHILE | OTHER_STATE


def accepting_and_withdrawing_a_key(portals: Portals):
    number = key_of(system_of(OWN_BODY))
    version = SystemKey.objects.get(pk=number).version
    officer, writer = portals.account(Role.KEY_OFFICER), portals.account(Role.INTEGRATOR)
    deeds = [lambda: keys.accept(number, version, actor=officer), lambda: keys.withdraw(number, actor=writer)]
    return deeds, MEANWHILE | OTHER_STATE


def suspending_an_account(portals: Portals):
    of = portals.account(Role.HANDLER).id
    deeds = [
        lambda who=who: actions.change_state(AccountAct.SUSPEND, of, actor=who, reason="x")
        for who in _two(portals, Role.ADMINISTRATOR)
    ]
    return deeds, OTHER_STATE


def accepting_an_invitation(portals: Portals):
    token = actions.invite(NEW, actor=None).token
    return [lambda: actions.accept(Portal.STAFF, token, PASSWORD)] * 2, {ControlCode.INVITATION_ENDED}


def inviting_one_address(portals: Portals):
    deeds = [lambda who=who: actions.invite(NEW, actor=who) for who in _two(portals, Role.ADMINISTRATOR)]
    return deeds, {ControlCode.EMAIL_TAKEN}


def assigning_a_file(portals: Portals):
    at, handlers = seen(received(OWN_BODY)), _two(portals, Role.HANDLER)
    chiefs = zip(_two(portals, Role.CHIEF), handlers, strict=True)
    return [lambda who=who, to=to: handling.assign(at, to.id, actor=who) for who, to in chiefs], MEANWHILE


def proposing_and_giving_a_file_to_another(portals: Portals):
    chief, handler = portals.account(Role.CHIEF), portals.account(Role.HANDLER)
    at = seen(agreed(assigned(OWN_BODY, chief, handler), handler))
    other = portals.account(Role.HANDLER)
    deeds = [
        lambda: handling.propose(at, actor=handler),
        lambda: handling.reassign(at, other.id, actor=chief),
    ]
    return deeds, MEANWHILE


def accepting_a_file(portals: Portals):
    chief, handler = portals.account(Role.CHIEF), portals.account(Role.HANDLER)
    request = agreed(assigned(OWN_BODY, chief, handler), handler)
    assert handling.propose(seen(request), actor=handler) is None
    at = seen(fresh(request))
    return [lambda who=who: handling.accept(at, actor=who) for who in _two(portals, Role.APPROVER)], MEANWHILE


def accepting_and_withdrawing_a_file(portals: Portals):
    """The authority accepts what its body takes back in the same moment: it is one or the other."""
    chief, handler = portals.account(Role.CHIEF), portals.account(Role.HANDLER)
    request = agreed(assigned(OWN_BODY, chief, handler), handler)
    assert handling.propose(seen(request), actor=handler) is None
    at, writer = seen(fresh(request)), portals.account(Role.CONTACT_OFFICER, Role.AGENCY_HEAD)
    approver = portals.account(Role.APPROVER)
    deeds = [
        lambda: handling.accept(at, actor=approver),
        lambda: filing.withdraw(request.reference, "x", actor=writer),
    ]
    return deeds, MEANWHILE | OTHER_STATE


def weighing_a_file(portals: Portals):
    chief, handler = portals.account(Role.CHIEF), portals.account(Role.HANDLER)
    request = assigned(OWN_BODY, chief, handler)
    weighed = {key_of_choice(choice): Weighed(Opinion.AGREED) for choice in COMPLETE.choices}
    at = Seen(request.reference, request.version)
    return [lambda: handling.weigh(at, weighed, actor=handler)] * 2, MEANWHILE


def submitting_a_draft(portals: Portals):
    writers = _two(portals, Role.INTEGRATOR)
    reference = complete(writers[0])
    deeds = [lambda who=who: filing.submit(reference, actor=who) for who in writers]
    return deeds, OTHER_STATE | {ControlCode.AWAITS_SIGNATURE}


def discarding_a_draft(portals: Portals):
    writers = _two(portals, Role.CONTACT_OFFICER)
    reference = complete(writers[0])
    return [lambda who=who: drafting.discard(reference, actor=who) for who in writers], OTHER_STATE


def signing_and_taking_back_a_request(portals: Portals):
    demonstration()
    writer, head = portals.account(Role.INTEGRATOR), portals.account(Role.AGENCY_HEAD)
    reference = submitted(writer)
    at = version_of(reference)
    deeds = [
        lambda: filing.sign_for_demonstration(reference, seen=at, actor=head),
        lambda: filing.take_back(reference, actor=writer),
    ]
    return deeds, MEANWHILE | OTHER_STATE | {ControlCode.NOT_PREPARED}


def drafting_a_letter(portals: Portals):
    chief, handler = portals.account(Role.CHIEF), portals.account(Role.HANDLER)
    at = seen(assigned(OWN_BODY, chief, handler))
    wording = Wording(signer=chief.id, title="Cục trưởng", points=("x",), until=date(2030, 1, 31))
    deeds = [lambda: outgoing.draft(at, Purpose.SUPPLEMENT, wording, actor=handler)] * 2
    return deeds, MEANWHILE | {ControlCode.LETTER_UNDER_WAY}


def submitting_and_withdrawing_a_letter(portals: Portals):
    letter = drafted(portals, OWN_BODY)
    who = actor_of(Account.objects.get(roles=[Role.HANDLER.value]))
    deeds = [
        lambda: outgoing.submit(letter.pk, letter.version, actor=who),
        lambda: outgoing.withdraw(letter.pk, letter.version, actor=who),
    ]
    return deeds, MEANWHILE


def publishing_a_guide(portals: Portals):
    guide, publishers = owed(portals), _two(portals, Role.CONTACT_OFFICER)
    fill_in(guide, publishers[0])
    guide.refresh_from_db()
    read = current_text(guide).sha256
    deeds = [lambda who=who: writing.publish(guide.pk, seen=read, actor=who) for who in publishers]
    return deeds, {ControlCode.GUIDE_UNCHANGED}


def naming_a_supporter(portals: Portals):
    """Naming is no decision: whoever names last is heard, and both are events."""
    reference, named = received(OWN_BODY).reference, _two(portals, Role.HANDLER)
    chief = portals.account(Role.CHIEF)
    return [lambda to=to: support.name_supporter(reference, to.id, actor=chief) for to in named], frozenset()


SCENES = (
    changing_a_body, registering_a_body, changing_a_mandate, ending_a_mandate, adding_a_mandate,
    changing_a_contact, ending_a_contact, changing_a_system, accepting_a_key, accepting_and_withdrawing_a_key,
    suspending_an_account, accepting_an_invitation, inviting_one_address, assigning_a_file,
    proposing_and_giving_a_file_to_another, accepting_a_file, accepting_and_withdrawing_a_file,
    weighing_a_file, submitting_a_draft, discarding_a_draft, signing_and_taking_back_a_request,
    drafting_a_letter, submitting_and_withdrawing_a_letter, publishing_a_guide,
)  # fmt: skip


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__.replace("_", " "))
def test_of_two_at_once_one_act_is_done_and_the_other_is_told(portals, scene):
    deeds, told = scene(portals)
    before = events_written()
    results = at_once(deeds)
    refusals = [each for each in results if isinstance(each, ControlRefuse)]
    assert len(refusals) == 1, results
    assert refusals[0].code in told
    assert refusals[0].text.vi
    assert events_written() == before + 1


def test_naming_a_supporter_twice_is_no_conflict(portals):
    deeds, _ = naming_a_supporter(portals)
    before = events_written()
    assert at_once(deeds) == [None, None]
    assert events_written() == before + 2


def _mandate(code: str) -> mandates.MandateFacts:
    return mandates.MandateFacts(
        code=code, kind=MandateKind.DUTY, description="Nội dung mới", paper=GivenPaper(DECREE)
    )


def _two(portals: Portals, role: Role):
    return portals.account(role), portals.account(role)


def at_once(deeds: list[Deed]) -> list[object]:
    """Do deeds in threads with a connection each, let go at the same moment; a fault of one is raised."""
    results: list[object] = []
    barrier = threading.Barrier(len(deeds))

    def run(deed: Deed) -> None:
        barrier.wait()
        try:
            results.append(deed())
        except Exception as error:  # noqa: BLE001 - told to the test's own thread
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not [each for each in results if isinstance(each, Exception)], results
    return results
