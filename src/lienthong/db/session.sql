-- name: session_facts
-- What a fresh connection must be before it is used: whether a commit survives, the clock's zone, who it is.
-- role: any
SELECT
  current_setting('server_version_num')::int AS version,
  current_setting('fsync') AS fsync,
  current_setting('full_page_writes') AS full_page_writes,
  current_setting('synchronous_commit') AS synchronous_commit,
  current_setting('TimeZone') AS time_zone,
  session_user::text AS session_user,
  (SELECT r.rolsuper OR r.rolbypassrls OR r.rolcreaterole
     FROM pg_catalog.pg_roles AS r WHERE r.rolname = session_user) AS is_mighty
