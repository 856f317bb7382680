"""The public half of a key, wherever a form asks for one."""

from django import forms

from lienthong.control.theme.fields import PlainText, Upload
from lienthong.control.theme.speech import spoken_later
from lienthong.core.key_material import LONGEST_KEY
from lienthong.core.speech import Text


class PublicKeyForm(forms.Form):
    """The public half of a key, pasted or as a file."""

    text = PlainText(
        label=spoken_later(Text("Khóa công khai (JWK)", "Public key (JWK)")),
        help_text=spoken_later(
            Text("Dán đúng nội dung lệnh in ra.", "Paste exactly what the command printed.")
        ),
        max_length=4 * LONGEST_KEY,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
    )
    file = forms.FileField(
        label=spoken_later(Text("hoặc tệp JWK", "or a file with the JWK")),
        widget=Upload(attrs={"accept": ".json,.jwk,application/json"}),
        required=False,
    )

    def key_text(self) -> str:
        """Return the text of the key, from the file where one was sent."""
        file = self.cleaned_data["file"]
        if file is None:
            return str(self.cleaned_data["text"])
        return bytes(file.read(4 * LONGEST_KEY)).decode("utf-8", errors="replace")
