"""What came of a call, said in plain words to the person at the desk: Vietnamese or English.

A refusal is explained by its permanent code from the table both sides share, so that nobody on the way can
put words into the hub's mouth; only what is about this very case (fields, the sentence for the citizen) is
taken from the answer, and only where the hub signed it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lienthong_agency.outcomes import Cause, Refused, Unanswered
from lienthong_protocol.refusal_texts import REFUSALS, RefusalText
from lienthong_protocol.refusals import Code


class Language(StrEnum):
    """The languages of the exchange."""

    VI = "vi"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Words:
    """A short text in both languages."""

    vi: str
    en: str

    def of(self, language: Language) -> str:
        """Return the text in one language."""
        return self.vi if language is Language.VI else self.en


_CAUSES: Final = {
    Cause.LOST: Words(
        "Không nhận được trả lời trọn vẹn. Yêu cầu có thể đã được ghi nhật ký; hãy thử lại sau.",
        "No whole answer arrived. The request may have been recorded; try again later.",
    ),
    Cause.UNAVAILABLE: Words(
        "Hệ thống chưa thể trả lời lúc này; hãy thử lại sau.",
        "The service cannot answer now; try again later.",
    ),
    Cause.UNTRUSTED: Words(
        "Trả lời nhận được không phải của hệ thống cho yêu cầu này. Không sử dụng; báo ngay cho người phụ "
        "trách an ninh của đơn vị.",
        "What arrived is not the hub's answer to this request. Do not use it; tell your security officer.",
    ),
    Cause.UNREADABLE: Words(
        "Trả lời đã ký nhưng phần mềm này không đọc được; hãy cập nhật phần mềm.",
        "The answer is signed, but this software cannot read it; update it.",
    ),
}
_UNPROVEN: Final = Words(
    "(Trả lời này không có chữ ký của hệ thống: chỉ dùng để tìm lỗi.)",
    "(This refusal bears no signature of the hub: use it to find the fault, for nothing else.)",
)
_FIELDS: Final = Words("Trường thông tin", "Fields")
_FOR_THE_CITIZEN: Final = Words("Nói với công dân", "Say to the citizen")
_LAW: Final = Words("Căn cứ", "Rule")
_AGAIN: Final = Words("Thử lại sau {} giây.", "Try again in {} seconds.")
_CLOCK: Final = Words("Giờ của hệ thống: {}", "The hub's time: {}")


def explain_refusal(refused: Refused, language: Language) -> list[str]:
    """Return the sentences that explain a refusal, the most important first."""
    problem = refused.problem
    text = text_of(problem.code)
    sentence = problem.message if text is None else Words(text.vi, text.en)
    lines = [f"{problem.code}: {sentence.vi if language is Language.VI else sentence.en}"]
    if not refused.is_proven:
        lines.append(_UNPROVEN.of(language))
        if problem.code == Code.CLOCK_SKEW and refused.server_time is not None:
            lines.append(_CLOCK.of(language).format(refused.server_time))
        return lines
    if problem.fields:
        lines.append(f"{_FIELDS.of(language)}: {', '.join(problem.fields)}")
    if problem.citizen is not None:
        told = problem.citizen.vi if language is Language.VI else problem.citizen.en
        lines.append(f"{_FOR_THE_CITIZEN.of(language)}: {told}")
    if problem.law is not None:
        lines.append(f"{_LAW.of(language)}: {problem.law}")
    return lines


def explain_unanswered(unanswered: Unanswered, language: Language) -> list[str]:
    """Return the sentences that say why there is no answer, the most important first."""
    lines = [_CAUSES[unanswered.cause].of(language)]
    text = text_of(unanswered.detail)
    if text is not None:
        lines.append(f"{unanswered.detail}: {text.vi if language is Language.VI else text.en}")
    if unanswered.retry_after is not None:
        lines.append(_AGAIN.of(language).format(unanswered.retry_after))
    return lines


def text_of(code: str) -> RefusalText | None:
    """Return what the table says of a code, None where it is newer than this client."""
    try:
        return REFUSALS[Code(code)]
    except ValueError:
        return None
