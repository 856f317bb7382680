"""The desk in Chromium: accessible, quiet under the policy, whole on a phone, in both languages.

With PICTURES=FOLDER each page is also photographed, to be looked at.
"""

from dataclasses import replace

import pytest

from lienthong.control.connections import handling, support, tracks
from lienthong.control.connections.handling import Weighed
from lienthong.control.connections.models import Message, Request
from lienthong.control.frame.portal import cookie_of
from lienthong.control.letters import arrivals, outgoing
from lienthong.control.participants.models import Body
from lienthong.core.access import Actor, Portal, Role
from lienthong.core.connection_request import Direction, FieldChoice
from lienthong.core.document_kinds import ArrivalChannel, CopyStatus
from lienthong.core.letter_numbers import NumberSymbol
from lienthong.core.request_handling import Opinion, key_of
from tests.control.filed import DATED, agreed, arrived, assigned, body_of, drafted, fresh, received, seen
from tests.control.looking import Visit, apart
from tests.control.portal import OWN_BODY, Portals
from tests.control.serving import served
from tests.core.requesting import COMPLETE

_REASONS = {
    "full_name": "Đối chiếu người bệnh khi tiếp nhận",
    "number": "Khóa tra cứu",
    "birth_date": "Đối chiếu; phân loại nhi khoa",
    "sex": "Hồ sơ bệnh án điện tử",
    "permanent_residence": "Thống kê dịch tễ theo địa bàn",
    "blood_group": "Cấp cứu",
    "household_relation": "",
}
CONTENT = replace(
    COMPLETE,
    choices=tuple(
        FieldChoice(field=name, direction=Direction.GET, purpose="patient", reason=reason)
        for name, reason in _REASONS.items()
    ),
    written_counts=((Direction.GET, 6),),
)
_OPINIONS = (Opinion.AGREED,) * 4 + (Opinion.NARROWED, Opinion.CONSIDERED, Opinion.OBJECTED)


class Unit:
    """A unit at work: one person with all the desk's roles, files in several states."""

    def __init__(self, portals: Portals) -> None:
        body_of(OWN_BODY)
        Body.objects.update(name="Sở Y tế thành phố Hải Phòng")
        roles = (Role.HANDLER, Role.CHIEF, Role.INTAKE_CLERK, Role.APPROVER)
        self.person: Actor = portals.account(*roles, name="Phạm Minh Đức")
        self.colleague: Actor = portals.account(Role.HANDLER, name="Lê Thị Hường")
        self.request = self._in_hand()
        self.proposed = agreed(assigned(OWN_BODY, self.person, self.person), self.person)
        assert handling.propose(seen(self.proposed), actor=self.person) is None
        received(OWN_BODY)
        late = assigned(OWN_BODY, self.person, self.person)
        Request.objects.filter(pk=late.pk).update(answer_by=DATED)
        self.letter = drafted(portals, OWN_BODY)
        self._letters()

    def _in_hand(self) -> Request:
        request = assigned(OWN_BODY, self.person, self.person, content=CONTENT)
        assert tracks.provide(request.pk) is not None
        weighed = {
            key_of(choice): Weighed(opinion, "" if opinion is Opinion.AGREED else "Chỉ đến cấp xã")
            for choice, opinion in zip(CONTENT.choices, _OPINIONS, strict=True)
        }
        assert handling.weigh(seen(request), weighed, actor=self.person) is None
        Message.objects.create(
            request=request, author=1, author_name="Nguyễn Thị Thùy Dương", from_body=True,
            text="Cổng 443 của môi trường thử nghiệm chưa thông.", sent_at=request.received_at,
        )  # fmt: skip
        assert support.answer(request.reference, "Đã mở, đề nghị thử lại.", actor=self.person) is None
        return fresh(request)

    def _letters(self) -> None:
        wording = outgoing.Wording(signer=self.person.id, title="Cục trưởng")
        for _ in range(2):
            request = assigned(OWN_BODY, self.person, self.colleague)
            made = outgoing.draft(seen(request), outgoing.Purpose.RECEIPT, wording, actor=self.colleague)
            assert outgoing.submit(made, 1, actor=self.colleague) is None
            assert outgoing.sign(made, 2, actor=self.person) is None
        assert outgoing.issue(made, 3, actor=self.person) is None
        self.signed = made - 1
        paper = arrivals.Arrival(
            sender="Bảo hiểm xã hội Việt Nam", number=NumberSymbol(2211, "BHXH-CNTT"), dated=DATED,
            subject="Đề nghị kết nối", channel=ArrivalChannel.PAPER, copy=CopyStatus.ORIGINAL,
        )  # fmt: skip
        arrivals.enter(paper, None, actor=self.person)
        self.waiting = arrived(OWN_BODY, 3107).pk

    def pages(self) -> dict[str, str]:
        reference = f"requests/{self.request.reference}"
        return {
            "home": "",
            "list": "requests/?state=&overdue=",
            "request": f"{reference}/",
            "thread": f"{reference}/thread/",
            "versions": f"{reference}/versions/",
            "fields": f"{reference}/fields/",
            "conditions": f"{reference}/conditions/",
            "condition": f"{reference}/conditions/his-{OWN_BODY}/safety/",
            "decide": f"requests/{self.proposed.reference}/decide/",
            "supplement": f"{reference}/letters/supplement/",
            "refusal": f"{reference}/letters/refusal/",
            "letters": "letters/?state=all",
            "letter": f"letters/{self.letter.pk}/",
            "issue": f"letters/{self.signed}/issue/",
            "chief": "desk/",
            "arrivals": "arrivals/",
            "arrival": "arrivals/new/",
            "arrival-letter": f"arrivals/{self.waiting}/",
            "arrival-open": f"arrivals/{self.waiting}/open/",
            "arrival-give-back": f"arrivals/{self.waiting}/give-back/",
        }


IN_ENGLISH = ("request", "conditions", "fields", "chief", "letters")
"""Pages with the most words beside each other: what fits there in English fits elsewhere."""


@pytest.mark.law("R5.2", "R5.3")
@pytest.mark.parametrize(("width", "language"), [(1280, "vi"), (390, "vi"), (390, "en")])
def test_the_desk_is_accessible_quiet_and_whole(beside_a_browser, portals, seal, chromium, width, language):
    unit = apart(lambda: Unit(portals))
    token = portals.signed_in(unit.person).cookies[cookie_of(Portal.STAFF)].value
    with served() as origin, chromium.new_context(viewport={"width": width, "height": 900}) as context:
        context.add_cookies(
            [
                {"name": cookie_of(Portal.STAFF), "value": token, "url": f"{origin}/staff/"},
                {"name": "lt_language", "value": language, "url": origin},
            ]
        )
        visit = Visit(context.new_page(), f"{origin}/staff")
        for name, path in unit.pages().items():
            if language == "en" and name not in IN_ENGLISH:
                continue
            answer = visit.page.goto(f"{visit.base}/{path}", wait_until="load")
            assert answer.status == 200, name
            assert visit.page.evaluate("document.documentElement.lang") == language
            visit.page.evaluate("document.fonts.ready")
            visit.picture(f"desk-{name}-{width}-{language}")
            assert visit.violations() == "", name
            assert visit.sideways() == 0, name
            assert visit.complaints == [], name
