-- Events of the audit as the control plane writes and reads them.
-- role: lt_control

-- name: now
-- The database's own clock, in microseconds since 1970.
SELECT (extract(epoch FROM pg_catalog.clock_timestamp()) * 1000000)::bigint AS now

-- name: write
-- One event; its number and moment are the database's.
INSERT INTO audit.event
  (kind, portal, actor, actor_name, roles, body, subject_kind, subject, law, profile, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)

-- name: of_subject
-- What was done to one thing, newest first, with its index in the log where it is there already.
SELECT e.id, e.at, e.kind, e.portal, e.actor, e.actor_name, e.roles, e.body, e.subject_kind, e.subject, e.law,
  e.profile, e.detail, l.index
FROM audit.event AS e LEFT JOIN audit.leaf AS l ON l.event = e.id
WHERE e.subject_kind = $1 AND e.subject = $2
ORDER BY e.id DESC
LIMIT $3

-- name: event
-- One event, with its index in the log where it is there already.
SELECT e.id, e.at, e.kind, e.portal, e.actor, e.actor_name, e.roles, e.body, e.subject_kind, e.subject, e.law,
  e.profile, e.detail, l.index
FROM audit.event AS e LEFT JOIN audit.leaf AS l ON l.event = e.id
WHERE e.id = $1
