"""Bodies that take part in the exchange: their kinds and their electronic identifiers.

Law: R3.1 (the kinds of counterpart), R2.2 (police units take part like any other), R5.3.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from lienthong.core.grant_document import ParticipantKind, SystemKind
from lienthong.core.speech import Text


class BodyKind(StrEnum):
    """What a body takes part as. Law: R3.1, R2.2."""

    NATIONAL_DATABASE = "national_database"
    SPECIALISED_DATABASE = "specialised_database"
    SERVICE_PORTAL = "service_portal"
    MINISTRY_PROCEDURES = "ministry_procedures"
    PROVINCE_PROCEDURES = "province_procedures"
    POLICE_UNIT = "police_unit"
    ORGANISATION = "organisation"
    INTEGRATION_PLATFORM = "integration_platform"


KIND_LABELS = {
    BodyKind.NATIONAL_DATABASE: Text(
        "Cơ quan quản lý cơ sở dữ liệu quốc gia", "Keeper of a national database"
    ),
    BodyKind.SPECIALISED_DATABASE: Text(
        "Cơ quan quản lý cơ sở dữ liệu chuyên ngành", "Keeper of a specialised database"
    ),
    BodyKind.SERVICE_PORTAL: Text("Cổng Dịch vụ công quốc gia", "National Public Service Portal"),
    BodyKind.MINISTRY_PROCEDURES: Text(
        "Hệ thống thông tin giải quyết thủ tục hành chính cấp bộ",
        "Ministry-level administrative-procedure system",
    ),
    BodyKind.PROVINCE_PROCEDURES: Text(
        "Hệ thống thông tin giải quyết thủ tục hành chính cấp tỉnh",
        "Province-level administrative-procedure system",
    ),
    BodyKind.POLICE_UNIT: Text("Công an đơn vị, địa phương", "Police unit"),
    BodyKind.ORGANISATION: Text("Doanh nghiệp, tổ chức khác", "Enterprise or other organisation"),
    BodyKind.INTEGRATION_PLATFORM: Text(
        "Nền tảng tích hợp, chia sẻ dữ liệu", "Data integration and sharing platform"
    ),
}


def participant_kind(kind: BodyKind, *, under_defence: bool) -> ParticipantKind:
    """Return how a grant names a body; one of the Ministry of National Defence by that alone. Law: R4.3."""
    if under_defence:
        return ParticipantKind.DEFENCE_BODY
    match kind:
        case BodyKind.POLICE_UNIT:
            return ParticipantKind.POLICE_UNIT
        case BodyKind.ORGANISATION:
            return ParticipantKind.ORGANISATION
        case (
            BodyKind.NATIONAL_DATABASE
            | BodyKind.SPECIALISED_DATABASE
            | BodyKind.SERVICE_PORTAL
            | BodyKind.MINISTRY_PROCEDURES
            | BodyKind.PROVINCE_PROCEDURES
            | BodyKind.INTEGRATION_PLATFORM
        ):
            return ParticipantKind.STATE_BODY
        case _:
            assert_never(kind)


def system_kind(kind: BodyKind) -> SystemKind:
    """Return the kind of counterpart that systems of such a body are unless said otherwise. Law: R3.1."""
    match kind:
        case BodyKind.NATIONAL_DATABASE:
            return SystemKind.NATIONAL_DATABASE
        case BodyKind.SPECIALISED_DATABASE:
            return SystemKind.SPECIALISED_DATABASE
        case BodyKind.SERVICE_PORTAL:
            return SystemKind.SERVICE_PORTAL
        case BodyKind.MINISTRY_PROCEDURES:
            return SystemKind.MINISTRY_PROCEDURES
        case BodyKind.PROVINCE_PROCEDURES:
            return SystemKind.PROVINCE_PROCEDURES
        case BodyKind.POLICE_UNIT | BodyKind.ORGANISATION | BodyKind.INTEGRATION_PLATFORM:
            return SystemKind.OTHER
        case _:
            assert_never(kind)


SYSTEM_KIND_LABELS = {
    SystemKind.NATIONAL_DATABASE: Text("Cơ sở dữ liệu quốc gia", "National database"),
    SystemKind.SPECIALISED_DATABASE: Text("Cơ sở dữ liệu chuyên ngành", "Specialised database"),
    SystemKind.SERVICE_PORTAL: KIND_LABELS[BodyKind.SERVICE_PORTAL],
    SystemKind.MINISTRY_PROCEDURES: KIND_LABELS[BodyKind.MINISTRY_PROCEDURES],
    SystemKind.PROVINCE_PROCEDURES: KIND_LABELS[BodyKind.PROVINCE_PROCEDURES],
    SystemKind.OTHER: Text("Hệ thống thông tin khác", "Other information system"),
}


class IdentifierForm(StrEnum):
    """The three forms of an electronic identifier (Decision 20/2020/QĐ-TTg)."""

    STATE = "state"
    OTHER = "other"
    ENTERPRISE = "enterprise"


@dataclass(frozen=True, slots=True)
class BodyId:
    """An electronic identifier in its one canonical spelling."""

    text: str
    form: IdentifierForm


class IdentifierProblem(StrEnum):
    """Why a text is no electronic identifier."""

    EMPTY = "empty"
    OLD_FORM = "old_form"
    CHARACTERS = "characters"
    TOO_LONG = "too_long"
    FIRST_GROUP = "first_group"
    EMPTY_GROUP = "empty_group"
    ENTERPRISE_DIGITS = "enterprise_digits"
    OTHER_EMPTY = "other_empty"


IDENTIFIER_TEXTS = {
    IdentifierProblem.EMPTY: Text("Chưa nhập mã định danh điện tử.", "There is no electronic identifier."),
    IdentifierProblem.OLD_FORM: Text(
        "Đây là mã định danh theo dạng cũ (các nhóm số đứng trước, ví dụ 000.00.00.H20). "
        "Hãy nhập mã theo Quyết định số 20/2020/QĐ-TTg, bắt đầu bằng một chữ cái và hai chữ số, ví dụ H20.",
        "This is an identifier of the old form (number groups first, as in 000.00.00.H20). "
        "Give the one under Decision 20/2020/QĐ-TTg, which begins with a letter and two digits, as in H20.",
    ),
    IdentifierProblem.CHARACTERS: Text(
        "Mã định danh chỉ gồm chữ cái không dấu, chữ số và dấu chấm, gạch nối, gạch dưới, gạch chéo.",
        "An identifier has only unaccented letters, digits, and full stops, hyphens, underscores or slashes.",
    ),
    IdentifierProblem.TOO_LONG: Text(
        "Mã định danh dài quá 35 ký tự.", "An identifier has at most 35 characters."
    ),
    IdentifierProblem.FIRST_GROUP: Text(
        "Nhóm đầu của mã định danh gồm một chữ cái từ A đến Z và hai chữ số, ví dụ H20 hoặc Z01.",
        "The first group of an identifier is a letter from A to Z and two digits, as in H20 or Z01.",
    ),
    IdentifierProblem.EMPTY_GROUP: Text(
        "Sau mỗi dấu chấm phải có một nhóm chữ số hoặc chữ cái in hoa, ví dụ H20.12.",
        "Each full stop is followed by a group of digits or capital letters, as in H20.12.",
    ),
    IdentifierProblem.ENTERPRISE_DIGITS: Text(
        "Mã số doanh nghiệp có 10 chữ số; chi nhánh thêm dấu gạch nối và 3 chữ số.",
        "An enterprise number has 10 digits; a branch adds a hyphen and 3 digits.",
    ),
    IdentifierProblem.OTHER_EMPTY: Text(
        "Mã bắt đầu bằng Z và hai chữ số phải có thêm từ 1 đến 32 ký tự.",
        "An identifier that begins with Z and two digits goes on with 1 to 32 characters.",
    ),
}

LONGEST_IDENTIFIER = 35
_STATE = re.compile(r"[A-Y][0-9]{2}(?:\.[0-9A-Z]+)*")
_OTHER = re.compile(r"Z[0-9]{2}.{1,32}")
_ENTERPRISE = re.compile(r"([0-9]{10})(?:-?([0-9]{3}))?")
_OLD_FORM = re.compile(r"[0-9]{3}(?:\.[0-9]{2}){2}\.[A-Z][0-9]{2}")
_CARRIED = re.compile(r"[A-Z0-9._/-]+")


def parse_body_id(text: str) -> BodyId | IdentifierProblem:
    """Return the identifier a text is, letters in capitals and the hyphen of a branch set, or why it is none.

    Law: R5.1 (the registering unit is named by its identifier).
    """
    code = text.strip().upper()
    if not code:
        return IdentifierProblem.EMPTY
    if _CARRIED.fullmatch(code) is None:
        return IdentifierProblem.CHARACTERS
    if len(code) > LONGEST_IDENTIFIER:
        return IdentifierProblem.TOO_LONG
    enterprise = _ENTERPRISE.fullmatch(code)
    if enterprise is not None:
        branch = "" if enterprise[2] is None else f"-{enterprise[2]}"
        return BodyId(enterprise[1] + branch, IdentifierForm.ENTERPRISE)
    if _STATE.fullmatch(code) is not None:
        return BodyId(code, IdentifierForm.STATE)
    if _OTHER.fullmatch(code) is not None:
        return BodyId(code, IdentifierForm.OTHER)
    return _problem_of(code)


def _problem_of(code: str) -> IdentifierProblem:
    if _OLD_FORM.fullmatch(code) is not None:
        return IdentifierProblem.OLD_FORM
    if code.replace("-", "").isdigit():
        return IdentifierProblem.ENTERPRISE_DIGITS
    if re.match(r"[A-Z][0-9]{2}(?![0-9A-Z])", code) is None and re.fullmatch(r"Z[0-9]{2}", code) is None:
        return IdentifierProblem.FIRST_GROUP
    return IdentifierProblem.OTHER_EMPTY if code.startswith("Z") else IdentifierProblem.EMPTY_GROUP
