"""Twenty kills lose nothing that was answered; without durable commits the same harness finds losses."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lienthong.db import Role, connect_blocking
from lienthong.ledger.append import Placed, append
from lienthong_protocol.merkle import leaf_hash
from tests.conftest import memory_folder, open_folder
from tests.contract.batches import entry
from tests.journeys.kill.__main__ import REMOVE_GUARD
from tests.journeys.kill.examiner import Examiner
from tests.journeys.kill.harness import Harness, Victim, appender


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder in memory: a killed process loses there what it loses on a disk, and restarts are quick."""
    made = open_folder(memory_folder())
    yield made
    shutil.rmtree(made)


@pytest.mark.law("R6.1")
def test_twenty_kills_lose_nothing_that_was_answered(folder):
    with Harness(folder, seed=20) as harness:
        report = harness.run(20)
    assert not report.findings, report
    assert report.kills.total() == 20
    assert report.leaves >= report.told > 1000


def test_without_durable_commits_the_same_harness_finds_losses(folder):
    """The harness can fail: the guard is taken off, commits are acknowledged before they are written."""
    with Harness(folder, seed=7, worker=appender(durable=False)) as harness:
        harness.administer(REMOVE_GUARD)
        report = harness.run(20, victims=(Victim.GROUP, Victim.BACKEND), until_loss=True)
    assert report.findings.lost, report


def test_with_the_guard_in_place_such_a_worker_is_told_nothing(folder):
    with Harness(folder, worker=appender(durable=False), workers=1) as harness:
        with pytest.raises(AssertionError, match="the log does not commit with synchronous_commit=off"):
            harness.run(1)
        assert not harness.files[0].read_bytes()


class TestExaminer:
    """Each thing that can go wrong is found when it is put there."""

    async def examined(
        self, connect_as, database, tmp_path, *, lines=lambda lines: lines, damage=""
    ) -> Examiner:
        gateway = await connect_as(Role.GATEWAY)
        entries = [entry() for _ in range(5)]
        placed = await append(gateway, entries, grant_version=None)
        assert isinstance(placed, tuple)
        told = [
            f"{outcome.index} {leaf_hash(one.body).hex()}\n"
            for one, outcome in zip(entries, placed, strict=True)
            if isinstance(outcome, Placed)
        ]
        file = tmp_path / "told"
        file.write_text("".join(lines(told)), encoding="ascii")
        examiner = Examiner([file])
        with connect_blocking(database, Role.ADMINISTRATOR) as administrator:
            examiner.read_files()
            examiner.look(administrator)
            if damage:
                administrator.execute("SET session_replication_role = replica")
                for table in ("leaf", "head"):
                    administrator.execute(f"ALTER TABLE ledger.{table} DISABLE TRIGGER ALL")
                administrator.execute("ALTER TABLE exchange.record DISABLE TRIGGER ALL")
                administrator.execute(damage.encode())
            examiner.finish(administrator)
        return examiner

    async def test_a_log_in_order_has_no_findings(self, connect_as, database, tmp_path):
        examiner = await self.examined(connect_as, database, tmp_path)
        assert not examiner.findings
        assert (len(examiner.told), len(examiner.leaves)) == (5, 10)

    async def test_an_unfinished_line_was_never_told(self, connect_as, database, tmp_path):
        examiner = await self.examined(
            connect_as, database, tmp_path, lines=lambda told: [*told[:-1], told[-1][:20]]
        )
        assert not examiner.findings
        assert len(examiner.told) == 4

    @pytest.mark.parametrize(
        ("change", "index"),
        [
            (lambda told: [*told, f"10 {'0' * 64}\n"], 10),
            (lambda told: [*told, f"1 {'0' * 64}\n"], 1),
            (lambda told: [told[1].replace("2 ", "4 ", 1), *told[3:]], 4),
        ],
    )
    async def test_what_is_not_there_as_told_is_lost(self, connect_as, database, tmp_path, change, index):
        examiner = await self.examined(connect_as, database, tmp_path, lines=change)
        assert examiner.findings.lost == [index]

    async def test_an_index_told_twice(self, connect_as, database, tmp_path):
        examiner = await self.examined(connect_as, database, tmp_path, lines=lambda told: [*told, told[0]])
        assert examiner.findings.told_twice == [0]

    @pytest.mark.parametrize(
        ("damage", "finding"),
        [
            ("DELETE FROM ledger.leaf WHERE index = 4", "gaps"),
            ("DELETE FROM ledger.leaf WHERE index = 4", "lost"),
            ("DELETE FROM ledger.leaf WHERE index = 9", "others"),
            ("DELETE FROM ledger.leaf WHERE index = 9", "changed"),
            ("UPDATE ledger.leaf SET hash = sha256('x') WHERE index = 3", "changed"),
            ("UPDATE ledger.leaf SET hash = sha256('x') WHERE index = 3", "others"),
            ("UPDATE exchange.record SET body = '{}' WHERE index = 2", "others"),
            ("UPDATE exchange.record SET lines = 2 WHERE index = 2", "others"),
            ("UPDATE exchange.nonce SET index = 1 WHERE index = 0", "others"),
            ("UPDATE ledger.head SET previous = 3 WHERE size = 10", "others"),
        ],
    )
    async def test_damage_is_found(self, connect_as, database, tmp_path, damage, finding):
        examiner = await self.examined(connect_as, database, tmp_path, damage=damage)
        assert getattr(examiner.findings, finding)

    async def test_a_nonce_with_two_records_is_found(self, connect_as, database, tmp_path):
        examiner = await self.examined(
            connect_as,
            database,
            tmp_path,
            damage="UPDATE exchange.record AS r SET body = o.body FROM exchange.record AS o"
            " WHERE r.index = 2 AND o.index = 0",
        )
        assert any("two records" in other for other in examiner.findings.others)
