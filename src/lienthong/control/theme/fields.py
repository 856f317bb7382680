"""Fields and widgets with a form of their own on these pages."""

from typing import ClassVar

from django import forms

from lienthong.control.theme.speech import spoken_later
from lienthong.core.plain_text import composed, unplain


class Day(forms.DateInput):
    """A day typed as `05/12/2026`."""

    template_name = "django/forms/widgets/day.html"


class OneTimeCode(forms.TextInput):
    """The six digits of a second factor."""

    template_name = "django/forms/widgets/one_time_code.html"


class Upload(forms.FileInput):
    """A file to send; what may be sent stands in the field's help text."""

    template_name = "django/forms/widgets/upload.html"


class Secret(forms.PasswordInput):
    """A password that its owner may look at while typing."""

    template_name = "django/forms/widgets/secret.html"


class DayField(forms.DateField):
    """A day; in both languages `05/12/2026` is 5 December."""

    widget: ClassVar[type[forms.Widget]] = Day  # type: ignore[misc]


class PlainText(forms.CharField):
    """Text that people type, of characters they can see; several lines where the field is an area.

    What nobody sees is refused with its permanent code, and letters come composed. Passwords alone are no
    plain text: they are taken as they are.
    """

    def to_python(self, value: object) -> str | None:
        """Return the text composed; raises ValidationError."""
        return _plain(super().to_python(value), has_lines=isinstance(self.widget, forms.Textarea))


class PlainEmail(forms.EmailField):
    """An address of e-mail of characters that can be seen."""

    def to_python(self, value: object) -> str | None:
        """Return the address composed; raises ValidationError."""
        return _plain(super().to_python(value), has_lines=False)


def _plain(text: str | None, *, has_lines: bool) -> str | None:
    refusal = unplain(text or "", has_lines=has_lines)
    if refusal is not None:
        raise forms.ValidationError(spoken_later(refusal.coded), code=refusal.code)
    return text and composed(text)


def dense(widget: type[forms.CheckboxSelectMultiple | forms.RadioSelect]) -> forms.Widget:
    """Return a widget for many choices that keeps them close together."""
    return widget(attrs={"class": "lt-dense govuk-checkboxes--small govuk-radios--small"})
