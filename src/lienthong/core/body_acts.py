"""What is done to bodies and to what they have, and who may do it: staff for any, an agency for its own.

Law: R8.1, R5.1.
"""

from enum import StrEnum
from typing import Final

from lienthong.core.access import Actor, Role, may_act
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.machines import names_of
from lienthong.core.speech import Text


class BodyAct(StrEnum):
    """The acts on a body's things, apart from those of a key's own state table."""

    REGISTER = "register"
    EDIT = "edit"
    KEEP_ADDRESS = "keep_address"
    INVITE = "invite"
    SUCCEED = "succeed"
    KEEP_MANDATES = "keep_mandates"
    KEEP_CONTACTS = "keep_contacts"
    KEEP_SYSTEMS = "keep_systems"
    PROPOSE_KEY = "propose_key"
    KEEP_ROSTER = "keep_roster"


BODY_ACT_LABELS: Final = {
    BodyAct.REGISTER: Text("Ghi nhận cơ quan", "Register a body"),
    BodyAct.EDIT: Text("Sửa thông tin cơ quan", "Change a body"),
    BodyAct.KEEP_ADDRESS: Text("Sửa địa chỉ, liên hệ của cơ quan", "Keep the body's address and contact"),
    BodyAct.INVITE: Text("Cấp tài khoản", "Invite an account"),
    BodyAct.SUCCEED: Text("Ghi nhận sáp nhập, chia tách, đổi tên", "Record a merger, split or renaming"),
    BodyAct.KEEP_MANDATES: Text("Khai chức năng, nhiệm vụ, quyền hạn", "Keep functions, duties and powers"),
    BodyAct.KEEP_CONTACTS: Text("Khai cán bộ phụ trách", "Keep contact officers"),
    BodyAct.KEEP_SYSTEMS: Text("Khai hệ thống thông tin", "Keep information systems"),
    BodyAct.PROPOSE_KEY: Text("Đăng ký khóa ký", "Register a signing key"),
    BodyAct.KEEP_ROSTER: Text("Khai danh sách cán bộ khai thác", "Keep the roster of officers"),
}

_REGISTRARS: Final = frozenset({Role.ADMINISTRATOR, Role.HANDLER, Role.CHIEF})
_ADMINISTRATOR: Final = frozenset({Role.ADMINISTRATOR})
_AGENCY: Final = frozenset({Role.INTEGRATOR, Role.CONTACT_OFFICER, Role.AGENCY_HEAD})
_AT_WORK: Final = frozenset({Role.INTEGRATOR, Role.CONTACT_OFFICER})

BODY_ACT_ROLES: Final = {
    BodyAct.REGISTER: _REGISTRARS | {Role.INTAKE_CLERK},
    BodyAct.EDIT: _REGISTRARS,
    BodyAct.KEEP_ADDRESS: frozenset({Role.CONTACT_OFFICER, Role.AGENCY_HEAD}),
    BodyAct.INVITE: _ADMINISTRATOR,
    BodyAct.SUCCEED: _ADMINISTRATOR,
    BodyAct.KEEP_MANDATES: _AGENCY,
    BodyAct.KEEP_CONTACTS: _AGENCY,
    BodyAct.KEEP_SYSTEMS: _AT_WORK,
    BodyAct.PROPOSE_KEY: frozenset({Role.INTEGRATOR}),
    BodyAct.KEEP_ROSTER: _AT_WORK,
}
"""The pages of these acts ask for the same roles (lienthong.core.pages)."""


def may_on_body(act: BodyAct, actor: Actor | None, body: int | None) -> ControlRefuse | None:
    """Return why the actor may not do this to a body's things, None if it may; the system itself may.

    What is another body's is answered like what does not exist. Law: R8.1.
    """
    if actor is None:
        return None
    if actor.body is not None and actor.body != body:
        return ControlRefuse(ControlCode.NOT_FOUND_HERE)
    roles = BODY_ACT_ROLES[act]
    if not may_act(actor, roles):
        return ControlRefuse(
            ControlCode.NOT_YOUR_ROLE, {"act": BODY_ACT_LABELS[act], "roles": names_of(roles)}
        )
    return None
