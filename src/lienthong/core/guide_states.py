"""The states of a connected body's own guide: while none is published, the duty is open. Law: R7.1."""

from enum import StrEnum

from lienthong.core.access import Role
from lienthong.core.machines import Machine, State, Transition
from lienthong.core.speech import Text

_WRITERS = frozenset({Role.INTEGRATOR, Role.CONTACT_OFFICER})
_PUBLISHER = frozenset({Role.CONTACT_OFFICER})


class GuideState(StrEnum):
    """The states of a guide; the duty of the law is met in `published` alone."""

    DUE = "due"
    DRAFTED = "drafted"
    PUBLISHED = "published"
    OUTDATED = "outdated"
    ENDED = "ended"


class GuideAct(StrEnum):
    """What is done to guides."""

    WRITE = "write"
    PUBLISH = "publish"
    OUTDATE = "outdate"
    END = "end"


_S, _A = GuideState, GuideAct

GUIDE_MACHINE = Machine(
    name="guide",
    label=Text("Tài liệu hướng dẫn khai thác", "Guide to the exploitation services"),
    initial=(_S.DUE,),
    states=(
        State(_S.DUE, Text("Chưa có", "Due"), _WRITERS),
        State(_S.DRAFTED, Text("Đang soạn", "Drafted"), _WRITERS),
        State(_S.PUBLISHED, Text("Đã công bố", "Published"), _PUBLISHER),
        State(_S.OUTDATED, Text("Cần cập nhật", "Outdated"), _WRITERS),
        State(_S.ENDED, Text("Không còn áp dụng", "Ended"), final=True),
    ),
    acts={
        _A.WRITE: Text("Soạn", "Write"),
        _A.PUBLISH: Text("Công bố", "Publish"),
        _A.OUTDATE: Text("Đánh dấu cần cập nhật", "Mark as outdated"),
        _A.END: Text("Kết thúc theo kết nối", "End with the connection"),
    },
    transitions=(
        Transition(_A.WRITE, _S.DUE, _S.DRAFTED, _WRITERS),
        Transition(_A.PUBLISH, _S.DRAFTED, _S.PUBLISHED, _PUBLISHER),
        Transition(_A.OUTDATE, _S.PUBLISHED, _S.OUTDATED, _PUBLISHER),
        Transition(_A.WRITE, _S.OUTDATED, _S.DRAFTED, _WRITERS),
        *(Transition(_A.END, state, _S.ENDED) for state in (_S.DUE, _S.DRAFTED, _S.PUBLISHED, _S.OUTDATED)),
    ),
)
