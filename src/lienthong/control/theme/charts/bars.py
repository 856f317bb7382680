"""Amounts as bars beside their names."""

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from lienthong.control.theme.charts.data import Bar, BarChart
from lienthong.control.theme.components import draw
from lienthong.control.theme.figures import number
from lienthong.control.theme.speech import active_language, spoken

_ROW = 36
_VALUE_ROOM = 92


def drawn(chart: BarChart) -> SafeString:
    """Return the chart for wide and for narrow screens, and its numbers as a table."""
    language = active_language()
    rows = [
        (
            bar.name,
            number(bar.value, language, decimals=chart.decimals),
            number(bar.part, language, decimals=chart.decimals),
            bar.warning,
        )
        for bar in chart.bars
    ]
    values = {
        "chart": chart,
        "wide": _drawing(chart, width=560, names=184, kind="wide"),
        "narrow": _drawing(chart, width=340, names=0, kind="narrow"),
        "rows": rows,
    }
    return draw("bar_chart", **values)


def _drawing(chart: BarChart, *, width: int, names: int, kind: str) -> SafeString:
    """Draw every bar; with no room for names beside the bars, each name stands above its bar."""
    row = _ROW if names else _ROW + 12
    highest = max((bar.value for bar in chart.bars), default=0) or 1
    scale = (width - names - _VALUE_ROOM) / highest
    drawings = [
        _bar(bar, chart, y=index * row, names=names, scale=scale) for index, bar in enumerate(chart.bars)
    ]
    return format_html(
        '<svg class="lt-draw is-{kind}" viewBox="0 0 {width} {height}" role="img"'
        ' aria-labelledby="{name}-{kind}-title {name}-{kind}-text">'
        '<title id="{name}-{kind}-title">{title}</title>'
        '<desc id="{name}-{kind}-text">{text}</desc>{bars}</svg>',
        kind=kind, width=width, height=max(1, len(chart.bars)) * row, name=chart.name,
        title=spoken(chart.title),
        text=spoken(chart.description), bars=mark_safe("".join(drawings)),  # noqa: S308 - each bar is escaped
    )  # fmt: skip


def _bar(bar: Bar, chart: BarChart, *, y: int, names: int, scale: float) -> SafeString:
    top = y + 8 if names else y + 20
    length, part = round(bar.value * scale, 1), round(bar.part * scale, 1)
    name_x, name_y, anchor = (names - 12, top + 14, "end") if names else (0, y + 14, "start")
    written = number(bar.value, active_language(), decimals=chart.decimals)
    drawings = [
        format_html(
            '<text class="name" x="{}" y="{}" text-anchor="{}">{}</text>'
            '<rect class="bar" x="{}" y="{}" width="{}" height="20" rx="3"/>',
            name_x, name_y, anchor, spoken(bar.name), names, top, max(length, 1),
        ),
        format_html(
            '<text class="value" x="{}" y="{}">{}</text>', round(names + length + 8, 1), top + 15, written
        ),
    ]  # fmt: skip
    if part >= 1.5:
        part_x = round(names + length - part, 1)
        form = '<rect class="bar-part" x="{}" y="{}" width="{}" height="20" rx="2"/>'
        drawings.append(format_html(form, part_x, top, part))
    if bar.warning:
        x = round(names + length + 20 + len(written) * 7)
        drawings.append(format_html('<path class="flag" d="M{} {}l7 13h-14z"/>', x, top + 3))
    return mark_safe("".join(drawings))  # noqa: S308 - each drawing is escaped
