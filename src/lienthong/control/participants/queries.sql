-- What the pages of bodies ask beyond their own tables.
-- role: lt_control

-- name: events_of_body
-- What was done to a body and to what it has, newest first.
SELECT e.at, e.kind, e.actor_name, e.subject_kind, e.subject, e.detail
FROM audit.event AS e
WHERE e.body = $1
ORDER BY e.id DESC
LIMIT $2

-- name: grant_in_force
-- The newest published grant of a system, from which the ends of its grounds are computed.
SELECT g.document
FROM exchange.grant AS g
WHERE g.system = $1
ORDER BY g.revision DESC
LIMIT 1
