"""The demonstration's files: one in every state that the procedure reaches, made once, shown on the pages."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import pytest
from django.conf import settings
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.db import connection
from django.test import override_settings

from lienthong.config import AuthoritySettings, Environment
from lienthong.control.accounts.models import Account
from lienthong.control.audit.events import events_of
from lienthong.control.connections.models import Request, Version
from lienthong.control.demonstration import NotDemonstrationError
from lienthong.control.guides.models import GuideEdition
from lienthong.control.letters.models import OutgoingLetter
from lienthong.control.letters.uploads import content_of
from lienthong.control.notices.queries import unread_count
from lienthong.control.participants.models import Body, System
from lienthong.control.preconditions import NotFitError, require_files
from lienthong.control.showcase.contents import listed
from lienthong.control.showcase.people import ShowcaseError
from lienthong.control.showcase.showing import Shown, show
from lienthong.control.showcase.stories import STORIES
from lienthong.core.access import Actor, Portal, Role
from lienthong.core.machine_list import MACHINES
from lienthong.core.request_states import RequestState
from lienthong.documents.demonstration import ROOT_FILE, SEAL_FILE, SEAL_KEY_FILE, lay_out_demonstration
from lienthong.documents.pdf_signature import SignedBy, verify_letter
from tests.control.portal import Portals, pointed_at

PASSED_THROUGH = "passed through within one act: nothing stays there"
NOT_BUILT = "no act leads there yet"
AT_ONCE = "done at the receipt, as by the jobs that run beside the demonstration"
OF_A_SANDBOX = "a sandbox has to run beside the demonstration: `make demo` without one shows none"
A_LATER_SCOPE = "comes with a wider scope than the edition names"
EXCUSED = {
    "request": {"sent": PASSED_THROUGH},
    "incoming_letter": {"arrived": PASSED_THROUGH},
    "track_documents": {"preparing": AT_ONCE},
    "track_support": {"testing": OF_A_SANDBOX, "tested": OF_A_SANDBOX},
    "track_assessment": dict.fromkeys(
        ("team_named", "under_way", "defence_guided", "concluded", "exempt"), NOT_BUILT
    ),
    "conformance_run": dict.fromkeys(("opened", "running", "passed", "failed", "abandoned"), OF_A_SANDBOX),
    "trial": dict.fromkeys(("enrolling", "enrolled", "refused", "leaving"), OF_A_SANDBOX),
    "guide": {"outdated": A_LATER_SCOPE, "ended": NOT_BUILT},
}


AS_TEXT = re.compile(r">\s*(?:request|letter|documents|support|thread|demonstration)\.[a-z_]+\s*<")
"""The name of a kind of event where a reader expects words."""


class QuickHasher(ScryptPasswordHasher):
    """The same hash with next to no work: two dozen accounts are made."""

    work_factor = 2**4


@pytest.fixture(scope="module")
def shown(clusters, postgres, template, control_folder) -> Iterator[Shown]:
    """The whole demonstration, made once for the tests of this module, with the seal that it has."""
    folder = demonstration_folder()
    seal = msgspec.structs.replace(
        settings.LIENTHONG.authority, seal_key=folder / SEAL_KEY_FILE, seal_certificate=folder / SEAL_FILE
    )
    configured = msgspec.structs.replace(settings.LIENTHONG, authority=seal)
    made = clusters.fresh(postgres, template)
    hasher = f"{__name__}.{QuickHasher.__name__}"
    with pointed_at(made), override_settings(LIENTHONG=configured, PASSWORD_HASHERS=[hasher]):
        yield show(configured)
    clusters.discard(postgres, made)


def demonstration_folder():
    folder = settings.LIENTHONG.demonstration_signer
    lay_out_demonstration(folder, now=datetime.now(UTC))
    return folder


def browser_of(role: Role):
    """A browser of the demonstration's account of a role, signed in."""
    account = Account.objects.get(email=f"{role.value.replace('_', '-')}@trinh-dien.example")
    actor = Actor(account.pk, account.name, Portal(account.portal), frozenset({role}), account.body)
    return Portals(None).signed_in(actor)


def text_of(browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def events() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit.event")
        return cursor.fetchone()[0]


def test_there_is_something_in_every_state_that_is_reached(shown):
    assert set(shown.states) == {machine.name for machine in MACHINES}
    lacking = [
        f"{machine.name}: {state.name}"
        for machine in MACHINES
        for state in machine.states
        if not shown.states[machine.name][state.name] and state.name not in EXCUSED.get(machine.name, {})
    ]
    assert lacking == [], "show a thing in this state, or excuse it by name"
    known = {machine.name: {state.name for state in machine.states} for machine in MACHINES}
    assert all(set(excused) <= known[machine] for machine, excused in EXCUSED.items())


def test_every_story_is_told_and_every_kind_of_body_takes_part(shown):
    assert {file.story for file in listed().file} == set(STORIES)
    kinds = set(Body.objects.values_list("kind", flat=True))
    assert kinds >= {
        "province_procedures", "ministry_procedures", "organisation", "integration_platform", "police_unit",
    }  # fmt: skip
    assert Body.objects.filter(under_defence=True).exists()
    merged = Body.objects.exclude(ended_on=None).get()
    assert System.objects.get(code="H98.MOTCUA").body.identifier == "H31"
    assert merged.successors.get().successor.identifier == "H31"


@pytest.mark.law("R7.1", "R9.1")
def test_guides_are_owed_written_and_published(shown):
    published = GuideEdition.objects.values_list("guide__system__code", "published_name")
    assert set(published) == {(None, "Lê Hồng Sơn"), ("H31.KHOKQ", "Đỗ Thu Hà")}


def test_a_second_start_doubles_nothing(shown):
    before = events(), Account.objects.count(), Version.objects.count()
    again = show(settings.LIENTHONG)
    assert again == shown
    assert (events(), Account.objects.count(), Version.objects.count()) == before


@pytest.mark.law("R5.3")
def test_what_was_signed_and_sealed_bears_the_demonstrations_signature_and_says_so(shown):
    roots = [settings.LIENTHONG.demonstration_signer / ROOT_FILE]
    letters = [version.letter for version in Version.objects.filter(entered_by=None).select_related("letter")]
    letters += [row.document for row in OutgoingLetter.objects.filter(state="issued")]
    assert len(letters) > 15
    for letter in letters:
        signed = verify_letter(content_of(letter), drafted=None, roots=roots, now=datetime.now(UTC))
        assert isinstance(signed, SignedBy), letter.name
        assert "không có giá trị pháp lý" in signed.organisation


def test_dates_that_were_set_back_are_told_and_follow_the_registers(shown):
    arrived = Request.objects.exclude(received_at=None).order_by("letter_id")
    moments = list(arrived.values_list("received_at", flat=True))
    assert moments == sorted(moments)
    oldest = arrived[0]
    told = [event for event in events_of("request", oldest.reference) if event.kind.startswith("demons")]
    assert [event.detail for event in told] == [{"days": "13"}]


def test_staff_find_the_files_in_words(shown):
    sent = set(Request.objects.exclude(received_at=None).values_list("reference", flat=True))
    for role, path, words in (
        (Role.CHIEF, "/staff/", ("Chờ phân công", "Chờ duyệt", "Văn bản chờ xử lý")),
        (Role.CHIEF, "/staff/desk/", ("quá hạn", "Chưa giao cho ai")),
        (Role.HANDLER, "/staff/", ("Đang xử lý",)),
        (Role.INTAKE_CLERK, "/staff/", ("Đã ký, chờ ban hành",)),
        (
            Role.INTAKE_CLERK,
            "/staff/arrivals/",
            ("Trùng, đã ghép", "Bảo hiểm xã hội tỉnh Thí Dụ", "Đã trả lại nơi gửi"),
        ),
        (Role.HANDLER, "/staff/letters/?state=all", ("Dự thảo", "Đã trình ký", "Trả lại", "Đã ban hành")),
        (Role.ADMINISTRATOR, "/staff/bodies/?words=H98", ("Kế thừa", "Mẫu Đông")),
    ):
        page = text_of(browser_of(role), path)
        assert [word for word in words if word not in page] == [], path
    handler = browser_of(Role.HANDLER)
    everything = text_of(handler, "/staff/requests/")
    assert set(re.findall(r"YC-\d+-\d+", everything)) == sent
    for reference in sent:
        page = text_of(handler, f"/staff/requests/{reference}/")
        assert AS_TEXT.findall(page) == [], reference
    gives = Request.objects.get(support_track__state="untested", versions__entered_by=None)
    page = text_of(handler, f"/staff/requests/{gives.reference}/")
    assert "giving/huong-dan.md" in page
    assert "chưa có gì để kiểm thử" in page
    settled = Request.objects.filter(state=RequestState.REFUSED).first()
    found = text_of(handler, f"/staff/requests/?words={settled.reference}")
    assert f"{settled.answer_by:%d/%m/%Y}" not in found, "nothing is awaited of a file that is settled"


def test_the_agency_finds_its_files_and_what_waits_for_whom(shown):
    integrator, head = browser_of(Role.INTEGRATOR), browser_of(Role.AGENCY_HEAD)
    own = Request.objects.filter(body__identifier="H31")
    page = text_of(integrator, "/agency/requests/")
    assert set(re.findall(r"YC-\d+-\d+", page)) == set(
        own.exclude(state="discarded").values_list("reference", flat=True)
    )
    states_of_own = {state.value for state in own.values_list("state", flat=True)}
    assert states_of_own == {state.value for state in RequestState} - {"sent"}
    for browser, state, other in ((integrator, "draft", "to_sign"), (head, "to_sign", "draft")):
        waiting, _, others = text_of(browser, "/agency/").partition("Hồ sơ đang chờ người khác")
        assert own.get(state=state).reference in waiting
        assert own.get(state=other).reference in others
    assert unread_count(integrator.actor.id) > 0
    for request in own.exclude(state__in=("draft", "discarded")):
        page = text_of(integrator, f"/agency/requests/{request.reference}/")
        assert AS_TEXT.findall(page) == []
    answered = own.get(state="assigned", title__contains="giải quyết thủ tục")
    page = text_of(integrator, f"/agency/requests/{answered.reference}/")
    assert "Môi trường kiểm thử không chạy ở đây" in page
    assert re.search(r"<a [^>]+>\s*Phiếu báo tiếp nhận", page), "the authority's letter can be opened"
    assert "Cơ quan quản lý ban hành văn bản" in page


def test_production_and_a_folder_without_a_seal_are_refused(portals):
    real = msgspec.structs.replace(settings.LIENTHONG, environment=Environment.PRODUCTION)
    with pytest.raises(NotDemonstrationError):
        show(real)
    with pytest.raises(ShowcaseError, match="new folder"):
        show(msgspec.structs.replace(settings.LIENTHONG, authority=AuthoritySettings()))
    assert not Body.objects.exists()


def test_production_does_not_start_with_the_seal_of_a_demonstration(control_folder):
    folder = demonstration_folder()
    (control_folder / "uploads").mkdir(exist_ok=True)
    for seal, words in ((folder / SEAL_FILE, "binds nobody"), (folder / "none.pem", "cannot be read")):
        authority = AuthoritySettings(seal_key=folder / SEAL_KEY_FILE, seal_certificate=seal)
        demo = msgspec.structs.replace(settings.LIENTHONG, authority=authority)
        require_files(demo)
        with pytest.raises(NotFitError, match=words):
            require_files(msgspec.structs.replace(demo, environment=Environment.PRODUCTION))
