"""Forms of signing in."""

from django import forms

from lienthong.control.theme.fields import OneTimeCode, PlainEmail, PlainText, Secret
from lienthong.control.theme.speech import spoken_later
from lienthong.core.sign_in import LEAST_PASSWORD
from lienthong.core.speech import Text

_PASSWORD = spoken_later(Text("Mật khẩu", "Password"))
_CODE = spoken_later(Text("Mã xác thực", "Code"))


class SignInForm(forms.Form):
    """Who signs in."""

    email = PlainEmail(
        label=spoken_later(Text("Thư điện tử", "E-mail address")),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=_PASSWORD,
        max_length=256,
        strip=False,
        widget=Secret(attrs={"autocomplete": "current-password"}),
    )


class CodeForm(forms.Form):
    """A code of the second factor, or a recovery code."""

    code = PlainText(
        label=_CODE,
        help_text=spoken_later(
            Text(
                "6 số trong ứng dụng xác thực; mất điện thoại thì nhập một mã dự phòng.",
                "The 6 digits in your authenticator; without the telephone, a recovery code.",
            )
        ),
        max_length=20,
        widget=OneTimeCode,
    )


class EnrolForm(forms.Form):
    """The first code of a new second factor."""

    code = PlainText(
        label=_CODE,
        help_text=spoken_later(Text("6 số mà ứng dụng đang hiện.", "The 6 digits the application shows.")),
        max_length=20,
        widget=OneTimeCode,
    )


class ProveAgainForm(CodeForm):
    """Password and code once more."""

    password = forms.CharField(
        label=_PASSWORD,
        max_length=256,
        strip=False,
        widget=Secret(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("password", "code")


class NewPasswordForm(forms.Form):
    """A password, twice."""

    password = forms.CharField(
        label=spoken_later(Text("Mật khẩu mới", "New password")),
        help_text=spoken_later(
            Text(f"Ít nhất {LEAST_PASSWORD} ký tự.", f"At least {LEAST_PASSWORD} characters.")
        ),
        max_length=256,
        strip=False,
        widget=Secret(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=spoken_later(Text("Nhập lại mật khẩu", "The password again")),
        max_length=256,
        strip=False,
        widget=Secret(attrs={"autocomplete": "new-password"}),
    )

    def clean_again(self) -> str:
        """Refuse two different passwords."""
        again = str(self.cleaned_data["again"])
        if again != self.cleaned_data.get("password"):
            raise forms.ValidationError(
                spoken_later(Text("Hai lần nhập không giống nhau.", "The two passwords differ."))
            )
        return again
