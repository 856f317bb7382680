"""How a request may be answered: never refused or left lying without a reasoned letter.

A complete request can be refused only by a letter that gives the ground, names the law and says how to
object; an incomplete one is first supplemented. Law: R1.3, R8.7.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lienthong.core.law import Profile
from lienthong.core.missing import Missing, Section
from lienthong.core.speech import Text
from lienthong.core.working_days import Deadline, WorkCalendar, deadline, working_days_between


class RefusalGround(StrEnum):
    """On what ground a request is refused. Law: R1.3."""

    NOT_SUPPLEMENTED = "not_supplemented"
    OUTSIDE_FUNCTION = "outside_function"
    NO_LEGAL_BASIS = "no_legal_basis"
    FORBIDDEN_BY_LAW = "forbidden_by_law"


GROUND_LABELS = {
    RefusalGround.NOT_SUPPLEMENTED: Text(
        "Không bổ sung nội dung còn thiếu theo yêu cầu", "What was missing was not supplied when asked for"
    ),
    RefusalGround.OUTSIDE_FUNCTION: Text(
        "Mục đích nằm ngoài chức năng, nhiệm vụ, quyền hạn được giao",
        "The purpose lies outside the assigned functions",
    ),
    RefusalGround.NO_LEGAL_BASIS: Text(
        "Không có căn cứ pháp luật để chia sẻ thông tin này", "No law provides for sharing this information"
    ),
    RefusalGround.FORBIDDEN_BY_LAW: Text(
        "Pháp luật không cho phép chia sẻ thông tin này", "The law forbids sharing this information"
    ),
}

OBJECTION = Text(
    "Nếu không đồng ý, cơ quan, tổ chức có quyền đề nghị cơ quan quản lý Cơ sở dữ liệu quốc gia về dân cư "
    "giải quyết; người giải quyết không phải là người đã từ chối.",
    "A body that does not agree may ask the authority to resolve it; not the one who refused handles it.",
)
"""The way to object that every refusal names. Law: R8.7."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalDraft:
    """A refusal as drafted: the ground, the reasons in words, the law, how to object. Law: R1.3."""

    ground: RefusalGround
    reasons: str
    law: str
    objection: str


def judge_refusal(
    lacking: tuple[Missing, ...], draft: RefusalDraft | None, *, supplement_term_over: bool
) -> tuple[Missing, ...]:
    """Return what stands against refusing a request; empty if the letter may be submitted. Law: R1.3.

    `lacking` is what the request lacks of its contents. `supplement_term_over` says that it was asked for by
    letter and the day named in that letter has passed.
    """
    return tuple(_against(lacking, draft, supplement_term_over=supplement_term_over))


def _against(
    lacking: tuple[Missing, ...], draft: RefusalDraft | None, *, supplement_term_over: bool
) -> Iterator[Missing]:
    if draft is None:
        yield _item(
            "refusal_letter",
            Text(
                "Không được từ chối đề nghị khi chưa có văn bản nêu rõ lý do.",
                "A request is not refused without a reasoned letter.",
            ),
        )
        return
    if draft.ground is RefusalGround.NOT_SUPPLEMENTED:
        if not lacking:
            yield _item(
                "refusal_of_complete",
                Text(
                    "Đề nghị đã đủ nội dung, không thể từ chối vì thiếu nội dung.",
                    "The request is complete and cannot be refused as incomplete.",
                ),
            )
        elif not supplement_term_over:
            yield _item(
                "refusal_before_supplement",
                Text(
                    "Phải yêu cầu bổ sung bằng văn bản và chờ hết thời hạn trước khi từ chối.",
                    "What is missing is first asked for by letter, and the term in it has to pass.",
                ),
            )
    if not draft.reasons.strip():
        yield _item(
            "refusal_reasons", Text("Văn bản từ chối phải nêu lý do.", "A refusal gives its reasons.")
        )
    if not draft.law.strip():
        yield _item(
            "refusal_law",
            Text("Văn bản từ chối phải nêu căn cứ pháp luật.", "A refusal names the law it rests on."),
        )
    if not draft.objection.strip():
        yield _item(
            "refusal_objection",
            Text("Văn bản từ chối phải nêu cách đề nghị xem xét lại.", "A refusal says how to object."),
        )


def _item(name: str, text: Text) -> Missing:
    return Missing(name, Section.REFUSAL, text)


class Waiting(StrEnum):
    """How a request that awaits its answer stands."""

    IN_TIME = "in_time"
    LAST_DAY = "last_day"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Age:
    """How long a request has waited, in working days, and until when it is to be answered."""

    working_days: int
    answer_by: Deadline
    waiting: Waiting


def age_of(received_on: date, today: date, profile: Profile, calendar: WorkCalendar) -> Age:
    """Return how long a request has waited for its answer: none is left lying unseen. Law: R1.3.

    The term is that of the law profile (working days of Decree 47/2020/NĐ-CP; the circular sets none).
    """
    answer_by = deadline(received_on, profile.number("request.decide"), calendar)
    if today > answer_by.last_day:
        waiting = Waiting.OVERDUE
    else:
        waiting = Waiting.LAST_DAY if today == answer_by.last_day else Waiting.IN_TIME
    return Age(working_days_between(received_on, today, calendar), answer_by, waiting)
