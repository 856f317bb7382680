"""What keeps a database from being used. Errors of this package that a person can fix are these."""


class DatabaseUnavailable(Exception):  # noqa: N818 - a state of the world, answered with 503
    """The database cannot be used now; the message says why and how to fix it."""


class DatabaseUnsafe(DatabaseUnavailable):
    """The database answers but breaks a promise (durability, version, role): never connect to it as it is."""
