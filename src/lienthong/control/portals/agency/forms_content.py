"""Forms of the fifth and sixth content of a request: purposes, fields one by one, counts, services.

Law: R5.1, R8.1.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Final

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict

from lienthong.control.connections.own_drafts import DraftView, Offers
from lienthong.control.connections.written import Part, Written
from lienthong.control.portals.agency.forms_draft import PartForm
from lienthong.control.theme.fields import PlainText
from lienthong.control.theme.speech import spoken_later
from lienthong.core.connection_request import (
    Direction,
    FieldChoice,
    RequestedPurpose,
    ServiceChoice,
    counted_fields,
    item_name,
    written_count,
)
from lienthong.core.field_kinds import SENSITIVITY_MARKS, SOURCE_LABELS
from lienthong.core.fields import BY_NAME, FIELDS, Field
from lienthong.core.purpose import ACTOR_LABELS, PURPOSE_GROUND_LABELS, Actor, PurposeGround
from lienthong.core.service_catalogue import CATALOGUE, CatalogueEntry
from lienthong.core.speech import Text

MOST_PURPOSES: Final = 20
MOST_OWN_ITEMS: Final = 40
_LONGEST_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class PurposeRow:
    """The fields of one purpose on the page."""

    code: str
    fields: tuple[BoundField, ...]


class PurposesForm(PartForm):
    """Purposes, each under one assigned function. Law: R8.1."""

    part = Part.PURPOSES

    def __init__(
        self, view: DraftView, offers: Offers, data: QueryDict | None = None, *, more: int = 0
    ) -> None:
        self.codes = _codes(view, data, more)
        super().__init__(view, offers, data)

    def stored(self, written: Written, offers: Offers) -> dict[str, Any]:
        """Return every purpose, its members under its code."""
        return {
            f"{purpose.code}-{member}": str(getattr(purpose, member))
            for purpose in written.request.purposes
            for member in ("name", "mandate", "scope", "ground", "actor", "law")
        } | {"codes": " ".join(self.codes)}

    def prepare(self) -> None:
        """Make the fields of every row."""
        self.fields["codes"] = PlainText(widget=forms.HiddenInput, initial=" ".join(self.codes))
        mandates = [("", spoken_later(Text("Chọn chức năng, nhiệm vụ", "Choose a function")))]
        mandates += [
            (mandate.code, f"{mandate.code}: {mandate.description}"[:120])
            for mandate in self.view.content.written.request.mandates
        ]
        for code in self.codes:
            self.fields |= {f"{code}-{name}": field for name, field in _purpose_fields(mandates).items()}

    def rows(self) -> Iterator[PurposeRow]:
        """Yield the purposes with their fields."""
        for code in self.codes:
            names = [name for name in self.fields if name.startswith(f"{code}-")]
            yield PurposeRow(code, tuple(self[name] for name in names))

    def apply(self, written: Written) -> Written:
        """Set the purposes; a row in which nothing was written is none."""
        purposes = tuple(purpose for code in self.codes if (purpose := self._read(code)) is not None)
        return replace(written, request=replace(written.request, purposes=purposes))

    def _read(self, code: str) -> RequestedPurpose | None:
        name, mandate, scope, law = (
            self.text(f"{code}-{each}") for each in ("name", "mandate", "scope", "law")
        )
        if not any((name, mandate, scope, law)):
            return None
        return RequestedPurpose(
            code=code,
            name=name,
            mandate=mandate,
            scope=scope,
            ground=PurposeGround(self.text(f"{code}-ground") or PurposeGround.STATE_TASK),
            actor=Actor(self.text(f"{code}-actor") or Actor.OFFICER),
            law=law,
        )


def _codes(view: DraftView, data: QueryDict | None, more: int) -> tuple[str, ...]:
    """Return the codes of the rows: the draft's, those on the page, and so many new ones; one at least."""
    known = [purpose.code for purpose in view.content.written.request.purposes]
    sent = [] if data is None else data.get("codes", "").split()
    codes = list(dict.fromkeys([*known, *(code for code in sent if _is_code(code))]))[:MOST_PURPOSES]
    wanted = min(max(1, len(codes) + more), MOST_PURPOSES)
    free = (f"MD{number}" for number in count(1) if f"MD{number}" not in codes)
    while len(codes) < wanted:
        codes.append(next(free))
    return tuple(codes)


def _is_code(text: str) -> bool:
    return text.startswith("MD") and text[2:].isdigit() and text.isascii() and len(text) <= 5


def _purpose_fields(mandates: list[tuple[str, str]]) -> dict[str, forms.Field]:
    return {
        "name": PlainText(label=spoken_later(Text("Mục đích", "Purpose")), max_length=300),
        "mandate": forms.ChoiceField(
            label=spoken_later(Text("Thuộc chức năng, nhiệm vụ, quyền hạn", "Under the function")),
            choices=mandates,
        ),
        "scope": PlainText(
            label=spoken_later(Text("Phạm vi khai thác, chia sẻ", "Scope")),
            help_text=spoken_later(
                Text("Đối tượng, địa bàn, tình huống sử dụng.", "Which persons, where, in which situations.")
            ),
            max_length=1000,
            widget=forms.Textarea(attrs={"rows": 2}),
        ),
        "ground": forms.ChoiceField(
            label=spoken_later(Text("Căn cứ xử lý dữ liệu cá nhân", "Ground for personal data")),
            choices=[(ground.value, spoken_later(label)) for ground, label in PURPOSE_GROUND_LABELS.items()],
        ),
        "law": PlainText(
            label=spoken_later(
                Text("Tên luật, nếu căn cứ là luật khác", "The law, if another law is the ground")
            ),
            max_length=300,
            required=False,
        ),
        "actor": forms.ChoiceField(
            label=spoken_later(Text("Người thực hiện", "Who acts")),
            choices=[(actor.value, spoken_later(label)) for actor, label in ACTOR_LABELS.items()],
        ),
    }


def without_purpose(written: Written, code: str) -> Written:
    """Return a draft without one purpose and what was chosen for it."""
    request = written.request
    return replace(
        written,
        request=replace(
            request,
            purposes=tuple(each for each in request.purposes if each.code != code),
            choices=tuple(each for each in request.choices if each.purpose != code),
            services=tuple(each for each in request.services if each.purpose != code),
        ),
    )


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field on the page: what it is, and the two controls to choose it with its reason."""

    field: Field
    pick: BoundField
    reason: BoundField

    @property
    def mark(self) -> Text | None:
        """Return the mark of a sensitive or family field. Law: R1.2."""
        return SENSITIVITY_MARKS.get(self.field.sensitivity)

    @property
    def label(self) -> Text:
        """Return the field's name."""
        return Text(self.field.label_vi, self.field.label_en)


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """The fields that one source answers for."""

    label: Text
    chosen: int
    rows: tuple[FieldRow, ...]


class FieldsForm(PartForm):
    """The fields of one purpose in one direction, each with its reason, and the number the letter states.

    Law: R5.1, R1.2.
    """

    part = Part.FIELDS

    def __init__(
        self,
        view: DraftView,
        offers: Offers,
        data: QueryDict | None = None,
        *,
        purpose: str,
        direction: Direction,
    ) -> None:
        self.purpose, self.direction = purpose, direction
        super().__init__(view, offers, data)

    def stored(self, written: Written, offers: Offers) -> dict[str, Any]:
        """Return what is chosen for this purpose in this direction."""
        values: dict[str, Any] = {"purpose": self.purpose, "direction": self.direction.value}
        items = 0
        for choice in written.request.choices:
            if (choice.purpose, choice.direction) != (self.purpose, self.direction):
                continue
            if choice.known is not None:
                values |= {f"pick-{choice.field}": True, f"reason-{choice.field}": choice.reason}
            else:
                values |= {f"item-{items}": choice.label, f"item-reason-{items}": choice.reason}
                items += 1
        values["count"] = written_count(written.request, self.direction)
        return values

    def prepare(self) -> None:
        """Make two controls for every field of the catalogue, and rows for items outside it."""
        self.fields["purpose"] = PlainText(widget=forms.HiddenInput)
        self.fields["direction"] = PlainText(widget=forms.HiddenInput)
        self.fields["count"] = forms.IntegerField(
            label=spoken_later(
                Text("Số lượng trường thông tin ghi trong văn bản", "Number of fields the letter states")
            ),
            min_value=0,
            max_value=999,
        )
        for field in FIELDS:
            label = Text(field.label_vi, field.label_en)
            self.fields[f"pick-{field.name}"] = forms.BooleanField(label=spoken_later(label), required=False)
            self.fields[f"reason-{field.name}"] = _reason(label)
        for place in range(self._items() if self.direction is Direction.GIVE else 0):
            self.fields[f"item-{place}"] = PlainText(
                label=spoken_later(Text("Thông tin chuyên ngành", "Specialised information")),
                max_length=200,
                required=False,
            )
            self.fields[f"item-reason-{place}"] = _reason(Text("thông tin này", "this item"))

    def _items(self) -> int:
        """Return how many rows for items there are: those filled and two free ones."""
        stored = sum(
            choice.known is None and choice.purpose == self.purpose and choice.direction is self.direction
            for choice in self.view.content.written.request.choices
        )
        sent = sum(name.startswith("item-") and not name.startswith("item-reason-") for name in self.data)
        return min(max(stored + 2, sent), MOST_OWN_ITEMS)

    def groups(self) -> Iterator[FieldGroup]:
        """Yield the fields by source."""
        for source, label in SOURCE_LABELS.items():
            rows = tuple(
                FieldRow(field, self[f"pick-{field.name}"], self[f"reason-{field.name}"])
                for field in FIELDS
                if field.source is source
            )
            yield FieldGroup(label, sum(bool(row.pick.value()) for row in rows), rows)

    def items(self) -> Iterator[tuple[BoundField, BoundField]]:
        """Yield the rows of items outside the catalogue."""
        for name in self.fields:
            if name.startswith("item-") and not name.startswith("item-reason-"):
                yield self[name], self[name.replace("item-", "item-reason-")]

    def apply(self, written: Written) -> Written:
        """Set the choices of this purpose and direction, and the count; others stay."""
        request = written.request
        others = tuple(
            choice
            for choice in request.choices
            if (choice.purpose, choice.direction) != (self.purpose, self.direction)
        )
        counts = {
            direction: number for direction, number in request.written_counts if direction != self.direction
        }
        stated = self.cleaned_data.get("count")
        if stated is not None:
            counts[self.direction] = stated
        order = list(Direction)
        return replace(
            written,
            request=replace(
                request,
                choices=(*others, *self._chosen()),
                written_counts=tuple(sorted(counts.items(), key=lambda each: order.index(each[0]))),
            ),
        )

    def _chosen(self) -> Iterator[FieldChoice]:
        for name in BY_NAME:
            if self.cleaned_data.get(f"pick-{name}"):
                yield FieldChoice(
                    field=name,
                    direction=self.direction,
                    purpose=self.purpose,
                    reason=self.text(f"reason-{name}"),
                )
        for place in range(MOST_OWN_ITEMS):
            label = self.text(f"item-{place}")
            if label:
                yield FieldChoice(
                    field=item_name(label),
                    direction=self.direction,
                    purpose=self.purpose,
                    reason=self.text(f"item-reason-{place}"),
                    label=label,
                )

    @property
    def counted(self) -> int:
        """Return the number of fields chosen in this direction, over all purposes. Law: R5.1."""
        return counted_fields(self.view.content.written.request.choices, self.direction)


def _reason(of: Text) -> PlainText:
    label = Text(f"Lý do cần {of.vi}", f"Reason for {of.en}")
    return PlainText(label=spoken_later(label), max_length=_LONGEST_REASON, required=False)


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """One service of the catalogue, with a control for each purpose."""

    entry: CatalogueEntry
    picks: tuple[BoundField, ...]


class ServicesForm(PartForm):
    """Services of the catalogue, each for a purpose. Law: R5.1, R1.3."""

    part = Part.SERVICES

    def stored(self, written: Written, offers: Offers) -> dict[str, Any]:
        """Return what is registered."""
        return {f"{choice.service}-{choice.purpose}": True for choice in written.request.services}

    def prepare(self) -> None:
        """Make a control for every service and purpose."""
        for entry in CATALOGUE:
            for purpose in self.view.content.written.request.purposes:
                label = Text(f"Cho mục đích: {purpose.name}", f"For the purpose: {purpose.name}")
                self.fields[f"{entry.code}-{purpose.code}"] = forms.BooleanField(
                    label=spoken_later(label), required=False
                )

    def rows(self) -> Iterator[ServiceRow]:
        """Yield the services."""
        for entry in CATALOGUE:
            codes = [purpose.code for purpose in self.view.content.written.request.purposes]
            yield ServiceRow(entry, tuple(self[f"{entry.code}-{code}"] for code in codes))

    def apply(self, written: Written) -> Written:
        """Set the services."""
        chosen = tuple(
            ServiceChoice(service=entry.code, purpose=purpose.code)
            for entry in CATALOGUE
            for purpose in self.view.content.written.request.purposes
            if self.cleaned_data.get(f"{entry.code}-{purpose.code}")
        )
        return replace(written, request=replace(written.request, services=chosen))
