"""What is still missing from a file, where it is mended, and in which words that is said to both sides."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from lienthong.core.speech import Text


class Section(StrEnum):
    """The parts of a connection file; the first seven are the contents of the request. Law: R5.1."""

    UNIT = "unit"
    MANDATES = "mandates"
    SYSTEMS = "systems"
    OFFICERS = "officers"
    CONTENT = "content"
    SERVICES = "services"
    TECHNICAL_DESCRIPTION = "technical_description"
    CHANNEL = "channel"
    CONDITIONS = "conditions"
    SECURITY_LEVEL = "security_level"
    SIGNATURE = "signature"
    REFUSAL = "refusal"


SEVEN_CONTENTS = (
    Section.UNIT,
    Section.MANDATES,
    Section.SYSTEMS,
    Section.OFFICERS,
    Section.CONTENT,
    Section.SERVICES,
    Section.TECHNICAL_DESCRIPTION,
)

SECTION_LABELS = {
    Section.UNIT: Text("Đơn vị đăng ký", "Registering unit"),
    Section.MANDATES: Text(
        "Chức năng, nhiệm vụ, quyền hạn được giao", "Functions, duties and powers assigned"
    ),
    Section.SYSTEMS: Text(
        "Hệ thống thông tin, cơ sở dữ liệu đề nghị được kết nối, chia sẻ",
        "Information systems and databases to be connected",
    ),
    Section.OFFICERS: Text(
        "Cán bộ phụ trách kết nối, chia sẻ và khai thác thông tin",
        "Officers in charge of connecting, sharing and access",
    ),
    Section.CONTENT: Text(
        "Mục đích, phạm vi, nội dung thông tin, số lượng trường thông tin cần chia sẻ",
        "Purpose, scope, content and number of fields",
    ),
    Section.SERVICES: Text(
        "Dịch vụ đăng ký sử dụng trong Cơ sở dữ liệu quốc gia về dân cư", "Services registered"
    ),
    Section.TECHNICAL_DESCRIPTION: Text(
        "Tài liệu mô tả kỹ thuật thành phần hệ thống có kết nối",
        "Technical description of the component that connects",
    ),
    Section.CHANNEL: Text("Kênh kết nối", "Channel"),
    Section.CONDITIONS: Text("Sáu điều kiện kết nối", "The six conditions"),
    Section.SECURITY_LEVEL: Text("Cấp độ an toàn hệ thống thông tin", "Security level"),
    Section.SIGNATURE: Text("Ký văn bản đề nghị", "Signature"),
    Section.REFUSAL: Text("Văn bản từ chối", "Letter of refusal"),
}


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing: a permanent name of it, where it is mended, the sentence, and about what.

    `about` is the id of the entry concerned (a purpose's code, a system's id), empty for the whole part.
    """

    name: str
    where: Section
    text: Text
    about: str = ""


def listed(texts: Iterable[Text]) -> Text:
    """Return several sentences as one text, each once, in their order."""
    once = tuple(dict.fromkeys(texts))
    return Text(" ".join(text.vi for text in once), " ".join(text.en for text in once))
