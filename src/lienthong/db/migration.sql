-- What the migration runner asks and notes down.
-- role: postgres

-- name: lock
-- Makes one runner at a time work on this cluster; held by the session, so it ends with its connection.
SELECT pg_catalog.pg_advisory_lock(7310386294820719201)

-- name: database_exists
-- Whether there is a database of this name.
SELECT EXISTS (SELECT FROM pg_catalog.pg_database AS d WHERE d.datname = $1) AS found

-- name: table_exists
-- Whether the table of applied migrations is there yet.
-- role: postgres, lt_control
SELECT pg_catalog.to_regclass('ops.migration') IS NOT NULL AS found

-- name: become_owner
-- Acts as the role that owns every object, for the rest of the session.
SET ROLE lt_owner

-- name: become_administrator
-- Acts as whoever signed in again.
RESET ROLE

-- name: lock_timeout
-- Gives up rather than queue behind a long statement while everything else queues behind the migration.
SET lock_timeout = '30s'

-- name: create_schema
-- The schema of operations, if the first migration did not make it.
CREATE SCHEMA IF NOT EXISTS ops

-- name: create_table
-- One row per schema file applied, with the SHA-256 of its bytes.
CREATE TABLE ops.migration (
  name text PRIMARY KEY,
  sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
  applied_at timestamptz NOT NULL DEFAULT pg_catalog.now()
)

-- name: applied
-- Every schema file applied, in order.
-- role: postgres, lt_control
SELECT m.name, m.sha256, m.applied_at FROM ops.migration AS m ORDER BY m.name

-- name: note
-- Notes one applied file.
INSERT INTO ops.migration (name, sha256) VALUES ($1, $2)

-- name: transaction
-- The transaction that runs, to see that a file did not end it.
SELECT pg_catalog.pg_current_xact_id()::text AS id

-- name: standing_exists
-- Whether the table of standing files is there yet.
-- role: postgres, lt_control
SELECT pg_catalog.to_regclass('ops.standing') IS NOT NULL AS found

-- name: standing
-- Every standing file as last applied.
-- role: postgres, lt_control
SELECT s.name, s.sha256 FROM ops.standing AS s ORDER BY s.name

-- name: note_standing
-- Notes a standing file as applied now.
INSERT INTO ops.standing (name, sha256) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE SET sha256 = excluded.sha256, applied_at = pg_catalog.now()
