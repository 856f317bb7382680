"""Papers that facts rest on: a decision, a plan, a report, named by number, issuer and date.

A paper that is a state secret is known here by number, date, issuer and degree alone: neither its title nor
a copy of it may enter. Law: R5.1 (each function names its paper), R1.1.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lienthong.core.speech import Text

LONGEST_NAME = 500


class SecretDegree(StrEnum):
    """The degrees of state secrets."""

    PLAIN = "plain"
    TOP = "top"
    ABSOLUTE = "absolute"


DEGREE_LABELS = {
    SecretDegree.PLAIN: Text("Mật", "Secret"),
    SecretDegree.TOP: Text("Tối mật", "Top secret"),
    SecretDegree.ABSOLUTE: Text("Tuyệt mật", "Absolute secret"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper by number and symbol, issuer and day of issue.

    `upload` is the hex SHA-256 of an uploaded copy, empty where there is none. With a `degree`, `title` and
    `upload` stay empty.
    """

    number: str
    issuer: str
    issued_on: date
    title: str = ""
    upload: str = ""
    degree: SecretDegree | None = None

    @property
    def name(self) -> str:
        """Return number, issuer and day as evidence in a grant names a paper."""
        return f"{self.number}, {self.issuer}, {self.issued_on:%d/%m/%Y}"


class PaperProblem(StrEnum):
    """Why a paper cannot be taken as evidence."""

    NUMBER = "number"
    ISSUER = "issuer"
    TOO_LONG = "too_long"
    FUTURE = "future"
    CONTENT_RECORDED = "content_recorded"


PROBLEM_TEXTS = {
    PaperProblem.NUMBER: Text("Văn bản chưa có số, ký hiệu.", "The paper has no number and symbol."),
    PaperProblem.ISSUER: Text("Văn bản chưa ghi cơ quan ban hành.", "The paper does not say who issued it."),
    PaperProblem.TOO_LONG: Text(
        f"Thông tin về văn bản dài quá {LONGEST_NAME} ký tự.",
        f"What is said of the paper is longer than {LONGEST_NAME} characters.",
    ),
    PaperProblem.FUTURE: Text(
        "Ngày ban hành của văn bản ở sau ngày hôm nay.", "The paper is dated after today."
    ),
    PaperProblem.CONTENT_RECORDED: Text(
        "Văn bản bí mật nhà nước chỉ được ghi số, ngày, cơ quan ban hành và độ mật; "
        "không ghi trích yếu, không tải tệp lên.",
        "Of a state secret only number, date, issuer and degree are recorded; no title and no file.",
    ),
}


def paper_problems(paper: Paper, today: date) -> tuple[PaperProblem, ...]:
    """Return why a paper cannot be taken as evidence on a day; empty if it can. Law: R5.1."""
    return tuple(_problems(paper, today))


def _problems(paper: Paper, today: date) -> Iterator[PaperProblem]:
    if not paper.number.strip():
        yield PaperProblem.NUMBER
    if not paper.issuer.strip():
        yield PaperProblem.ISSUER
    if max(len(paper.name), len(paper.title)) > LONGEST_NAME:
        yield PaperProblem.TOO_LONG
    if paper.issued_on > today:
        yield PaperProblem.FUTURE
    if paper.degree is not None and (paper.title or paper.upload):
        yield PaperProblem.CONTENT_RECORDED


def refuses_file(paper: Paper | None) -> PaperProblem | None:
    """Say why no file may be attached to what a paper names, None where one may. Law: R1.1."""
    return PaperProblem.CONTENT_RECORDED if paper is not None and paper.degree is not None else None


def is_evidence(paper: Paper | None, today: date) -> bool:
    """Say whether there is a paper and it can be taken as evidence on a day."""
    return paper is not None and not paper_problems(paper, today)
