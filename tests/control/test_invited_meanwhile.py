"""An account is invited to a body that ends at the same moment: the one act waits for the other."""

import threading

from django.db import connection, transaction
from django.utils import timezone

from lienthong.control.accounts.models import Account
from lienthong.control.participants import bodies
from lienthong.control.participants.models import Body
from lienthong.core.access import Role
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from tests.control.participants import body_of
from tests.control.portal import OWN_BODY
from tests.control.processes import eventually


def test_a_body_that_ends_at_the_same_moment_gets_no_account(portals):
    number, administrator = body_of(OWN_BODY), portals.account(Role.ADMINISTRATOR)
    told: list[object] = []

    def invite() -> None:
        try:
            told.append(
                bodies.invite_to(
                    number,
                    email="moi@example.vn",
                    name="Người mới",
                    roles=frozenset({Role.INTEGRATOR}),
                    actor=administrator,
                )
            )
        finally:
            connection.close()

    thread = threading.Thread(target=invite)
    with transaction.atomic():
        body = Body.objects.select_for_update().get(pk=number)
        body.ended_on = timezone.now().date()
        body.save(update_fields=("ended_on",))
        thread.start()
        eventually(lambda: told or _somebody_waits(), "the invitation neither waits nor ends")
    thread.join()
    (refusal,) = told
    assert isinstance(refusal, ControlRefuse), refusal
    assert refusal.code is ControlCode.BODY_ENDED
    assert not Account.objects.filter(email="moi@example.vn").exists()


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0
