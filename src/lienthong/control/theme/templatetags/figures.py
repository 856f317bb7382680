"""Days, moments, numbers and sizes on the page."""

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from lienthong.control.theme import dates, figures
from lienthong.control.theme.speech import active_language

register = template.Library()


@register.filter
def day(value: date | None) -> str:
    """Return `05/12/2026`; a dash when there is no day."""
    return "–" if value is None else dates.day(value, active_language())


@register.filter
def moment(value: datetime | None) -> str:
    """Return `09:41, 18/11/2026` in local time; a dash when there is none."""
    return "–" if value is None else dates.moment(value, active_language())


@register.filter
def weekday(value: date) -> str:
    """Return the weekday's name."""
    return dates.weekday(value, active_language())


@register.filter
def number(value: float | Decimal | None, decimals: int = 0) -> str:
    """Return a grouped number with so many decimals; a dash when there is none."""
    return "–" if value is None else figures.number(value, active_language(), decimals=decimals)


@register.filter
def filesize(value: int) -> str:
    """Return `412 KB`."""
    return figures.size(value, active_language())


@register.simple_tag
def when(value: date | None) -> SafeString | str:
    """Return a day or a moment as a `time` element that machines read too."""
    if value is None:
        return "–"
    shown = moment(value) if isinstance(value, datetime) else day(value)
    exact = (
        dates.local(value).isoformat(timespec="minutes") if isinstance(value, datetime) else value.isoformat()
    )
    return format_html('<time datetime="{}">{}</time>', exact, shown)
