"""The database contract: schema, roles, migrations, embedded server, named queries."""
