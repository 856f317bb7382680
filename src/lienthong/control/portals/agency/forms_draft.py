"""Forms of the parts of a draft. Emptiness is no error here: what is wanting is listed by the rules.

Law: R5.1.
"""

from dataclasses import replace
from datetime import date
from typing import Any, ClassVar, Final

from django import forms
from django.http import QueryDict

from lienthong.control.connections.own_drafts import DraftView, Offers
from lienthong.control.connections.written import Part, Typed, Written
from lienthong.control.theme.fields import PlainText
from lienthong.control.theme.speech import spoken, spoken_later
from lienthong.core.bodies import SYSTEM_KIND_LABELS
from lienthong.core.connection_request import MANDATE_LABELS
from lienthong.core.speech import Text
from lienthong_protocol.record import Act

ACT_LABELS: Final = {
    Act.CONNECT: Text("kết nối", "connecting"),
    Act.SHARE: Text("chia sẻ", "sharing"),
    Act.EXPLOIT: Text("khai thác", "access"),
}


class PartForm(forms.Form):
    """One part of a draft: built from the draft, read back into it."""

    part: ClassVar[Part]

    def __init__(self, view: DraftView, offers: Offers, data: QueryDict | None = None) -> None:
        self.view, self.offers = view, offers
        super().__init__(
            data, initial=self.stored(view.content.written, offers), use_required_attribute=False
        )
        self.prepare()

    def stored(self, written: Written, offers: Offers) -> dict[str, Any]:
        """Return what the fields hold while nothing else was typed."""
        raise NotImplementedError

    def prepare(self) -> None:
        """Complete fields that depend on the draft; nothing unless a part needs it."""

    def apply(self, written: Written) -> Written:
        """Return the draft with this part as it was read; what could not be read is left empty."""
        raise NotImplementedError

    def _clean_fields(self) -> None:
        """Read without asking for anything to be filled in."""
        wanted = [field for field in self.fields.values() if field.required]
        for field in wanted:
            field.required = False
        super()._clean_fields()  # type: ignore[misc]
        for field in wanted:
            field.required = True

    def text(self, name: str) -> str:
        """Return the text that was read, empty for none."""
        return str(self.cleaned_data.get(name) or "")

    def typed(self) -> Typed:
        """Return what every field held as it was sent."""
        data = self.data
        assert isinstance(data, QueryDict), "a form that was sent"
        return {name: list(map(str, data.getlist(name))) for name in self.fields if name in data}


def as_typed(form: PartForm) -> Typed:
    """Return what an unchanged form would send."""
    found: Typed = {}
    for bound in form:
        value = bound.value()
        is_empty = value is None or value is False or value == ""
        values = value if isinstance(value, list | tuple) else [] if is_empty else [value]
        shown = [_shown(each) for each in values]
        if shown:
            found[bound.name] = shown
    return found


def _shown(value: object) -> str:
    if value is True:
        return "on"
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)


def data_of(typed: Typed) -> QueryDict:
    """Return typed text as a form reads it."""
    data = QueryDict(mutable=True)
    for name, values in typed.items():
        data.setlist(name, values)
    return data


def one_line(label: Text, *, limit: int = 300, hint: Text | None = None) -> PlainText:
    """Return a field of one line."""
    return PlainText(
        label=spoken_later(label),
        max_length=limit,
        help_text="" if hint is None else spoken_later(hint),
    )


def optional_line(label: Text, *, limit: int = 300, hint: Text | None = None) -> PlainText:
    """Return a field of one line that may stay empty."""
    field = one_line(label, limit=limit, hint=hint)
    field.required = False
    return field


class UnitForm(PartForm):
    """The registering unit; its identifier is that of the body on record."""

    part = Part.UNIT
    name = one_line(Text("Tên đơn vị đăng ký", "Name of the registering unit"))
    parent = optional_line(Text("Cơ quan, tổ chức cấp trên", "Body above it"))

    def stored(self, written: Written, offers: Offers) -> dict[str, Any]:
        """Return the unit's names."""
        unit = written.request.unit
        return {"name": unit.name, "parent": unit.parent}

    def apply(self, written: Written) -> Written:
        """Set the unit's names."""
        unit = replace(written.request.unit, name=self.text("name"), parent=self.text("parent"))
        return replace(written, request=replace(written.request, unit=unit))


class _PickForm(PartForm):
    """A choice among what the body has on record; what was taken earlier stays offered after its end."""

    picked = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    label: ClassVar[Text]
    member: ClassVar[str]
    key: ClassVar[str]

    def entries(self) -> dict[str, Any]:
        """Return what can be picked, by key: the record's newest first, then what the draft alone has."""
        offered = {getattr(entry, self.key): entry for entry in getattr(self.offers, self.member)}
        kept = {
            getattr(entry, self.key): entry
            for entry in getattr(self.view.content.written.request, self.member)
        }
        return offered | {key: entry for key, entry in kept.items() if key not in offered}

    def stored(self, written: Written, offers: Offers) -> dict[str, Any]:
        """Return the keys of what the draft has."""
        return {"picked": [getattr(entry, self.key) for entry in getattr(written.request, self.member)]}

    def prepare(self) -> None:
        """Offer the entries."""
        field = self.fields["picked"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.label = spoken_later(self.label)
        field.choices = [(key, spoken_later(self.words(entry))) for key, entry in self.entries().items()]

    def words(self, entry: Any) -> Text:  # noqa: ANN401 - an entry of the member
        """Say in one line what an entry is."""
        raise NotImplementedError

    def apply(self, written: Written) -> Written:
        """Take the picked entries in, in the order of the record."""
        picked = set(self.cleaned_data.get("picked") or ())
        chosen = tuple(entry for key, entry in self.entries().items() if key in picked)
        members: dict[str, Any] = {self.member: chosen}
        return replace(written, request=replace(written.request, **members))


class MandatesForm(_PickForm):
    """The functions, duties and powers on which purposes hang."""

    part, member, key = Part.MANDATES, "mandates", "code"
    label = Text("Chức năng, nhiệm vụ, quyền hạn được giao", "Functions, duties and powers assigned")

    def words(self, entry: Any) -> Text:  # noqa: ANN401 - an entry of the member
        """Say kind, code, description and paper."""
        kind, paper = MANDATE_LABELS[entry.kind], entry.assigned_by
        by = Text("chưa có văn bản giao", "no paper yet") if paper is None else Text(paper.name, paper.name)
        return Text(
            f"{kind.vi} {entry.code}: {entry.description} ({by.vi})",
            f"{kind.en} {entry.code}: {entry.description} ({by.en})",
        )


class SystemsForm(_PickForm):
    """The systems and databases to be connected."""

    part, member, key = Part.SYSTEMS, "systems", "id"
    label = Text(
        "Hệ thống thông tin, cơ sở dữ liệu do cơ quan quản lý", "Systems and databases the body manages"
    )

    def words(self, entry: Any) -> Text:  # noqa: ANN401 - an entry of the member
        """Say name, code and kind."""
        kind = SYSTEM_KIND_LABELS[entry.kind]
        return Text(f"{entry.name} ({entry.id}): {kind.vi}", f"{entry.name} ({entry.id}): {kind.en}")


class OfficersForm(_PickForm):
    """The officers in charge of connecting, sharing, access."""

    part, member, key = Part.OFFICERS, "officers", "name"
    label = Text("Cán bộ phụ trách", "Officers in charge")

    def words(self, entry: Any) -> Text:  # noqa: ANN401 - an entry of the member
        """Say name, post, telephone, address and for what."""
        acts = [ACT_LABELS[act] for act in Act if act in entry.acts]
        who = f"{entry.name}, {entry.post}; {entry.phone}; {entry.email}"
        return Text(
            f"{who} ({', '.join(act.vi for act in acts)})", f"{who} ({', '.join(act.en for act in acts)})"
        )


def differing(form: PartForm, aside: Typed) -> list[tuple[str, str, str]]:
    """Return label, saved text and text kept aside, for every field in which the two differ."""
    saved = as_typed(form)
    return [
        (spoken(bound.label), "; ".join(saved.get(bound.name, [])), "; ".join(aside.get(bound.name, [])))
        for bound in form
        if not bound.is_hidden
        and saved.get(bound.name, []) != [text for text in aside.get(bound.name, []) if text]
    ]
