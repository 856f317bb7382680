"""Refusals in forms."""

from django import forms

from lienthong.control.theme.speech import spoken_later
from lienthong.core.control_refusals import ControlRefuse


def refuse(form: forms.Form, refusal: ControlRefuse, field: str | None = None) -> None:
    """Show a refusal at a field, or above the form, with its permanent code."""
    form.add_error(field, forms.ValidationError(spoken_later(refusal.coded), code=refusal.code))
