"""Compares what workers were told with what the log holds."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from lienthong_protocol.merkle import Frontier, root_of

OVERLAP = 50_000
"""Leaves that are read again at each look: what a crash takes back, it takes from the end."""

_LINE = re.compile(rb"(\d+) ([0-9a-f]{64})\Z")


@dataclass
class Findings:
    """What is wrong; all empty where the log keeps its promise."""

    lost: list[int] = field(default_factory=list)
    told_twice: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.lost or self.told_twice or self.changed or self.gaps or self.others)


class Examiner:
    """Keeps every leaf seen and every index told, across crashes."""

    def __init__(self, files: list[Path]) -> None:
        self._read = dict.fromkeys(files, 0)
        self._unseen: dict[int, bytes] = {}
        self.told: dict[int, bytes] = {}
        self.leaves: list[bytes] = []
        self._edge = Frontier()
        self.findings = Findings()

    def read_files(self) -> None:
        """Take in the lines written since; to be called before the log is read."""
        for path in self._read:
            self._read_file(path)

    def _read_file(self, path: Path) -> None:
        if not path.exists():
            return
        with path.open("rb") as file:
            file.seek(self._read[path])
            text = file.read()
        complete = text[: text.rfind(b"\n") + 1]
        self._read[path] += len(complete)
        for line in complete.splitlines():
            match = _LINE.match(line)
            if match is None:
                raise AssertionError(f"{path.name} has a line of another form: {line!r}")
            index, leaf = int(match[1]), bytes.fromhex(match[2].decode())
            if index in self.told:
                self.findings.told_twice.append(index)
            self.told[index] = self._unseen[index] = leaf

    def look(self, connection: psycopg.Connection) -> None:
        """Compare with the log as it stands now."""
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        known = len(self.leaves)
        start = max(0, known - OVERLAP)
        rows = connection.execute(
            "SELECT index, hash FROM ledger.leaf WHERE index >= %s ORDER BY index", (start,)
        ).fetchall()
        head = connection.execute("SELECT max(size) FROM ledger.head").fetchone()
        connection.execute("ROLLBACK")
        stored = [bytes(row[1]) for row in rows]
        self.findings.gaps += [row[0] for position, row in enumerate(rows, start) if row[0] != position][:1]
        assert head is not None
        if head[0] != start + len(stored):
            self.findings.others.append(f"head says {head[0]} leaves, there are {start + len(stored)}")
        before = self.leaves[start:]
        self.findings.changed += [
            start + position
            for position, leaf in enumerate(before)
            if position >= len(stored) or stored[position] != leaf
        ]
        self.leaves[start:] = stored
        self._edge = self._edge.extend(self.leaves[known:])
        for index, leaf in self._unseen.items():
            if index >= len(self.leaves) or self.leaves[index] != leaf:
                self.findings.lost.append(index)
        self._unseen.clear()

    def finish(self, connection: psycopg.Connection) -> None:
        """Look once more, at everything: every leaf, its body, every told index, every nonce, the root."""
        self.read_files()
        self.look(connection)
        rows = connection.execute("SELECT index, hash FROM ledger.leaf ORDER BY index").fetchall()
        everything = [bytes(row[1]) for row in rows]
        if everything != self.leaves:
            self.findings.others.append("the log is not what was read before")
        if not self.findings and root_of(everything) != self._edge.root():
            self.findings.others.append("the root is not the one grown from crash to crash")
        self.findings.lost += [
            index
            for index, leaf in self.told.items()
            if index not in self.findings.lost and (index >= len(everything) or everything[index] != leaf)
        ]
        for sentence, query in QUESTIONS.items():
            row = connection.execute(query).fetchone()
            if row is None or row[0] != 0:
                self.findings.others.append(f"{sentence}: {row}")


QUESTIONS = {
    "leaves that are not the hash of what stands there": """
        SELECT count(*) FROM ledger.leaf FULL JOIN (
          SELECT index, body FROM exchange.record UNION ALL SELECT index, body FROM exchange.line
        ) AS entry USING (index)
        WHERE leaf.hash IS DISTINCT FROM sha256('\\x00'::bytea || entry.body)
    """,
    "records without their lines": """
        SELECT count(*) FROM exchange.record AS r
        WHERE r.lines <> (SELECT count(*) FROM exchange.line AS l
                          WHERE l.record = r.index AND l.index BETWEEN r.index + 1 AND r.index + r.lines)
    """,
    "nonces with two records": """
        SELECT count(*) FROM (
          SELECT substring(convert_from(body, 'UTF8') FROM 'nonce=\\\\"([^\\\\]+)') AS nonce
          FROM exchange.record
        ) AS signed
        WHERE nonce <> '' GROUP BY nonce HAVING count(*) > 1
        UNION ALL SELECT 0 LIMIT 1
    """,
    "nonces that name another record": """
        SELECT count(*) FROM exchange.nonce AS n LEFT JOIN exchange.record AS r USING (index)
        WHERE r.index IS NULL OR convert_from(r.body, 'UTF8') NOT LIKE '%' || n.nonce || '%'
    """,
    "heads that do not follow one another": """
        SELECT count(*) FROM ledger.head AS h
        WHERE h.size > 0 AND NOT EXISTS (SELECT FROM ledger.head AS p WHERE p.size = h.previous)
    """,
}
