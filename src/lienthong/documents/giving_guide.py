"""The guide for what a system gives, in Vietnamese and English: in which form, how well, what becomes of it.

Written in Markdown from the fields and items of one request: what it does not give does not appear.
Law: R5.2, R2.1, R2.2, R8.3, R8.4, R9.1.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lienthong.core.field_kinds import SOURCE_LABELS, Field, FieldType
from lienthong.core.request_services import Given
from lienthong.core.service_catalogue import CONTACT_EMAIL
from lienthong.core.speech import Text
from lienthong.documents.code_tables import code_lists
from lienthong.documents.markdown import as_text


@dataclass(frozen=True, slots=True, kw_only=True)
class GivingPurpose:
    """One purpose as the request words it, and what is given for it."""

    code: str
    title: str
    given: Given


@dataclass(frozen=True, slots=True, kw_only=True)
class Giving:
    """What the documents for giving of one system are made from. Law: R5.2, R8.3.

    `lacks_services`: the request also wants to read fields, but no service it registers gives them yet.
    """

    system: str
    name: str
    given: Given
    purposes: tuple[GivingPurpose, ...]
    lacks_services: bool


INTAKE_NOT_OPEN: Final = Text(
    "Dịch vụ tiếp nhận thông tin chia sẻ chưa mở: chưa có địa chỉ, thông điệp hay giao diện lập trình "
    "(API) để gửi, và chưa có kiểm thử kỹ thuật cho chiều này. Bộ tài liệu này không mô tả giao diện nào.",
    "The service that takes in what is shared is not open yet: there is no address, no message and no "
    "programming interface (API) to send to, and no technical test of this direction. These documents "
    "describe no interface.",
)

_TITLE = Text("Hướng dẫn chia sẻ thông tin", "How to share information")
_LEAD = Text(
    "Tài liệu này được lập riêng cho các trường và thông tin mà đề nghị ghi là hệ thống sẽ chia sẻ vào "
    "Cơ sở dữ liệu quốc gia về dân cư.",
    "Made for exactly the fields and items that the request says this system shares into the register.",
)
_LACKS_SERVICES = Text(
    "Đề nghị cũng chọn trường để khai thác nhưng chưa đăng ký dịch vụ cung cấp các trường đó, nên chưa "
    "có tài liệu khai thác. Bổ sung dịch vụ thì tài liệu được lập lại.",
    "The request also wants to read fields, but registers no service that gives them, so there are no "
    "documents for reading yet. They are made once the services are added.",
)

_STATUS = Text("Làm được gì lúc này", "What can be done now")
_NOW = (
    Text(
        "Đối chiếu từng trường dưới đây với dữ liệu của hệ thống: có hay không, ở dạng nào, theo danh "
        "mục nào.",
        "Compare each field below with the system's data: is it there, in which form, by which code list.",
    ),
    Text(
        "Chuẩn bị việc chuyển đổi sang dạng và danh mục nêu dưới đây; tệp `giving/fields.json` là cùng "
        "danh sách, dành cho phần mềm.",
        "Prepare the conversion into the forms and code lists below; the file `giving/fields.json` is "
        "the same list, for programs.",
    ),
    Text(
        "Hỏi người hỗ trợ ở mục Trao đổi của hồ sơ về chỗ chưa rõ. Không nêu thông tin của công dân ở đó.",
        "Ask the supporter in the thread of the file about what is unclear. Name no citizen there.",
    ),
)

_GIVEN = Text("Chia sẻ những gì", "What is shared")
_FIELDS = Text("Trường thông tin về công dân", "Fields about the citizen")
_COLUMNS = Text(
    "| tên | trường thông tin | kiểu và dạng | danh mục mã | tên trong thông điệp hiện có | nguồn |",
    "| name | field | type and form | code list | name in the existing messages | source |",
)
_NO = Text("không", "none")
_LIST_OF = Text("danh sách, mỗi giá trị: ", "a list, each value: ")
_NOTES = (
    Text(
        "“Tên trong thông điệp hiện có” là tên phần tử trong thông điệp đang dùng của Cơ sở dữ liệu quốc "
        "gia về dân cư, để đối chiếu; không phải định dạng gửi.",
        "“Name in the existing messages” is the element's name in the messages of the register that are "
        "in use, for comparison; it is no format to send.",
    ),
    Text(
        "“Nguồn” là cơ sở dữ liệu chịu trách nhiệm về giá trị. Nơi khác vẫn chia sẻ được, nhưng không "
        "ghi đè giá trị của nguồn.",
        "“Source” is the database answerable for the value. Others may share it too, but never overwrite "
        "the source's value.",
    ),
)
_COMPUTED = Text(
    "`{name}` được tính từ {sources}: cơ sở dữ liệu không lưu giá trị này, hãy chia sẻ các trường gốc.",
    "`{name}` is computed from {sources}: the register does not keep it, share those fields instead.",
)
_CODES = Text(
    "Danh mục mã đi kèm nằm trong thư mục `codes/`, mỗi phiên bản một tệp. Mã tỉnh, xã đã được dùng lại "
    "từ ngày 01/07/2025: mã chỉ có nghĩa cùng với phiên bản danh mục.",
    "The code lists are in the folder `codes/`, one file per version. Codes of provinces and communes "
    "were given away anew on 1 July 2025: a code means something only with the version of its list.",
)

_FORMS: Mapping[FieldType, Text] = {
    FieldType.NAME: Text(
        "chữ Unicode dựng sẵn (NFC), đúng chính tả đã đăng ký", "Unicode text (NFC), spelled as registered"
    ),
    FieldType.TEXT: Text("chữ Unicode dựng sẵn (NFC)", "Unicode text (NFC)"),
    FieldType.NUMBER: Text("12 chữ số, ghi dạng chữ", "12 digits, as text"),
    FieldType.OLD_NUMBER: Text("9 chữ số, ghi dạng chữ", "9 digits, as text"),
    FieldType.PARTIAL_DATE: Text(
        "`YYYY-MM-DD`, hoặc `YYYY-MM`, `YYYY` nếu chỉ biết đến đó",
        "`YYYY-MM-DD`, or `YYYY-MM`, `YYYY` where no more is known",
    ),
    FieldType.DATE: Text("`YYYY-MM-DD`", "`YYYY-MM-DD`"),
    FieldType.CODE: Text("mã của danh mục, ghi dạng chữ", "a code of the list, as text"),
    FieldType.ADDRESS: Text(
        "phiên bản danh mục, mã tỉnh, mã xã, phần chi tiết, mã nước; trước 01/07/2025 có thêm mã huyện",
        "version of the list, codes of province and commune, detail, country; before 1 July 2025 also "
        "the district's code",
    ),
    FieldType.CARD: Text(
        "số, ngày cấp, nơi cấp, thời hạn", "number, issue date, issuing office, expiry date"
    ),
    FieldType.INTEGER: Text("số nguyên", "whole number"),
    FieldType.BOOLEAN: Text("có hoặc không", "true or false"),
}

_ITEMS = Text("Thông tin chuyên ngành", "Specialised information")
_ITEMS_LEAD = Text(
    "Các thông tin này nằm ngoài danh mục trường; đề nghị đặt tên như sau. Kiểu, dạng và danh mục mã "
    "chưa được ấn định ở đây: hai bên thống nhất trong nội dung thống nhất về chia sẻ thông tin. Thông "
    "tin phải đã được xác thực (Nghị định 70/2024/NĐ-CP, sửa đổi năm 2026).",
    "These stand outside the catalogue of fields; the request names them so. Their types, forms and code "
    "lists are not fixed here: both sides settle them in the agreement on sharing. The information has "
    "to be authenticated already (Decree 70/2024/ND-CP, amended in 2026).",
)
_ITEM_COLUMNS = Text("| tên | thông tin |", "| name | item |")
_PURPOSES = Text("Chia sẻ cho mục đích nào", "For which purposes")

_QUALITY = Text("Bốn yêu cầu đối với thông tin chia sẻ", "Four demands on what is shared")
_QUALITY_LEAD = Text(
    "Thông tin chia sẻ phải thống nhất, đầy đủ, chính xác, kịp thời. Khi dịch vụ tiếp nhận mở, từng yêu "
    "cầu được đo riêng theo lô, theo nguồn và theo thời gian.",
    "What is shared has to be consistent, complete, accurate and timely. Once the intake is open, each "
    "is measured by itself: per batch, per source and over time.",
)
_DIMENSIONS = (
    (
        Text("Thống nhất", "Consistent"),
        Text(
            "đúng kiểu, dạng, danh mục và phiên bản nêu trên; các giá trị của một người không mâu thuẫn "
            "với nhau và với thông tin đã có.",
            "in the types, forms, lists and versions above; the values of a person contradict neither "
            "each other nor what is there already.",
        ),
    ),
    (
        Text("Đầy đủ", "Complete"),
        Text(
            "mọi trường nêu trên của mỗi người; giá trị không biết thì để trống, không điền thay; ngày "
            "chỉ biết một phần thì ghi phần đã biết.",
            "every field above for each person; what is not known stays empty and is never made up; of a "
            "date known in part, that part.",
        ),
    ),
    (
        Text("Chính xác", "Accurate"),
        Text(
            "đúng với hồ sơ gốc của nguồn. Không quy tắc tự động nào khẳng định được điều này; độ chính "
            "xác được đo bằng kiểm tra mẫu và số lần đính chính.",
            "as in the source's own papers. No automatic rule can claim it; accuracy is measured by "
            "samples and by how much is corrected.",
        ),
    ),
    (
        Text("Kịp thời", "Timely"),
        Text(
            "trong thời hạn mà pháp luật về nguồn đó quy định cho từng loại việc. Thông tư không ấn định "
            "số ngày; tần suất chia sẻ ghi trong nội dung thống nhất về chia sẻ thông tin.",
            "within the term that the law on that source sets for each kind of event. The circular sets "
            "no number of days; how often is shared stands in the agreement on sharing.",
        ),
    ),
)

_ERRORS = Text("Sai sót được báo lại thế nào", "How errors come back")
_ERROR_LINES = (
    Text(
        "Khi dịch vụ tiếp nhận mở: bản ghi đã nhận không bị mất; bản ghi chưa đạt được giữ riêng cùng "
        "tất cả lý do, không chỉ lý do đầu tiên. Mã lý do được công bố cùng dịch vụ, chưa có ở đây.",
        "Once the intake is open: nothing accepted is lost; a record that does not fit is kept apart "
        "with all reasons, not just the first. Their codes are published with the service and are not "
        "here yet.",
    ),
    Text(
        "Nơi khai thác phát hiện sai sót thì báo cơ quan quản lý; cơ quan quản lý chuyển cho nguồn xem "
        "xét. Trong lúc đó, giá trị được đánh dấu đang xem xét khi cung cấp.",
        "Whoever finds an error in use tells the authority, which hands it to the source to be examined. "
        "Until then the value is marked as under examination wherever it is given.",
    ),
    Text(
        "Cơ quan chia sẻ tự phát hiện sai sót trong thông tin đã chia sẻ phải thông báo kịp thời cho cơ "
        f"quan quản lý, kể cả khi sai cả một lô hay một thời kỳ: {CONTACT_EMAIL}.",
        "A body that finds an error in what it has shared notifies the authority promptly, also where a "
        f"whole batch or period is wrong: {CONTACT_EMAIL}.",
    ),
)

_USE = Text("Thông tin sẽ được dùng thế nào sau khi nhận", "What will become of what is given")
_USE_OF_FIELDS = Text(
    "Trường về công dân: được lưu cùng nguồn, căn cứ và lịch sử thay đổi. Giá trị khác với giá trị của "
    "nguồn có thẩm quyền không ghi đè giá trị đó mà mở việc xem xét. Chỉ nơi được phép mới đọc được, và "
    "mỗi lần đọc được ghi nhật ký.",
    "Fields about the citizen are kept with their source, ground and history. A value that disagrees "
    "with the authoritative source's does not overwrite it; it opens an examination. Only those who are "
    "permitted can read it, and each reading is logged.",
)
_USE_OF_ITEMS = Text(
    "Thông tin chuyên ngành: cơ quan quản lý là đầu mối tiếp nhận, phục vụ quản lý dân cư và công tác "
    "nghiệp vụ khác của đơn vị, Công an địa phương theo chức năng, nhiệm vụ, quyền hạn; được lưu riêng "
    "theo từng nguồn. Nơi khác chỉ đọc được khi có căn cứ pháp luật riêng.",
    "Specialised information is received by the authority as the focal point, for the management of the "
    "population and for other professional work of police units and localities within their functions, "
    "duties and powers; it is kept per source. Nobody else reads it without a legal ground of their own.",
)
_LOGS = Text(
    "Cả hai bên lưu nhật ký chia sẻ ít nhất 02 năm kể từ ngày thực hiện.",
    "Both sides keep the log of sharing for at least 2 years from each act.",
)


def giving_guide(giving: Giving, language: str) -> str:
    """Return the guide in `vi` or `en`, as Markdown."""

    def say(text: Text) -> str:
        return text.in_language(language)

    given = giving.given
    parts = [f"# {say(_TITLE)}: {as_text(giving.name)} (`{giving.system}`)", say(_LEAD)]
    parts += [f"**{say(INTAKE_NOT_OPEN)}**"]
    if giving.lacks_services:
        parts.append(say(_LACKS_SERVICES))
    parts += [f"## {say(_STATUS)}", _numbered(map(say, _NOW)), f"## {say(_GIVEN)}"]
    if given.fields:
        notes = (*map(say, _NOTES), *_computed(given.fields, language))
        parts += [f"### {say(_FIELDS)}", _fields(given.fields, language), _bullets(notes)]
        parts += [say(_CODES)] if code_lists(given.fields) else []
    if given.items:
        rows = (f"| `{item.name}` | {as_text(item.label)} |" for item in given.items)
        parts += [f"### {say(_ITEMS)}", say(_ITEMS_LEAD)]
        parts.append("\n".join([say(_ITEM_COLUMNS), "|---|---|", *rows]))
    parts += [f"### {say(_PURPOSES)}", _bullets(map(_purpose, giving.purposes))] if giving.purposes else []
    dimensions = (f"**{say(name)}**: {say(meaning)}" for name, meaning in _DIMENSIONS)
    parts += [f"## {say(_QUALITY)}", say(_QUALITY_LEAD), _bullets(dimensions)]
    parts += [f"## {say(_ERRORS)}", _bullets(map(say, _ERROR_LINES)), f"## {say(_USE)}"]
    uses = [_USE_OF_FIELDS] * bool(given.fields) + [_USE_OF_ITEMS] * bool(given.items) + [_LOGS]
    return "\n\n".join([*parts, _bullets(map(say, uses))]) + "\n"


def _fields(fields: tuple[Field, ...], language: str) -> str:
    rows = [_COLUMNS.in_language(language), "|---|---|---|---|---|---|"]
    for field in fields:
        label = Text(field.label_vi, field.label_en).in_language(language)
        many = _LIST_OF.in_language(language) if field.many else ""
        form = f"{field.type}: {many}{_FORMS[field.type].in_language(language)}"
        wire = f"`{field.npd_name}`" if field.npd_name else _NO.in_language(language)
        codes = ", ".join(code_lists((field,))) or _NO.in_language(language)
        source = SOURCE_LABELS[field.source].in_language(language)
        rows.append(f"| `{field.name}` | {label} | {form} | {codes} | {wire} | {source} |")
    return "\n".join(rows)


def _computed(fields: tuple[Field, ...], language: str) -> Iterator[str]:
    for field in fields:
        if field.is_derived:
            sources = ", ".join(f"`{name}`" for name in field.derived_from)
            yield _COMPUTED.in_language(language).format(name=field.name, sources=sources)


def _purpose(purpose: GivingPurpose) -> str:
    names = [field.name for field in purpose.given.fields] + [item.name for item in purpose.given.items]
    return f"{as_text(purpose.title)} (`{purpose.code}`): " + ", ".join(f"`{name}`" for name in names)


def _numbered(lines: Iterable[str]) -> str:
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, start=1))


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
