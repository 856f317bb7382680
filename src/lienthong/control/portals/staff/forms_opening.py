"""Forms about a letter on paper or by the axis: what it says, of which nothing need be there; whose it is.

Law: R5.1, R5.3.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict

from lienthong.control.connections.opening import ReadLetter
from lienthong.control.connections.own_drafts import Offers
from lienthong.control.theme.fields import PlainText, dense
from lienthong.control.theme.speech import spoken_later
from lienthong.core.arrived_letters import GIVE_BACK_LABELS, GiveBackGround, choice_as_written
from lienthong.core.connection_request import (
    DIRECTION_LABELS,
    Direction,
    FieldChoice,
    RequestedPurpose,
    ServiceChoice,
)
from lienthong.core.field_kinds import SENSITIVITY_MARKS, SOURCE_LABELS, Source
from lienthong.core.fields import FIELDS, Field
from lienthong.core.letters import CAPACITY_LABELS, Capacity, Signatory
from lienthong.core.purpose import ACTOR_LABELS, PURPOSE_GROUND_LABELS, Actor, PurposeGround
from lienthong.core.service_catalogue import CATALOGUE
from lienthong.core.speech import Text

MOST_PURPOSES: Final = 10
_LINES: Final = Text(
    "Mỗi dòng một thông tin, ghi như văn bản ghi. Tên trùng danh mục được nhận là trường của danh mục.",
    "One item a line, as the letter has it. A name of the catalogue is taken as that field.",
)


def _line(label: Text, *, limit: int = 300, hint: Text | None = None) -> PlainText:
    help_text = "" if hint is None else spoken_later(hint)
    return PlainText(label=spoken_later(label), max_length=limit, help_text=help_text)


def _lines(label: Text, *, rows: int, hint: Text | None = None) -> PlainText:
    field = _line(label, limit=4_000, hint=hint)
    field.widget = forms.Textarea(attrs={"rows": rows})
    return field


def _choice(label: Text, labels: Mapping[Any, Text]) -> forms.ChoiceField:
    choices = [(str(value), spoken_later(text)) for value, text in labels.items()]
    return forms.ChoiceField(label=spoken_later(label), choices=choices)


def _several(label: Text, choices: list[tuple[str, str]]) -> forms.MultipleChoiceField:
    widget = dense(forms.CheckboxSelectMultiple)
    return forms.MultipleChoiceField(label=spoken_later(label), choices=choices, widget=widget)


@dataclass(frozen=True, slots=True)
class PurposePart:
    """One purpose on the page: its fields, then the fields of the catalogue by source, then free lines."""

    number: int
    about: tuple[BoundField, ...]
    sources: tuple[tuple[Text, BoundField], ...]
    lines: tuple[BoundField, ...]


class OpeningForm(forms.Form):
    """What the letter says: who signed, systems, functions, officers, purposes with services and fields."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    purposes = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=MOST_PURPOSES, initial=1)
    signer = _line(Text("Họ và tên người ký", "Name of the signatory"), limit=100)
    title = _line(Text("Chức vụ người ký", "Title of the signatory"), limit=150)
    capacity = _choice(Text("Thẩm quyền ký", "Capacity"), CAPACITY_LABELS)
    for_title = _line(Text("Ký thay chức vụ (KT., TL., TUQ.)", "Signs for the title of"), limit=150)
    collective = _line(Text("Tên tập thể (TM.)", "Collective (TM.)"), limit=200)
    place = _line(Text("Địa danh", "Place"), limit=100)
    get_count = forms.IntegerField(min_value=0, max_value=999)
    give_count = forms.IntegerField(min_value=0, max_value=999)

    def __init__(self, offers: Offers, data: QueryDict | None = None, *, version: int, more: int = 0) -> None:
        self.offers = offers
        sent = "" if data is None else data.get("purposes", "")
        known = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 4 else 1
        self.count = max(1, min(known + more, MOST_PURPOSES))
        if data is not None:
            data = data.copy()
            data["purposes"] = str(self.count)
        super().__init__(data, initial={"version": version, "purposes": 1}, use_required_attribute=False)
        for direction in Direction:
            label = DIRECTION_LABELS[direction]
            self.fields[f"{direction}_count"].label = spoken_later(
                Text(f"{label.vi}: số trường văn bản ghi", f"{label.en}: number of fields the letter states")
            )
        self.fields |= self._from_record()
        for number in range(1, self.count + 1):
            self.fields |= {f"p{number}-{name}": field for name, field in self._purpose_fields().items()}

    def _from_record(self) -> dict[str, forms.Field]:
        offers = self.offers
        return {
            "systems": _several(
                Text("Hệ thống, cơ sở dữ liệu văn bản nêu", "Systems and databases it names"),
                [(each.id, f"{each.name} ({each.id})") for each in offers.systems],
            ),
            "mandates": _several(
                Text("Chức năng, nhiệm vụ, quyền hạn văn bản nêu", "Functions, duties and powers it names"),
                [(each.code, f"{each.code}: {each.description}") for each in offers.mandates],
            ),
            "officers": _several(
                Text("Cán bộ phụ trách văn bản nêu", "Officers in charge it names"),
                [(each.name, f"{each.name}, {each.post}") for each in offers.officers],
            ),
        }

    def _purpose_fields(self) -> dict[str, forms.Field]:
        mandates = {"": Text("Văn bản không nêu", "The letter does not say")} | {
            each.code: Text(
                f"{each.code}: {each.description}"[:120], f"{each.code}: {each.description}"[:120]
            )
            for each in self.offers.mandates
        }
        return {
            "name": _line(Text("Mục đích", "Purpose")),
            "scope": _lines(Text("Phạm vi", "Scope"), rows=2),
            "mandate": _choice(Text("Thuộc chức năng, nhiệm vụ", "Under the function"), mandates),
            "ground": _choice(
                Text("Căn cứ xử lý dữ liệu cá nhân", "Ground for personal data"), PURPOSE_GROUND_LABELS
            ),
            "law": _line(Text("Tên luật, nếu căn cứ là luật khác", "The law, if another law is the ground")),
            "actor": _choice(Text("Người thực hiện", "Who acts"), ACTOR_LABELS),
            "services": _several(
                Text("Dịch vụ đăng ký", "Services"),
                [(each.code, spoken_later(each.name)) for each in CATALOGUE],
            ),
            **{
                f"get-{source}": _several(
                    label, [(each.name, spoken_later(_words(each))) for each in _of_source(source)]
                )
                for source, label in SOURCE_LABELS.items()
            },
            "get-lines": _lines(
                Text("Thông tin khai thác khác, ghi như văn bản", "Other items asked for, as written"),
                rows=2,
                hint=_LINES,
            ),
            "get-reason": _line(
                Text("Lý do cần, nếu văn bản nêu chung", "Reason, where the letter gives one for all"),
                limit=500,
                hint=Text(
                    "Văn bản nêu riêng từng trường thì để trống; cơ quan ghi trong cổng khi bổ sung.",
                    "Leave empty where each field has its own: the body enters those with its supplement.",
                ),
            ),
            "give-lines": _lines(
                Text("Thông tin cơ quan chia sẻ", "Items the body gives"), rows=2, hint=_LINES
            ),
            "give-reason": _line(
                Text("Lý do chia sẻ, nếu văn bản nêu chung", "Reason for giving, where one is given for all"),
                limit=500,
            ),
        }

    def _clean_fields(self) -> None:
        """Read without asking for anything but what the page itself sends."""
        wanted = [field for field in self.fields.values() if not field.widget.is_hidden]
        for field in wanted:
            field.required = False
        super()._clean_fields()  # type: ignore[misc]
        for field in wanted:
            field.required = True

    def head(self) -> tuple[BoundField, ...]:
        """Return the fields about the letter as a whole."""
        signing = ("place", "signer", "title", "capacity", "for_title", "collective")
        return tuple(self[name] for name in signing)

    def record(self) -> tuple[BoundField, ...]:
        """Return the choices among what the body has on record; an empty record offers none."""
        names = ("systems", "mandates", "officers")
        return tuple(self[name] for name in names if self.fields[name].choices)  # type: ignore[attr-defined]

    def counts(self) -> tuple[BoundField, ...]:
        """Return the numbers of fields that the letter states."""
        return tuple(self[f"{direction}_count"] for direction in Direction)

    def parts(self) -> Iterator[PurposePart]:
        """Yield the purposes."""
        about = ("name", "scope", "mandate", "ground", "law", "actor", "services")
        lines = ("get-lines", "get-reason", "give-lines", "give-reason")
        for number in range(1, self.count + 1):
            yield PurposePart(
                number,
                tuple(self[f"p{number}-{name}"] for name in about),
                tuple((label, self[f"p{number}-get-{source}"]) for source, label in SOURCE_LABELS.items()),
                tuple(self[f"p{number}-{name}"] for name in lines),
            )

    @property
    def may_grow(self) -> bool:
        """Whether another purpose can be added."""
        return self.count < MOST_PURPOSES

    def read(self) -> ReadLetter:
        """Return what the letter says."""
        said = self.cleaned_data
        numbers = [number for number in range(1, self.count + 1) if self._is_written(number)]
        signatory = Signatory(
            name=self._text("signer"),
            title=self._text("title"),
            capacity=Capacity(self._text("capacity") or Capacity.HEAD),
            for_title=self._text("for_title"),
            collective=self._text("collective"),
        )
        return ReadLetter(
            place=self._text("place"),
            signatory=signatory if signatory.name or signatory.title else None,
            systems=tuple(said["systems"]),
            mandates=tuple(said["mandates"]),
            officers=tuple(said["officers"]),
            purposes=tuple(self._purpose(number) for number in numbers),
            choices=tuple(choice for number in numbers for choice in self._choices(number)),
            services=tuple(
                ServiceChoice(service=code, purpose=_code(number))
                for number in numbers
                for code in said[f"p{number}-services"]
            ),
            written_counts=tuple(
                (direction, count)
                for direction in Direction
                if (count := said.get(f"{direction}_count")) is not None
            ),
        )

    def _text(self, name: str) -> str:
        return str(self.cleaned_data.get(name) or "").strip()

    def _is_written(self, number: int) -> bool:
        """Say whether anything but what the page offers by itself was entered for a purpose."""
        offered = {f"p{number}-ground", f"p{number}-actor"}
        names = [name for name in self.fields if name.startswith(f"p{number}-") and name not in offered]
        return any(self.cleaned_data.get(name) for name in names)

    def _purpose(self, number: int) -> RequestedPurpose:
        texts = {name: self._text(f"p{number}-{name}") for name in ("name", "mandate", "scope", "law")}
        return RequestedPurpose(
            code=_code(number),
            ground=PurposeGround(self._text(f"p{number}-ground") or PurposeGround.STATE_TASK),
            actor=Actor(self._text(f"p{number}-actor") or Actor.OFFICER),
            **texts,
        )

    def _choices(self, number: int) -> tuple[FieldChoice, ...]:
        """Return the fields of a purpose, each direction's once."""
        found: dict[tuple[str, Direction], FieldChoice] = {}
        for direction in Direction:
            reason = self._text(f"p{number}-{direction}-reason")
            picked = [
                name
                for source in SOURCE_LABELS
                if direction is Direction.GET
                for name in self.cleaned_data[f"p{number}-get-{source}"]
            ]
            written = self._text(f"p{number}-{direction}-lines").splitlines()
            for line in (*picked, *(line for line in written if line.strip())):
                choice = choice_as_written(line, direction=direction, purpose=_code(number), reason=reason)
                found.setdefault((choice.field, direction), choice)
        return tuple(found.values())


def _code(number: int) -> str:
    return f"MD{number}"


def _of_source(source: Source) -> Iterator[Field]:
    return (field for field in FIELDS if field.source is source)


def _words(field: Field) -> Text:
    mark = SENSITIVITY_MARKS.get(field.sensitivity)
    if mark is None:
        return Text(field.label_vi, field.label_en)
    return Text(f"{field.label_vi} · {mark.vi}", f"{field.label_en} · {mark.en}")


class SenderForm(forms.Form):
    """Says which body a letter came from."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    identifier = PlainText(
        label=spoken_later(Text("Mã định danh của cơ quan gửi", "Identifier of the sender")),
        help_text=spoken_later(Text("Ví dụ H20.12", "For example H20.12")),
        max_length=100,
    )


class PutUnderForm(forms.Form):
    """Names the file that a letter belongs to."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reference = PlainText(
        label=spoken_later(Text("Mã hồ sơ", "File")),
        help_text=spoken_later(Text("Ví dụ YC-2026-000184", "For example YC-2026-000184")),
        max_length=40,
    )


class GiveBackForm(forms.Form):
    """Why a letter is given back."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    ground = forms.ChoiceField(
        label=spoken_later(Text("Căn cứ trả lại", "Ground")),
        choices=[(each.value, spoken_later(GIVE_BACK_LABELS[each])) for each in GiveBackGround],
        widget=forms.RadioSelect,
    )
    reason = PlainText(
        label=spoken_later(Text("Lý do cụ thể", "Reason")),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
