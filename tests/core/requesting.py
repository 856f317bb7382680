"""A complete connection request, its signatory, and a calendar, for the tests of the procedure."""

from dataclasses import replace
from datetime import date

from lienthong.core.connection_request import (
    ConnectionRequest,
    ContactOfficer,
    Direction,
    FieldChoice,
    Mandate,
    MandateKind,
    RegisteringUnit,
    RequestedPurpose,
    RequestedSystem,
    ServiceChoice,
    TechnicalDescription,
)
from lienthong.core.grant_document import SystemKind
from lienthong.core.letters import Signatory
from lienthong.core.purpose import Actor, PurposeGround
from lienthong.core.working_days import WorkCalendar
from lienthong_protocol.record import Act
from tests.core.connecting import NETWORK
from tests.core.filing import BODY, DECREE

CALENDAR = WorkCalendar({}, date(2026, 12, 31))
HEAD = Signatory(name="Trần Văn Bình", title="Giám đốc")

COMPLETE = ConnectionRequest(
    unit=RegisteringUnit(name="Sở Y tế tỉnh", identifier=BODY, parent="UBND tỉnh"),
    mandates=(
        Mandate(code="M1", kind=MandateKind.DUTY, description="Quản lý khám bệnh", assigned_by=DECREE),
    ),
    systems=(
        RequestedSystem(
            id="his", name="Hệ thống bệnh viện", kind=SystemKind.SPECIALISED_DATABASE, managed_by=BODY
        ),
        RequestedSystem(
            id="hsdb", name="CSDL y tế", kind=SystemKind.OTHER, managed_by=BODY, is_database=True
        ),
    ),
    officers=(
        ContactOfficer(
            name="Lê Thị An",
            post="Trưởng phòng",
            phone="024 3825 0001",
            email="an@syt.example",
            acts=frozenset({Act.CONNECT, Act.EXPLOIT, Act.SHARE}),
        ),
    ),
    purposes=(
        RequestedPurpose(
            code="patient",
            name="Định danh người bệnh",
            mandate="M1",
            scope="Người bệnh của tỉnh",
            ground=PurposeGround.STATE_TASK,
            actor=Actor.OFFICER,
        ),
    ),
    choices=(
        FieldChoice(field="sex", direction=Direction.GET, purpose="patient", reason="Xếp phòng bệnh"),
        FieldChoice(field="religion", direction=Direction.GET, purpose="patient", reason="Chế độ ăn"),
        FieldChoice(field="blood_group", direction=Direction.GIVE, purpose="patient", reason="Xét nghiệm"),
    ),
    written_counts=((Direction.GET, 2), (Direction.GIVE, 1)),
    services=(ServiceChoice(service="lookup", purpose="patient"),),
    technical_description=TechnicalDescription(title="Mô tả kỹ thuật", upload="ab" * 32),
    network=NETWORK,
    signatory=HEAD,
)

_ITEM = FieldChoice(
    field="item_1", direction=Direction.GIVE, purpose="patient", reason="-", label="Thẻ bảo hiểm y tế"
)
ONLY_GIVES = replace(
    COMPLETE,
    choices=(*(choice for choice in COMPLETE.choices if choice.direction is Direction.GIVE), _ITEM),
    services=(),
    systems=COMPLETE.systems[:1],
)
"""A request that gives and asks nothing."""
