"""Forms of the pages of guides."""

from django import forms

from lienthong.control.guides.queries import Shown
from lienthong.control.theme.fields import PlainText
from lienthong.control.theme.speech import spoken_later
from lienthong.core.guides import LONGEST_PART
from lienthong.core.speech import Text

_SHOWN = {
    Shown.ALL: Text("Tất cả", "All"),
    Shown.MISSING: Text("Phải công bố", "To be published"),
    Shown.OVERDUE: Text("Quá hạn", "Overdue"),
    Shown.PUBLISHED: Text("Đã công bố", "Published"),
}


class FindGuides(forms.Form):
    """Which guides to list."""

    words = PlainText(
        label=spoken_later(Text("Hệ thống hoặc cơ quan", "System or body")), required=False, max_length=100
    )
    shown = forms.ChoiceField(
        label=spoken_later(Text("Nghĩa vụ", "Duty")),
        required=False,
        choices=[(shown.value, spoken_later(label)) for shown, label in _SHOWN.items()],
    )


class PartForm(forms.Form):
    """The text of one part. Its length is the action's to judge: what is too long is refused, not cut."""

    text = PlainText(
        label=spoken_later(Text("Nội dung", "Text")),
        help_text=spoken_later(
            Text(
                "Chữ thường hoặc Markdown: dòng trống để sang đoạn, “- ” để "
                "liệt kê, “### ” cho đề mục nhỏ, bảng "
                "bằng dấu “|”. Không dùng được HTML và hình ảnh.",
                "Plain text or Markdown: an empty line begins a paragraph, "
                "“- ” a list, “### ” a small heading, "
                "“|” makes tables. HTML and images are not possible.",
            )
        ),
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 22, "maxlength": LONGEST_PART, "lang": "vi", "spellcheck": "true"}
        ),
    )
