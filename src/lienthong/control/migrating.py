"""Django's migrations, run by the same runner as the schema files: as lt_owner, on a connection of their own.

Procrastinate's go to schema `jobs`, everybody else's to `control`, where the table of applied ones is too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from lienthong.control.starting import connection_settings, prepare
from lienthong.db import Database, Role
from lienthong.db.migrate import Progress, silent

_ALIAS: Final = "migrator"
_JOBS: Final = "procrastinate"
_LOCK_TIMEOUT: Final = "30s"


def migration_names() -> tuple[str, ...]:
    """Return every migration of this release as `app/name`, in the order of application."""
    prepare()
    loader = MigrationLoader(None)
    plan: list[tuple[str, str]] = []
    for leaf in sorted(loader.graph.leaf_nodes()):
        plan += [node for node in loader.graph.forwards_plan(leaf) if node not in plan]
    return tuple(f"{app}/{name}" for app, name in plan)


def migrate_control(database: Database, *, progress: Progress = silent) -> tuple[str, ...]:
    """Apply what is pending and return the names.

    Raises DatabaseUnavailable; django.db.Error for a migration that cannot be applied: its own transaction
    is rolled back, the ones before stay.
    """
    prepare()
    applied: list[str] = []
    for search_path, is_wanted in (("control", _is_ours), ("jobs,control", _is_of_jobs)):
        with _as_owner(database, search_path) as wrapper:
            executor = MigrationExecutor(wrapper)
            targets = [node for node in executor.loader.graph.leaf_nodes() if is_wanted(node[0])]
            plan = executor.migration_plan(targets)
            for migration, _backwards in plan:
                progress(f"applying {migration.app_label}/{migration.name}")
            executor.migrate(targets, plan)
            applied += [f"{migration.app_label}/{migration.name}" for migration, _backwards in plan]
    return tuple(applied)


def _is_of_jobs(app: str) -> bool:
    return app == _JOBS


def _is_ours(app: str) -> bool:
    return not _is_of_jobs(app)


@contextmanager
def _as_owner(database: Database, search_path: str) -> Iterator[BaseDatabaseWrapper]:
    settings = connection_settings(database, role=Role.ADMINISTRATOR, search_path=search_path)
    settings["OPTIONS"] |= {"assume_role": Role.OWNER.value}
    settings["OPTIONS"]["options"] += f" -c lock_timeout={_LOCK_TIMEOUT}"
    connections.settings[_ALIAS] = connections.configure_settings({"default": {}, _ALIAS: settings})[_ALIAS]
    wrapper = connections.create_connection(_ALIAS)
    connections[_ALIAS] = wrapper
    try:
        yield wrapper
    finally:
        wrapper.close()
        del connections[_ALIAS]
        del connections.settings[_ALIAS]
