"""A finding is closed by a person, once, with a name, an account and a reason that stand in the log."""

import asyncio
import getpass
import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from lienthong.db import Database, Role
from lienthong.exchange.findings import (
    FindingError,
    close_finding,
    closed_findings,
    finding,
    open_findings,
)
from lienthong.ledger.log_source import DatabaseLog
from lienthong.ledger.verify import verify_log

NOTE = "SELECT exchange.note_finding($1, 'batch_misses', 'G12', 'g12/tms', 'cb-7', 41, '')"
KEPT = {"by": "Trần Thị An", "account": "an", "reason": "Danh sách cũ, đã gặp đơn vị"}


def now() -> int:
    return time.time_ns() // 1_000


@pytest.mark.every_postgres
@pytest.mark.law("R8.2")
async def test_control_closes_what_the_gateway_opened_and_nobody_else_can(connect_as) -> None:
    gateway, control = await connect_as(Role.GATEWAY), await connect_as(Role.CONTROL)
    number = await gateway.fetchval(NOTE, datetime.now(UTC))
    (found,) = await open_findings(control)
    assert (found.kind, found.system, found.officer, found.record) == ("batch_misses", "g12/tms", "cb-7", 41)
    for role in (Role.GATEWAY, Role.INTAKE, Role.NOTARY, Role.INSPECTOR):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await (await connect_as(role)).fetch(
                "SELECT exchange.close_finding($1, now(), 'x', 'x', 'x', '{}')", number
            )
    closed = await close_finding(control, number, now=now(), **KEPT)
    assert closed.closed is not None
    assert (closed.closed.by, closed.closed.account, closed.closed.reason) == tuple(KEPT.values())
    assert await open_findings(control) == ()
    assert await closed_findings(control, most=10) == (closed,)
    assert await finding(control, number) == closed
    assert await gateway.fetch("SELECT system FROM exchange.open_findings('batch_misses')") == []


@pytest.mark.every_postgres
@pytest.mark.law("R6.1", "R8.2")
async def test_closing_is_a_leaf_that_names_who_and_why(connect_as) -> None:
    gateway, control = await connect_as(Role.GATEWAY), await connect_as(Role.CONTROL)
    inspector = await connect_as(Role.INSPECTOR)
    number = await gateway.fetchval(NOTE, datetime.now(UTC))
    closed = (await close_finding(control, number, now=now(), **KEPT)).closed
    assert closed is not None
    (row,) = await inspector.fetch("SELECT index, body FROM exchange.record WHERE kind = 13")
    body = json.loads(row["body"])
    assert (row["index"], body["act"], body["kind"]) == (closed.record, "exploit", "staff_act")
    assert body["note"] == (
        f"finding {number} (batch_misses) closed by Trần Thị An (account an): Danh sách cũ, đã gặp đơn vị"
    )
    async with DatabaseLog.snapshot(inspector) as source:
        report = await verify_log(source, policy=None)
    assert (report.records, report.findings) == (1, ())


@pytest.mark.every_postgres
async def test_two_who_close_at_once_leave_one_record(connect_as) -> None:
    gateway, inspector = await connect_as(Role.GATEWAY), await connect_as(Role.INSPECTOR)
    number = await gateway.fetchval(NOTE, datetime.now(UTC))
    controls = [await connect_as(Role.CONTROL) for _ in range(4)]
    outcomes = await asyncio.gather(
        *(close_finding(each, number, now=now(), **KEPT) for each in controls), return_exceptions=True
    )
    refused = [each for each in outcomes if isinstance(each, FindingError)]
    assert len(refused) == 3
    assert all("was closed by Trần Thị An at" in str(each) for each in refused)
    assert await inspector.fetchval("SELECT count(*) FROM exchange.record") == 1


@pytest.mark.every_postgres
async def test_a_record_the_log_refuses_leaves_the_finding_open(connect_as) -> None:
    gateway, control = await connect_as(Role.GATEWAY), await connect_as(Role.CONTROL)
    number = await gateway.fetchval(NOTE, datetime.now(UTC))
    with pytest.raises(asyncpg.DatetimeFieldOverflowError):
        await close_finding(control, number, now=1_700_000_000_000_000, **KEPT)
    assert [each.number for each in await open_findings(control)] == [number]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"by": "  "}, "1 to 100 characters"),
        ({"by": "x" * 101}, "1 to 100 characters"),
        ({"reason": ""}, "1 to 1000 characters"),
        ({"reason": "one\ntwo"}, "on one line"),
        ({"reason": "asked for 099190000001"}, "personal numbers"),
    ],
)
async def test_a_name_or_reason_that_cannot_be_kept_is_refused(
    connect_as, changes: dict[str, str], says: str
) -> None:
    gateway, control = await connect_as(Role.GATEWAY), await connect_as(Role.CONTROL)
    number = await gateway.fetchval(NOTE, datetime.now(UTC))
    with pytest.raises(FindingError, match=says) as refused:
        await close_finding(control, number, now=now(), **(KEPT | changes))
    assert refused.value.vi
    assert len(await open_findings(control)) == 1


@pytest.fixture
def run(database: Database, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    settings = tmp_path / "lienthong.toml"
    settings.write_text(
        f'environment = "demo"\nlog_origin = "example/log"\nkeys = "keys"\n[database]\n'
        f'host = "{database.host}"\nport = {database.port}\nname = "{database.name}"\n'
        f'passwords = "{database.passwords}"\n'
    )

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = (sys.executable, "-m", "lienthong", "findings", *arguments, "--data", str(tmp_path))
        return subprocess.run(command, capture_output=True, text=True, check=False)

    return run


async def test_the_commands_list_show_and_close(connect_as, run) -> None:
    gateway = await connect_as(Role.GATEWAY)
    number = str(await gateway.fetchval(NOTE, datetime.now(UTC)))
    listed = run("list").stdout
    assert "batch_misses  g12/tms  cb-7" in listed
    assert "1 phát hiện chưa đóng" in listed
    assert "tạm ngừng" in run("show", number).stdout
    assert "suspended" in run("show", number, "--lang", "en").stdout
    closed = run("close", number, "--by", "An", "--reason", "old list", "--json")
    assert closed.returncode == 0, closed.stderr
    told = json.loads(closed.stdout)["closed"]
    assert (told["by"], told["account"], told["reason"]) == ("An", getpass.getuser(), "old list")
    assert json.loads(run("list", "--json").stdout) == []
    assert json.loads(run("list", "--closed", "--json").stdout) == [json.loads(closed.stdout)]
    assert "By, account: An, " in run("show", number, "--lang", "en").stdout


async def test_the_commands_say_what_is_wrong(connect_as, run) -> None:
    gateway = await connect_as(Role.GATEWAY)
    number = str(await gateway.fetchval(NOTE, datetime.now(UTC)))
    assert run("close", number, "--by", "An").returncode == 2
    numbered = run("close", number, "--by", "An", "--reason", "099190000001")
    assert (numbered.returncode, "không ghi số định danh" in numbered.stderr) == (1, True)
    assert run("close", number, "--by", "An", "--reason", "old list").returncode == 0
    for language, text in (("vi", "đã được An đóng"), ("en", "was closed by An")):
        again = run("close", number, "--by", "Bình", "--reason", "again", "--lang", language)
        assert (again.returncode, text in again.stderr) == (1, True)
    missing = run("show", "999", "--lang", "en")
    assert (missing.returncode, "there is no finding 999" in missing.stderr) == (1, True)
    assert "Traceback" not in missing.stderr + numbered.stderr
