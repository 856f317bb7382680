-- role: any

-- name: open_run
-- A new run.
INSERT INTO run (id, system, services, opened_at) VALUES (?, ?, ?, ?)

-- name: run_by_id
-- The run with this id, if there is one.
SELECT id, system, services, opened_at FROM run WHERE id = ?

-- name: runs_of_system
-- The newest runs of a system, newest first.
SELECT id, system, services, opened_at FROM run WHERE system = ? ORDER BY opened_at DESC, id LIMIT 50

-- name: note
-- One more fact of a step: what was served, or what the system reports.
INSERT INTO seen (run, step, kind, body) VALUES (?, ?, ?, ?)

-- name: facts
-- What is known of a step, oldest first.
SELECT kind, body FROM seen WHERE run = ? AND step = ? ORDER BY number
