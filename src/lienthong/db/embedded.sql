-- role: postgres

-- name: close_database_postgres
-- Only the administrator may connect to the maintenance database.
REVOKE ALL ON DATABASE postgres FROM PUBLIC;

-- name: close_database_template1
-- Only the administrator may connect to the template database.
REVOKE ALL ON DATABASE template1 FROM PUBLIC;
