from django import forms
from django.core.exceptions import ValidationError

from lienthong.control.theme.fields import DayField, OneTimeCode, Secret, Upload, dense
from lienthong.control.theme.speech import spoken_later
from lienthong.core.speech import Text


def say(vi: str, en: str) -> str:
    return spoken_later(Text(vi, en))


class Supplement(forms.Form):
    opinion = forms.CharField(
        label=say("Ý kiến xử lý", "Remarks"),
        help_text=say(
            "Sẽ gửi cho đơn vị đăng ký và lưu vào nhật ký hồ sơ.", "Sent to the body and kept with the file."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    until = DayField(
        label=say("Hạn bổ sung", "Supplement until"),
        help_text=say("Ví dụ 05/12/2026", "For example 05/12/2026"),
    )


class Everything(forms.Form):
    name = forms.CharField(label=say("Tên hệ thống", "Name of the system"), max_length=120)
    mail = forms.EmailField(label=say("Thư điện tử", "E-mail"), required=False)
    purpose = forms.CharField(
        label=say("Mục đích kết nối", "Purpose"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
    level = forms.ChoiceField(
        label=say("Cấp độ an toàn hệ thống thông tin", "Security level"),
        choices=[
            ("", say("Chọn cấp độ", "Choose a level")),
            *((str(n), say(f"Cấp độ {n}", f"Level {n}")) for n in range(1, 6)),
        ],
    )
    channel = forms.ChoiceField(
        label=say("Kết nối qua", "Channel"),
        help_text=say(
            "Kết nối trực tiếp cần căn cứ và số quyết định.",
            "A direct channel needs a ground and a decision.",
        ),
        choices=[
            ("platform", say("Nền tảng tích hợp, chia sẻ dữ liệu", "The sharing platform")),
            ("direct", say("Kết nối trực tiếp", "A direct connection")),
        ],
        widget=forms.RadioSelect,
    )
    fields_asked = forms.MultipleChoiceField(
        label=say("Trường thông tin đề nghị", "Fields asked for"),
        choices=[
            ("ho_ten", say("Họ, chữ đệm và tên khai sinh", "Name")),
            ("ngay_sinh", say("Ngày, tháng, năm sinh", "Date of birth")),
            ("gioi_tinh", say("Giới tính", "Sex")),
            ("noi_thuong_tru", say("Nơi thường trú", "Permanent residence")),
        ],
        widget=dense(forms.CheckboxSelectMultiple),
    )
    approved = DayField(
        label=say("Ngày phê duyệt cấp độ", "Level approved on"),
        help_text=say("Ví dụ 05/12/2026", "For example 05/12/2026"),
    )
    share = forms.DecimalField(
        label=say("Tỷ lệ hồ sơ trực tuyến (%)", "Share of online files (%)"), localize=True
    )
    plan = forms.FileField(
        label=say("Tài liệu mô tả kỹ thuật", "Technical description"),
        help_text=say("PDF, không quá 20 MB.", "PDF, at most 20 MB."),
        widget=Upload,
    )
    agreed = forms.BooleanField(
        label=say("Tôi cam đoan nội dung khai là đúng.", "I confirm that what is stated is true."),
        help_text=say("Nội dung khai sai có thể bị từ chối.", "False statements may lead to refusal."),
    )
    token = forms.CharField(widget=forms.HiddenInput, initial="t")

    def clean_name(self) -> str:
        if "<" in self.cleaned_data["name"]:
            raise ValidationError(say("Tên không được chứa dấu <", "The name must not contain <"))
        return self.cleaned_data["name"]

    def clean(self) -> None:
        if self.cleaned_data.get("level") == "5":
            raise ValidationError(say("Cấp độ 5 cần làm việc trực tiếp.", "Level 5 is dealt with in person."))


class SignIn(forms.Form):
    account = forms.CharField(
        label=say("Tên đăng nhập", "Account"), widget=forms.TextInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label=say("Mật khẩu", "Password"), widget=Secret(attrs={"autocomplete": "current-password"})
    )
    code = forms.CharField(
        label=say("Mã xác thực", "One-time code"),
        help_text=say("Sáu chữ số trên ứng dụng xác thực.", "Six digits from your authenticator."),
        widget=OneTimeCode,
    )


class Refusal(forms.Form):
    reason = forms.CharField(
        label=say("Căn cứ và lý do", "Ground and reason"), widget=forms.Textarea(attrs={"rows": 3})
    )
    password = forms.CharField(
        label=say("Mật khẩu", "Password"), widget=Secret(attrs={"autocomplete": "current-password"})
    )
    code = forms.CharField(label=say("Mã xác thực", "One-time code"), widget=OneTimeCode)


class Narrow(forms.Form):
    words = forms.CharField(label=say("Tìm", "Search"), required=False)
    state = forms.ChoiceField(
        label=say("Trạng thái", "State"),
        required=False,
        choices=[("", say("Tất cả", "All")), ("new", say("Mới tiếp nhận", "Received"))],
    )
    since = DayField(label=say("Gửi từ ngày", "Filed since"), required=False)
