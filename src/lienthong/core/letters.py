"""Letters between bodies: administrative documents with number, date, signatory, recipients and urgency.

Every request, receipt, supplement and refusal is one. The same letter may arrive by portal, document axis and
paper and is one all the same. Law: R5.1, R5.3; Decree 30/2020/NĐ-CP (form and signing of documents).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lienthong.core.bodies import BodyId, parse_body_id
from lienthong.core.document_kinds import ArrivalChannel, CopyStatus, DocumentKind, Urgency
from lienthong.core.letter_numbers import NumberSymbol
from lienthong.core.papers import PROBLEM_TEXTS, Paper, PaperProblem, refuses_file
from lienthong.core.speech import Text


class Capacity(StrEnum):
    """In what capacity somebody signs; `mark` stands before the line that it heads."""

    HEAD = "head"
    ON_BEHALF = "on_behalf"
    DEPUTY = "deputy"
    BY_ORDER = "by_order"
    BY_AUTHORISATION = "by_authorisation"
    ACTING = "acting"


CAPACITY_MARKS = {
    Capacity.HEAD: "",
    Capacity.ON_BEHALF: "TM.",
    Capacity.DEPUTY: "KT.",
    Capacity.BY_ORDER: "TL.",
    Capacity.BY_AUTHORISATION: "TUQ.",
    Capacity.ACTING: "Q.",
}

CAPACITY_LABELS = {
    Capacity.HEAD: Text("Người đứng đầu ký", "The head signs"),
    Capacity.ON_BEHALF: Text("Thay mặt tập thể (TM.)", "On behalf of a collective (TM.)"),
    Capacity.DEPUTY: Text("Ký thay người đứng đầu (KT.)", "A deputy for the head (KT.)"),
    Capacity.BY_ORDER: Text("Thừa lệnh (TL.)", "By order (TL.)"),
    Capacity.BY_AUTHORISATION: Text("Thừa ủy quyền (TUQ.)", "By written authorisation (TUQ.)"),
    Capacity.ACTING: Text("Quyền cấp trưởng (Q.)", "Acting head (Q.)"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """Who signs a letter.

    `title` is the signatory's own; `for_title` that of the head for whom a deputy or delegate signs;
    `collective` the body that decides together (a People's Committee), on whose behalf is signed.
    `authorisation` is the written paper that signing by authorisation needs.
    """

    name: str
    title: str
    capacity: Capacity = Capacity.HEAD
    for_title: str = ""
    collective: str = ""
    authorisation: Paper | None = None


class SignatoryProblem(StrEnum):
    """Why a signatory block cannot stand under a letter."""

    NAME = "name"
    TITLE = "title"
    FOR_TITLE = "for_title"
    NO_FOR_TITLE = "no_for_title"
    COLLECTIVE = "collective"
    NO_COLLECTIVE = "no_collective"
    AUTHORISATION = "authorisation"
    AUTHORISATION_SECRET = "authorisation_secret"  # noqa: S105 - a problem, not a password


SIGNATORY_TEXTS = {
    SignatoryProblem.NAME: Text("Chưa ghi họ tên người ký.", "The signatory is not named."),
    SignatoryProblem.TITLE: Text("Chưa ghi chức vụ người ký.", "The signatory's title is missing."),
    SignatoryProblem.FOR_TITLE: Text(
        "Ký thay, ký thừa lệnh, ký thừa ủy quyền phải ghi chức vụ của người đứng đầu.",
        "Who signs for the head states the head's title.",
    ),
    SignatoryProblem.NO_FOR_TITLE: Text(
        "Người đứng đầu ký thì không ghi thay cho chức vụ nào khác.",
        "A head who signs signs for no other title.",
    ),
    SignatoryProblem.COLLECTIVE: Text(
        "Ký thay mặt (TM.) phải ghi tên tập thể lãnh đạo hoặc cơ quan.",
        "Signing on behalf (TM.) names the collective.",
    ),
    SignatoryProblem.NO_COLLECTIVE: Text(
        "Tên tập thể chỉ ghi khi ký thay mặt (TM.) hoặc ký thay (KT.).",
        "A collective is named only with TM. or KT.",
    ),
    SignatoryProblem.AUTHORISATION: Text(
        "Ký thừa ủy quyền phải có văn bản ủy quyền.",
        "Signing by authorisation needs the written authorisation.",
    ),
    SignatoryProblem.AUTHORISATION_SECRET: PROBLEM_TEXTS[PaperProblem.CONTENT_RECORDED],
}

_FOR_ANOTHER = {Capacity.DEPUTY, Capacity.BY_ORDER, Capacity.BY_AUTHORISATION}


def signatory_problems(signatory: Signatory) -> tuple[SignatoryProblem, ...]:
    """Return why a signatory block cannot stand under a letter; empty if it can. Law: R5.3."""
    return tuple(_signatory_problems(signatory))


def _signatory_problems(signatory: Signatory) -> Iterator[SignatoryProblem]:
    capacity = signatory.capacity
    if not signatory.name.strip():
        yield SignatoryProblem.NAME
    if not signatory.title.strip():
        yield SignatoryProblem.TITLE
    has_for_title = bool(signatory.for_title.strip())
    if capacity in _FOR_ANOTHER and not has_for_title:
        yield SignatoryProblem.FOR_TITLE
    if capacity not in _FOR_ANOTHER and has_for_title:
        yield SignatoryProblem.NO_FOR_TITLE
    has_collective = bool(signatory.collective.strip())
    if capacity is Capacity.ON_BEHALF and not has_collective:
        yield SignatoryProblem.COLLECTIVE
    if capacity not in {Capacity.ON_BEHALF, Capacity.DEPUTY} and has_collective:
        yield SignatoryProblem.NO_COLLECTIVE
    paper = signatory.authorisation
    if capacity is Capacity.BY_AUTHORISATION and paper is None:
        yield SignatoryProblem.AUTHORISATION
    if paper is not None and refuses_file(paper) and (paper.title or paper.upload):
        yield SignatoryProblem.AUTHORISATION_SECRET


def signature_lines(signatory: Signatory) -> tuple[str, ...]:
    """Return the lines over the signature, in capitals, as Decree 30/2020/NĐ-CP sets them.

    A vice-chairman of a People's Committee signs under three: TM. ỦY BAN NHÂN DÂN, KT. CHỦ TỊCH,
    PHÓ CHỦ TỊCH.
    """
    title = signatory.title.upper()
    mark = CAPACITY_MARKS[signatory.capacity]
    collective = (f"TM. {signatory.collective.upper()}",) if signatory.collective else ()
    if signatory.capacity is Capacity.ACTING:
        return (f"{mark} {title}",)
    if signatory.capacity in _FOR_ANOTHER:
        return (*collective, f"{mark} {signatory.for_title.upper()}", title)
    return (*collective, title)


def date_line(place: str, day: date) -> str:
    """Return the line of place and date: days under ten and the months January and February with a nought."""
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
    return f"{place}, ngày {day.day:02d} tháng {month} năm {day.year}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter between bodies; number and day are absent until it is issued. Law: R5.3.

    `sender` is the electronic identifier of the issuing body. `recipients` are addressed, `copies` informed.
    """

    kind: DocumentKind
    sender: str
    place: str
    abstract: str
    recipients: tuple[str, ...]
    signatory: Signatory
    copies: tuple[str, ...] = ()
    urgency: Urgency = Urgency.NORMAL
    number: NumberSymbol | None = None
    dated: date | None = None


class LetterProblem(StrEnum):
    """Why a letter cannot be submitted for signature."""

    ABSTRACT = "abstract"
    RECIPIENTS = "recipients"
    SIGNATORY = "signatory"
    PLACE = "place"


LETTER_TEXTS = {
    LetterProblem.ABSTRACT: Text("Chưa có trích yếu nội dung.", "The abstract is missing."),
    LetterProblem.RECIPIENTS: Text("Chưa có nơi nhận.", "There is no recipient."),
    LetterProblem.SIGNATORY: Text("Phần người ký chưa đúng.", "The signatory block is not right."),
    LetterProblem.PLACE: Text("Chưa ghi địa danh.", "The place is missing."),
}


def letter_problems(letter: Letter) -> tuple[LetterProblem, ...]:
    """Return why a letter cannot be submitted for signature; empty if it can."""
    wrong = {
        LetterProblem.ABSTRACT: not letter.abstract.strip(),
        LetterProblem.RECIPIENTS: not any(name.strip() for name in letter.recipients),
        LetterProblem.SIGNATORY: bool(signatory_problems(letter.signatory)),
        LetterProblem.PLACE: not letter.place.strip(),
    }
    return tuple(problem for problem, is_wrong in wrong.items() if is_wrong)


def letter_key(sender: str, number: NumberSymbol, dated: date) -> str:
    """Return what the copies of one letter have in common, whichever way each came. Law: R5.3.

    Sender, number with symbol, and date make a letter; spelling makes no difference. A sender who is no
    electronic identifier counts by its text.
    """
    body = parse_body_id(sender)
    name = body.text if isinstance(body, BodyId) else " ".join(sender.split()).upper()
    return f"{name}|{number.key}|{dated.isoformat()}"


class ArrivalProblem(StrEnum):
    """Why an arriving letter cannot be registered as declared."""

    COPY_STATUS_MISSING = "copy_status_missing"
    COPY_STATUS_OF_PAPER_ONLY = "copy_status_of_paper_only"
    DATED_IN_FUTURE = "dated_in_future"


ARRIVAL_TEXTS = {
    ArrivalProblem.COPY_STATUS_MISSING: Text(
        "Bản giấy được quét phải khai là bản chính, sao y, sao lục hay trích sao.",
        "A scanned paper is declared as original, true copy, copy of a copy, or extract.",
    ),
    ArrivalProblem.COPY_STATUS_OF_PAPER_ONLY: Text(
        "Chỉ bản giấy mới khai hình thức sao.", "Only a paper has a copy status."
    ),
    ArrivalProblem.DATED_IN_FUTURE: Text(
        "Ngày văn bản ở sau ngày đến.", "The letter is dated after its arrival."
    ),
}


def arrival_problems(
    channel: ArrivalChannel, copy: CopyStatus | None, *, dated: date, arrived: date
) -> tuple[ArrivalProblem, ...]:
    """Return why an arriving letter cannot be registered as declared; empty if it can. Law: R5.3."""
    is_paper = channel is ArrivalChannel.PAPER
    wrong = {
        ArrivalProblem.COPY_STATUS_MISSING: is_paper and copy is None,
        ArrivalProblem.COPY_STATUS_OF_PAPER_ONLY: not is_paper and copy is not None,
        ArrivalProblem.DATED_IN_FUTURE: dated > arrived,
    }
    return tuple(problem for problem, is_wrong in wrong.items() if is_wrong)


def arrival_number(number: int, year: int) -> str:
    """Return the number under which a letter was entered in the arrival register of a year. Law: R5.3."""
    return f"{number:02d}/{year}"
