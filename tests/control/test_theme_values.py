"""Dates, figures, scales and pages, without a page."""

from datetime import UTC, date, datetime

import pytest

from lienthong.control.theme import dates, figures
from lienthong.control.theme.charts.data import LineChart, Series
from lienthong.control.theme.charts.geometry import Plot, spread, ticks
from lienthong.control.theme.parts import Paging


def test_a_moment_late_in_the_utc_day_is_on_the_next_local_day():
    assert dates.day(datetime(2026, 12, 4, 17, 0, tzinfo=UTC), "vi") == "05/12/2026"
    assert dates.weekday(date(2026, 11, 22), "vi") == "Chủ Nhật"


@pytest.mark.parametrize(
    ("count", "written"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1 KB"), (1_048_575, "1,0 MB"), (20 * 1024**2, "20,0 MB"),
     (150 * 1024**2, "150 MB"), (3 * 1024**4, "3,0 TB"), (5000 * 1024**4, "5.000 TB")],
)  # fmt: skip
def test_sizes_are_as_exact_as_people_compare(count, written):
    assert figures.size(count, "vi") == written


@pytest.mark.parametrize(
    ("highest", "marks"),
    [(0, (0, 1)), (1, (0, 0.25, 0.5, 0.75, 1)), (246, (0, 100, 200, 300)), (400, (0, 100, 200, 300, 400)),
     (0.03, (0, 0.01, 0.02, 0.03)), (9, (0, 2.5, 5, 7.5, 10))],
)  # fmt: skip
def test_scales_are_round_and_reach_the_highest_value(highest, marks):
    assert ticks(highest) == pytest.approx(marks)


def test_values_lie_inside_the_plot():
    plot = Plot(width=100, height=60, left=10, right=10, top=5, bottom=5, count=3, top_value=10)
    assert (plot.x(0), plot.x(2), plot.y(0), plot.y(10), plot.y(-3)) == (10, 90, 55, 5, 55)
    assert spread([50, 20, 52], gap=16) == [50, 20, 66]


def test_a_chart_with_missing_values_is_refused():
    def chart(labels: tuple[str, ...], *series: Series) -> LineChart:
        return LineChart(name="c", title="t", description="d", axis="a", labels=labels, series=series)

    for labels, series in ((("a",), (Series(name="s", values=(1,)),)), (("a", "b"), ())):
        with pytest.raises(ValueError, match="two points"):
            chart(labels, *series)
    with pytest.raises(ValueError, match="every label"):
        chart(("a", "b"), Series(name="s", values=(1, 2, 3)))


@pytest.mark.parametrize(
    ("number", "total", "shown", "ends"),
    [
        (1, 0, (1,), (0, 0)),
        (1, 25, (1,), (1, 25)),
        (1, 26, (1, 2), (1, 25)),
        (4, 1284, (1, 2, 3, 4, 5, None, 52), (76, 100)),
        (26, 1284, (1, None, 25, 26, 27, None, 52), (626, 650)),
        (52, 1284, (1, None, 51, 52), (1276, 1284)),
    ],
)
def test_pages_offer_the_ends_and_the_neighbours(number, total, shown, ends):
    paging = Paging(number=number, size=25, total=total)
    assert paging.numbers == shown
    assert (paging.first, paging.last) == ends
