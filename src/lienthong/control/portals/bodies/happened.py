"""What was done to bodies, in words for their timeline."""

from typing import Final

from lienthong.control.participants.queries import Happened
from lienthong.control.theme.kinds import Kind
from lienthong.control.theme.parts import Event
from lienthong.core.speech import Text

_WORDS: Final = {
    "body.registered": (Text("Ghi nhận cơ quan", "Body registered"), "identifier"),
    "body.changed": (Text("Sửa thông tin cơ quan", "Body changed"), ""),
    "bodies.succeeded": (Text("Sáp nhập, chia tách, đổi tên", "Merger, split or renaming"), "decision"),
    "account.invited": (Text("Cấp tài khoản", "Account invited"), "email"),
    "account.activated": (Text("Kích hoạt tài khoản", "Account activated"), ""),
    "mandate.added": (Text("Khai chức năng, nhiệm vụ", "Mandate added"), "code"),
    "mandate.changed": (Text("Sửa chức năng, nhiệm vụ", "Mandate changed"), "code"),
    "mandate.ended": (Text("Kết thúc chức năng, nhiệm vụ", "Mandate ended"), "code"),
    "contact.added": (Text("Thêm cán bộ phụ trách", "Contact officer added"), "name"),
    "contact.changed": (Text("Sửa cán bộ phụ trách", "Contact officer changed"), "name"),
    "contact.ended": (Text("Kết thúc cán bộ phụ trách", "Contact officer ended"), "name"),
    "system.added": (Text("Khai hệ thống", "System registered"), "code"),
    "system.changed": (Text("Sửa hệ thống", "System changed"), "code"),
    "key.proposed": (Text("Đăng ký khóa", "Key handed in"), "system"),
    "key.accepted": (Text("Chấp nhận khóa", "Key accepted"), "system"),
    "key.reject": (Text("Không chấp nhận khóa", "Key rejected"), "system"),
    "key.withdraw": (Text("Rút khóa", "Key withdrawn"), "system"),
    "key.revoked": (Text("Thu hồi khóa", "Key revoked"), "system"),
    "officer.added": (Text("Thêm cán bộ khai thác", "Officer added"), "code"),
    "officer.ended": (Text("Kết thúc cán bộ khai thác", "Officer ended"), "code"),
    "guide.begun": (Text("Bắt đầu soạn tài liệu hướng dẫn", "Guide begun"), ""),
    "guide.published": (Text("Công bố tài liệu hướng dẫn, bản số", "Guide published, edition"), "edition"),
    "guide.reminded": (Text("Nhắc công bố tài liệu hướng dẫn", "Reminded of its guide"), ""),
    "roster.imported": (Text("Nhập danh sách cán bộ", "Roster imported"), ""),
}
_KINDS: Final = {"key.revoked": Kind.BAD, "key.reject": Kind.WARN, "bodies.succeeded": Kind.INFO}
_SYSTEM = Text("Hệ thống", "The system")


def timeline_of(happened: tuple[Happened, ...]) -> tuple[Event, ...]:
    """Return the events of a body's timeline; what belongs to other pages is left to them."""
    return tuple(_event(each) for each in happened if each.kind in _WORDS)


def _event(happened: Happened) -> Event:
    words, about = _WORDS[happened.kind]
    named = happened.detail.get(about, "")
    title = Text(f"{words.vi}: {named}", f"{words.en}: {named}") if named else words
    return Event(
        title=title, by=happened.by or _SYSTEM, at=happened.at, kind=_KINDS.get(happened.kind, Kind.OK)
    )
