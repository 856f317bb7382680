"""Forms about requests: filters, assigning, deciding, fields one by one, the thread."""

from collections.abc import Iterable

from django import forms

from lienthong.control.accounts.directory import Person
from lienthong.control.connections.desk import LISTED, Filters
from lienthong.control.connections.file import FieldLine
from lienthong.control.connections.handling import Weighed
from lienthong.control.theme.fields import PlainText
from lienthong.control.theme.speech import spoken_later
from lienthong.core.request_handling import OPINION_LABELS, ChoiceKey, Opinion, key_of
from lienthong.core.request_states import REQUEST_MACHINE, RequestState
from lienthong.core.speech import Text

_ALL = spoken_later(Text("Tất cả", "All"))
_NOBODY = spoken_later(Text("Chưa giao", "Nobody"))


def people(found: Iterable[Person]) -> list[tuple[str, str]]:
    """Return accounts as choices of a form."""
    return [(str(person.id), person.name) for person in found]


class FilterForm(forms.Form):
    """Narrows the list of requests; what makes no sense narrows nothing."""

    words = PlainText(
        label=spoken_later(Text("Mã hoặc tên hồ sơ", "Reference or title")), required=False, max_length=100
    )
    body = PlainText(label=spoken_later(Text("Cơ quan, tổ chức", "Body")), required=False, max_length=100)
    state = forms.ChoiceField(
        label=spoken_later(Text("Trạng thái", "State")),
        required=False,
        choices=[
            ("", _ALL),
            *((state.value, spoken_later(REQUEST_MACHINE.state(state).label)) for state in LISTED),
        ],
    )
    handler = forms.ChoiceField(label=spoken_later(Text("Người xử lý", "Handler")), required=False)
    older = forms.ChoiceField(
        label=spoken_later(Text("Tiếp nhận đã", "Received")),
        required=False,
        choices=[
            ("", _ALL),
            *(
                (str(days), spoken_later(Text(f"Quá {days} ngày", f"Over {days} days ago")))
                for days in (3, 7, 14, 30)
            ),
        ],
    )
    overdue = forms.BooleanField(label=spoken_later(Text("Quá hạn", "Overdue")), required=False)

    def __init__(self, data: object, *, handlers: Iterable[Person]) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.fields["handler"].choices = [("", _ALL), ("0", _NOBODY), *people(handlers)]  # type: ignore[attr-defined]

    def filters(self) -> Filters:
        """Return how the list is narrowed."""
        self.is_valid()
        said = self.cleaned_data
        return Filters(
            words=said.get("words", ""),
            body=said.get("body", ""),
            state=RequestState(said["state"]) if said.get("state") else None,
            handler=int(said["handler"]) if said.get("handler") else None,
            overdue=bool(said.get("overdue")),
            older=int(said["older"]) if said.get("older") else None,
        )


class SeenForm(forms.Form):
    """What every act carries: the version of the file that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class AssignForm(SeenForm):
    """To whom a file goes, who stands in, who supports."""

    person = forms.TypedChoiceField(
        label=spoken_later(Text("Cán bộ", "Person")), coerce=int, empty_value=None, required=False
    )

    def __init__(self, *given: object, handlers: Iterable[Person], **named: object) -> None:
        super().__init__(*given, **named)  # type: ignore[arg-type]
        self.fields["person"].choices = [("", spoken_later(Text("Chọn cán bộ", "Choose"))), *people(handlers)]  # type: ignore[attr-defined]


class RemarkForm(SeenForm):
    """A remark on what is done with a file."""

    remark = PlainText(
        label=spoken_later(Text("Ý kiến", "Remark")),
        help_text=spoken_later(
            Text("Lưu vào diễn biến hồ sơ; trả lại thì bắt buộc.", "Kept with the file; needed to give back.")
        ),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class MessageForm(forms.Form):
    """One message of a thread."""

    text = PlainText(
        label=spoken_later(Text("Nội dung trả lời", "Your answer")),
        help_text=spoken_later(
            Text(
                "Gửi tới cơ quan đề nghị, không nêu thông tin của công dân.",
                "Goes to the body; never name a citizen here.",
            )
        ),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class FieldsForm(SeenForm):
    """An opinion and a remark for each field of a request."""

    def __init__(self, *given: object, lines: tuple[FieldLine, ...], **named: object) -> None:
        super().__init__(*given, **named)  # type: ignore[arg-type]
        self.keys: list[ChoiceKey] = []
        choices = [(opinion.value, spoken_later(OPINION_LABELS[opinion])) for opinion in Opinion]
        for place, line in enumerate(lines):
            self.keys.append(key_of(line.choice))
            self.fields[f"opinion_{place}"] = forms.ChoiceField(
                label=spoken_later(_named(line, Text("ý kiến", "opinion"))),
                choices=choices,
                initial=line.opinion.value,
            )
            self.fields[f"remark_{place}"] = PlainText(
                label=spoken_later(_named(line, Text("ghi chú", "remark"))),
                initial=line.remark,
                required=False,
                max_length=500,
            )

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Return the two fields of each line."""
        return [(self[f"opinion_{place}"], self[f"remark_{place}"]) for place in range(len(self.keys))]

    def weighed(self) -> dict[ChoiceKey, Weighed]:
        """Return what was thought of each field."""
        said = self.cleaned_data
        return {
            key: Weighed(Opinion(said[f"opinion_{place}"]), said[f"remark_{place}"].strip())
            for place, key in enumerate(self.keys)
        }


def _named(line: FieldLine, what: Text) -> Text:
    return Text(f"{line.label.vi}, {what.vi}", f"{line.label.en}, {what.en}")
