"""The calendar of working days as it is decided so far."""

from datetime import date

from lienthong.control.connections.models import WorkDay
from lienthong.core.working_days import WorkCalendar


def work_calendar() -> WorkCalendar:
    """Return the calendar; it is known to the end of the last year for which a day was entered."""
    decided = dict(WorkDay.objects.filter(withdrawn_by="").values_list("day", "is_worked"))
    known_to = date(max(decided).year, 12, 31) if decided else date.min
    return WorkCalendar(decided, known_to)
