"""What people call the entries of a connection request and their members, where two versions are compared."""

from typing import Final, assert_never

from lienthong.core.conditions import CONDITION_LABELS
from lienthong.core.connection_request import DIRECTION_LABELS, Direction, FieldChoice, ServiceChoice
from lienthong.core.grant_document import ConditionName
from lienthong.core.request_versions import Change, Difference
from lienthong.core.service_catalogue import BY_CODE
from lienthong.core.speech import Text

CHANGE_NAMES: Final = {
    Change.ADDED: Text("Thêm", "Added"),
    Change.REMOVED: Text("Bỏ", "Removed"),
    Change.CHANGED: Text("Sửa", "Changed"),
}

MEMBER_NAMES: Final = {
    "": Text("", ""),
    "name": Text("tên", "name"),
    "identifier": Text("mã định danh", "identifier"),
    "parent": Text("cơ quan chủ quản", "parent body"),
    "code": Text("mã", "code"),
    "kind": Text("loại", "kind"),
    "description": Text("nội dung", "description"),
    "assigned_by": Text("văn bản giao", "paper that assigns it"),
    "id": Text("mã hệ thống", "system id"),
    "managed_by": Text("cơ quan quản lý hệ thống", "managed by"),
    "is_database": Text("là cơ sở dữ liệu", "is a database"),
    "post": Text("chức vụ", "post"),
    "phone": Text("điện thoại", "telephone"),
    "email": Text("thư điện tử", "e-mail"),
    "acts": Text("việc phụ trách", "in charge of"),
    "mandate": Text("chức năng, nhiệm vụ", "function or duty"),
    "scope": Text("phạm vi", "scope"),
    "ground": Text("căn cứ", "ground"),
    "actor": Text("ai thực hiện", "who acts"),
    "law": Text("điều luật", "the law"),
    "field": Text("trường", "field"),
    "direction": Text("chiều", "direction"),
    "purpose": Text("mục đích", "purpose"),
    "reason": Text("lý do cần dùng", "reason"),
    "label": Text("tên thông tin", "name of the item"),
    "service": Text("dịch vụ", "service"),
    "title": Text("tên gọi, chức danh", "title"),
    "upload": Text("tệp (mã băm)", "file (hash)"),
    "secret": Text("văn bản mật", "secret document"),
    "platform": Text("nền tảng", "platform"),
    "platform_name": Text("tên nền tảng", "name of the platform"),
    "direct": Text("kết nối trực tiếp", "direct connection"),
    "line": Text("đường truyền", "line"),
    "public_addresses": Text("địa chỉ công khai", "public addresses"),
    "private_addresses": Text("địa chỉ mạng nội bộ", "private addresses"),
    "ports": Text("cổng gọi tới", "ports called"),
    "condition": Text("điều kiện", "condition"),
    "paper": Text("tài liệu chứng minh", "evidence"),
    "valid_until": Text("có giá trị đến", "valid until"),
    "capacity": Text("thể thức ký", "capacity"),
    "for_title": Text("chức danh được ký thay", "signs for"),
    "collective": Text("tập thể lãnh đạo", "collective"),
    "authorisation": Text("văn bản ủy quyền", "authorisation"),
}


def words_of(difference: Difference) -> Text:
    """Return what a person calls that which differs: the entry, and of a changed one the member."""
    entry, member = _entry(difference), MEMBER_NAMES[difference.member]
    return Text(*(": ".join(filter(None, each)) for each in ((entry.vi, member.vi), (entry.en, member.en))))


def _entry(difference: Difference) -> Text:
    match difference.entry:
        case Direction() as direction:
            label = DIRECTION_LABELS[direction]
            return Text(f"Số trường ghi trong văn bản: {label.vi}", f"Fields the letter states: {label.en}")
        case ConditionName() as condition:
            return CONDITION_LABELS[condition]
        case FieldChoice() as choice:
            return _choice(choice)
        case ServiceChoice() as chosen:
            service = BY_CODE.get(chosen.service)
            name = Text(chosen.service, chosen.service) if service is None else service.name
            return Text(f"{name.vi} ({chosen.purpose})", f"{name.en} ({chosen.purpose})")
        case str() as id:
            return Text(id, id)
        case _ as never:
            assert_never(never)


def _choice(choice: FieldChoice) -> Text:
    field, label = choice.known, DIRECTION_LABELS[choice.direction]
    own = choice.label or choice.field
    vi, en = (own, own) if field is None else (field.label_vi, field.label_en)
    return Text(f"{vi} ({label.vi}, {choice.purpose})", f"{en} ({label.en}, {choice.purpose})")
