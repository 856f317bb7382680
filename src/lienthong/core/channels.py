"""The channel of a connection: a platform, or a direct line on a recorded ground that is reviewed.

Law: R3.1; Decree 47/2020/NĐ-CP (intermediary platforms first, a direct line where they are not ready or not
adequate).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lienthong.core.grant_document import Channel, DirectGround
from lienthong.core.law import Profile
from lienthong.core.legal_days import end_of_day, moment
from lienthong.core.missing import Missing, Section
from lienthong.core.papers import PROBLEM_TEXTS, Paper, paper_problems
from lienthong.core.speech import Text


class Platform(StrEnum):
    """The platforms through which a connection goes. Law: R3.1."""

    NATIONAL = "national"
    DOCUMENT_AXIS = "document_axis"
    OTHER = "other"


PLATFORM_LABELS = {
    Platform.NATIONAL: Text(
        "Nền tảng tích hợp, chia sẻ dữ liệu quốc gia (NDXP)",
        "National data integration and sharing platform (NDXP)",
    ),
    Platform.DOCUMENT_AXIS: Text("Trục liên thông văn bản quốc gia", "National document axis"),
    Platform.OTHER: Text(
        "Nền tảng kết nối, tích hợp khác theo quy định của pháp luật",
        "Another integration platform as the law provides",
    ),
}

CHANNEL_LABELS = {
    Channel.PLATFORM: Text("Qua nền tảng", "Through a platform"),
    Channel.DIRECT: Text("Kết nối trực tiếp", "Direct connection"),
}


class DirectReason(StrEnum):
    """The grounds on which a connection may be direct. Law: R3.1."""

    OTHER_LAW = "other_law"
    PLATFORM_NOT_READY = "platform_not_ready"
    PLATFORM_NOT_ADEQUATE = "platform_not_adequate"


DIRECT_LABELS = {
    DirectReason.OTHER_LAW: Text("Pháp luật khác có quy định", "Another law so provides"),
    DirectReason.PLATFORM_NOT_READY: Text("Nền tảng chưa sẵn sàng", "The platform is not ready"),
    DirectReason.PLATFORM_NOT_ADEQUATE: Text("Nền tảng chưa đáp ứng yêu cầu", "The platform is not adequate"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectLine:
    """Why a connection is direct: the reason, in words (naming the law where it is one), decision, review."""

    reason: DirectReason
    explanation: str
    decision: Paper | None
    review_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelChoice:
    """The channel of a connection; without a direct line it goes through the platform. Law: R3.1.

    `platform_name` says which, where it is another than the two the law names.
    """

    platform: Platform = Platform.NATIONAL
    platform_name: str = ""
    direct: DirectLine | None = None

    @property
    def channel(self) -> Channel:
        """Return the channel as grants name it."""
        return Channel.PLATFORM if self.direct is None else Channel.DIRECT


THROUGH_THE_PLATFORM = ChannelChoice()
"""The channel of every connection unless a ground for another is recorded. Law: R3.1."""


def channel_missing(choice: ChannelChoice, today: date) -> tuple[Missing, ...]:
    """Return what a channel still lacks to be agreed on a day. Law: R3.1."""
    return tuple(_missing(choice, today))


def _missing(choice: ChannelChoice, today: date) -> Iterator[Missing]:
    direct = choice.direct
    if direct is None:
        if choice.platform is Platform.OTHER and not choice.platform_name.strip():
            yield _item("platform_name", Text("Chưa ghi tên nền tảng.", "The platform is not named."))
        return
    if not direct.explanation.strip():
        yield _item(
            "direct_explanation",
            Text(
                "Kết nối trực tiếp phải nêu căn cứ: văn bản pháp luật, hoặc vì sao nền tảng chưa sẵn sàng, "
                "chưa đáp ứng.",
                "A direct connection states its ground: the law, or why the platform will not do yet.",
            ),
        )
    if direct.decision is None:
        yield _item(
            "direct_decision",
            Text("Thiếu số quyết định cho kết nối trực tiếp.", "The decision on the direct line is missing."),
        )
    else:
        for problem in paper_problems(direct.decision, today):
            yield _item(f"direct_decision_{problem}", PROBLEM_TEXTS[problem])
    if direct.review_on is None:
        yield _item(
            "direct_review",
            Text(
                "Thiếu ngày xem xét lại kết nối trực tiếp.", "The review date of the direct line is missing."
            ),
        )
    elif direct.review_on <= today:
        yield _item(
            "direct_review_past",
            Text(
                "Ngày xem xét lại kết nối trực tiếp phải ở sau ngày hôm nay.",
                "The review date of the direct line lies after today.",
            ),
        )


def _item(name: str, text: Text) -> Missing:
    return Missing(name, Section.CHANNEL, text)


def direct_ground(line: DirectLine) -> DirectGround | None:
    """Return the ground as a grant states it, or None while decision or review date is missing. Law: R3.1."""
    if line.decision is None or line.review_on is None:
        return None
    return DirectGround(
        ground=f"{DIRECT_LABELS[line.reason].vi}: {line.explanation}",
        decision=line.decision.name,
        review=moment(end_of_day(line.review_on)),
    )


class Review(StrEnum):
    """How the review of a direct line stands."""

    NONE = "none"
    LATER = "later"
    DUE = "due"
    OVERDUE = "overdue"


def review_state(choice: ChannelChoice, profile: Profile, today: date) -> Review:
    """Say how the review stands: due from the notice term before its day, overdue after it. Law: R3.1.

    A direct line without a review date counts as overdue. An overdue review is shown; it cuts nobody off.
    """
    if choice.direct is None:
        return Review.NONE
    on = choice.direct.review_on
    if on is None or today > on:
        return Review.OVERDUE
    ahead = timedelta(days=profile.number("notice.ahead"))
    return Review.DUE if today >= on - ahead else Review.LATER
