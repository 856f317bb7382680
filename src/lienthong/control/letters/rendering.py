"""Outgoing letters as PDF, sealed with the authority's certificate. Letters are written in Vietnamese alone.

Law: R5.3; Decree 30/2020/NĐ-CP.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from lienthong.config import AuthoritySettings
from lienthong.control.letters.outgoing_content import LetterContent, Purpose
from lienthong.core.document_kinds import URGENCY_LABELS, Urgency
from lienthong.core.law import TT46
from lienthong.core.letters import date_line, signature_lines
from lienthong.core.request_answer import GROUND_LABELS
from lienthong.core.speech import Text
from lienthong.documents.letter import LetterLayout, Paragraph, Table, render_letter
from lienthong.documents.pdf_signature import read_signer, sign_letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The letter that is answered, as the answer names it; `received_on` and `answer_by` are days."""

    body: str
    reference: str
    title: str
    number: str
    dated: date | None
    arrival: str
    received_on: date | None
    answer_by: date | None
    supporter: str = ""


_OPENING = Text(
    "{authority} nhận được văn bản số {number} ngày {dated} của {body} về việc đề nghị kết nối, chia sẻ, "
    "khai thác thông tin trong Cơ sở dữ liệu quốc gia về dân cư (số đến {arrival}, "
    "mã hồ sơ {reference}: {title}).",
    "{authority} has received the letter no. {number} of {dated} of {body} "
    "(arrival {arrival}, file {reference}: {title}).",
)
_TERM = Text("{law}, {authority} có ý kiến như sau:", "Under {law}, {authority} answers as follows:")
_UNDER = Text("Căn cứ {law}", "Under {law}")
_RECEIVED = (
    Text(
        "Đề nghị đã được tiếp nhận ngày {received_on}; văn bản trả lời được gửi chậm nhất ngày {answer_by}.",
        "The request was received on {received_on}; it is answered by {answer_by}.",
    ),
    Text(
        "Tài liệu kỹ thuật, việc hỗ trợ, kiểm thử kỹ thuật và việc kiểm tra, đánh giá an ninh, "
        "an toàn thông tin đã bắt đầu ngay khi tiếp nhận; diễn biến xem tại cổng cơ quan, tổ chức.",
        "Documents, support and assessment began on receipt; follow them in the portal.",
    ),
    Text("Cán bộ hỗ trợ: {supporter}.", "Supporter: {supporter}."),
)
_ASKED = Text("Đề nghị {body} bổ sung các nội dung sau:", "{body} is asked to supply the following:")
_UNTIL = Text(
    "Văn bản bổ sung gửi về {authority} chậm nhất ngày {until}. Tài liệu kỹ thuật, việc hỗ trợ, "
    "kiểm thử và việc kiểm tra, đánh giá vẫn tiếp tục trong thời gian bổ sung.",
    "The supplement is expected by {until}. The three tracks go on meanwhile.",
)
_REFUSED = Text(
    "Không chấp thuận đề nghị kết nối nêu trên, vì: {ground}.",
    "The request is not granted, because: {ground}.",
)
_HEADINGS = {
    "reasons": Text("Lý do", "Reasons"),
    "law": Text("Căn cứ pháp luật", "The law"),
    "objection": Text("Cách đề nghị xem xét lại", "How to object"),
}
_ABOUT = Text("V/v {abstract}", "Re: {abstract}")
_SUBJECT = Text("Về việc {abstract}", "On {abstract}")
_ADDRESSED = Text("Như trên;", "As above;")
_FILED = Text("Lưu: VT.", "File: VT.")
_DRAFT = Text("      ", "      ")
_NUMBER = Text("TT", "No.")
_POINT = Text("Nội dung", "What")
_SIGNED_BY = Text("Ký bởi", "Signed by")
_SIGNED_ON = Text("Ngày ký", "On")
_FOOTER = Text("Hồ sơ {reference}", "File {reference}")
_NO_DAY: Final = "…"


def layout(
    purpose: Purpose,
    content: LetterContent,
    answered: Answered,
    authority: AuthoritySettings,
    *,
    sealed_by: str = "",
) -> LetterLayout:
    """Return every text of a letter at its place; a draft has no number, a sealed letter names its seal."""
    letter = content.letter
    values = {
        "authority": authority.name,
        "body": answered.body,
        "law": _UNDER.vi.format(law=TT46.title),
        "abstract": letter.abstract,
        "reference": answered.reference,
        "title": answered.title,
        "number": answered.number,
        "arrival": answered.arrival,
        "dated": _day(answered.dated),
        "received_on": _day(answered.received_on),
        "answer_by": _day(answered.answer_by),
        "until": _day(content.until),
        "supporter": answered.supporter,
        "ground": "" if content.refusal is None else GROUND_LABELS[content.refusal.ground].vi,
    }
    is_plain = not letter.kind.abbreviation
    stamped = () if letter.dated is None else ((_SIGNED_ON.vi, _day(letter.dated)),)
    return LetterLayout(
        title=f"{letter.kind.label.vi} {answered.reference}",
        parent=authority.parent or None,
        body=authority.name,
        number=_DRAFT.vi if letter.number is None else letter.number.text,
        place_date=_place_date(letter.place, letter.dated),
        abstract=_ABOUT.vi.format_map(values) if is_plain else None,
        heading=None if is_plain else letter.kind.label.vi,
        subject=None if is_plain else _SUBJECT.vi.format_map(values),
        urgency=None if letter.urgency is Urgency.NORMAL else URGENCY_LABELS[letter.urgency].vi,
        addressees=letter.recipients,
        blocks=_blocks(purpose, content, values),
        recipients=(_ADDRESSED.vi, *(f"{copy};" for copy in letter.copies), _FILED.vi),
        capacity=signature_lines(letter.signatory),
        signatory=letter.signatory.name,
        seal=((_SIGNED_BY.vi, sealed_by), *stamped) if sealed_by else (),
        footer=_FOOTER.vi.format_map(values),
    )


def _blocks(
    purpose: Purpose, content: LetterContent, values: dict[str, str]
) -> tuple[Paragraph | Table, ...]:
    opening = Paragraph(text=_OPENING.vi.format_map(values))
    intent = Paragraph(text=_TERM.vi.format_map(values))
    match purpose:
        case Purpose.RECEIPT:
            said = tuple(Paragraph(text=text.vi.format_map(values)) for text in _received(values))
            return (opening, *said)
        case Purpose.SUPPLEMENT:
            rows = tuple((str(place), point) for place, point in enumerate(content.points, 1))
            asked = Table(header=(_NUMBER.vi, _POINT.vi), rows=rows, widths=(1, 11))
            ask, until = (Paragraph(text=text.vi.format_map(values)) for text in (_ASKED, _UNTIL))
            return (opening, intent, ask, asked, until)
        case Purpose.REFUSAL:
            assert content.refusal is not None
            parts = (_under(heading, getattr(content.refusal, name)) for name, heading in _HEADINGS.items())
            told = (part for pair in parts for part in pair)
            return (opening, intent, Paragraph(text=_REFUSED.vi.format_map(values)), *told)


def _under(heading: Text, text: str) -> tuple[Paragraph, Paragraph]:
    return Paragraph(text=heading.vi, kind="heading"), Paragraph(text=text)


def _received(values: dict[str, str]) -> tuple[Text, ...]:
    return _RECEIVED if values["supporter"] else _RECEIVED[:-1]


def _day(day: date | None) -> str:
    return _NO_DAY if day is None else f"{day:%d/%m/%Y}"


_UNDATED = Text("{place}, ngày      tháng      năm", "{place}, on")


def _place_date(place: str, dated: date | None) -> str:
    return _UNDATED.vi.format(place=place) if dated is None else date_line(place, dated)


def draft_pdf(laid_out: LetterLayout, *, at: datetime) -> bytes:
    """Return a letter as it would look, unsealed. Raises LetterError."""
    return render_letter(laid_out, at=at).content


def sealed_pdf(
    purpose: Purpose,
    content: LetterContent,
    answered: Answered,
    authority: AuthoritySettings,
    *,
    at: datetime,
) -> bytes:
    """Return a numbered letter with the seal of the authority.

    Raises LetterError; SigningError, ValueError or OSError where key or certificate cannot be used.
    """
    assert authority.seal_key is not None
    assert authority.seal_certificate is not None
    signer = read_signer(authority.seal_key, authority.seal_certificate, authority.seal_chain)
    laid_out = layout(purpose, content, answered, authority, sealed_by=signer.name)
    rendered = render_letter(laid_out, at=at)
    return sign_letter(rendered, signer, reason=laid_out.title, place=authority.place)
