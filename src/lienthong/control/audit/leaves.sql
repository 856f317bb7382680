-- Events of the audit on their way into the log, and as they stand there.
-- role: lt_control

-- name: waiting
-- Events without a leaf, oldest number first.
SELECT e.id, e.at, e.kind, e.portal, e.actor, e.actor_name, e.roles, e.body, e.subject_kind, e.subject, e.law,
  e.profile, e.detail, e.salt
FROM audit.pending AS p JOIN audit.event AS e ON e.id = p.event
ORDER BY e.id
LIMIT $1

-- name: append
-- The index of each event's record, or NULL when one of them has its leaf already.
SELECT audit.append_leaves($1, $2, $3)

-- name: event
-- One event with the index and body of its record, where it has one.
SELECT e.id, e.at, e.kind, e.portal, e.actor, e.actor_name, e.roles, e.body, e.subject_kind, e.subject, e.law,
  e.profile, e.detail, e.salt, l.index, r.body, p.event IS NOT NULL AS waits
FROM audit.event AS e LEFT JOIN audit.leaf AS l ON l.event = e.id LEFT JOIN audit.pending AS p ON p.event = e.id
LEFT JOIN exchange.record AS r ON r.index = l.index
WHERE e.id = $1

-- name: dropped
-- Events above a number that are neither in the log nor wait to be: somebody has taken them from those that wait.
SELECT e.id FROM audit.event AS e
WHERE e.id > $1 AND NOT EXISTS (SELECT FROM audit.leaf AS l WHERE l.event = e.id)
  AND NOT EXISTS (SELECT FROM audit.pending AS p WHERE p.event = e.id)
ORDER BY e.id
LIMIT $2

-- name: newest
-- The highest number given so far, 0 where there is none.
SELECT coalesce(max(e.id), 0) AS newest FROM audit.event AS e
