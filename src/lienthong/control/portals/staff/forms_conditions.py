"""The form of a verdict on one condition. Law: R1.4."""

from datetime import date
from typing import Any, Final

from django import forms

from lienthong.control.connections.conditions import ConditionLine, Recording
from lienthong.control.portals.bodies.paper_fields import DAY_EXAMPLE
from lienthong.control.theme.fields import DayField, PlainText
from lienthong.control.theme.speech import spoken_later
from lienthong.core.grant_document import ConditionName, Verdict
from lienthong.core.papers import DEGREE_LABELS, Paper, SecretDegree
from lienthong.core.speech import Text

VERDICT_LABELS: Final = {
    Verdict.MET: Text("Đạt", "Kept"),
    Verdict.FAILED: Text("Không đạt", "Not kept"),
}
_PAPER: Final = ("number", "issuer", "issued_on")


class VerdictForm(forms.Form):
    """What was found of a condition, by which paper, on which day, and why.

    `last` is the verdict that was read, so that of two who judge at once the second is told.
    """

    last = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**62)
    verdict = forms.ChoiceField(
        label=spoken_later(Text("Kết luận", "Verdict")),
        choices=[(verdict.value, spoken_later(label)) for verdict, label in VERDICT_LABELS.items()],
        widget=forms.RadioSelect,
    )
    decided_on = DayField(
        label=spoken_later(Text("Ngày kết luận", "Day of the verdict")), help_text=DAY_EXAMPLE
    )
    number = PlainText(
        label=spoken_later(Text("Số, ký hiệu tài liệu chứng minh", "Number of the evidence")),
        max_length=100,
        required=False,
    )
    issuer = PlainText(label=spoken_later(Text("Cơ quan ban hành", "Issuer")), max_length=200, required=False)
    issued_on = DayField(
        label=spoken_later(Text("Ngày ban hành", "Day of issue")), help_text=DAY_EXAMPLE, required=False
    )
    degree = forms.ChoiceField(
        label=spoken_later(Text("Độ mật", "Degree of secrecy")),
        choices=[
            ("", spoken_later(Text("Không mật", "Not secret"))),
            *((degree.value, spoken_later(label)) for degree, label in DEGREE_LABELS.items()),
        ],
        required=False,
    )
    valid_until = DayField(
        label=spoken_later(Text("Tài liệu có giá trị đến", "Evidence valid until")),
        help_text=spoken_later(
            Text(
                "Qua ngày này điều kiện mất, hai bên được báo.",
                "After this day the condition is lost and both sides are told.",
            )
        ),
        required=False,
    )
    note = PlainText(
        label=spoken_later(Text("Ghi chú cho hai bên", "Note to both sides")),
        help_text=spoken_later(
            Text("Bắt buộc khi kết luận không đạt.", "Required where the condition is not kept.")
        ),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the other parts of a paper as soon as one is there."""
        given = self.cleaned_data
        if any(given.get(name) for name in _PAPER):
            for name in _PAPER:
                if name not in self.errors and not given.get(name):
                    self.add_error(name, self.fields[name].error_messages["required"])
        return given

    def recording(self, line: ConditionLine) -> Recording:
        """Return the verdict; the paper that the body named keeps its copy."""
        given = self.cleaned_data
        paper = None
        if given["number"]:
            degree = SecretDegree(given["degree"]) if given["degree"] else None
            paper = Paper(
                number=given["number"], issuer=given["issuer"], issued_on=given["issued_on"], degree=degree
            )
            named = None if line.offered is None else line.offered.paper
            if named is not None and named.name == paper.name and degree is None:
                paper = named
        return Recording(
            condition=ConditionName(line.name),
            verdict=Verdict(given["verdict"]),
            evidence=paper,
            decided_on=given["decided_on"],
            valid_until=given["valid_until"],
            note=given["note"],
        )


def first_shown(line: ConditionLine, today: date) -> dict[str, Any]:
    """Return what the form shows at first: today, and the evidence that the body names."""
    shown: dict[str, Any] = {"last": line.last, "decided_on": today}
    if line.offered is None:
        return shown
    paper = line.offered.paper
    return shown | {
        "number": paper.number,
        "issuer": paper.issuer,
        "issued_on": paper.issued_on,
        "degree": "" if paper.degree is None else paper.degree.value,
        "valid_until": line.offered.valid_until,
    }
