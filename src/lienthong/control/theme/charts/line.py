"""Values over time as lines."""

from collections.abc import Iterator
from itertools import chain

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from lienthong.control.theme.charts.data import LineChart
from lienthong.control.theme.charts.geometry import Plot, path, spread, ticks
from lienthong.control.theme.components import draw
from lienthong.control.theme.figures import number
from lienthong.control.theme.speech import active_language, spoken

_NOTHING = mark_safe("")
_LETTER = 7.2
"""About the width of a letter at the size of labels; used to keep room, never to cut."""


def drawn(chart: LineChart) -> SafeString:
    """Return the chart for wide and for narrow screens, and its numbers as a table."""
    language = active_language()
    rows = [
        (label, [number(series.values[index], language, decimals=chart.decimals) for series in chart.series])
        for index, label in enumerate(chart.labels)
    ]
    values = {
        "chart": chart,
        "wide": _drawing(chart, width=760, height=270, labels=7, kind="wide"),
        "narrow": _drawing(chart, width=340, height=250, labels=3, kind="narrow"),
        "rows": rows,
    }
    return draw("line_chart", **values)


def _drawing(chart: LineChart, *, width: int, height: int, labels: int, kind: str) -> SafeString:
    heights = ticks(
        max(chain((chart.limit.value,) if chart.limit else (), *(s.values for s in chart.series)))
    )
    longest = max(len(words) for words in _right_labels(chart))
    plot = Plot(
        width=width, height=height, left=46, right=round(14 + longest * _LETTER), top=26, bottom=28,
        count=len(chart.labels), top_value=heights[-1],
    )  # fmt: skip
    parts = (
        _bands(chart, plot),
        _grid(chart, plot, heights),
        _axis(chart, plot, labels),
        _limit(chart, plot),
        _lines(chart, plot),
        _flags(chart, plot),
    )
    return format_html(
        '<svg class="lt-draw is-{kind}" viewBox="0 0 {width} {height}" role="img"'
        ' aria-labelledby="{name}-{kind}-title {name}-{kind}-text">'
        '<title id="{name}-{kind}-title">{title}</title>'
        '<desc id="{name}-{kind}-text">{text}</desc>{parts}</svg>',
        kind=kind, width=width, height=height, name=chart.name, title=spoken(chart.title),
        text=spoken(chart.description), parts=mark_safe("".join(parts)),  # noqa: S308 - each part is escaped
    )  # fmt: skip


def _right_labels(chart: LineChart) -> Iterator[str]:
    language = active_language()
    for series in chart.series:
        yield f"{spoken(series.name)} {number(series.values[-1], language, decimals=chart.decimals)}"
    if chart.limit:
        yield spoken(chart.limit.label)


def _grid(chart: LineChart, plot: Plot, heights: tuple[float, ...]) -> SafeString:
    decimals = max(chart.decimals, 0 if all(height == round(height) for height in heights) else 1)
    return format_html_join(
        "",
        '<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/>'
        '<text x="{}" y="{}" text-anchor="end">{}</text>',
        (
            (plot.left, plot.width - plot.right, plot.y(height), plot.y(height), plot.left - 8,
             plot.y(height) + 4, number(height, active_language(), decimals=decimals))
            for height in heights
        ),
    )  # fmt: skip


def _axis(chart: LineChart, plot: Plot, wanted: int) -> SafeString:
    last = plot.count - 1
    shown = sorted(
        {round(index * last / (min(wanted, plot.count) - 1)) for index in range(min(wanted, plot.count))}
    )
    return format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="middle">{}</text>',
        ((plot.x(index), plot.height - 8, chart.labels[index]) for index in shown),
    )


def _limit(chart: LineChart, plot: Plot) -> SafeString:
    if chart.limit is None:
        return _NOTHING
    y, end = plot.y(chart.limit.value), plot.width - plot.right
    return format_html(
        '<line class="limit" x1="{}" x2="{}" y1="{}" y2="{}"/>'
        '<text class="limit-name" x="{}" y="{}">{}</text>',
        plot.left, end, y, y, end + 8, y + 4, spoken(chart.limit.label),
    )  # fmt: skip


def _bands(chart: LineChart, plot: Plot) -> SafeString:
    return format_html_join(
        "",
        '<rect class="band" x="{}" y="{}" width="{}" height="{}" rx="3"/>',
        (
            (
                plot.x(band.start),
                plot.top,
                round(plot.x(band.end) - plot.x(band.start), 1),
                plot.floor - plot.top,
            )
            for band in chart.bands
        ),
    )


def _lines(chart: LineChart, plot: Plot) -> SafeString:
    drawings = []
    for series in chart.series:
        line = path([(plot.x(index), plot.y(value)) for index, value in enumerate(series.values)])
        end_x, end_y = plot.x(plot.count - 1), plot.y(series.values[-1])
        if series.filled:
            base = f"L{end_x:.1f},{plot.floor}L{plot.left},{plot.floor}Z"
            drawings.append(format_html('<path class="area {}" d="{}{}"/>', series.tone, line, base))
        form = '<path class="line {}" d="{}"/><circle class="dot {}" cx="{}" cy="{}" r="3.5"/>'
        drawings.append(format_html(form, series.tone, line, series.tone, end_x, end_y))
    heights = spread([plot.y(series.values[-1]) for series in chart.series], gap=16)
    for series, height, words in zip(chart.series, heights, _right_labels(chart), strict=False):
        x = plot.width - plot.right + 8
        drawings.append(
            format_html('<text class="end {}" x="{}" y="{}">{}</text>', series.tone, x, height + 4, words)
        )
    return mark_safe("".join(drawings))  # noqa: S308 - each drawing is escaped


def _flags(chart: LineChart, plot: Plot) -> SafeString:
    """Name each band above its stretch, leaning to the side that has room."""
    flags = []
    for band in chart.bands:
        middle = (plot.x(band.start) + plot.x(band.end)) / 2
        half = len(spoken(band.label)) * _LETTER / 2
        at = min(max(middle, plot.left + half), plot.width - half - 4)
        flags.append((round(at, 1), plot.top - 10, spoken(band.label)))
    return format_html_join("", '<text class="flag" x="{}" y="{}" text-anchor="middle">{}</text>', flags)
