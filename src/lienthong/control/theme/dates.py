"""Days and moments as people in Việt Nam write them. Moments come in UTC and are shown in local time."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from lienthong.control.theme.speech import ENGLISH
from lienthong.core.speech import Text

LOCAL: Final = ZoneInfo("Asia/Ho_Chi_Minh")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS: Final = (
    Text("Thứ Hai", "Monday"),
    Text("Thứ Ba", "Tuesday"),
    Text("Thứ Tư", "Wednesday"),
    Text("Thứ Năm", "Thursday"),
    Text("Thứ Sáu", "Friday"),
    Text("Thứ Bảy", "Saturday"),
    Text("Chủ Nhật", "Sunday"),
)


def local(moment: datetime) -> datetime:
    """Return the moment in Việt Nam's time.

    Raises:
        ValueError: the moment has no zone, so nobody knows when it was.

    """
    if moment.tzinfo is None:
        raise ValueError(f"a moment without a zone cannot be shown: {moment.isoformat()}")
    return moment.astimezone(LOCAL)


def day(value: date, language: str) -> str:
    """Return `05/12/2026`, in English `5 Dec 2026`; of a moment its local day."""
    on = local(value) if isinstance(value, datetime) else value
    if language == ENGLISH:
        return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"
    return f"{on.day:02}/{on.month:02}/{on.year}"


def moment(value: datetime, language: str) -> str:
    """Return `09:41, 18/11/2026`, in English `09:41, 18 Nov 2026`, in local time."""
    return f"{local(value):%H:%M}, {day(value, language)}"


def weekday(value: date, language: str) -> str:
    """Return the name of the weekday; of a moment its local one."""
    on = local(value) if isinstance(value, datetime) else value
    return _WEEKDAYS[on.weekday()].in_language(language)
