"""Forms that stand in both portals."""

from django import forms

from lienthong.control.theme.fields import PlainText
from lienthong.control.theme.speech import spoken_later
from lienthong.core.speech import Text


class ReasonForm(forms.Form):
    """Why something weighty is done."""

    reason = PlainText(
        label=spoken_later(Text("Lý do", "Reason")),
        help_text=spoken_later(Text("Lưu vào nhật ký của khóa.", "Kept in the history of the key.")),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class SearchForm(forms.Form):
    """Words to look for in a list."""

    words = PlainText(label=spoken_later(Text("Tìm", "Search")), required=False, max_length=100)
