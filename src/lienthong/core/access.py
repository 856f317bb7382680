"""Who works in the portals: portals, roles, actors, and what a page asks of whoever opens it. Law: R8.1."""

from dataclasses import dataclass
from enum import StrEnum

from lienthong.core.speech import Text


class Portal(StrEnum):
    """The portals; an account belongs to one."""

    STAFF = "staff"
    AGENCY = "agency"


PORTAL_LABELS = {
    Portal.STAFF: Text("Cổng cán bộ", "Staff portal"),
    Portal.AGENCY: Text("Cổng cơ quan, tổ chức", "Agency portal"),
}


class Role(StrEnum):
    """What an account may be trusted with; the value stands in the database and in audit events."""

    INTEGRATOR = "integrator"
    CONTACT_OFFICER = "contact_officer"
    AGENCY_HEAD = "agency_head"
    INTAKE_CLERK = "intake_clerk"
    HANDLER = "handler"
    CHIEF = "chief"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    ASSESSOR = "assessor"
    KEY_OFFICER = "key_officer"
    INSPECTOR = "inspector"
    ADMINISTRATOR = "administrator"


ROLE_LABELS = {
    Role.INTEGRATOR: Text("Cán bộ kỹ thuật tích hợp", "Integrator"),
    Role.CONTACT_OFFICER: Text("Cán bộ đầu mối", "Contact officer"),
    Role.AGENCY_HEAD: Text("Thủ trưởng cơ quan, tổ chức", "Head of the agency"),
    Role.INTAKE_CLERK: Text("Văn thư", "Intake clerk"),
    Role.HANDLER: Text("Cán bộ xử lý hồ sơ", "Handler"),
    Role.CHIEF: Text("Chỉ huy đơn vị", "Chief"),
    Role.REVIEWER: Text("Cán bộ thẩm định", "Reviewer"),
    Role.APPROVER: Text("Lãnh đạo phê duyệt", "Approver"),
    Role.ASSESSOR: Text("Cán bộ kiểm tra, đánh giá", "Assessor"),
    Role.KEY_OFFICER: Text("Cán bộ quản lý khóa", "Key officer"),
    Role.INSPECTOR: Text("Cán bộ kiểm tra, giám sát", "Inspector"),
    Role.ADMINISTRATOR: Text("Quản trị hệ thống", "Administrator"),
}

AGENCY_ROLES = frozenset({Role.INTEGRATOR, Role.CONTACT_OFFICER, Role.AGENCY_HEAD})
STAFF_ROLES = frozenset(Role) - AGENCY_ROLES
ROLES_OF = {Portal.STAFF: STAFF_ROLES, Portal.AGENCY: AGENCY_ROLES}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a signed-in account. `body` is the agency it works for, none for staff."""

    id: int
    name: str
    portal: Portal
    roles: frozenset[Role]
    body: int | None = None


class Reach(StrEnum):
    """Whose things a page may show to those who may open it."""

    OWN_BODY = "own_body"
    EVERY_BODY = "every_body"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRule:
    """What a page asks for. `portal` none: it stands in both. `roles` empty: every role of the portal.

    `public`: nobody need be signed in. `weighty`: only within minutes after password and second factor were
    given again.
    """

    label: Text
    portal: Portal | None = None
    roles: frozenset[Role] = frozenset()
    reach: Reach = Reach.OWN_BODY
    weighty: bool = False
    public: bool = False


class Opening(StrEnum):
    """What becomes of a wish to open a page."""

    OPEN = "open"
    SIGN_IN = "sign_in"
    PROVE_AGAIN = "prove_again"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"


def may_open(
    rule: PageRule, actor: Actor | None, *, portal: Portal, body: int | None, proven_again: bool
) -> Opening:
    """Say whether the page opens in this portal. `body` is whose thing it shows, none where it is nobody's.

    What belongs to another body is answered like what does not exist, before anything else is told.
    Law: R8.1.
    """
    if rule.portal not in (None, portal):
        return Opening.NOT_FOUND
    if rule.public:
        return Opening.OPEN
    if actor is None or actor.portal is not portal:
        return Opening.SIGN_IN
    if portal is Portal.AGENCY and rule.reach is Reach.OWN_BODY and body not in (None, actor.body):
        return Opening.NOT_FOUND
    if not may_act(actor, rule.roles or ROLES_OF[portal]):
        return Opening.FORBIDDEN
    if rule.weighty and not proven_again:
        return Opening.PROVE_AGAIN
    return Opening.OPEN


def may_act(actor: Actor, roles: frozenset[Role]) -> bool:
    """Say whether the actor holds one of these roles, none being what only the system does by itself."""
    return not actor.roles.isdisjoint(roles)


def misplaced_roles(portal: Portal, roles: frozenset[Role]) -> frozenset[Role]:
    """Return those of the roles that no account of this portal can hold."""
    return roles - ROLES_OF[portal]
