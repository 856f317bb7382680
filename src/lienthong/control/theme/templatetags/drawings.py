"""Charts on the page."""

from collections.abc import Sequence

from django import template
from django.utils.safestring import SafeString

from lienthong.control.theme.charts import bars, line, spark
from lienthong.control.theme.charts.data import BarChart, LineChart, Tone

register = template.Library()


@register.simple_tag
def line_chart(chart: LineChart) -> SafeString:
    """Draw values over time, with the same numbers as a table below."""
    return line.drawn(chart)


@register.simple_tag
def bar_chart(chart: BarChart) -> SafeString:
    """Draw amounts beside their names, with the same numbers as a table below."""
    return bars.drawn(chart)


@register.simple_tag
def sparkline(values: Sequence[float], tone: str = "first") -> SafeString:
    """Draw how one figure went, without scale: an ornament to the figure beside it."""
    return spark.drawn(values, Tone(tone))
