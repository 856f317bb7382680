"""What happens to a request beyond its state table, in the words by which both portals tell it."""

from typing import Final

from lienthong.core.speech import Text

CONDITION_EVENTS: Final = {
    "condition.met": Text("Kết luận điều kiện đạt", "Condition found kept"),
    "condition.failed": Text("Kết luận điều kiện không đạt", "Condition found not kept"),
    "condition.lost": Text("Điều kiện không còn được bảo đảm", "Condition no longer kept"),
    "condition.lapse": Text("Tài liệu chứng minh điều kiện đã hết hạn", "Evidence of a condition has ended"),
    "request.overdue": Text("Quá hạn trả lời", "Answer overdue"),
    "request.late_start": Text(
        "Có việc chưa bắt đầu sau khi tiếp nhận", "A track has not begun after receipt"
    ),
}
"""What is told to both sides; the last two are the authority's own delay, which the body may know."""

CONDITION_WARNINGS: Final = frozenset(CONDITION_EVENTS) - {"condition.met"}
