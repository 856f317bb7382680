"""Forms about the calendar of working days."""

from django import forms

from lienthong.control.theme.fields import PlainText
from lienthong.control.theme.speech import spoken_later
from lienthong.core.speech import Text

_DECISION = spoken_later(Text("Quyết định, thông báo", "Decision or notice"))
_EXAMPLE = spoken_later(
    Text("Số, ký hiệu, ngày: 5034/TB-BNV ngày 05/12/2026", "Number, symbol, day: 5034/TB-BNV, 05/12/2026")
)


class EnterDaysForm(forms.Form):
    """What a decision says of days: one, or the list of a year."""

    decision = PlainText(label=_DECISION, help_text=_EXAMPLE, max_length=200)
    off = PlainText(
        label=spoken_later(Text("Ngày nghỉ", "Days off")),
        help_text=spoken_later(
            Text(
                "Mỗi dòng một ngày 02/09/2026 hoặc một khoảng 31/08/2026 - 02/09/2026; dán được cả năm.",
                "One a line: a day 02/09/2026 or a span 31/08/2026 - 02/09/2026; a whole year may be pasted.",
            )
        ),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=4_000,
        required=False,
    )
    worked = PlainText(
        label=spoken_later(Text("Ngày làm bù", "Days worked in exchange")),
        help_text=spoken_later(Text("Thứ Bảy, Chủ Nhật đi làm.", "Saturdays and Sundays that are worked.")),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2_000,
        required=False,
    )


class WithdrawDayForm(forms.Form):
    """By which decision a day goes by the week again."""

    decision = PlainText(label=_DECISION, help_text=_EXAMPLE, max_length=200)
