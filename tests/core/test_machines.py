"""State tables: fit as they stand, and the faults that a table can have are seen."""

from dataclasses import replace
from enum import StrEnum

import pytest

from lienthong.core.access import Actor, Portal, Role
from lienthong.core.account_states import ACCOUNT_MACHINE, AccountAct, AccountState
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.machine_list import MACHINES
from lienthong.core.machines import Machine, State, Transition, names_of
from lienthong.core.speech import Text

ADMINISTRATOR = Actor(1, "An", Portal.STAFF, frozenset({Role.ADMINISTRATOR}))
HANDLER = Actor(2, "Bình", Portal.STAFF, frozenset({Role.HANDLER}))


class Light(StrEnum):
    RED = "red"
    GREEN = "green"
    OFF = "off"


class Turn(StrEnum):
    GO = "go"
    END = "end"


CHIEF = frozenset({Role.CHIEF})
LIGHT: Machine[Light, Turn] = Machine(
    name="light",
    label=Text("Đèn", "Light"),
    initial=(Light.RED,),
    states=(
        State(Light.RED, Text("đỏ", "red"), CHIEF),
        State(Light.GREEN, Text("xanh", "green"), CHIEF),
        State(Light.OFF, Text("tắt", "off"), final=True),
    ),
    acts={Turn.GO: Text("đi", "go"), Turn.END: Text("tắt", "end")},
    transitions=(
        Transition(Turn.GO, Light.RED, Light.GREEN, CHIEF),
        Transition(Turn.END, Light.GREEN, Light.OFF),
    ),
)


@pytest.mark.law("R5.3")
@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_each_state_is_reached_owned_and_left(machine):
    assert list(machine.defects()) == []
    assert {state.name for state in machine.states} == set(type(machine.initial[0]))
    assert machine.acts.keys() == set(type(machine.transitions[0].act))
    for label in (machine.label, *(state.label for state in machine.states), *machine.acts.values()):
        assert label.vi
        assert label.en


def test_names_of_machines_are_their_own():
    assert len({machine.name for machine in MACHINES}) == len(MACHINES)


def with_states(*states: State[Light]) -> Machine[Light, Turn]:
    return replace(LIGHT, states=states)


@pytest.mark.parametrize(
    ("machine", "defect"),
    [
        (with_states(*LIGHT.states[:2]), "off has no row"),
        (replace(LIGHT, transitions=LIGHT.transitions[1:]), "green is never reached"),
        (
            with_states(*LIGHT.states[:2], State(Light.OFF, Text("", ""), CHIEF, final=True)),
            "off is final, yet",
        ),
        (with_states(State(Light.RED, Text("", "")), *LIGHT.states[1:]), "red waits for nobody"),
        (replace(LIGHT, transitions=LIGHT.transitions[:1]), "green is never left"),
        (
            replace(LIGHT, transitions=(*LIGHT.transitions, Transition(Turn.GO, Light.RED, Light.OFF))),
            "red has one act with two ends",
        ),
        (replace(LIGHT, transitions=LIGHT.transitions[:1]), "end has no use"),
    ],
)
def test_a_faulty_table_is_seen(machine, defect):
    assert any(found.startswith(defect) for found in machine.defects()), list(machine.defects())


def test_a_step_leads_on_or_says_why_not():
    assert list(LIGHT.defects()) == []
    step = ACCOUNT_MACHINE.step
    assert step(AccountAct.SUSPEND, AccountState.ACTIVE, ADMINISTRATOR) is AccountState.SUSPENDED
    assert step(AccountAct.ACTIVATE, AccountState.INVITED, None) is AccountState.ACTIVE
    refused = step(AccountAct.RESUME, AccountState.CLOSED, ADMINISTRATOR)
    assert isinstance(refused, ControlRefuse)
    assert refused.code is ControlCode.NOT_IN_THIS_STATE
    assert refused.text == Text(
        "Không thực hiện được “Mở lại” khi đang ở trạng thái “Đã đóng”.",
        "“Resume” is not possible while the state is “Closed”.",
    )
    refused = step(AccountAct.CLOSE, AccountState.ACTIVE, HANDLER)
    assert isinstance(refused, ControlRefuse)
    assert refused.code is ControlCode.NOT_YOUR_ROLE
    assert refused.text.en == "“Close” belongs to: Administrator."


def test_the_acts_of_an_actor_are_those_of_its_roles():
    assert ACCOUNT_MACHINE.acts_of(AccountState.ACTIVE, ADMINISTRATOR) == (
        AccountAct.SUSPEND,
        AccountAct.CLOSE,
    )
    assert ACCOUNT_MACHINE.acts_of(AccountState.ACTIVE, HANDLER) == ()
    assert ACCOUNT_MACHINE.state(AccountState.CLOSED).final
    assert names_of(frozenset({Role.CHIEF, Role.HANDLER})).en == "Handler; Chief"
    assert names_of(frozenset()).en == "The system"
