"""`lienthong db`, `backup`, `restore`, `drill` and `population`: what is stored, told where it lies."""

from lienthong.db import Database, Role
from lienthong.db.commands import backup_commands, database_commands
from lienthong.db.migrate import Progress, Status
from lienthong.load_record import record_load
from lienthong.log_check import check_log, place_of, reopen_log
from lienthong.register.commands import population_commands


def _bring_up_to_date(database: Database, progress: Progress) -> tuple[str, ...]:
    from lienthong import schema

    return schema.bring_up_to_date(database, progress)


def _schema_status(database: Database, role: Role = Role.ADMINISTRATOR) -> Status:
    from lienthong import schema

    return schema.status(database, role=role)


db = database_commands(place_of, _bring_up_to_date, _schema_status)
backup, restore, drill = backup_commands(place_of, check_log, reopen_log)
population = population_commands(record_load)
