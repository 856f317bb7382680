"""Form widgets with a form of their own on these pages."""

from typing import ClassVar

from django import forms


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


def dense(widget: type[forms.CheckboxSelectMultiple | forms.RadioSelect]) -> forms.Widget:
    """Return a widget for many choices that keeps them close together."""
    return widget(attrs={"class": "lt-dense govuk-checkboxes--small govuk-radios--small"})
