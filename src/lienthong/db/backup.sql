-- role: postgres

-- name: log_end
-- How long the log is, and when its last head was written.
SELECT coalesce(max(h.size), 0) AS size, max(h.at) AS at FROM ledger.head AS h

-- name: server_version
-- The version of the server, in digits.
SELECT current_setting('server_version_num')::int AS version

-- name: reload
-- Reads the configuration files again.
SELECT pg_catalog.pg_reload_conf()

-- name: close
-- Closes the log of a restored database; a log that was closed when it was backed up stays as it is.
SELECT ledger.close('restore')

-- name: closed
-- Since when, why and at which size the log is closed; no row: it is open.
SELECT closed_at, cause, size FROM ledger.closed()
