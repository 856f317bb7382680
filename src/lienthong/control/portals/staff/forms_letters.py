"""Forms of letters: what a letter of the authority says, what arrived by paper or document axis."""

from collections.abc import Iterable
from typing import Any

from django import forms

from lienthong.control.accounts.directory import Person
from lienthong.control.letters.arrivals import Arrival
from lienthong.control.letters.outgoing import Wording
from lienthong.control.letters.outgoing_content import LetterContent, Purpose
from lienthong.control.portals.staff.forms_requests import people
from lienthong.control.theme.fields import DayField, PlainText, Upload
from lienthong.control.theme.speech import spoken, spoken_later
from lienthong.core.document_kinds import (
    ARRIVAL_LABELS,
    COPY_LABELS,
    URGENCY_LABELS,
    ArrivalChannel,
    CopyStatus,
    Urgency,
)
from lienthong.core.letter_numbers import NUMBER_TEXTS, NumberProblem, parse_number_symbol
from lienthong.core.letter_states import OUTGOING_MACHINE, OutgoingState
from lienthong.core.letters import CAPACITY_LABELS, Capacity
from lienthong.core.request_answer import GROUND_LABELS, OBJECTION, RefusalDraft, RefusalGround
from lienthong.core.speech import Text
from lienthong.core.uploads import LARGEST_UPLOAD

_DAY_HINT = spoken_later(Text("Ví dụ 05/12/2026", "For example 05/12/2026"))
_CAPACITIES = (Capacity.HEAD, Capacity.DEPUTY, Capacity.BY_ORDER, Capacity.ACTING)


class ArrivalFilterForm(forms.Form):
    """Narrows the register of arrivals."""

    said = PlainText(
        label=spoken_later(Text("Số, ký hiệu hoặc nơi gửi", "Number or sender")),
        required=False,
        max_length=100,
    )
    waiting = forms.BooleanField(
        label=spoken_later(Text("Chỉ văn bản chưa vào hồ sơ", "Only letters without a file")), required=False
    )

    def filters(self) -> tuple[str, bool]:
        """Return what is looked for, and whether only letters that belong to no file are."""
        said = self.cleaned_data if self.is_valid() else {}
        return str(said.get("said", "")), bool(said.get("waiting"))


class OutgoingFilterForm(forms.Form):
    """Narrows the register of outgoing letters: the issued ones unless asked otherwise."""

    said = PlainText(
        label=spoken_later(Text("Số, ký hiệu hoặc nơi nhận", "Number or recipient")),
        required=False,
        max_length=100,
    )
    state = forms.ChoiceField(
        label=spoken_later(Text("Trạng thái", "State")),
        required=False,
        choices=[
            ("", spoken_later(OUTGOING_MACHINE.state(OutgoingState.ISSUED).label)),
            *(
                (state.name.value, spoken_later(state.label))
                for state in OUTGOING_MACHINE.states
                if state.name is not OutgoingState.ISSUED
            ),
            ("all", spoken_later(Text("Tất cả", "All"))),
        ],
    )

    def filters(self) -> tuple[OutgoingState | None, str]:
        """Return the state, none for all, and what is looked for."""
        said = self.cleaned_data if self.is_valid() else {}
        state = said.get("state", "")
        if state == "all":
            return None, said["said"]
        return OutgoingState(state or OutgoingState.ISSUED), said.get("said", "")


class LetterForm(forms.Form):
    """What stands in every letter; the parts of one purpose are added below."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    signer = forms.TypedChoiceField(label=spoken_later(Text("Người ký", "Signatory")), coerce=int)
    title = PlainText(label=spoken_later(Text("Chức vụ người ký", "Title")), max_length=120)
    capacity = forms.ChoiceField(
        label=spoken_later(Text("Thể thức ký", "Capacity")),
        choices=[(each.value, spoken_later(CAPACITY_LABELS[each])) for each in _CAPACITIES],
    )
    for_title = PlainText(
        label=spoken_later(Text("Chức vụ được ký thay", "Signs for (title)")),
        help_text=spoken_later(Text("Chỉ ghi khi ký KT. hoặc TL.", "Only with KT. or TL.")),
        required=False,
        max_length=120,
    )
    urgency = forms.ChoiceField(
        label=spoken_later(Text("Độ khẩn", "Urgency")),
        choices=[(each.value, spoken_later(URGENCY_LABELS[each])) for each in Urgency],
    )
    copies = PlainText(
        label=spoken_later(Text("Nơi nhận khác", "Copies to")),
        help_text=spoken_later(Text("Mỗi dòng một nơi nhận.", "One on each line.")),
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *given: object, signers: Iterable[Person], **named: object) -> None:
        super().__init__(*given, **named)  # type: ignore[arg-type]
        self.fields["signer"].choices = people(signers)  # type: ignore[attr-defined]

    def wording(self) -> Wording:
        """Return what was written."""
        said = self.cleaned_data
        return Wording(
            signer=said["signer"],
            title=said["title"],
            capacity=Capacity(said["capacity"]),
            for_title=said["for_title"],
            urgency=Urgency(said["urgency"]),
            copies=_lines(said["copies"]),
            **self.parts(said),
        )

    def parts(self, said: dict[str, Any]) -> dict[str, Any]:
        """Return what only letters of this purpose say."""
        del said
        return {}


class SupplementForm(LetterForm):
    """Asks for what is missing, until a day."""

    points = PlainText(
        label=spoken_later(Text("Nội dung cần bổ sung", "What is to be supplied")),
        help_text=spoken_later(Text("Mỗi dòng một nội dung.", "One point on each line.")),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    until = DayField(label=spoken_later(Text("Hạn bổ sung", "Supplement until")), help_text=_DAY_HINT)
    field_order = ("version", "points", "until")

    def parts(self, said: dict[str, Any]) -> dict[str, Any]:
        """Return the points and the day."""
        return {"points": _lines(said["points"]), "until": said["until"]}


class RefusalForm(LetterForm):
    """Refuses with ground, reasons, law and the way to object; none of them can be left out."""

    ground = forms.ChoiceField(
        label=spoken_later(Text("Căn cứ từ chối", "Ground")),
        choices=[(each.value, spoken_later(GROUND_LABELS[each])) for each in RefusalGround],
    )
    reasons = PlainText(
        label=spoken_later(Text("Lý do", "Reasons")),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    law = PlainText(
        label=spoken_later(Text("Căn cứ pháp luật", "The law it rests on")),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    objection = PlainText(
        label=spoken_later(Text("Cách đề nghị xem xét lại", "How to object")),
        max_length=2_000,
        initial=OBJECTION.vi,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    field_order = ("version", "ground", "reasons", "law", "objection")

    def parts(self, said: dict[str, Any]) -> dict[str, Any]:
        """Return the refusal."""
        names = ("reasons", "law", "objection")
        words = {name: said[name] for name in names}
        return {"refusal": RefusalDraft(ground=RefusalGround(said["ground"]), **words)}


FORMS: dict[Purpose, type[LetterForm]] = {
    Purpose.RECEIPT: LetterForm,
    Purpose.SUPPLEMENT: SupplementForm,
    Purpose.REFUSAL: RefusalForm,
}


def initial_of(content: LetterContent) -> dict[str, object]:
    """Return a drafted letter as the values of its form."""
    signatory = content.letter.signatory
    values: dict[str, object] = {
        "signer": content.signer,
        "title": signatory.title,
        "capacity": signatory.capacity.value,
        "for_title": signatory.for_title,
        "urgency": content.letter.urgency.value,
        "copies": "\n".join(content.letter.copies),
        "points": "\n".join(content.points),
        "until": content.until,
    }
    if content.refusal is not None:
        values |= {
            "ground": content.refusal.ground.value,
            "reasons": content.refusal.reasons,
            "law": content.refusal.law,
            "objection": content.refusal.objection,
        }
    return values


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


class ArrivalForm(forms.Form):
    """A letter that came by paper or document axis, as the clerk reads it."""

    channel = forms.ChoiceField(
        label=spoken_later(Text("Đến qua", "Came by")),
        choices=[
            (each.value, spoken_later(ARRIVAL_LABELS[each]))
            for each in (ArrivalChannel.PAPER, ArrivalChannel.DOCUMENT_AXIS)
        ],
        widget=forms.RadioSelect,
        initial=ArrivalChannel.PAPER.value,
    )
    sender = PlainText(
        label=spoken_later(Text("Cơ quan gửi", "Sender")),
        help_text=spoken_later(
            Text(
                "Mã định danh điện tử, ví dụ H20.12, hoặc tên đầy đủ.",
                "Electronic identifier such as H20.12, or the full name.",
            )
        ),
        max_length=200,
    )
    number = PlainText(
        label=spoken_later(Text("Số, ký hiệu", "Number and symbol")),
        help_text=spoken_later(Text("Ví dụ 1187/SYT-VP", "For example 1187/SYT-VP")),
        max_length=60,
    )
    dated = DayField(label=spoken_later(Text("Ngày văn bản", "Dated")), help_text=_DAY_HINT)
    subject = PlainText(label=spoken_later(Text("Trích yếu", "Subject")), max_length=500)
    urgency = forms.ChoiceField(
        label=spoken_later(Text("Độ khẩn", "Urgency")),
        choices=[(each.value, spoken_later(URGENCY_LABELS[each])) for each in Urgency],
    )
    copy = forms.ChoiceField(
        label=spoken_later(Text("Hình thức bản giấy", "What the paper is")),
        help_text=spoken_later(Text("Bắt buộc với bản giấy.", "Needed for a paper.")),
        required=False,
        choices=[
            ("", spoken_later(Text("Không phải bản giấy", "No paper"))),
            *((each.value, spoken_later(COPY_LABELS[each])) for each in CopyStatus),
        ],
    )
    scan = forms.FileField(
        label=spoken_later(Text("Bản quét", "Scan")),
        help_text=spoken_later(
            Text(
                f"PDF, PNG hoặc JPEG, tối đa {LARGEST_UPLOAD // 2**20} MB. Không tải lên bí mật nhà nước.",
                f"PDF, PNG or JPEG, at most {LARGEST_UPLOAD // 2**20} MB. Never a state secret.",
            )
        ),
        required=False,
        widget=Upload,
    )

    def clean_number(self) -> object:
        """Read number and symbol."""
        parsed = parse_number_symbol(self.cleaned_data["number"])
        if isinstance(parsed, NumberProblem):
            raise forms.ValidationError(spoken(NUMBER_TEXTS[parsed]))
        return parsed

    def arrival(self) -> Arrival:
        """Return the letter as declared."""
        said = self.cleaned_data
        return Arrival(
            sender=said["sender"],
            number=said["number"],
            dated=said["dated"],
            subject=said["subject"],
            channel=ArrivalChannel(said["channel"]),
            copy=CopyStatus(said["copy"]) if said["copy"] else None,
            urgency=Urgency(said["urgency"]),
        )
