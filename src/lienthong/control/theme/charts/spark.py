"""How one figure went, in a few strokes."""

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString

from lienthong.control.theme.charts.data import Tone
from lienthong.control.theme.charts.geometry import path

_WIDTH, _HEIGHT, _MARGIN = 132, 36, 4


def drawn(values: Sequence[float], tone: Tone) -> SafeString:
    """Return the strokes, hidden from screen readers: the figure beside them says what counts.

    Raises:
        ValueError: fewer than two values.

    """
    if len(values) < 2:
        raise ValueError("a line needs two points")
    lowest, highest = min(values), max(values)
    reach = (highest - lowest) or 1
    points = [
        (
            2 + (_WIDTH - 2 * _MARGIN) * index / (len(values) - 1),
            _HEIGHT - _MARGIN - (_HEIGHT - 2 * _MARGIN) * (value - lowest) / reach,
        )
        for index, value in enumerate(values)
    ]
    x, y = points[-1]
    return format_html(
        '<svg class="lt-draw lt-spark" viewBox="0 0 {} {}" preserveAspectRatio="xMinYMid" aria-hidden="true">'
        '<path class="line {}" d="{}"/><circle class="dot {}" cx="{}" cy="{}" r="3"/></svg>',
        _WIDTH, _HEIGHT, tone, path(points), tone, round(x, 1), round(y, 1),
    )  # fmt: skip
