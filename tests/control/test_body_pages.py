"""Pages of bodies and of administration in Chromium: accessible, quiet, whole on a phone.

With PICTURES=FOLDER each page is also photographed, to be looked at.
"""

import pytest

from lienthong.config import Environment
from lienthong.control.accounts.actions import NewAccount, invite
from lienthong.control.connections import work_days
from lienthong.control.notices.models import Notice
from lienthong.control.participants import keys
from lienthong.control.participants.models import Officer, SystemKey
from lienthong.control.participants.seeding import seed_bodies
from lienthong.core.access import Portal, Role
from lienthong.core.work_day_list import DecidedDays
from tests.control.looking import Visit
from tests.control.participants import key_of
from tests.control.serving import served

pytestmark = pytest.mark.usefixtures("beside_a_browser")


@pytest.fixture
def story(portals):
    """The demonstration's bodies, one with keys in every stage; who is signed in where."""
    seeded = seed_bodies()
    town = seeded["H31"]
    system = town.systems["H31.MOTCUA"]
    officer = portals.account(Role.KEY_OFFICER)
    for seed in (11, 12):
        key = key_of(system, seed, Environment.SANDBOX)
        assert keys.accept(key, SystemKey.objects.get(pk=key).version, actor=officer) is None
    key_of(system, 13, Environment.PRODUCTION)
    staff = portals.account(Role.ADMINISTRATOR, Role.KEY_OFFICER, name="Lê Thị Mẫu Bình")
    agency = portals.account(Role.INTEGRATOR, Role.CONTACT_OFFICER, body=town.body, name="Trần Văn Mẫu An")
    assert isinstance(
        work_days.enter("5034/TB-BNV", "01/01/2027 - 03/01/2027", "09/01/2027", actor=staff), DecidedDays
    )
    colleague = portals.account(Role.HANDLER, name="Phạm Thị Mẫu Hoa")
    portals.signed_in(colleague)
    new = NewAccount(
        portal=Portal.STAFF,
        email="cho-kich-hoat@example.vn",
        name="Đỗ Văn Mẫu",
        roles=frozenset({Role.CHIEF}),
    )
    invitation = invite(new, actor=staff)
    Notice.objects.create(
        account_id=colleague.id,
        subject_vi="x",
        subject_en="x",
        body_vi="x",
        body_en="x",
        made_at="2026-11-24T08:00:00Z",
        message_id="aside",
        mail_refused="550 5.7.1 Sender rejected: thu-tu-dong@lienthong.mau.vn is not allowed to send",
    )
    return {
        "colleague": colleague.id,
        "invited": invitation.account,
        "town": town.body,
        "system": system,
        "key": key,
        "officer": Officer.objects.filter(system=system).first().pk,
        "hospital": seeded["H31.25.7"].body,
        "staff": portals.signed_in(staff).cookies["lt_staff"].value,
        "agency": portals.signed_in(agency).cookies["lt_agency"].value,
        "proposed": SystemKey.objects.get(state="proposed").pk,
    }


def pages_of(story):
    town, system, key = story["town"], story["system"], story["key"]
    merge = (
        "kind=merge&predecessors=H31.25.7%0AH31&successors=H31&effective_on=01/07/2025"
        "&paper_number=1/Q%C4%90&paper_issuer=UBND&paper_issued_on=01/06/2025"
    )
    split = (
        merge.replace("merge", "split")
        .replace("H31.25.7%0AH31", "H31")
        .replace("successors=H31", "successors=H31%0AH31.25.7")
    )
    return {
        "bodies": "staff/bodies/",
        "bodies-none": "staff/bodies/?words=kh%C3%B4ng+c%C3%B3",
        "body": f"staff/bodies/{town}/",
        "register": "staff/bodies/new/",
        "invite": f"staff/bodies/{town}/invite/",
        "succession": "staff/bodies/successions/new/",
        "succession-plan": f"staff/bodies/successions/new/?{merge}",
        "succession-split": f"staff/bodies/successions/new/?{split}",
        "keys-waiting": "staff/keys/",
        "accept-key": f"staff/keys/{story['proposed']}/accept/",
        "reject-key": f"staff/keys/{story['proposed']}/reject/",
        "staff-system": f"staff/systems/{system}/",
        "accounts": "staff/accounts/",
        "account": f"staff/accounts/{story['colleague']}/",
        "account-invited": f"staff/accounts/{story['invited']}/",
        "account-new": "staff/accounts/new/",
        "account-roles": f"staff/accounts/{story['colleague']}/roles/",
        "mails-aside": "staff/mails/",
        "work-days": "staff/work-days/?year=2027",
        "work-days-enter": "staff/work-days/new/",
        "own-body": "agency/body/",
        "own-address": "agency/body/address/",
        "mandate": "agency/mandates/new/",
        "contact": "agency/contacts/new/",
        "new-system": "agency/systems/new/",
        "system": f"agency/systems/{system}/",
        "system-facts": f"agency/systems/{system}/edit/",
        "keys": f"agency/systems/{system}/keys/",
        "new-key": f"agency/systems/{system}/keys/new/",
        "revoke-key": f"agency/keys/{key}/revoke/",
        "roster": f"agency/systems/{system}/officers/",
        "new-officer": f"agency/systems/{system}/officers/new/",
        "import": f"agency/systems/{system}/officers/import/",
        "end-officer": f"agency/officers/{story['officer']}/end/",
    }


def signed_in(chromium, base, story, width, language="vi"):
    context = chromium.new_context(viewport={"width": width, "height": 900}, locale="vi-VN")
    context.add_cookies(
        [
            {"name": f"lt_{portal}", "value": story[portal], "url": f"{base}/{portal}/"}
            for portal in ("staff", "agency")
        ]
        + [{"name": "lt_language", "value": language, "url": base}]
    )
    return context


@pytest.mark.parametrize(("width", "language"), [(1280, "vi"), (390, "en")])
def test_every_page_of_bodies_is_accessible_quiet_and_whole(portals, story, chromium, width, language):
    with served() as base, signed_in(chromium, base, story, width, language) as context:
        faults = {}
        visit = Visit(context.new_page(), base)
        for name, path in pages_of(story).items():
            visit.complaints.clear()
            visit.page.goto(f"{base}/{path}", wait_until="load")
            visit.page.evaluate("document.fonts.ready")
            visit.picture(f"{name}-{width}-{language}")
            found = [visit.violations(), f"sideways {visit.sideways()}", *visit.complaints]
            if found != ["", "sideways 0"]:
                faults[name] = found
        assert faults == {}
