"""Forms of staff about bodies."""

from typing import Any

from django import forms

from lienthong.control.participants.bodies import BodyFacts
from lienthong.control.participants.queries import BodyPage
from lienthong.control.portals.bodies.paper_fields import DAY_EXAMPLE, complete_paper, paper_fields
from lienthong.control.theme.fields import DayField, PlainEmail, PlainText, Upload, dense
from lienthong.control.theme.speech import spoken_later
from lienthong.core.access import AGENCY_ROLES, ROLE_LABELS, Role
from lienthong.core.bodies import KIND_LABELS, BodyKind
from lienthong.core.speech import Text
from lienthong.core.succession import SUCCESSION_LABELS, SuccessionKind

_KINDS = [(kind.value, spoken_later(KIND_LABELS[kind])) for kind in BodyKind]


class FindBodies(forms.Form):
    """Which bodies to list."""

    words = PlainText(
        label=spoken_later(Text("Tên hoặc mã định danh", "Name or identifier")),
        required=False,
        max_length=100,
    )
    kind = forms.ChoiceField(
        label=spoken_later(Text("Loại", "Kind")),
        required=False,
        choices=[("", spoken_later(Text("Tất cả", "All"))), *_KINDS],
    )
    ended = forms.BooleanField(
        label=spoken_later(Text("Cả cơ quan đã chấm dứt", "Also bodies that have ended")), required=False
    )


class BodyForm(forms.Form):
    """What is stated of a body."""

    name = PlainText(label=spoken_later(Text("Tên cơ quan", "Name")), max_length=300)
    kind = forms.ChoiceField(label=spoken_later(Text("Loại", "Kind")), choices=_KINDS)
    parent = PlainText(
        label=spoken_later(Text("Cơ quan chủ quản", "Body over it")), max_length=300, required=False
    )
    symbol = PlainText(
        label=spoken_later(Text("Ký hiệu viết tắt", "Abbreviation")),
        help_text=spoken_later(Text("Như trong số, ký hiệu văn bản: SYT", "As in its letters: SYT")),
        max_length=30,
        required=False,
    )
    place = PlainText(
        label=spoken_later(Text("Địa danh", "Place")),
        help_text=spoken_later(Text("Ghi trước ngày trên văn bản: Hải Phòng", "Before the day on letters")),
        max_length=100,
        required=False,
    )
    address = PlainText(label=spoken_later(Text("Địa chỉ", "Address")), max_length=300, required=False)
    email = PlainEmail(
        label=spoken_later(Text("Thư điện tử", "E-mail address")), max_length=254, required=False
    )
    phone = PlainText(label=spoken_later(Text("Điện thoại", "Telephone")), max_length=30, required=False)
    under_defence = forms.BooleanField(
        label=spoken_later(
            Text("Thuộc Bộ Quốc phòng quản lý", "Managed by the Ministry of National Defence")
        ),
        required=False,
    )

    def facts(self) -> BodyFacts:
        """Return what was stated."""
        given = {name: self.cleaned_data[name] for name in BodyFacts.__dataclass_fields__}
        return BodyFacts(**given | {"kind": BodyKind(given["kind"])})


class RegisterForm(BodyForm):
    """A new body with its identifier."""

    identifier = PlainText(
        label=spoken_later(Text("Mã định danh điện tử", "Electronic identifier")),
        help_text=spoken_later(
            Text(
                "Theo Quyết định số 20/2020/QĐ-TTg, ví dụ H20.12; doanh nghiệp: mã số 10 chữ số.",
                "Under Decision 20/2020/QĐ-TTg, as in H20.12; of an enterprise its 10 digits.",
            )
        ),
        max_length=60,
    )
    field_order = ("identifier",)


class ChangeForm(BodyForm):
    """A body as it was seen; of two who change it at once, the later is told."""

    version = forms.IntegerField(widget=forms.HiddenInput)


def initial_body(body: BodyPage) -> dict[str, Any]:
    """Return what the form of a body shows at first."""
    values = {name: getattr(body.facts, name) for name in BodyFacts.__dataclass_fields__}
    return values | {"kind": body.facts.kind.value, "version": body.version}


class InviteForm(forms.Form):
    """Whom to give an account that works for the body."""

    name = PlainText(label=spoken_later(Text("Họ và tên", "Full name")), max_length=200)
    email = PlainEmail(label=spoken_later(Text("Thư điện tử", "E-mail address")), max_length=254)
    roles = forms.MultipleChoiceField(
        label=spoken_later(Text("Vai trò", "Roles")),
        choices=[(role.value, spoken_later(ROLE_LABELS[role])) for role in Role if role in AGENCY_ROLES],
        widget=dense(forms.CheckboxSelectMultiple),
    )


class SuccessionForm(forms.Form):
    """A decision by which bodies merge, split or change their name."""

    kind = forms.ChoiceField(
        label=spoken_later(Text("Quyết định về việc", "What is decided")),
        choices=[(kind.value, spoken_later(SUCCESSION_LABELS[kind])) for kind in SuccessionKind],
        widget=forms.RadioSelect,
    )
    predecessors = PlainText(
        label=spoken_later(Text("Cơ quan trước quyết định", "Bodies before")),
        help_text=spoken_later(Text("Mã định danh, mỗi dòng một mã.", "Electronic identifiers, one a line.")),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    successors = PlainText(
        label=spoken_later(Text("Cơ quan sau quyết định", "Bodies after")),
        help_text=spoken_later(
            Text(
                "Mã định danh, mỗi dòng một mã; cơ quan mới được ghi nhận trước.",
                "Electronic identifiers, one a line; a new body is registered first.",
            )
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    new_name = PlainText(
        label=spoken_later(Text("Tên mới của cơ quan kế thừa", "New name of the successor")),
        max_length=300,
        required=False,
    )
    effective_on = DayField(
        label=spoken_later(Text("Có hiệu lực từ ngày", "In effect from")), help_text=DAY_EXAMPLE
    )

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - what Django's forms take
        super().__init__(*given, **named)
        fields = paper_fields("paper", required=True)
        del fields["paper_file"]
        self.fields.update(fields)

    def clean(self) -> None:
        """See that the decision is named whole."""
        complete_paper(self, "paper", required=True)


class DecisionCopyForm(forms.Form):
    """The copy of the decision, sent with the act itself."""

    print = PlainText(widget=forms.HiddenInput, max_length=64)
    file = forms.FileField(
        label=spoken_later(Text("Bản sao quyết định", "Copy of the decision")),
        help_text=spoken_later(Text("PDF, không quá 20 MB.", "PDF, at most 20 MB.")),
        widget=Upload(attrs={"accept": ".pdf"}),
        required=False,
    )
