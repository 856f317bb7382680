"""The letter of a connection request with the seven contents, in the layout of an administrative document.

Law: R5.1, R5.3.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from lienthong.core.bodies import SYSTEM_KIND_LABELS
from lienthong.core.channels import CHANNEL_LABELS, DIRECT_LABELS, PLATFORM_LABELS, Platform
from lienthong.core.conditions import CONDITION_LABELS, ConditionEvidence
from lienthong.core.connection_request import (
    DIRECTION_LABELS,
    MANDATE_LABELS,
    ConnectionRequest,
    Direction,
    FieldChoice,
    counted_fields,
    design_version,
    written_count,
)
from lienthong.core.letter_numbers import NumberSymbol, parse_number_symbol
from lienthong.core.letters import date_line, signature_lines
from lienthong.core.papers import DEGREE_LABELS, Paper
from lienthong.core.purpose import PurposeGround
from lienthong.core.request_letter import LetterHead
from lienthong.core.service_catalogue import BY_CODE
from lienthong.documents.letter import LetterLayout, Paragraph, Table
from lienthong_protocol.record import Act

ADDRESSEE: Final = "Cơ quan quản lý Cơ sở dữ liệu quốc gia về dân cư, Bộ Công an"
_ABSTRACT: Final = "V/v đề nghị kết nối, chia sẻ, khai thác thông tin với Cơ sở dữ liệu quốc gia về dân cư"
_ACTS: Final = {Act.CONNECT: "kết nối", Act.SHARE: "chia sẻ", Act.EXPLOIT: "khai thác"}
_GROUNDS: Final = {
    PurposeGround.STATE_TASK: "thực hiện nhiệm vụ của cơ quan nhà nước",
    PurposeGround.CONSENT: "có sự đồng ý của công dân",
    PurposeGround.OWN_REQUEST: "theo yêu cầu của chính công dân",
    PurposeGround.OTHER_LAW: "luật khác có quy định",
}
_UNNUMBERED: Final = "……"

Block = Paragraph | Table


def request_letter(
    request: ConnectionRequest, head: LetterHead, *, reference: str, supplements: str = ""
) -> LetterLayout:
    """Return the letter as it is set: the seven contents, channel, network, signatory.

    `supplements` names the letter that this one supplements, empty for the first one. What is wanting shows
    as dots, so that a draft can be read at any time. Law: R5.1, R5.3.
    """
    number = parse_number_symbol(head.number)
    shown = number.text if isinstance(number, NumberSymbol) else _UNNUMBERED
    signatory = request.signatory
    return LetterLayout(
        title=f"Đề nghị kết nối {shown}",
        parent=request.unit.parent or None,
        body=request.unit.name or _UNNUMBERED,
        number=shown,
        place_date=_place_date(head),
        abstract=_ABSTRACT + (f" (bổ sung văn bản số {supplements})" if supplements else ""),
        addressees=(ADDRESSEE,),
        blocks=(*_opening(request, supplements), *_seven_contents(request), *_closing(request)),
        recipients=("Như trên;", "Lưu: VT."),
        capacity=(_UNNUMBERED,) if signatory is None else signature_lines(signatory),
        signatory=_UNNUMBERED if signatory is None else signatory.name,
        footer=f"Hồ sơ {reference}",
    )


def _place_date(head: LetterHead) -> str:
    place = head.place.strip() or _UNNUMBERED
    return f"{place}, ngày … tháng … năm …" if head.dated is None else date_line(place, head.dated)


def _opening(request: ConnectionRequest, supplements: str) -> Iterator[Block]:
    yield _text(
        "Căn cứ Thông tư số 46/2022/TT-BCA ngày 04/11/2022 của Bộ trưởng Bộ Công an quy định về việc "
        "kết nối, chia sẻ và khai thác thông tin giữa Cơ sở dữ liệu quốc gia về dân cư với "
        "cơ sở dữ liệu quốc gia, cơ sở dữ liệu chuyên ngành và hệ thống thông tin khác;"
    )
    what = "bổ sung nội dung đề nghị kết nối" if supplements else "đề nghị được kết nối, chia sẻ, khai thác"
    yield _text(f"{request.unit.name or _UNNUMBERED} {what} với các nội dung sau:")


def _seven_contents(request: ConnectionRequest) -> Iterator[Block]:
    yield _heading("1. Đơn vị đăng ký")
    yield _text(
        f"{request.unit.name or _UNNUMBERED}; mã định danh điện tử: {request.unit.identifier}"
        + (f"; cơ quan cấp trên: {request.unit.parent}." if request.unit.parent else ".")
    )
    yield _heading("2. Chức năng, nhiệm vụ, quyền hạn được giao")
    for mandate in request.mandates:
        paper = "" if mandate.assigned_by is None else f" (theo {_paper(mandate.assigned_by)})"
        label = MANDATE_LABELS[mandate.kind].vi
        yield _text(f"{label} {mandate.code}: {mandate.description}{paper}.")
    yield _heading("3. Hệ thống thông tin, cơ sở dữ liệu đề nghị được kết nối, chia sẻ")
    yield from _table(
        ("STT", "Tên", "Mã", "Loại"),
        (
            (
                system.name,
                system.id,
                ("Cơ sở dữ liệu; " if system.is_database else "") + SYSTEM_KIND_LABELS[system.kind].vi,
            )
            for system in request.systems
        ),
        widths=(1, 5, 3, 5),
    )
    yield _heading("4. Cán bộ phụ trách kết nối, chia sẻ và khai thác thông tin")
    yield from _table(
        ("STT", "Họ và tên, chức vụ", "Liên hệ", "Phụ trách"),
        (
            (
                f"{officer.name}, {officer.post}",
                f"{officer.phone}; {officer.email}",
                ", ".join(_ACTS[act] for act in Act if act in officer.acts),
            )
            for officer in request.officers
        ),
        widths=(1, 5, 5, 4),
    )
    yield _heading("5. Mục đích, phạm vi, nội dung thông tin, số lượng trường thông tin cần chia sẻ")
    yield from _purposes(request)
    for direction in Direction:
        yield from _fields(request, direction)
    yield _heading("6. Dịch vụ đăng ký sử dụng trong Cơ sở dữ liệu quốc gia về dân cư")
    names = {purpose.code: purpose.name for purpose in request.purposes}
    for choice in request.services:
        entry = BY_CODE.get(choice.service)
        name = choice.service if entry is None else entry.name.vi
        yield _text(f"{name} ({choice.service}), cho mục đích: {names.get(choice.purpose, _UNNUMBERED)}.")
    if not request.services:
        yield _text("Không đăng ký dịch vụ khai thác.")
    yield _heading("7. Tài liệu mô tả kỹ thuật thành phần hệ thống có kết nối")
    yield _text(_description(request))


def _purposes(request: ConnectionRequest) -> Iterator[Block]:
    mandates = {mandate.code for mandate in request.mandates}
    for place, purpose in enumerate(request.purposes, 1):
        hangs_on = purpose.mandate if purpose.mandate in mandates else _UNNUMBERED
        law = f" ({purpose.law})" if purpose.law else ""
        yield _text(
            f"Mục đích {place}: {purpose.name}. Thuộc chức năng, nhiệm vụ, quyền hạn: {hangs_on}. "
            f"Phạm vi: {purpose.scope}. Căn cứ: {_GROUNDS[purpose.ground]}{law}."
        )


def _fields(request: ConnectionRequest, direction: Direction) -> Iterator[Block]:
    chosen = [choice for choice in request.choices if choice.direction is direction]
    written = written_count(request, direction)
    if not chosen and not written:
        return
    count = counted_fields(request.choices, direction)
    stated = _UNNUMBERED if written is None else f"{written:02d}"
    difference = "" if written in (None, count) else f" (đã chọn {count:02d} trường)"
    yield _text(f"{DIRECTION_LABELS[direction].vi}: {stated} trường thông tin{difference}.")
    places = {purpose.code: str(place) for place, purpose in enumerate(request.purposes, 1)}
    yield from _table(
        ("STT", "Trường thông tin", "Mục đích", "Lý do cần dùng"),
        ((_field_name(choice), places.get(choice.purpose, _UNNUMBERED), choice.reason) for choice in chosen),
        widths=(1, 5, 2, 6),
    )
    if any(choice.is_marked for choice in chosen):
        yield _text("(*) Thông tin nhạy cảm hoặc thông tin về gia đình.")


def _field_name(choice: FieldChoice) -> str:
    name = choice.label or choice.field if choice.known is None else choice.known.label_vi
    return f"{name} (*)" if choice.is_marked else name


def _description(request: ConnectionRequest) -> str:
    description = request.technical_description
    version = design_version(request)
    if description is None or version is None:
        return _UNNUMBERED
    if description.secret is not None:
        return f"Tài liệu gửi riêng theo chế độ bảo mật: {_paper(description.secret)}."
    return f"{description.title or 'Tài liệu mô tả kỹ thuật'}, gửi kèm; mã băm SHA-256: {version}."


def _closing(request: ConnectionRequest) -> Iterator[Block]:
    yield _heading("Kênh kết nối và điều kiện kết nối")
    direct = request.channel.direct
    if direct is None:
        platform = PLATFORM_LABELS[request.channel.platform].vi
        named = request.channel.platform is Platform.OTHER and request.channel.platform_name
        name = request.channel.platform_name if named else platform
        yield _text(f"{CHANNEL_LABELS[request.channel.channel].vi}: {name}.")
    else:
        decision = "" if direct.decision is None else f" Quyết định: {_paper(direct.decision)}."
        review = "" if direct.review_on is None else f" Xem xét lại ngày {_day(direct.review_on)}."
        yield _text(
            f"{CHANNEL_LABELS[request.channel.channel].vi}. "
            f"Căn cứ: {DIRECT_LABELS[direct.reason].vi.lower()}: {direct.explanation}.{decision}{review}"
        )
    sheet = request.network
    if sheet is not None:
        yield _text(
            f"Thông số mạng: đường truyền {sheet.line or _UNNUMBERED}; "
            f"địa chỉ công khai: {', '.join(sheet.public_addresses) or 'không có'}; "
            f"địa chỉ nội bộ: {', '.join(sheet.private_addresses) or 'không có'}; "
            f"cổng: {', '.join(map(str, sheet.ports)) or _UNNUMBERED}."
        )
    if request.evidence:
        yield _text("Tài liệu chứng minh các điều kiện kết nối:")
        rows = ((CONDITION_LABELS[each.condition].vi, *_evidence(each)) for each in request.evidence)
        yield from _table(("STT", "Điều kiện", "Tài liệu", "Có giá trị đến"), rows, widths=(1, 4, 7, 3))
        for each in request.evidence:
            if each.paper.upload:
                copy = f"Bản sao gửi kèm, số {each.paper.number}; mã băm SHA-256: {each.paper.upload}."
                yield _text(copy)
    yield _text(
        f"{request.unit.name or _UNNUMBERED} cam kết bảo đảm các điều kiện về hạ tầng hệ thống thông tin, "
        "mô hình kết nối, cấu trúc dữ liệu, an ninh, an toàn, bảo mật thông tin và sử dụng thông tin "
        "đúng chức năng, nhiệm vụ, mục đích đã đăng ký./."
    )


def _evidence(evidence: ConditionEvidence) -> tuple[str, str]:
    """Say paper and end of evidence."""
    paper, degree = evidence.paper, evidence.paper.degree
    secret = "" if degree is None else f"; độ mật: {DEGREE_LABELS[degree].vi}"
    until = "không có hạn" if evidence.valid_until is None else _day(evidence.valid_until)
    return f"{_paper(paper)}{secret}", until


def _paper(paper: Paper) -> str:
    degree = "" if paper.degree is None else f", độ mật: {DEGREE_LABELS[paper.degree].vi}"
    return f"văn bản số {paper.number} ngày {_day(paper.issued_on)} của {paper.issuer}{degree}"


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _table(
    header: tuple[str, ...], rows: Iterable[tuple[str, ...]], *, widths: tuple[int, ...]
) -> Iterator[Block]:
    """Yield a table with numbered rows, dots where there is none: the draft shows what is wanting."""
    numbered = tuple((str(place), *row) for place, row in enumerate(rows, 1))
    yield Table(header=header, rows=numbered, widths=widths) if numbered else _text(_UNNUMBERED)


def _text(text: str) -> Paragraph:
    return Paragraph(text=text)


def _heading(text: str) -> Paragraph:
    return Paragraph(text=text, kind="heading")
