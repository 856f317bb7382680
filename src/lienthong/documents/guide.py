"""The guide of an interface in Vietnamese and English: what may be called, with which fields, and how.

Written in Markdown from the services and fields of one system: what it did not ask for does not appear.
Law: R5.2, R7.1, R9.1.
"""

import json
from dataclasses import dataclass

from lienthong.core.fields import BY_NAME, Field, FieldType
from lienthong.core.request import Service
from lienthong.documents.code_tables import code_lists
from lienthong.documents.interface import Interface, PurposeOffer
from lienthong.documents.markdown import as_text
from lienthong.documents.openapi import PATHS
from lienthong_protocol.refusal_texts import REFUSALS


@dataclass(frozen=True, slots=True)
class _Words:
    """The sentences of the guide in one language; the order of the sections is the same in both."""

    title: str
    lead: str
    start: str
    start_steps: tuple[str, ...]
    services: str
    headers: str
    header_meaning: dict[str, str]
    request: str
    answer: str
    fields: str
    field_columns: str
    codes: str
    errors: str
    errors_lead: str
    error_columns: str
    retry: str
    none: str


_VIETNAMESE = _Words(
    title="Hướng dẫn kết nối",
    lead="Tài liệu này được lập riêng cho các dịch vụ và trường thông tin mà hệ thống đã đề nghị.",
    start="Bắt đầu",
    start_steps=(
        "Tạo khóa ký: `python3 sample.py keygen key.pem`. Giữ kín tệp `key.pem`; chỉ đăng ký phần khóa công "
        "khai (JWK) mà lệnh in ra.",
        "Đăng ký khóa công khai trên cổng dành cho cơ quan, phần Hệ thống, mục Khóa.",
        "Gọi thử: `python3 sample.py {command} key.pem{options}`.",
        "So sánh tệp `hub-keys.json` do chương trình lưu với khóa được thông báo bằng văn bản.",
        "Lưu nhật ký `journal.jsonl` ít nhất 02 năm kể từ ngày thực hiện.",
    ),
    services="Dịch vụ",
    headers="Tiêu đề phải có",
    header_meaning={
        "LT-Purpose": "mã mục đích",
        "LT-Request-Id": "mã yêu cầu do hệ thống gọi đặt; gửi lại thì giữ nguyên",
        "LT-Officer": "mã cán bộ khai thác trong danh sách đã đăng ký",
        "LT-Case": "mã hồ sơ",
        "LT-Consent": "mã sự đồng ý của công dân",
        "LT-Subject": "mã thông báo định danh đã ký của công dân đang đăng nhập",
    },
    request="Nội dung gửi",
    answer="Nội dung trả về",
    fields="Trường thông tin",
    field_columns="| tên | trường thông tin | kiểu | danh mục mã |",
    codes="Danh mục mã đi kèm nằm trong thư mục `codes/`, mỗi phiên bản một tệp.",
    errors="Từ chối và lỗi",
    errors_lead="Chương trình chỉ căn cứ vào mã; câu chữ có thể thay đổi.",
    error_columns="| mã | HTTP | ý nghĩa |",
    retry="Khi không nhận được trả lời trọn vẹn hoặc nhận mã 503: ký lại với nonce mới, giữ nguyên "
    "`LT-Request-Id`, chờ theo `Retry-After`. Không gửi lại nguyên trạng một yêu cầu đã bị từ chối.",
    none="không",
)

_ENGLISH = _Words(
    title="How to connect",
    lead="Made for exactly the services and fields that the system asked for.",
    start="Begin",
    start_steps=(
        "Make a signing key: `python3 sample.py keygen key.pem`. Keep `key.pem` to yourself; register only "
        "the public key (JWK) that the command prints.",
        "Register the public key in the agency portal, under the system's keys.",
        "Try a call: `python3 sample.py {command} key.pem{options}`.",
        "Compare the file `hub-keys.json` that the program keeps with the keys you were given on paper.",
        "Keep the journal `journal.jsonl` for at least 2 years from each act.",
    ),
    services="Services",
    headers="Headers it needs",
    header_meaning={
        "LT-Purpose": "code of the purpose",
        "LT-Request-Id": "chosen by the calling system; the same when sent again",
        "LT-Officer": "the officer's code on the registered roster",
        "LT-Case": "reference of the case",
        "LT-Consent": "reference of the citizen's consent",
        "LT-Subject": "signed identity token of the signed-in citizen",
    },
    request="What is sent",
    answer="What comes back",
    fields="Fields",
    field_columns="| name | field | type | code list |",
    codes="The code lists are in the folder `codes/`, one file per version.",
    errors="Refusals and errors",
    errors_lead="Programs decide by the code alone; sentences may change.",
    error_columns="| code | HTTP | meaning |",
    retry="Without a whole answer, or with 503: sign again with a new nonce, keep `LT-Request-Id`, wait as "
    "`Retry-After` says. A request that was refused is never sent again unchanged.",
    none="none",
)


def guide(interface: Interface, language: str) -> str:
    """Return the guide in `vi` or `en`, as Markdown."""
    words = _VIETNAMESE if language == "vi" else _ENGLISH
    parts = [f"# {words.title}: {as_text(interface.name)} (`{interface.system}`)", words.lead]
    parts += [f"`{interface.origin}`", f"## {words.start}", _steps(interface, words), f"## {words.services}"]
    for purpose in interface.purposes:
        parts += _purpose(interface, purpose, words, language)
    parts += [f"## {words.fields}", _fields(interface.fields(), words, language)]
    if code_lists(interface.fields()):
        parts.append(words.codes)
    parts += [f"## {words.errors}", words.errors_lead, words.retry, _errors(words, language)]
    return "\n\n".join(parts) + "\n"


def _steps(interface: Interface, words: _Words) -> str:
    purpose = interface.purposes[0]
    command = next(iter(purpose.services))
    options = "".join(f" --{name.removeprefix('LT-').lower()} …" for name in purpose.headers)
    steps = (step.format(command=command, options=options) for step in words.start_steps)
    return "\n".join(f"{number}. {step}" for number, step in enumerate(steps, start=1))


def _purpose(interface: Interface, purpose: PurposeOffer, words: _Words, language: str) -> list[str]:
    parts = [f"### {as_text(purpose.title)} (`{purpose.code}`)"]
    needed = ("LT-Purpose", "LT-Request-Id", *purpose.headers)
    parts.append(
        f"{words.headers}:\n\n" + "\n".join(f"- `{name}`: {words.header_meaning[name]}" for name in needed)
    )
    for service, fields in purpose.services.items():
        path = PATHS[service]
        parts.append(f"#### `POST {path.path}` – {path.vietnamese if language == 'vi' else path.english}")
        parts.append(f"{words.request}:\n\n{_json(_sent(interface, purpose, service))}")
        parts.append(f"{words.answer}:\n\n{_json(_returned(service, fields))}")
    return parts


def _sent(interface: Interface, purpose: PurposeOffer, service: Service) -> dict[str, object]:
    fields = purpose.services[service]
    claims = {name: example(BY_NAME[name]) for name in fields}
    return interface.question(purpose, service, claims=claims)


def _returned(service: Service, fields: tuple[str, ...]) -> dict[str, object]:
    one: dict[str, object]
    if service.is_lookup:
        one = {"values": {name: example(BY_NAME[name]) for name in fields}, "flags": {}}
    else:
        one = {"match": True, "claims": dict.fromkeys(fields, "match"), "flags": {}}
    return {"items": [{"ref": "1"} | one]} if service.is_batch else one


_EXAMPLES: dict[FieldType, object] = {
    FieldType.NAME: "Nguyễn Thị Hoa",
    FieldType.TEXT: "…",
    FieldType.NUMBER: "099090000017",
    FieldType.OLD_NUMBER: "990000017",
    FieldType.PARTIAL_DATE: "1990-02-15",
    FieldType.DATE: "2024-07-01",
    FieldType.CODE: "1",
    FieldType.ADDRESS: {
        "list_version": 2,
        "province": "31",
        "commune": "11407",
        "detail": "…",
        "country": "VN",
    },
    FieldType.CARD: {"number": "099090000017"},
    FieldType.INTEGER: 36,
    FieldType.BOOLEAN: True,
}


def example(field: Field) -> object:
    """Return a value of the field's form, of nobody."""
    value = _EXAMPLES[field.type]
    return [value] if field.many else value


def _fields(fields: tuple[Field, ...], words: _Words, language: str) -> str:
    rows = [words.field_columns, "|---|---|---|---|"]
    for field in fields:
        label = field.label_vi if language == "vi" else field.label_en
        many = "[]" if field.many else ""
        rows.append(f"| `{field.name}` | {label} | {field.type}{many} | {field.code_list or words.none} |")
    return "\n".join(rows)


def _errors(words: _Words, language: str) -> str:
    rows = [words.error_columns, "|---|---|---|"]
    for code, entry in REFUSALS.items():
        sentence = entry.vi if language == "vi" else entry.en
        rows.append(f"| {code} | {entry.status} | {sentence} |")
    return "\n".join(rows)


def _json(value: object) -> str:
    return f"```json\n{json.dumps(value, ensure_ascii=False, indent=1)}\n```"
