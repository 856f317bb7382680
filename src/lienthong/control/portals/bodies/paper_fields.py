"""The fields in which a paper is stated: number, issuer, day, title or degree of secrecy, and a copy."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from lienthong.control.participants.papers import GivenPaper, SentFile
from lienthong.control.theme.fields import DayField, PlainText, Upload
from lienthong.control.theme.speech import spoken_later
from lienthong.core.papers import DEGREE_LABELS, LONGEST_NAME, Paper, SecretDegree
from lienthong.core.speech import Text
from lienthong.core.uploads import LARGEST_UPLOAD

_ACCEPTED = ".pdf,.docx,.xlsx,.png,.jpg,.jpeg"
DAY_EXAMPLE = spoken_later(Text("Ví dụ 05/12/2026", "For example 05/12/2026"))


def paper_fields(place: str, *, required: bool) -> dict[str, forms.Field]:
    """Return the fields of one paper, each named for the place where the paper stands."""
    return {
        f"{place}_number": PlainText(
            label=spoken_later(Text("Số, ký hiệu", "Number and symbol")),
            help_text=spoken_later(Text("Ví dụ 27/2022/QĐ-UBND", "For example 27/2022/QĐ-UBND")),
            max_length=100,
            required=required,
        ),
        f"{place}_issuer": PlainText(
            label=spoken_later(Text("Cơ quan ban hành", "Issued by")), max_length=200, required=required
        ),
        f"{place}_issued_on": DayField(
            label=spoken_later(Text("Ngày ban hành", "Issued on")), help_text=DAY_EXAMPLE, required=required
        ),
        f"{place}_degree": forms.ChoiceField(
            label=spoken_later(Text("Độ mật", "Degree of secrecy")),
            help_text=spoken_later(
                Text(
                    "Văn bản bí mật nhà nước chỉ ghi số, ngày, cơ quan ban hành, độ mật; "
                    "không ghi trích yếu, không tải tệp lên.",
                    "Of a state secret only number, day, issuer and degree are recorded: no title, no file.",
                )
            ),
            choices=[
                ("", spoken_later(Text("Không mật", "Not secret"))),
                *((degree.value, spoken_later(DEGREE_LABELS[degree])) for degree in SecretDegree),
            ],
            required=False,
        ),
        f"{place}_title": PlainText(
            label=spoken_later(Text("Trích yếu", "Title")), max_length=LONGEST_NAME, required=False
        ),
        f"{place}_file": forms.FileField(
            label=spoken_later(Text("Bản sao văn bản", "Copy of the paper")),
            help_text=spoken_later(
                Text(
                    "PDF, DOCX, XLSX, PNG hoặc JPEG, không quá 20 MB.", "PDF, DOCX, XLSX, PNG or JPEG, 20 MB."
                )
            ),
            widget=Upload(attrs={"accept": _ACCEPTED}),
            required=False,
        ),
    }


def names_of_paper(place: str) -> tuple[str, ...]:
    """Return the names of the fields of one paper, in the order in which they are filled in."""
    return tuple(paper_fields(place, required=False))


def complete_paper(form: forms.Form, place: str, *, required: bool) -> None:
    """Add an error at each field that a paper begun, or required, still lacks."""
    if required or is_begun(form.cleaned_data, place):
        for name in ("number", "issuer", "issued_on"):
            field = f"{place}_{name}"
            if field in form.cleaned_data and not form.cleaned_data[field]:
                form.add_error(field, form.fields[field].error_messages["required"])


def is_begun(given: Mapping[str, Any], place: str) -> bool:
    """Say whether anything was stated of a paper."""
    return any(given.get(name) for name in names_of_paper(place))


def paper_from(given: Mapping[str, Any], place: str) -> Paper | None:
    """Return the paper that was stated, none where nothing was."""
    if not is_begun(given, place):
        return None
    degree = given[f"{place}_degree"]
    return Paper(
        number=given[f"{place}_number"],
        issuer=given[f"{place}_issuer"],
        issued_on=given[f"{place}_issued_on"],
        title=given[f"{place}_title"],
        degree=SecretDegree(degree) if degree else None,
    )


def given_paper(given: Mapping[str, Any], place: str) -> GivenPaper:
    """Return a paper that the form required, with its copy if one was sent."""
    paper = paper_from(given, place)
    assert paper is not None, "the form lets nothing through without its paper"
    return GivenPaper(paper, sent_file(given.get(f"{place}_file")))


def sent_file(uploaded: "UploadedFile[bytes] | None") -> SentFile | None:
    """Return a file as it was sent; of one that is too large one byte more than is taken."""
    if uploaded is None:
        return None
    return SentFile(uploaded.name or "", uploaded.content_type or "", uploaded.read(LARGEST_UPLOAD + 1))


def initial_paper(paper: Paper | None, place: str) -> dict[str, object]:
    """Return what the fields of a paper show at first."""
    if paper is None:
        return {}
    return {
        f"{place}_number": paper.number,
        f"{place}_issuer": paper.issuer,
        f"{place}_issued_on": paper.issued_on,
        f"{place}_degree": "" if paper.degree is None else paper.degree.value,
        f"{place}_title": paper.title,
    }
