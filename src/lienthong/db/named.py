"""Named queries: SQL stands in .sql files, each query with a name, a sentence and the role it runs under.

    -- role: lt_gateway                      (of every query below that names no role of its own)

    -- name: person_by_id
    -- The person with this id, if there is one.
    SELECT full_name FROM register.person WHERE person_id = $1;

Parameters are `$1`, `$2`, … (in psycopg: through RawCursor). `-- role:` after a name is that query's own and
may list several roles, or be `any`. Because each query says who runs it, one test can PREPARE all of them,
each under its own role, and so find misspelt columns and missing privileges.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lienthong.db.role import SIGN_IN_ROLES, Role

_HEADER = re.compile(r"--\s*(name|role)\s*:\s*(.*?)\s*\Z")
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_EXPLICIT_ROLES = {role.value: role for role in Role}


class QueryFileError(Exception):
    """A file of named queries is malformed; the message names file, line and what to write instead."""


@dataclass(frozen=True, slots=True)
class Query:
    """One named query: its SQL text, what it answers, who runs it and where it stands."""

    name: str
    sql: str
    description: str
    roles: tuple[Role, ...]
    path: Path
    line: int


class Queries(Mapping[str, Query]):
    """The queries of one file, by name.

    An unknown name raises KeyError naming the file, so that a misspelling shows at import.
    """

    __slots__ = ("_by_name", "path")

    def __init__(self, path: Path, by_name: Mapping[str, Query]) -> None:
        self.path = path
        self._by_name = dict(by_name)

    def __getitem__(self, name: str) -> Query:
        try:
            return self._by_name[name]
        except KeyError:
            raise KeyError(f"no query named {name!r} in {self.path}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def sql(self, name: str) -> str:
        """Return the SQL text of query `name`; raises KeyError."""
        return self[name].sql


def load(path: Path) -> Queries:
    """Return the named queries of the .sql file `path`: `load(Path(__file__).with_name("queries.sql"))`.

    Raises QueryFileError for a query without name, sentence, role or text, and for a name given twice.
    """
    return Queries(path, parse(path.read_text(encoding="utf-8"), path))


def parse(text: str, path: Path) -> dict[str, Query]:
    """Return the named queries in `text`; `path` is for messages. Raises QueryFileError."""
    lines = text.splitlines()
    starts = [index for index, line in enumerate(lines) if _header(line, "name") is not None]
    if not starts:
        raise QueryFileError(f"{path} holds no query: begin each with `-- name: some_name`.")
    default_roles = _preamble_roles(lines[: starts[0]], path)
    queries: dict[str, Query] = {}
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        query = _query(lines[start:end], start + 1, path, default_roles)
        if query.name in queries:
            raise QueryFileError(
                f"{path}:{query.line}: the name {query.name} was used on line {queries[query.name].line}. "
                "Give one of them another name."
            )
        queries[query.name] = query
    return queries


def all_queries(paths: Iterable[Path]) -> list[Query]:
    """Return every named query under the folders `paths`, in order of file and line.

    Every .sql file counts, but those of the folders `schema` and `schema_after` and files named `roles.sql`:
    these are migrations. Two files may use the same name. Raises QueryFileError.
    """
    found: list[Query] = []
    for folder in paths:
        for path in sorted(folder.rglob("*.sql")):
            in_schema = {"schema", "schema_after"}.intersection(path.relative_to(folder).parts)
            if path.name != "roles.sql" and not in_schema:
                found.extend(load(path).values())
    return found


def _header(line: str, word: str) -> str | None:
    match = _HEADER.match(line)
    return match[2] if match is not None and match[1] == word else None


def _preamble_roles(lines: list[str], path: Path) -> tuple[Role, ...]:
    roles: tuple[Role, ...] = ()
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.startswith("--"):
            raise QueryFileError(f"{path}:{number}: SQL before the first `-- name:`. Name the query.")
        if (value := _header(line, "role")) is not None:
            roles = _roles(value, f"{path}:{number}")
    return roles


def _query(lines: list[str], number: int, path: Path, default_roles: tuple[Role, ...]) -> Query:
    where = f"{path}:{number}"
    name = _header(lines[0], "name") or ""
    if not _NAME.match(name):
        raise QueryFileError(f"{where}: {name!r} is not a name: use small letters, digits and `_`.")
    roles, sentences, body = default_roles, list[str](), 1
    while body < len(lines) and lines[body].startswith("--"):
        if (value := _header(lines[body], "role")) is not None:
            roles = _roles(value, f"{path}:{number + body}")
        else:
            sentences.append(lines[body].removeprefix("--").strip())
        body += 1
    description = " ".join(sentence for sentence in sentences if sentence)
    sql = "\n".join(lines[body:]).strip().removesuffix(";").rstrip()
    if not description:
        raise QueryFileError(f"{where}: {name} has no sentence: say on the next line what it answers.")
    if not roles:
        raise QueryFileError(f"{where}: {name} names no role: write `-- role: lt_gateway` (or another).")
    if not sql:
        raise QueryFileError(f"{where}: {name} has no SQL.")
    return Query(name, sql, description, roles, path, number)


def _roles(value: str, where: str) -> tuple[Role, ...]:
    if value == "any":
        return SIGN_IN_ROLES
    names = [name.strip() for name in value.split(",")]
    unknown = [name for name in names if name not in _EXPLICIT_ROLES]
    if unknown:
        raise QueryFileError(
            f"{where}: unknown role {unknown[0]!r}. Known: {', '.join(_EXPLICIT_ROLES)}, or `any`."
        )
    return tuple(_EXPLICIT_ROLES[name] for name in names)
