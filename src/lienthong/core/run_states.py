"""The states of a run of the technical test; its verdict comes from the judge alone. Law: R5.2."""

from enum import StrEnum

from lienthong.core.access import Role
from lienthong.core.machines import Machine, State, Transition
from lienthong.core.speech import Text

_INTEGRATOR = frozenset({Role.INTEGRATOR})


class RunState(StrEnum):
    """The states of a run."""

    OPENED = "opened"
    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    ABANDONED = "abandoned"


class RunAct(StrEnum):
    """What happens to a run."""

    START = "start"
    PASS = "pass"  # noqa: S105 - an act, not a password
    FAIL = "fail"
    ABANDON = "abandon"


_S, _A = RunState, RunAct

RUN_MACHINE = Machine(
    name="conformance_run",
    label=Text("Lượt kiểm thử kỹ thuật", "Run of the technical test"),
    initial=(_S.OPENED,),
    states=(
        State(_S.OPENED, Text("Chờ lần gọi đầu tiên", "Awaiting the first call"), _INTEGRATOR),
        State(_S.RUNNING, Text("Đang chạy", "Running"), _INTEGRATOR),
        State(_S.PASSED, Text("Đạt", "Passed"), final=True),
        State(_S.FAILED, Text("Không đạt", "Failed"), final=True),
        State(_S.ABANDONED, Text("Đã bỏ", "Abandoned"), final=True),
    ),
    acts={
        _A.START: Text("Bắt đầu", "Start"),
        _A.PASS: Text("Ghi nhận đạt", "Record as passed"),
        _A.FAIL: Text("Ghi nhận không đạt", "Record as failed"),
        _A.ABANDON: Text("Bỏ lượt này", "Abandon"),
    },
    transitions=(
        Transition(_A.START, _S.OPENED, _S.RUNNING),
        Transition(_A.ABANDON, _S.OPENED, _S.ABANDONED, _INTEGRATOR),
        Transition(_A.PASS, _S.RUNNING, _S.PASSED),
        Transition(_A.FAIL, _S.RUNNING, _S.FAILED),
        Transition(_A.ABANDON, _S.RUNNING, _S.ABANDONED, _INTEGRATOR),
    ),
)
