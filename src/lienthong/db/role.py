"""The roles of the database contract."""

from enum import StrEnum


class Role(StrEnum):
    """Who a connection acts as; the value is the role's name in PostgreSQL.

    ADMINISTRATOR stands for whoever made the cluster (`Database.administrator`, usually `postgres`): only
    migrations, backups and restores use it. OWNER owns every object and cannot sign in: the migration
    runner becomes it with SET ROLE.
    """

    ADMINISTRATOR = "postgres"
    OWNER = "lt_owner"
    GATEWAY = "lt_gateway"
    INTAKE = "lt_intake"
    CONTROL = "lt_control"
    NOTARY = "lt_notary"
    INSPECTOR = "lt_inspector"
    MONITOR = "lt_monitor"


SIGN_IN_ROLES: tuple[Role, ...] = tuple(role for role in Role if role not in (Role.ADMINISTRATOR, Role.OWNER))
"""Roles that have a password file and may connect."""
