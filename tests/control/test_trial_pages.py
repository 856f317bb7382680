"""The second track on its pages: a key given, a run started, followed, abandoned, its report downloaded.

In Chromium: accessible, quiet under the policy, whole on a phone, in both languages. With PICTURES=FOLDER the
pages are also photographed, to be looked at.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Browser, Locator, expect

from lienthong.control.accounts.models import Session
from lienthong.control.audit.events import database_now
from lienthong.control.conformance.models import RefusedReport, Run, Trial
from lienthong.control.conformance.trials import move
from lienthong.control.connections import tracks
from lienthong.control.connections.models import Message, Request
from lienthong.control.frame.portal import cookie_of
from lienthong.core.access import Portal, Role
from lienthong.core.conformance import State, Step, case_of
from lienthong.core.conformance_texts import STEP_TEXTS
from lienthong.core.connection_request import Direction
from lienthong.core.control_refusals import ControlCode
from lienthong.core.legal_days import moment
from lienthong.core.run_states import RunState
from lienthong.core.speech import Text
from lienthong.core.trial_states import TrialAct
from lienthong_protocol.keys import Algorithm, generate, private_jwk, public_jwk
from tests.control.looking import Visit, apart
from tests.control.portal import Portals
from tests.control.requesting import sent
from tests.control.serving import served
from tests.control.trying import SHEET
from tests.core.requesting import ONLY_GIVES

pytestmark = pytest.mark.law("R5.2")
KEY = generate(Algorithm.ED25519, b"trial".ljust(32, b"."))
RUN = "a1b2c3d4e5f6"
SERVED = {"at": 1, "service": "lookup", "request_id": "r-1", "status": 200, "code": "", "items": {}}
PASSED = Text("Đạt.", "Passed.")
FAILED = Text(
    "Hệ thống đã sử dụng câu trả lời không chứng minh được.", "The system used an answer it cannot prove."
)
WAITING = Text("Chưa có yêu cầu nào mang mã của bước này.", "No request has named this step yet.")


WIDE = 1280
LOOKED_AT = {
    (WIDE, "vi"): ("key", "running", "passed", "staff", "gives-file"),
    (390, "vi"): ("key-wanted", "running", "staff", "gives", "gives-file"),
    (390, "en"): ("running", "passed"),
}
"""What is looked at in which width and language: what fits on a phone in English fits elsewhere."""


class Office:
    """A body's integrator, the authority's supporter, and a request of the body in the second track."""

    def __init__(self, portals: Portals) -> None:
        self.supporter = portals.account(Role.HANDLER, name="Lê Thị Hường")
        self.chief = portals.account(Role.CHIEF)
        self.integrator = portals.account(Role.INTEGRATOR, name="Nguyễn Văn Tích")
        self.reference = sent(portals, self.integrator)
        self.base = f"/agency/requests/{self.reference}/trial"

    @property
    def trial(self) -> Trial:
        return Trial.objects.select_related("system", "request").get(request__reference=self.reference)

    def enrolled(self) -> None:
        """Leave the trial as a sandbox that answers leaves it."""
        trial = self.trial
        trial.key, trial.thumbprint = public_jwk(KEY), KEY.key_id
        move(trial, TrialAct.GIVE_KEY, None)
        trial.officers, trial.persons, trial.enrolled_at = SHEET["officers"], SHEET, moment(database_now())
        move(trial, TrialAct.ENROL, None)

    def only_gives(self, portals: Portals) -> str:
        """Return another request of the body, which gives and asks nothing, with its documents."""
        choices = tuple(replace(choice, purpose="MD1") for choice in ONLY_GIVES.choices)
        counts = ((Direction.GIVE, len(choices)),)
        reference = sent(
            portals,
            self.integrator,
            number="1190/SYT-VP",
            choices=choices,
            services=(),
            written_counts=counts,
        )
        tracks.provide(Request.objects.get(reference=reference).pk)
        return reference

    def told(self, *states: State) -> dict[str, object]:
        """Return what a sandbox tells of a run whose steps stand like this."""
        reasons = {State.PASSED: PASSED, State.FAILED: FAILED, State.WAITING: WAITING}
        steps = []
        for step, state in zip(Step, states, strict=False):
            text = STEP_TEXTS[step]
            words = {"title": text.title, "given": text.given, "when": text.when, "then": text.then}
            said = {name: {"vi": each.vi, "en": each.en} for name, each in words.items()}
            reason = {"vi": reasons[state].vi, "en": reasons[state].en}
            served = [] if state is State.WAITING else [SERVED]
            steps.append(
                {"step": step, "case": case_of(RUN, step), "state": state, "reason": reason, **said}
                | {"attempts": served}
            )
        code = self.trial.system.code
        told = {"run": RUN, "system": code, "services": ["lookup"], "opened_at": 1, "state": "waiting"}
        return json.loads(json.dumps(told | {"steps": steps}))

    def talked(self) -> None:
        """Let both sides have written in the thread."""
        request = self.trial.request
        said = ((True, "Cổng 443 của môi trường kiểm thử chưa thông."), (False, "Đã mở, đề nghị thử lại."))
        for is_own, text in said:
            author = self.integrator if is_own else self.supporter
            Message.objects.create(
                request=request, author=author.id, author_name=author.name, from_body=is_own, text=text,
                sent_at=request.received_at,
            )  # fmt: skip

    def run(self) -> Run:
        return Run.objects.latest("pk")


@pytest.fixture
def office(portals: Portals) -> Office:
    return apart(lambda: Office(portals))


def test_a_key_is_given_by_form_and_a_private_one_leaves_no_trace(portals, office):
    browser = portals.signed_in(office.integrator)
    url = f"{office.base}/{office.trial.pk}/key/"
    page = browser.get(url).content.decode()
    assert "lienthong-agency keygen" in page
    assert "sample.py keygen" in page
    version = office.trial.version
    secret = json.dumps(private_jwk(KEY))
    answer = browser.post(url, {"version": version, "text": secret}).content.decode()
    assert "(LC311)" in answer
    assert private_jwk(KEY)["d"] not in answer
    assert "(LC312)" in browser.post(url, {"version": version, "text": ""}).content.decode()
    given = {"version": version, "text": json.dumps(public_jwk(KEY))}
    assert browser.post(url, given).status_code == 302
    # Sent twice, as by a second click: the second one is told that the first has acted.
    assert "(LC201)" in browser.post(url, given).content.decode()
    assert Trial.objects.filter(thumbprint=KEY.key_id).count() == 1
    head = portals.browser(Role.AGENCY_HEAD)
    assert head.post(url, given).status_code == 403


def test_a_run_is_started_abandoned_and_its_report_downloaded_by_both_sides(portals, office):
    office.enrolled()
    browser = portals.signed_in(office.integrator)
    start = f"{office.base}/{office.trial.pk}/start/"
    assert "(LC201)" in browser.post(start, {"version": "x"}, follow=True).content.decode()
    assert Run.objects.count() == 0
    for _ in range(2):
        page = browser.post(start, {"version": office.trial.version}, follow=True).content.decode()
    assert "(LC669)" in page
    assert Run.objects.count() == 1
    Run.objects.update(sandbox_run=RUN, standing=office.told(*[State.WAITING] * 9))
    page = browser.get(f"{office.base}/").content.decode()
    for words in (
        RUN,
        f"--run {RUN}",
        "run/a1b2c3d4e5f6/answer",
        "hx-trigger",
        "kiem-thu-01",
        "Nguyễn Thị Hoà",
    ):
        assert words in page, words
    assert f"/runs/{office.run().pk}/report/" not in page
    assert browser.get(f"{office.base}/runs/{office.run().pk}/report/").status_code == 404
    url = f"{office.base}/runs/{office.run().pk}/abandon/"
    assert browser.get(url).status_code == 405
    assert "(LC" not in browser.post(url, {"version": office.run().version}, follow=True).content.decode()
    assert office.run().state is RunState.ABANDONED
    assert "(LC202)" in browser.post(url, {"version": office.run().version}, follow=True).content.decode()
    Run.objects.update(report=b'{"report":"x"}', report_sha256="ab" * 32)
    staff = portals.signed_in(office.supporter)
    for reader, base in ((browser, "/agency"), (staff, "/staff")):
        page = reader.get(f"{base}/requests/{office.reference}/trial/").content.decode()
        assert "ab" * 32 in page
        answer = reader.get(f"{base}/requests/{office.reference}/trial/runs/{office.run().pk}/report/")
        assert answer.content == b'{"report":"x"}'
        assert "attachment" in answer["Content-Disposition"]
    assert staff.get(f"/staff/requests/{office.reference}/trial/runs/0/report/").status_code == 404


def test_the_list_of_test_persons_is_handed_out_in_three_forms(portals, office):
    browser = portals.signed_in(office.integrator)
    url = f"{office.base}/{office.trial.pk}/persons"
    assert browser.get(f"{url}/pdf/").status_code == 404
    office.enrolled()
    assert browser.get(f"{url}/pdf/").content.startswith(b"%PDF")
    assert "099188528994" in browser.get(f"{url}/csv/").content.decode("utf-8-sig")
    assert browser.get(f"{url}/json/").json()["system"] == "his-7"
    assert browser.get(f"{url}/exe/").status_code == 404


@pytest.mark.law("R8.1")
def test_a_page_that_renews_itself_keeps_no_session_open(portals, office):
    browser = portals.signed_in(office.integrator)
    session = Session.objects.latest("pk")
    before = moment(database_now() - 120_000_000)
    Session.objects.filter(pk=session.pk).update(seen_at=before)
    assert browser.get(f"{office.base}/", headers={"LT-Unattended": "1"}).status_code == 200
    assert Session.objects.get(pk=session.pk).seen_at == before
    assert browser.get(f"{office.base}/").status_code == 200
    assert Session.objects.get(pk=session.pk).seen_at > before


@dataclass
class Looking:
    """A browser in which both sides are signed in; it looks at what is to be seen at its width."""

    visit: Visit
    origin: str
    width: int
    language: str

    def at(self, name: str, path: str) -> None:
        if name not in LOOKED_AT[self.width, self.language]:
            return
        answer = self.visit.page.goto(f"{self.origin}{path}", wait_until="load")
        assert answer.status == 200, name
        self.visit.page.evaluate("document.fonts.ready")
        self.visit.picture(f"trial-{name}-{self.width}-{self.language}")
        assert self.visit.violations() == "", name
        assert self.visit.sideways() == 0, name
        assert self.visit.complaints == [], name

    def sees(self, shown: Locator) -> None:
        """Wait for what the page shows without anybody's doing, where the page is followed."""
        if self.width == WIDE:
            expect(shown).to_be_visible(timeout=20_000)


@contextmanager
def looking(
    portals: Portals, office: Office, chromium: Browser, width: int, language: str
) -> Iterator[Looking]:
    people = {Portal.AGENCY: office.integrator, Portal.STAFF: office.supporter}
    cookies = {
        each: portals.signed_in(actor).cookies[cookie_of(each)].value for each, actor in people.items()
    }
    with served() as origin, chromium.new_context(viewport={"width": width, "height": 900}) as context:
        signed_in = (
            {"name": cookie_of(each), "value": token, "url": f"{origin}/{each}/"}
            for each, token in cookies.items()
        )
        context.add_cookies([*signed_in, {"name": "lt_language", "value": language, "url": origin}])
        yield Looking(Visit(context.new_page(), origin), origin, width, language)


@pytest.mark.parametrize(("width", "language"), LOOKED_AT)
def test_pages_are_accessible_quiet_and_whole(beside_a_browser, portals, office, chromium, width, language):
    office.talked()
    gives = apart(lambda: office.only_gives(portals))
    with looking(portals, office, chromium, width, language) as look:
        look.at("gives", f"/agency/requests/{gives}/trial/")
        look.at("gives-file", f"/agency/requests/{gives}/")
        look.at("key-wanted", f"{office.base}/")
        look.at("key", f"{office.base}/{office.trial.pk}/key/")
        office.enrolled()
        request, system = office.trial.request, office.trial.system
        run = Run.objects.create(
            request=request, system=system, sandbox_run=RUN, opened_by=office.integrator.id,
            opened_at=moment(database_now()),
            standing=office.told(*[State.PASSED] * 3, State.FAILED, *[State.WAITING] * 5),
        )  # fmt: skip
        look.at("running", f"{office.base}/")
        # The page follows by itself: the next step, and with the end of the run what may be done now.
        told = office.told(*[State.PASSED] * 3, State.FAILED, State.PASSED, *[State.WAITING] * 4)
        Run.objects.filter(pk=run.pk).update(standing=told)
        look.sees(look.visit.page.get_by_text("4 trên 9 bước đạt").first)
        for state in (RunState.RUNNING, RunState.PASSED):
            Run.objects.filter(pk=run.pk).update(state=state)
        Run.objects.filter(pk=run.pk).update(
            standing=office.told(*[State.PASSED] * 9), report=b"{}", report_sha256="ab" * 32
        )
        look.sees(look.visit.page.get_by_role("button", name="Bắt đầu lượt mới"))
        RefusedReport.objects.create(
            request=request, system=system, sandbox_run="00ff00ff00ff", content=b"{}",
            code=ControlCode.REPORT_UNPROVEN.value, sha256="cd" * 32, came_at=moment(database_now()),
        )  # fmt: skip
        look.at("passed", f"{office.base}/")
        look.at("staff", f"/staff/requests/{office.reference}/trial/")
