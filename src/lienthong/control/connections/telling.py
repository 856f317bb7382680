"""Telling people what happened to a request: its body, its handler, its supporter, the chiefs of the desk.

To be called within the act: who is told, and by e-mail, is of its transaction. Law: R5.2, R1.3.
"""

from datetime import datetime
from typing import Final

from lienthong.control.connections.models import Message, Request, SupportTrack
from lienthong.control.frame.page import address_of
from lienthong.control.notices.telling import Recipients, ToAccounts, ToBody, ToOffice
from lienthong.control.notices.telling import tell as tell_people
from lienthong.core.access import Actor, Portal, Role
from lienthong.core.conditions import CONDITION_LABELS
from lienthong.core.grant_document import ConditionName
from lienthong.core.pages import Page
from lienthong.core.speech import Text

_SUBJECT = Text("[{reference}] Có thông tin mới về đề nghị kết nối", "[{reference}] News of your request")
_LINES = Text(
    "Hồ sơ {reference}: {title}\n\n{author} viết:\n\n{text}",
    "File {reference}: {title}\n\n{author} wrote:\n\n{text}",
)
_RECEIVED: Final = (
    Text("[{reference}] Đã tiếp nhận đề nghị kết nối", "[{reference}] Your request was received"),
    Text(
        "Đề nghị kết nối {reference}: {title}\n\nĐã tiếp nhận, số đến {arrival}; trả lời chậm nhất ngày "
        "{answer_by}. Ba việc đã bắt đầu: cung cấp tài liệu kỹ thuật; hỗ trợ, kiểm thử kỹ thuật; kiểm tra, "
        "đánh giá an ninh, an toàn thông tin.",
        "Connection request {reference}: {title}\n\nReceived, arrival no. {arrival}; to be answered by "
        "{answer_by}. Three tracks have begun: technical documents; support and technical test; inspection "
        "and assessment of security.",
    ),
)
_TO_ASSIGN: Final = Text(
    "[{reference}] Đề nghị mới, chờ phân công", "[{reference}] New request, to be assigned"
)
_TO_SUPPORT: Final = Text("[{reference}] Bạn được cử hỗ trợ", "[{reference}] You are named as supporter")
_TO_HANDLE: Final = Text("[{reference}] Hồ sơ được giao cho bạn", "[{reference}] A file was given to you")
_STANDS_IN: Final = Text(
    "[{reference}] Bạn được giao xử lý thay", "[{reference}] You stand in for the handler"
)
_SUPPLEMENTED: Final = Text("[{reference}] Đã có bản bổ sung", "[{reference}] The supplement came")
_WITHDRAWN: Final = Text("[{reference}] Đề nghị đã được rút", "[{reference}] The request was withdrawn")
_LETTER: Final = Text(
    "[{reference}] Văn bản đến được đưa vào hồ sơ", "[{reference}] A letter was put under the file"
)
_WRITTEN: Final = Text("[{reference}] Tin nhắn của cơ quan đề nghị", "[{reference}] A message from the body")
_NOT_KEPT: Final = Text(
    "[{reference}] Điều kiện chưa đạt: {condition}", "[{reference}] Condition not kept: {condition}"
)
_LOST: Final = Text(
    "[{reference}] Điều kiện không còn được bảo đảm: {condition}",
    "[{reference}] A condition is no longer kept: {condition}",
)
_LAPSED: Final = Text(
    "[{reference}] Tài liệu chứng minh đã hết hạn: {condition}",
    "[{reference}] The evidence of a condition has ended: {condition}",
)
_CONDITION: Final = Text(
    "Hồ sơ {reference}: {title}\n\nHệ thống: {system}\nĐiều kiện: {condition}\n\n{note}",
    "File {reference}: {title}\n\nSystem: {system}\nCondition: {condition}\n\n{note}",
)
_OVERDUE: Final = Text(
    "[{reference}] Quá hạn trả lời từ ngày {answer_by}",
    "[{reference}] To be answered by {answer_by}: overdue",
)
_NOT_STARTED: Final = Text(
    "[{reference}] Việc chưa bắt đầu: {tracks}", "[{reference}] Not started yet: {tracks}"
)
_ABOUT: Final = Text(
    "Hồ sơ {reference}: {title}\n\nCơ quan đề nghị: {body}", "File {reference}: {title}\n\nBody: {body}"
)


def tell_of_receipt(request: Request, *, arrival: str) -> None:
    """Tell the body that its request was received, the chiefs that it is to be given out, its supporter."""
    assert request.answer_by is not None, "with receipt the day to answer by is set"
    answer_by = f"{request.answer_by:%d/%m/%Y}"
    facts = _facts(request) | {"arrival": arrival, "answer_by": answer_by}
    subject, lines = _RECEIVED
    link = address_of(Portal.AGENCY, Page.OWN_REQUEST, reference=request.reference)
    tell_people(ToBody(request.body_id), _filled(subject, facts), _filled(lines, facts), link)
    _tell_desk(ToOffice(frozenset({Role.CHIEF})), request, _TO_ASSIGN)
    _tell_desk(_accounts(_supporter(request)), request, _TO_SUPPORT)


def tell_of_naming(request: Request) -> None:
    """Tell the supporter who was named anew."""
    _tell_desk(_accounts(_supporter(request)), request, _TO_SUPPORT)


def tell_of_assignment(request: Request) -> None:
    """Tell the handler that the file is now in his or her hands."""
    _tell_desk(_accounts(request.handler), request, _TO_HANDLE)


def tell_of_stand_in(request: Request) -> None:
    """Tell who stands in for the handler."""
    _tell_desk(_accounts(request.stand_in), request, _STANDS_IN)


def tell_of_supplement(request: Request) -> None:
    """Tell those who work on the file that what they asked for came."""
    _tell_desk(_accounts(request.handler, request.stand_in), request, _SUPPLEMENTED)


def tell_of_withdrawal(request: Request) -> None:
    """Tell those who work on the file, or the chiefs while nobody does, that there is nothing to answer."""
    people = _accounts(request.handler, request.stand_in, _supporter(request))
    _tell_desk(people if request.handler else ToOffice(frozenset({Role.CHIEF})), request, _WITHDRAWN)


def tell_of_letter(request: Request, *, number: str) -> None:
    """Tell those who work on the file, or the chiefs while nobody does, that a letter was put under it."""
    people = _accounts(request.handler, request.stand_in)
    said = Text(f"Văn bản số {number}", f"Letter no. {number}")
    _tell_desk(people if request.handler else ToOffice(frozenset({Role.CHIEF})), request, _LETTER, said=said)


def tell_of_message(request: Request, message: Message) -> None:
    """Tell the supporter and the handler what the body has written. Law: R5.2."""
    said = Text(f"{message.author_name}: {message.text}", f"{message.author_name}: {message.text}")
    people = _accounts(_supporter(request), request.handler, request.stand_in)
    _tell_desk(people, request, _WRITTEN, page=Page.DESK_THREAD, said=said)


def tell_of_condition(
    request: Request, condition: ConditionName, *, system: str, note: str, is_lost: bool, by: Actor
) -> None:
    """Tell the body's contact officers and who has the file that a condition is not kept. Law: R1.4."""
    people = frozenset({request.handler, request.stand_in} - {by.id, None})
    said = Text(note, note)
    _tell_of_condition(request, condition, _LOST if is_lost else _NOT_KEPT, people, system=system, note=said)


def tell_of_lapse(request: Request, condition: ConditionName, *, system: str, last_day: str) -> None:
    """Tell both sides on its day that the evidence of a condition has ended, and the condition with it.

    Law: R1.4.
    """
    people = frozenset({request.handler, request.stand_in} - {None})
    note = Text(f"Có giá trị đến ngày {last_day}.", f"It was valid until {last_day}.")
    _tell_of_condition(request, condition, _LAPSED, people, system=system, note=note)


def _tell_of_condition(
    request: Request,
    condition: ConditionName,
    subject: Text,
    people: frozenset[int | None],
    *,
    system: str,
    note: Text,
) -> None:
    label = CONDITION_LABELS[condition]
    vi, en = (
        _facts(request)
        | {"system": system, "condition": label.in_language(each), "note": note.in_language(each)}
        for each in ("vi", "en")
    )
    subject = Text(subject.vi.format_map(vi), subject.en.format_map(en))
    lines = Text(_CONDITION.vi.format_map(vi), _CONDITION.en.format_map(en))
    of_body = address_of(Portal.AGENCY, Page.OWN_REQUEST_CONDITIONS, reference=request.reference)
    # A body whose contact officer has no account is told all the same.
    _ = tell_people(
        ToBody(request.body_id, frozenset({Role.CONTACT_OFFICER})), subject, lines, of_body
    ) or tell_people(ToBody(request.body_id), subject, lines, of_body)
    of_desk = address_of(Portal.STAFF, Page.DESK_CONDITIONS, reference=request.reference)
    tell_people(_accounts(*people), subject, lines, of_desk)


def tell_of_overdue(request: Request) -> None:
    """Tell who has the file and the chiefs, each once, that the day to answer by has passed. Law: R1.3."""
    assert request.answer_by is not None, "only what is to be answered by a day is overdue"
    subject = _filled(
        _OVERDUE, {"reference": request.reference, "answer_by": f"{request.answer_by:%d/%m/%Y}"}
    )
    lines = _filled(_ABOUT, _facts(request))
    link = address_of(Portal.STAFF, Page.DESK_REQUEST, reference=request.reference)
    chiefs = tell_people(ToOffice(frozenset({Role.CHIEF})), subject, lines, link)
    others = frozenset({request.handler, request.stand_in} - {None, *chiefs})
    tell_people(_accounts(*others), subject, lines, link)


def tell_of_late_start(request: Request, tracks: Text) -> None:
    """Tell the chiefs which tracks of a received request have not begun. Law: R5.2."""
    subject = Text(
        _NOT_STARTED.vi.format(reference=request.reference, tracks=tracks.vi),
        _NOT_STARTED.en.format(reference=request.reference, tracks=tracks.en),
    )
    _tell_desk(ToOffice(frozenset({Role.CHIEF})), request, subject)


def _tell_desk(
    to: Recipients,
    request: Request,
    subject: Text,
    *,
    page: Page = Page.DESK_REQUEST,
    said: Text | None = None,
) -> None:
    facts = _facts(request)
    lines = _filled(_ABOUT, facts)
    if said is not None:
        lines = Text(f"{lines.vi}\n\n{said.vi}", f"{lines.en}\n\n{said.en}")
    link = address_of(Portal.STAFF, page, reference=request.reference)
    tell_people(to, _filled(subject, facts), lines, link)


def _accounts(*people: int | None) -> ToAccounts:
    return ToAccounts(frozenset(person for person in people if person is not None))


def _supporter(request: Request) -> int | None:
    return SupportTrack.objects.filter(request=request).values_list("supporter", flat=True).first()


def _facts(request: Request) -> dict[str, str]:
    return {"reference": request.reference, "title": request.title, "body": request.body.name}


def tell(request: Request, text: str, *, author: Actor, at: datetime) -> Message:
    """Write to a body within the running act; its people are told only if the act is committed."""
    message = Message.objects.create(
        request=request, author=author.id, author_name=author.name, from_body=False, text=text, sent_at=at
    )
    values = {
        "reference": request.reference,
        "title": request.title,
        "author": author.name,
        "text": text,
    }
    tell_people(
        ToBody(request.body_id),
        _filled(_SUBJECT, values),
        _filled(_LINES, values),
        address_of(Portal.AGENCY, Page.OWN_REQUEST_THREAD, reference=request.reference),
    )
    return message


def _filled(text: Text, values: dict[str, str]) -> Text:
    return Text(text.vi.format_map(values), text.en.format_map(values))
