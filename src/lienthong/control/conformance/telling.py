"""Telling both sides what became of a trial and its runs, within the act, on the page and by e-mail."""

from typing import Final

from lienthong.control.connections.models import Request, SupportTrack
from lienthong.control.frame.page import address_of
from lienthong.control.notices.telling import ToAccounts, ToBody, ToOffice, tell
from lienthong.core.access import Portal, Role
from lienthong.core.control_refusals import ControlRefuse
from lienthong.core.pages import Page
from lienthong.core.run_states import RunState
from lienthong.core.speech import Text

_INTEGRATOR: Final = frozenset({Role.INTEGRATOR})
_ENDS: Final = {
    RunState.PASSED: Text("đạt", "passed"),
    RunState.FAILED: Text("không đạt", "failed"),
}


def tell_of_run(request: Request, system: str, state: RunState, run: str) -> None:
    """Tell the supporter and the body's integrators how a run ended."""
    end = _ENDS[state]
    subject = Text(
        f"[{request.reference}] Kiểm thử kỹ thuật: {end.vi}",
        f"[{request.reference}] Technical test: {end.en}",
    )
    body = Text(
        f"Lượt kiểm thử {run} của hệ thống {system} {end.vi}. Báo cáo có chữ ký số của môi trường kiểm thử "
        f"đã được ghi vào hồ sơ {request.reference}.",
        f"The run {run} of the system {system} has {end.en}. The report, signed by the sandbox, is in the "
        f"file {request.reference}.",
    )
    _tell_both(request, subject, body)


def tell_of_refusal(request: Request, system: str, refusal: ControlRefuse) -> None:
    """Tell the supporter and the integrators that the sandbox does not take a system as it was asked."""
    subject = Text(
        f"[{request.reference}] Môi trường kiểm thử không nhận hệ thống {system}",
        f"[{request.reference}] The sandbox does not take the system {system}",
    )
    _tell_both(request, subject, refusal.coded)


def tell_of_report_aside(request: Request, system: str, run: str, refusal: ControlRefuse) -> None:
    """Tell those who answer for it that a report was not filed."""
    subject = Text(
        f"[{request.reference}] Báo cáo kiểm thử không được ghi nhận",
        f"[{request.reference}] A report of the test was not filed",
    )
    said = refusal.text
    body = Text(
        f"Lượt {run}, hệ thống {system}: {said.vi} ({refusal.code})",
        f"Run {run}, system {system}: {said.en} ({refusal.code})",
    )
    link = address_of(Portal.STAFF, Page.DESK_TRIAL, reference=request.reference)
    tell(ToOffice(frozenset({Role.CHIEF})), subject, body, link)
    _tell_supporter(request, subject, body)


def _tell_both(request: Request, subject: Text, body: Text) -> None:
    link = address_of(Portal.AGENCY, Page.OWN_TRIAL, reference=request.reference)
    tell(ToBody(request.body_id, _INTEGRATOR), subject, body, link)
    _tell_supporter(request, subject, body)


def _tell_supporter(request: Request, subject: Text, body: Text) -> None:
    supporter = SupportTrack.objects.filter(request=request).values_list("supporter", flat=True).first()
    if supporter is not None:
        link = address_of(Portal.STAFF, Page.DESK_TRIAL, reference=request.reference)
        tell(ToAccounts(frozenset({supporter})), subject, body, link)
