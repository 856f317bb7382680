"""A worker that must not serve says why: a log that is closed, a clock that is wrong; and serves again."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lienthong.gateway.kernel_clock import kernel_is_synchronised
from lienthong.gateway.standing import Standing
from lienthong_protocol.refusals import Code
from tests.gateway.expect import nothing_recorded, says, turned_away
from tests.gateway.load import every_answer_is_recorded, load
from tests.gateway.world import World

WRONG_CLOCK = """
import os
import time

_true = time.time_ns


def _skewed() -> int:
    with open(os.environ["TEST_CLOCK_OFFSET"]) as file:
        return _true() + int(file.read())


time.time_ns = _skewed
"""
HOUR = 3_600 * 10**9


def await_that(holds: Callable[[], bool], world: World, *, within: float = 15.0) -> None:
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, world.log()
        time.sleep(0.05)


def is_ready(world: World) -> bool:
    return world.get("/readyz").status == 200


def test_callers_are_told_the_gravest_reason() -> None:
    standing = Standing(Code.LOW_DISK)
    assert standing.set(Code.LOG_READ_ONLY, holds=True)
    assert not standing.set(Code.LOG_READ_ONLY, holds=True)
    assert standing.refusing is Code.LOG_READ_ONLY
    assert standing.set(Code.DRAINING, holds=True)
    assert standing.refusing is Code.DRAINING
    for reason in (Code.DRAINING, Code.LOG_READ_ONLY):
        assert standing.set(reason, holds=False)
        assert not standing.holds(reason)
    assert standing.refusing is Code.LOW_DISK
    assert standing.set(Code.LOW_DISK, holds=False)
    assert standing.refusing is None


@pytest.mark.law("R6.1")
def test_a_log_closed_under_load_takes_nothing_more_and_opens_again(own_world: World) -> None:
    world = own_world
    world.start()
    with load(world, callers=4) as asked:
        asked.await_answers(20)
        world.execute("SELECT ledger.close('set_back')")
        size = world.leaves()
        await_that(lambda: world.get("/readyz").body == b"LT508\n", world)
    assert world.leaves() == size
    every_answer_is_recorded(world, asked.answered)
    assert asked.statuses == {200, 503}
    assert asked.codes == {Code.LOG_READ_ONLY}
    refused = [reply for reply in asked.replies if reply.status == 503]
    for reply in refused:
        says(reply, Code.LOG_READ_ONLY)
        assert "lt-receipt" not in reply.headers
        assert "signature" not in reply.headers or reply.fault is None
    with nothing_recorded(world):
        turned_away(world.lookup(), Code.LOG_READ_ONLY)
    assert world.metric("lienthong_log_read_only") == 1
    assert 'kind="LogReadOnly"' in world.get("/metrics").body.decode()
    assert world.get("/v1/keys").status == 200, "what is open to everybody stays so"

    world.execute(
        "SELECT ledger.reopen('reached', ledger.newest_head(), 0, '', 'somebody', %s, 'it is open')",
        datetime.now(UTC),
    )
    await_that(lambda: is_ready(world), world)
    assert world.lookup().status == 200
    assert world.metric("lienthong_log_read_only") == 0
    assert world.broke_nothing()


@pytest.fixture
def offset(own_world: World, tmp_path: Path) -> Callable[[int], None]:
    """Let the gateway's processes have a clock that is off by so many nanoseconds, from now on."""
    (tmp_path / "sitecustomize.py").write_text(WRONG_CLOCK)
    path = tmp_path / "offset"

    def set_offset(nanoseconds: int) -> None:
        (tmp_path / "new").write_text(str(nanoseconds))
        (tmp_path / "new").replace(path)

    set_offset(0)
    places = [str(tmp_path), os.environ.get("PYTHONPATH", "")]
    own_world.variables = {
        "PYTHONPATH": os.pathsep.join(filter(None, places)),
        "TEST_CLOCK_OFFSET": str(path),
    }
    own_world.settings["clock"] = {"interval": 0.1}
    return set_offset


@pytest.mark.law("R6.1", "R8.2")
@pytest.mark.parametrize("off", [HOUR, -HOUR, 3 * 10**9])
def test_a_clock_that_is_off_at_the_start_serves_nobody_until_it_is_right(
    own_world: World, offset: Callable[[int], None], off: int
) -> None:
    world = own_world
    offset(off)
    world.start(ready=False)
    await_that(lambda: world.get("/readyz").body == b"LT506\n", world)
    with nothing_recorded(world):
        turned_away(world.lookup(), Code.CLOCK_UNSYNCHRONISED)
    assert world.metric("lienthong_clock_offset_seconds") == pytest.approx(abs(off) / 1e9, abs=1.0)
    assert 'kind="ClockUnsynchronised"' in world.get("/metrics").body.decode()
    offset(0)
    await_that(lambda: is_ready(world), world)
    assert world.lookup().status == 200


@pytest.mark.law("R6.1", "R8.2")
def test_a_clock_that_goes_wrong_while_serving_stops_the_service(
    own_world: World, offset: Callable[[int], None]
) -> None:
    world = own_world
    world.start()
    assert world.lookup().status == 200
    offset(10**9)  # within what is allowed
    time.sleep(0.5)
    assert is_ready(world)
    offset(5 * 10**9)
    await_that(lambda: not is_ready(world), world)
    turned_away(world.lookup(), Code.CLOCK_UNSYNCHRONISED)
    offset(0)
    await_that(lambda: is_ready(world), world)
    assert world.lookup().status == 200
    assert world.broke_nothing()


def test_the_kernels_word_is_heeded_where_it_is_asked_for(
    own_world: World, offset: Callable[[int], None]
) -> None:
    world = own_world
    offset(0)
    world.settings["clock"] = {"interval": 0.1, "kernel": True}
    world.start(ready=False)
    if kernel_is_synchronised() is True:
        await_that(lambda: is_ready(world), world)
    else:
        await_that(lambda: world.get("/readyz").body == b"LT506\n", world)
