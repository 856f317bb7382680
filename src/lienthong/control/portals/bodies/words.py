"""States and kinds of a body's things, as status tags and labels."""

from typing import Final

from lienthong.config import Environment
from lienthong.control.theme.kinds import Kind
from lienthong.core.account_states import AccountState
from lienthong.core.grant_document import ExemptionCode
from lienthong.core.key_states import KeyState
from lienthong.core.speech import Text
from lienthong_protocol.record import Act

KEY_KINDS: Final = {
    KeyState.PROPOSED: Kind.INFO,
    KeyState.ACTIVE: Kind.OK,
    KeyState.OVERLAPPING: Kind.WARN,
    KeyState.ENDED: Kind.IDLE,
    KeyState.REVOKED: Kind.BAD,
    KeyState.REJECTED: Kind.BAD,
    KeyState.WITHDRAWN: Kind.IDLE,
}
ACCOUNT_KINDS: Final = {
    AccountState.INVITED: Kind.INFO,
    AccountState.ACTIVE: Kind.OK,
    AccountState.SUSPENDED: Kind.WARN,
    AccountState.CLOSED: Kind.IDLE,
}
ENVIRONMENT_LABELS: Final = {
    Environment.SANDBOX: Text("Thử nghiệm", "Sandbox"),
    Environment.PRODUCTION: Text("Chính thức", "Production"),
    Environment.DEMO: Text("Trình diễn", "Demonstration"),
}
ACT_LABELS: Final = {
    Act.CONNECT: Text("Kết nối", "Connecting"),
    Act.SHARE: Text("Chia sẻ", "Sharing"),
    Act.EXPLOIT: Text("Khai thác", "Access"),
}
EXEMPTION_LABELS: Final = {
    ExemptionCode.E0: Text(
        "Có thể được miễn kiểm tra trước khi kết nối: đã kết nối nền tảng định danh và xác thực điện tử",
        "May be free of the check before connecting: on the e-identification platform already",
    ),
    ExemptionCode.E1: Text(
        "Có thể được miễn kiểm tra định kỳ: do Bộ Quốc phòng quản lý",
        "May be free of the yearly check: managed by the Ministry of National Defence",
    ),
    ExemptionCode.E2: Text(
        "Có thể được miễn kiểm tra định kỳ: chia sẻ trực tuyến dữ liệu giám sát an ninh mạng",
        "May be free of the yearly check: shares security monitoring online",
    ),
    ExemptionCode.E3: Text(
        "Có thể được miễn kiểm tra định kỳ: đã được kiểm tra theo cấp độ",
        "May be free of the yearly check: checked under the level law",
    ),
}
