"""The key of a trial, chosen or handed in; versions that small forms carry."""

from collections.abc import Mapping

from django import forms

from lienthong.control.conformance.queries import KeyChoice
from lienthong.control.portals.agency.forms_keys import PublicKeyForm
from lienthong.control.theme.speech import spoken_later
from lienthong.core.speech import Text

_NEW = ""


class TrialKeyForm(PublicKeyForm):
    """One of the keys registered for the sandbox, or the public half of another one."""

    field_order = ("version", "chosen", "text", "file")
    version = forms.IntegerField(widget=forms.HiddenInput)
    chosen = forms.ChoiceField(
        label=spoken_later(Text("Khóa để kiểm thử", "Key for the trial")),
        widget=forms.RadioSelect,
        required=False,
    )

    def __init__(self, *arguments: object, keys: tuple[KeyChoice, ...], **named: object) -> None:
        super().__init__(*arguments, **named)  # type: ignore[arg-type]
        if not keys:
            del self.fields["chosen"]
            return
        registered = [(str(key.id), key.thumbprint) for key in keys]
        other = (_NEW, spoken_later(Text("Khóa khác, dán dưới đây", "Another one, pasted below")))
        self.fields["chosen"].choices = [*registered, other]  # type: ignore[attr-defined]
        self.fields["chosen"].initial = str(keys[0].id)

    def handed_in(self) -> str | int:
        """Return the number of the key that was chosen, else the text of the one handed in."""
        chosen = self.cleaned_data.get("chosen", _NEW)
        return int(chosen) if chosen else self.key_text()


def seen_version(sent: Mapping[str, object]) -> int:
    """Return the version that a small form carries; what is no number is none that there ever was."""
    text = str(sent.get("version", ""))
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
