"""The database contract: schema, roles, migrations, embedded server, named queries."""

from lienthong.db.database import (
    Database,
    connect,
    connect_blocking,
    dsn,
)
from lienthong.db.embedded import EmbeddedServer, ServerSettings
from lienthong.db.opening import locate, open_database
from lienthong.db.role import Role
from lienthong.db.unavailable import DatabaseUnavailable, DatabaseUnsafe

__all__ = [
    "Database",
    "DatabaseUnavailable",
    "DatabaseUnsafe",
    "EmbeddedServer",
    "Role",
    "ServerSettings",
    "connect",
    "connect_blocking",
    "dsn",
    "locate",
    "open_database",
]
