"""The states of a guide: a connected body's to its exploitation services, and the authority's own.

Whether the duty is met is judged from what the newest edition names (lienthong.core.guides); the state says
where the text stands. A body's guide waits for its people, the authority's for its staff. Law: R7.1, R9.1.
"""

from enum import StrEnum

from lienthong.core.access import Role
from lienthong.core.machines import Machine, State, Transition
from lienthong.core.speech import Text

GUIDE_WRITERS = frozenset({Role.INTEGRATOR, Role.CONTACT_OFFICER, Role.HANDLER, Role.CHIEF})
GUIDE_PUBLISHERS = frozenset({Role.CONTACT_OFFICER, Role.CHIEF})


class GuideState(StrEnum):
    """The states; `published` while the newest edition names all that is owed."""

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
        State(_S.DUE, Text("Chưa có", "Due"), GUIDE_WRITERS),
        State(_S.DRAFTED, Text("Đang soạn", "Drafted"), GUIDE_WRITERS),
        State(_S.PUBLISHED, Text("Đã công bố", "Published"), GUIDE_PUBLISHERS),
        State(_S.OUTDATED, Text("Cần cập nhật", "Outdated"), GUIDE_WRITERS),
        State(_S.ENDED, Text("Không còn áp dụng", "Ended"), final=True),
    ),
    acts={
        _A.WRITE: Text("Soạn", "Write"),
        _A.PUBLISH: Text("Công bố", "Publish"),
        _A.OUTDATE: Text("Đánh dấu cần cập nhật", "Mark as outdated"),
        _A.END: Text("Kết thúc theo kết nối", "End with the connection"),
    },
    transitions=(
        Transition(_A.WRITE, _S.DUE, _S.DRAFTED, GUIDE_WRITERS),
        Transition(_A.PUBLISH, _S.DRAFTED, _S.PUBLISHED, GUIDE_PUBLISHERS),
        # What is published can be published anew: the text was mended, the duty stayed met all the time.
        Transition(_A.PUBLISH, _S.PUBLISHED, _S.PUBLISHED, GUIDE_PUBLISHERS),
        Transition(_A.OUTDATE, _S.PUBLISHED, _S.OUTDATED),
        Transition(_A.WRITE, _S.OUTDATED, _S.DRAFTED, GUIDE_WRITERS),
        # The parts that nobody has rewritten tell the new scope by themselves.
        Transition(_A.PUBLISH, _S.OUTDATED, _S.PUBLISHED, GUIDE_PUBLISHERS),
        *(Transition(_A.END, state, _S.ENDED) for state in (_S.DUE, _S.DRAFTED, _S.PUBLISHED, _S.OUTDATED)),
    ),
)
