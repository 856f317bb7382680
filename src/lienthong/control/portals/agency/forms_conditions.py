"""The form of the six conditions: the network sheet, the evidence a body names, copies of its papers.

Nothing of it is asked for before filing. Law: R1.4.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django import forms

from lienthong.control.connections.own_drafts import Offers
from lienthong.control.connections.written import Part, Written
from lienthong.control.portals.agency.forms_draft import PartForm, one_line, optional_line
from lienthong.control.portals.agency.forms_terms import EXAMPLE_DAY, FILE_KINDS, PaperParts, choices_of
from lienthong.control.theme.fields import DayField, PlainText, Upload
from lienthong.control.theme.speech import spoken_later
from lienthong.core.conditions import CONDITION_LABELS, ConditionEvidence
from lienthong.core.grant_document import ConditionName
from lienthong.core.network_sheet import NETWORK_TEXTS, NetworkProblem, NetworkSheet
from lienthong.core.papers import DEGREE_LABELS, SecretDegree
from lienthong.core.speech import Text


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """The fields of one condition, and the evidence that the draft names for it."""

    condition: ConditionName
    fields: tuple[forms.BoundField, ...]
    named: ConditionEvidence | None
    is_wrong: bool

    @property
    def may_have_copy(self) -> bool:
        """Say whether a paper is named that is no state secret."""
        return self.named is not None and self.named.paper.degree is None


class _EvidenceFields:
    """The five fields by which the form names the evidence of one condition."""

    def __init__(self, condition: ConditionName) -> None:
        self.paper = PaperParts(condition.value)
        self.until, self.degree = f"{condition}_until", f"{condition}_degree"

    def made(self) -> dict[str, forms.Field]:
        """Return the fields by their names."""
        return {
            self.paper.number: optional_line(Text("Số, ký hiệu tài liệu", "Number of the paper"), limit=60),
            self.paper.issuer: optional_line(Text("Cơ quan ban hành", "Issuer")),
            self.paper.issued: DayField(
                label=spoken_later(Text("Ngày ban hành", "Day of issue")),
                required=False,
                help_text=EXAMPLE_DAY,
            ),
            self.until: DayField(
                label=spoken_later(Text("Có giá trị đến", "Valid until")),
                required=False,
                help_text=spoken_later(Text("Để trống nếu không có hạn", "Empty if it has no end")),
            ),
            self.degree: forms.ChoiceField(
                label=spoken_later(Text("Độ mật", "Degree of secrecy")),
                choices=[
                    ("", spoken_later(Text("Không mật", "Not secret"))),
                    *choices_of(DEGREE_LABELS),
                ],
                required=False,
            ),
        }

    def stored(self, evidence: ConditionEvidence) -> dict[str, Any]:
        """Return what the fields hold for evidence that is named."""
        degree = evidence.paper.degree
        return self.paper.stored(evidence.paper) | {
            self.until: evidence.valid_until,
            self.degree: "" if degree is None else degree.value,
        }

    def check(self, form: forms.Form) -> None:
        """Ask for a whole paper, and for one where only its end or degree was given."""
        self.paper.check(form)
        cleaned = form.cleaned_data
        issued, until = cleaned.get(self.paper.issued), cleaned.get(self.until)
        if until and not issued and self.paper.issued not in form.errors:
            form.add_error(self.paper.issued, forms.ValidationError(spoken_later(_PAPER_FIRST)))
        if until and issued and until < issued:
            form.add_error(self.until, forms.ValidationError(spoken_later(_ENDS_BEFORE)))

    def read(
        self, cleaned: Mapping[str, Any], condition: ConditionName, before: ConditionEvidence | None
    ) -> ConditionEvidence | None:
        """Return the evidence that is named, that of before while it is half written, None for none."""
        paper = self.paper.read(cleaned)
        if paper is None:
            is_begun = any(cleaned.get(name) for name in self.made() if name != self.degree)
            return before if is_begun else None
        degree = SecretDegree(cleaned[self.degree]) if cleaned.get(self.degree) else None
        copy = "" if before is None or degree is not None else before.paper.upload
        return ConditionEvidence(
            condition=condition,
            paper=replace(paper, upload=copy, degree=degree),
            valid_until=cleaned.get(self.until),
        )


def _fields_of(condition: ConditionName) -> _EvidenceFields:
    return _EvidenceFields(condition)


_PAPER_FIRST: Final = Text(
    "Ghi số, cơ quan ban hành, ngày ban hành của tài liệu có hạn này.",
    "Give number, issuer and day of issue of the paper that has this end.",
)
_ENDS_BEFORE: Final = Text("Ngày hết hạn ở trước ngày ban hành.", "It ends before it was issued.")


_LINES: Final = Text("Mỗi dòng một địa chỉ hoặc dải địa chỉ.", "One address or network a line.")


class ConditionsForm(PartForm):
    """The network sheet, and for each condition the paper that shows it. Law: R1.4."""

    part = Part.CONDITIONS
    line = one_line(
        Text("Đường truyền", "Line"), hint=Text("Ví dụ: mạng truyền số liệu chuyên dùng cấp II", "As ordered")
    )
    public_addresses = PlainText(
        label=spoken_later(Text("Địa chỉ công khai", "Public addresses")),
        help_text=spoken_later(_LINES),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    private_addresses = PlainText(
        label=spoken_later(Text("Địa chỉ mạng nội bộ", "Private addresses")),
        help_text=spoken_later(_LINES),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    ports = one_line(
        Text("Cổng gọi tới", "Ports called"),
        limit=200,
        hint=Text("Ví dụ: 443, 8443", "For example 443, 8443"),
    )

    def stored(self, written: Written, offers: Offers) -> dict[str, Any]:
        """Return the sheet and the papers."""
        sheet = written.request.network
        evidence = {
            name: value
            for each in written.request.evidence
            for name, value in _fields_of(each.condition).stored(each).items()
        }
        if sheet is None:
            return evidence
        return evidence | {
            "line": sheet.line,
            "public_addresses": "\n".join(sheet.public_addresses),
            "private_addresses": "\n".join(sheet.private_addresses),
            "ports": ", ".join(map(str, sheet.ports)),
        }

    def prepare(self) -> None:
        """Make the fields of each condition."""
        for condition in ConditionName:
            self.fields |= _fields_of(condition).made()

    def rows(self) -> Iterator[EvidenceRow]:
        """Yield each condition with its fields, and what the draft names for it."""
        named = {each.condition: each for each in self.view.content.written.request.evidence}
        for condition in ConditionName:
            fields = tuple(self[name] for name in _fields_of(condition).made())
            is_wrong = any(field.errors for field in fields)
            yield EvidenceRow(condition, fields, named.get(condition), is_wrong)

    def network_fields(self) -> list[forms.BoundField]:
        """Return the fields of the network sheet."""
        return [self[name] for name in ("line", "public_addresses", "private_addresses", "ports")]

    def clean(self) -> None:
        """Ask for whole papers."""
        for condition in ConditionName:
            _fields_of(condition).check(self)

    def clean_ports(self) -> tuple[int, ...]:
        """Read numbers between commas or spaces."""
        words = self.text("ports").replace(",", " ").replace(";", " ").split()
        if not all(word.isascii() and word.isdigit() and len(word) <= 5 for word in words):
            raise forms.ValidationError(spoken_later(NETWORK_TEXTS[NetworkProblem.PORT]))
        return tuple(map(int, words))

    def apply(self, written: Written) -> Written:
        """Set the sheet and the papers, none where nothing was written.

        A copy stays with its condition as long as a paper is named there. While one is half written, the
        paper before it stays: its text is kept beside the draft until it can be read.
        """
        sheet = NetworkSheet(
            line=self.text("line"),
            public_addresses=tuple(self.text("public_addresses").split()),
            private_addresses=tuple(self.text("private_addresses").split()),
            ports=self.cleaned_data.get("ports") or (),
        )
        network = None if sheet == NetworkSheet(line="") else sheet
        named = {each.condition: each for each in written.request.evidence}
        read = (
            _fields_of(condition).read(self.cleaned_data, condition, named.get(condition))
            for condition in ConditionName
        )
        evidence = tuple(each for each in read if each is not None)
        return replace(written, request=replace(written.request, network=network, evidence=evidence))


class EvidenceCopyForm(forms.Form):
    """A copy of the paper that is named for a condition."""

    condition = forms.ChoiceField(
        label=spoken_later(Text("Điều kiện", "Condition")), choices=choices_of(CONDITION_LABELS)
    )
    copy = forms.FileField(
        label=spoken_later(Text("Bản sao tài liệu", "Copy of the paper")),
        help_text=spoken_later(FILE_KINDS),
        widget=Upload,
        required=False,
    )
