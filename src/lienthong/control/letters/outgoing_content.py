"""What an outgoing letter says, as a value: drafted on the page, kept as JSON, rendered as PDF."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final, cast

import msgspec

from lienthong.core.document_kinds import DocumentKind
from lienthong.core.letters import Letter
from lienthong.core.request_answer import RefusalDraft
from lienthong.core.request_states import RequestAct
from lienthong.core.speech import Text


class Purpose(StrEnum):
    """What an outgoing letter does to the request it answers."""

    RECEIPT = "receipt"
    SUPPLEMENT = "supplement"
    REFUSAL = "refusal"


PURPOSE_LABELS: Final = {
    Purpose.RECEIPT: Text("Phiếu báo tiếp nhận", "Receipt slip"),
    Purpose.SUPPLEMENT: Text("Văn bản yêu cầu bổ sung", "Request for a supplement"),
    Purpose.REFUSAL: Text("Văn bản từ chối", "Refusal"),
}

ABSTRACTS: Final = {
    Purpose.RECEIPT: Text(
        "tiếp nhận đề nghị kết nối, chia sẻ, khai thác thông tin", "the receipt of the request"
    ),
    Purpose.SUPPLEMENT: Text(
        "bổ sung nội dung đề nghị kết nối, chia sẻ, khai thác thông tin", "what is missing from the request"
    ),
    Purpose.REFUSAL: Text(
        "trả lời đề nghị kết nối, chia sẻ, khai thác thông tin", "the answer to the request"
    ),
}

KINDS: Final = {
    Purpose.RECEIPT: DocumentKind.REPORT_SLIP,
    Purpose.SUPPLEMENT: DocumentKind.OFFICIAL_LETTER,
    Purpose.REFUSAL: DocumentKind.OFFICIAL_LETTER,
}

DOES: Final = {Purpose.SUPPLEMENT: RequestAct.ASK_SUPPLEMENT, Purpose.REFUSAL: RequestAct.REFUSE}
"""What the issue of a letter does to the request; a receipt slip tells of what was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterContent:
    """A letter as drafted: `signer` is the account that is to sign, `points` what is asked for, one by one.

    `until` is the last day for a supplement; `refusal` stands in refusals alone.
    """

    letter: Letter
    signer: int
    points: tuple[str, ...] = ()
    until: date | None = None
    refusal: RefusalDraft | None = None


def written(content: LetterContent) -> dict[str, Any]:
    """Return a letter as it is stored."""
    return cast(dict[str, Any], msgspec.to_builtins(content))


def read_letter(stored: object) -> LetterContent:
    """Return the letter that was stored; raises msgspec.ValidationError for what is none."""
    return msgspec.convert(stored, LetterContent)
