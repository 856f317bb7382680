"""The public catalogue of services: code, name, fields, conditions, channel, charge and contact.

Generated from the services that exist and the catalogue of fields; what a service gives is stated nowhere
else. Law: R1.3 (the duty to share), R5.1 (the request names services from here).
"""

from dataclasses import dataclass
from typing import Final

from lienthong.core.fields import FIELDS, field_bits, fields_in
from lienthong.core.grant_checks import NOT_COMPARED
from lienthong.core.grant_document import Channel
from lienthong.core.law import Citation, Profile
from lienthong.core.request import MOST_ITEMS, Service
from lienthong.core.speech import Text
from lienthong_protocol.record import Act

CONTACT_EMAIL: Final = "dancuquocgia@mps.gov.vn"
"""The address the circular itself names for support. Law: R7.2."""

_NAMES = {
    Service.LOOKUP: Text("Tra cứu thông tin một công dân", "Look up one citizen"),
    Service.VERIFY: Text("Xác thực thông tin một công dân", "Verify one citizen"),
    Service.LOOKUP_BATCH: Text("Tra cứu theo danh sách", "Look up a list"),
    Service.VERIFY_BATCH: Text("Xác thực theo danh sách", "Verify a list"),
}

_ALWAYS = (
    Text(
        "Có nội dung thống nhất về chia sẻ thông tin và mục đích đã đăng ký.",
        "There is an agreement, and the purpose is registered.",
    ),
    Text(
        "Có văn bản xác nhận bảo đảm an ninh, an toàn thông tin, hoặc thuộc trường hợp không phải kiểm tra.",
        "There is the confirmation of security, or the case is exempt from the check.",
    ),
    Text("Hệ thống đáp ứng cấp độ 3 trở lên.", "The system meets level 3 or higher."),
    Text(
        "Mỗi yêu cầu nêu số định danh, họ tên và ngày sinh của công dân.",
        "Each request gives number, full name and date of birth of the citizen.",
    ),
)
_OF_BATCHES = Text(
    f"Mỗi danh sách có tối đa {MOST_ITEMS} người; mỗi người kèm mã hồ sơ.",
    f"A list holds at most {MOST_ITEMS} persons, each with its case.",
)
_OF_VERIFYING = Text(
    "Chỉ trả lời đúng hay không đúng, không trả dữ liệu.", "Only says whether it agrees; gives no data."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntry:
    """One service as it is published; `fields` are those it can give or compare, as bits by field number."""

    code: str
    name: Text
    act: Act
    fields: int
    conditions: tuple[Text, ...]
    channels: tuple[Channel, ...]
    contact: str

    @property
    def field_count(self) -> int:
        """Return the number of fields the service can give or compare."""
        return len(fields_in(self.fields))


@dataclass(frozen=True, slots=True)
class Charge:
    """What one field of one answer costs, in đồng, and where that stands."""

    dong: int
    source: Citation


def _entry(service: Service) -> CatalogueEntry:
    every = field_bits(FIELDS)
    conditions = list(_ALWAYS)
    if service.is_batch:
        conditions.append(_OF_BATCHES)
    if not service.is_lookup:
        conditions.append(_OF_VERIFYING)
    return CatalogueEntry(
        code=service.value,
        name=_NAMES[service],
        act=Act.EXPLOIT,
        fields=every if service.is_lookup else every & ~NOT_COMPARED,
        conditions=tuple(conditions),
        channels=(Channel.PLATFORM, Channel.DIRECT),
        contact=CONTACT_EMAIL,
    )


CATALOGUE: Final = tuple(_entry(service) for service in Service)
BY_CODE: Final = {entry.code: entry for entry in CATALOGUE}


def charge_per_field(profile: Profile, *, state_body: bool) -> Charge:
    """Return the charge for one field: state bodies share free of charge. Law: R1.3."""
    key = "fee.per_field_state_body" if state_body else "fee.per_field"
    return Charge(profile.number(key), profile.parameters[key].source)
