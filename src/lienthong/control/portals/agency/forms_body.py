"""Forms in which an agency states its mandates and contact officers."""

from typing import Any

from django import forms

from lienthong.control.participants.bodies import BodyContact
from lienthong.control.participants.contact_officers import ContactFacts
from lienthong.control.participants.mandates import MandateFacts
from lienthong.control.participants.queries import ContactEntry, MandateEntry
from lienthong.control.portals.bodies.paper_fields import (
    complete_paper,
    given_paper,
    initial_paper,
    paper_fields,
)
from lienthong.control.portals.bodies.words import ACT_LABELS
from lienthong.control.theme.fields import PlainEmail, PlainText, dense
from lienthong.control.theme.speech import spoken_later
from lienthong.core.connection_request import MANDATE_LABELS, MandateKind
from lienthong.core.speech import Text
from lienthong_protocol.record import Act


class AddressForm(forms.Form):
    """Where the own body is reached."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    address = PlainText(label=spoken_later(Text("Địa chỉ", "Address")), max_length=300, required=False)
    phone = PlainText(label=spoken_later(Text("Điện thoại", "Telephone")), max_length=30, required=False)
    email = PlainEmail(
        label=spoken_later(Text("Thư điện tử", "E-mail address")), max_length=254, required=False
    )

    def contact(self) -> BodyContact:
        """Return what was stated."""
        given = self.cleaned_data
        return BodyContact(address=given["address"], email=given["email"], phone=given["phone"])


class MandateForm(forms.Form):
    """A function, duty or power with the paper that assigns it."""

    version = forms.IntegerField(widget=forms.HiddenInput, initial=0)
    kind = forms.ChoiceField(
        label=spoken_later(Text("Loại", "Kind")),
        choices=[(kind.value, spoken_later(MANDATE_LABELS[kind])) for kind in MandateKind],
        widget=forms.RadioSelect,
    )
    code = PlainText(
        label=spoken_later(Text("Mã trong cơ quan", "Code within the body")),
        help_text=spoken_later(Text("Để dẫn chiếu, ví dụ CN-01", "To refer to it, as in CN-01")),
        max_length=30,
    )
    description = PlainText(
        label=spoken_later(Text("Nội dung được giao", "What is assigned")),
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - what Django's forms take
        super().__init__(*given, **named)
        self.fields.update(paper_fields("paper", required=True))

    def clean(self) -> None:
        """See that the paper is named whole."""
        complete_paper(self, "paper", required=True)

    def facts(self) -> MandateFacts:
        """Return what was stated."""
        given = self.cleaned_data
        return MandateFacts(
            code=given["code"],
            kind=MandateKind(given["kind"]),
            description=given["description"],
            paper=given_paper(given, "paper"),
        )


def initial_mandate(mandate: MandateEntry) -> dict[str, object]:
    """Return what the form of a mandate shows at first."""
    return {
        "version": mandate.version,
        "kind": mandate.kind.value,
        "code": mandate.code,
        "description": mandate.description,
    } | initial_paper(mandate.paper, "paper")


class ContactForm(forms.Form):
    """A person answerable for connecting, sharing or access."""

    version = forms.IntegerField(widget=forms.HiddenInput, initial=0)
    name = PlainText(label=spoken_later(Text("Họ và tên", "Full name")), max_length=200)
    post = PlainText(label=spoken_later(Text("Chức vụ", "Post")), max_length=200)
    phone = PlainText(label=spoken_later(Text("Điện thoại", "Telephone")), max_length=30)
    email = PlainEmail(label=spoken_later(Text("Thư điện tử", "E-mail address")), max_length=254)
    acts = forms.MultipleChoiceField(
        label=spoken_later(Text("Phụ trách", "In charge of")),
        choices=[(act.value, spoken_later(ACT_LABELS[act])) for act in Act],
        widget=dense(forms.CheckboxSelectMultiple),
    )

    def facts(self) -> ContactFacts:
        """Return what was stated."""
        given = self.cleaned_data
        return ContactFacts(
            name=given["name"],
            post=given["post"],
            phone=given["phone"],
            email=given["email"],
            acts=frozenset(Act(act) for act in given["acts"]),
        )


def initial_contact(contact: ContactEntry) -> dict[str, object]:
    """Return what the form of a contact officer shows at first."""
    return {
        "version": contact.version,
        "name": contact.name,
        "post": contact.post,
        "phone": contact.phone,
        "email": contact.email,
        "acts": [act.value for act in contact.acts],
    }
