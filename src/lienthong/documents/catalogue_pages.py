"""Pages of the documentation that are lists of the rules themselves: services, fields, refusals.

Markdown, Vietnamese with the English words beside it; nothing in them is stated anywhere else. Law: R9.1.
"""

from collections.abc import Iterable, Sequence

from lienthong.core.fields import FIELDS, Sensitivity
from lienthong.core.service_catalogue import CATALOGUE
from lienthong_protocol.refusal_texts import REFUSALS

_MARKS = {
    Sensitivity.ORDINARY: "",
    Sensitivity.FAMILY: "gia đình · family",
    Sensitivity.SENSITIVE: "nhạy cảm · sensitive",
}


def catalogue_pages() -> dict[str, str]:
    """Return the pages as Markdown, by name."""
    return {
        "dich-vu": _services(),
        "truong-thong-tin": _fields(),
        "ma-tu-choi": _refusals(),
    }


def _services() -> str:
    parts = [
        "# Dịch vụ của Cơ sở dữ liệu quốc gia về dân cư",
        "Văn bản đề nghị kết nối chọn dịch vụ ở đây. *Services that a connection request can name.* Trường "
        "thông tin ở trang [Trường thông tin](truong-thong-tin.md), mã từ chối ở trang "
        "[Mã từ chối](ma-tu-choi.md).",
    ]
    for entry in CATALOGUE:
        parts += [
            f"## {entry.name.vi}",
            f"`{entry.code}` · {entry.name.en} · {entry.field_count} trường thông tin · {entry.contact}",
            "\n".join(f"- {condition.vi} *{condition.en}*" for condition in entry.conditions),
        ]
    return _page(parts)


def _fields() -> str:
    rows = (
        (
            field.number,
            f"`{field.name}`",
            field.label_vi,
            field.label_en,
            f"{field.type.value}{'[]' if field.many else ''}",
            _MARKS[field.sensitivity],
        )
        for field in FIELDS
    )
    return _page(
        [
            "# Trường thông tin",
            "*Fields of the register.* Số và tên của mỗi trường không thay đổi; trường gia đình và trường "
            "nhạy cảm phải được nêu riêng từng trường.",
            _table(("số", "tên", "trường thông tin", "field", "kiểu", "lưu ý"), rows),
        ]
    )


def _refusals() -> str:
    rows = ((code.value, text.status, text.vi, text.en, text.citizen_vi) for code, text in REFUSALS.items())
    return _page(
        [
            "# Mã từ chối",
            "*Refusals of the interface.* Phần mềm chỉ căn cứ vào mã; câu chữ có thể thay đổi. Cột cuối là "
            "câu có thể đọc cho công dân.",
            _table(("mã", "HTTP", "ý nghĩa", "meaning", "nói với công dân"), rows),
        ]
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def _page(parts: Iterable[str]) -> str:
    return "\n\n".join(parts) + "\n"
