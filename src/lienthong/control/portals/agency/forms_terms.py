"""Forms of how a request connects, and who signs it; the technical description.

Law: R3.1, R5.1, R5.3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from django import forms

from lienthong.control.connections.own_drafts import Offers
from lienthong.control.connections.written import Part, Written
from lienthong.control.portals.agency.forms_draft import PartForm, one_line, optional_line
from lienthong.control.theme.fields import DayField, PlainText, Upload
from lienthong.control.theme.speech import spoken_later
from lienthong.core.channels import (
    CHANNEL_LABELS,
    DIRECT_LABELS,
    PLATFORM_LABELS,
    ChannelChoice,
    DirectLine,
    DirectReason,
    Platform,
)
from lienthong.core.grant_document import Channel
from lienthong.core.letters import CAPACITY_LABELS, Capacity, Signatory
from lienthong.core.papers import DEGREE_LABELS, Paper, SecretDegree
from lienthong.core.speech import Text

EXAMPLE_DAY: Final = spoken_later(Text("Ví dụ 05/12/2026", "For example 05/12/2026"))
_WHOLE_PAPER: Final = spoken_later(
    Text(
        "Ghi đủ số, ký hiệu, cơ quan ban hành và ngày ban hành của văn bản.",
        "Give number, issuer and day of issue of the paper.",
    )
)


class PaperParts:
    """The fields by which a form names a paper, under a prefix: three, and the degree of a state secret."""

    def __init__(self, prefix: str) -> None:
        self.number, self.issuer, self.issued = f"{prefix}_number", f"{prefix}_issuer", f"{prefix}_issued"
        self.degree = f"{prefix}_degree"

    def stored(self, paper: Paper | None) -> dict[str, Any]:
        """Return what the fields hold for a paper."""
        if paper is None:
            return {}
        degree = "" if paper.degree is None else paper.degree.value
        return {
            self.number: paper.number,
            self.issuer: paper.issuer,
            self.issued: paper.issued_on,
            self.degree: degree,
        }

    def check(self, form: forms.Form) -> None:
        """Ask for the other parts as soon as one is there: a paper is named whole or not at all."""
        values = [form.cleaned_data.get(name) for name in (self.number, self.issuer, self.issued)]
        if any(values) and not all(values) and self.issued not in form.errors:
            form.add_error(self.issued, forms.ValidationError(_WHOLE_PAPER))

    def read(self, cleaned: Mapping[str, Any]) -> Paper | None:
        """Return the paper, None while it is not named whole."""
        number, issuer, issued = (cleaned.get(name) for name in (self.number, self.issuer, self.issued))
        if not (number and issuer and issued):
            return None
        degree = cleaned.get(self.degree)
        return Paper(
            number=str(number),
            issuer=str(issuer),
            issued_on=issued,
            degree=SecretDegree(degree) if degree else None,
        )


def choices_of(labels: Mapping[Any, Text]) -> Sequence[tuple[str, str]]:
    """Return labels as the choices of a field."""
    return [(str(value), spoken_later(label)) for value, label in labels.items()]


def _degree(label: Text) -> forms.ChoiceField:
    """Return the field for the degree of a paper that is cited: no title and no file go with it anyway."""
    plain = ("", spoken_later(Text("Không mật", "Not secret")))
    return forms.ChoiceField(
        label=spoken_later(label), choices=[plain, *choices_of(DEGREE_LABELS)], required=False
    )


class ChannelForm(PartForm):
    """The platform, or a direct line with its ground, decision and review. Law: R3.1."""

    part = Part.CHANNEL
    channel = forms.ChoiceField(
        label=spoken_later(Text("Kênh kết nối", "Channel")),
        choices=choices_of(CHANNEL_LABELS),
        widget=forms.RadioSelect,
        help_text=spoken_later(
            Text(
                "Kết nối đi qua nền tảng; chỉ kết nối trực tiếp khi có căn cứ, quyết định, ngày xem xét lại.",
                "A connection goes through a platform; a direct one needs ground, decision, review date.",
            )
        ),
    )
    platform = forms.ChoiceField(
        label=spoken_later(Text("Nền tảng", "Platform")),
        choices=choices_of(PLATFORM_LABELS),
        widget=forms.RadioSelect,
    )
    platform_name = optional_line(
        Text("Tên nền tảng, nếu là nền tảng khác", "Name of the platform, if another")
    )
    reason = forms.ChoiceField(
        label=spoken_later(Text("Căn cứ kết nối trực tiếp", "Ground of a direct connection")),
        choices=choices_of(DIRECT_LABELS),
        required=False,
    )
    explanation = PlainText(
        label=spoken_later(Text("Nêu rõ căn cứ", "The ground in words")),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    decision_number = optional_line(Text("Số, ký hiệu quyết định", "Number of the decision"), limit=60)
    decision_issuer = optional_line(Text("Cơ quan ban hành quyết định", "Issuer of the decision"))
    decision_issued = DayField(
        label=spoken_later(Text("Ngày quyết định", "Day of the decision")),
        required=False,
        help_text=EXAMPLE_DAY,
    )
    decision_degree = _degree(Text("Độ mật của quyết định", "Degree of secrecy of the decision"))
    review_on = DayField(
        label=spoken_later(Text("Ngày xem xét lại", "Review date")), required=False, help_text=EXAMPLE_DAY
    )
    _decision = PaperParts("decision")

    def stored(self, written: Written, offers: Offers) -> dict[str, Any]:
        """Return the channel as chosen."""
        choice = written.request.channel
        values: dict[str, Any] = {
            "channel": choice.channel.value,
            "platform": choice.platform.value,
            "platform_name": choice.platform_name,
        }
        if choice.direct is None:
            return values
        direct = {
            "reason": choice.direct.reason.value,
            "explanation": choice.direct.explanation,
            "review_on": choice.direct.review_on,
        }
        return values | direct | self._decision.stored(choice.direct.decision)

    def clean(self) -> None:
        """Ask for a whole paper, where the line is direct."""
        if self.cleaned_data.get("channel") == Channel.DIRECT:
            self._decision.check(self)

    def apply(self, written: Written) -> Written:
        """Set the channel."""
        direct = None
        if self.cleaned_data.get("channel") == Channel.DIRECT:
            direct = DirectLine(
                reason=DirectReason(self.text("reason") or DirectReason.OTHER_LAW),
                explanation=self.text("explanation"),
                decision=self._decision.read(self.cleaned_data),
                review_on=self.cleaned_data.get("review_on"),
            )
        choice = ChannelChoice(
            platform=Platform(self.text("platform") or Platform.NATIONAL),
            platform_name=self.text("platform_name"),
            direct=direct,
        )
        return replace(written, request=replace(written.request, channel=choice))


class SignatureForm(PartForm):
    """Who signs in which capacity, number and symbol, day and place of the letter. Law: R5.3."""

    part = Part.SIGNATURE
    number = one_line(
        Text("Số, ký hiệu văn bản", "Number and symbol of the letter"),
        limit=60,
        hint=Text(
            "Do văn thư của cơ quan cấp, ví dụ 1187/SYT-VP", "Given by your registry, as in 1187/SYT-VP"
        ),
    )
    dated = DayField(label=spoken_later(Text("Ngày văn bản", "Date of the letter")), help_text=EXAMPLE_DAY)
    place = one_line(
        Text("Địa danh", "Place"), limit=100, hint=Text("Ví dụ: Hải Phòng", "For example Hải Phòng")
    )
    signer = one_line(Text("Họ và tên người ký", "Name of the signatory"), limit=100)
    title = one_line(Text("Chức vụ người ký", "Title of the signatory"), limit=150)
    capacity = forms.ChoiceField(
        label=spoken_later(Text("Thẩm quyền ký", "Capacity")), choices=choices_of(CAPACITY_LABELS)
    )
    for_title = optional_line(
        Text("Ký thay chức vụ (KT., TL., TUQ.)", "Signs for the title of (KT., TL., TUQ.)"), limit=150
    )
    collective = optional_line(Text("Tên tập thể (TM.)", "Collective (TM.)"), limit=200)
    authorisation_number = optional_line(
        Text("Số văn bản ủy quyền (TUQ.)", "Number of the authorisation (TUQ.)"), limit=60
    )
    authorisation_issuer = optional_line(
        Text("Cơ quan ban hành văn bản ủy quyền", "Issuer of the authorisation")
    )
    authorisation_issued = DayField(
        label=spoken_later(Text("Ngày văn bản ủy quyền", "Day of the authorisation")),
        required=False,
        help_text=EXAMPLE_DAY,
    )
    authorisation_degree = _degree(
        Text("Độ mật của văn bản ủy quyền", "Degree of secrecy of the authorisation")
    )
    _authorisation = PaperParts("authorisation")

    def stored(self, written: Written, offers: Offers) -> dict[str, Any]:
        """Return head and signatory."""
        head, signatory = written.head, written.request.signatory
        values: dict[str, Any] = {"number": head.number, "dated": head.dated, "place": head.place}
        if signatory is None:
            return values
        return (
            values
            | {
                "signer": signatory.name,
                "title": signatory.title,
                "capacity": signatory.capacity.value,
                "for_title": signatory.for_title,
                "collective": signatory.collective,
            }
            | self._authorisation.stored(signatory.authorisation)
        )

    def clean(self) -> None:
        """Ask for a whole paper."""
        self._authorisation.check(self)

    def apply(self, written: Written) -> Written:
        """Set head and signatory, none where nothing was written of one."""
        head = replace(
            written.head,
            number=self.text("number"),
            dated=self.cleaned_data.get("dated"),
            place=self.text("place"),
        )
        signatory = Signatory(
            name=self.text("signer"),
            title=self.text("title"),
            capacity=Capacity(self.text("capacity") or Capacity.HEAD),
            for_title=self.text("for_title"),
            collective=self.text("collective"),
            authorisation=self._authorisation.read(self.cleaned_data),
        )
        named = None if signatory == Signatory(name="", title="") else signatory
        return replace(written, head=head, request=replace(written.request, signatory=named))


FILE_KINDS: Final = Text(
    "PDF, DOCX, XLSX, PNG hoặc JPEG, tối đa 20 MB.", "PDF, DOCX, XLSX, PNG or JPEG, up to 20 MB."
)


class DescriptionForm(forms.Form):
    """The technical description as a file. Law: R5.1, R4.2."""

    title = optional_line(Text("Tên tài liệu", "Title"), limit=200)
    file = forms.FileField(
        label=spoken_later(Text("Tệp tài liệu", "File")), help_text=spoken_later(FILE_KINDS), widget=Upload
    )


class SecretForm(forms.Form):
    """A description that is a state secret: number, day, issuer and degree alone. Law: R5.1."""

    secret_number = one_line(Text("Số, ký hiệu", "Number and symbol"), limit=60)
    secret_issuer = one_line(Text("Cơ quan ban hành", "Issuer"))
    secret_issued = DayField(label=spoken_later(Text("Ngày ban hành", "Day of issue")), help_text=EXAMPLE_DAY)
    degree = forms.ChoiceField(
        label=spoken_later(Text("Độ mật", "Degree of secrecy")), choices=choices_of(DEGREE_LABELS)
    )

    def paper(self) -> Paper:
        """Return the paper that was named."""
        given = self.cleaned_data
        return Paper(
            number=given["secret_number"],
            issuer=given["secret_issuer"],
            issued_on=given["secret_issued"],
            degree=SecretDegree(given["degree"]),
        )
