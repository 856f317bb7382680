-- The grants as whoever decides by them reads them.
-- role: lt_gateway, lt_intake

-- name: newest_grants
-- Of every system with a grant above this version the newest one, and how many revisions the system has had.
SELECT DISTINCT ON (g.system) g.system, g.version, g.revision, g.document, g.signature, g.signer,
  (SELECT count(*) FROM exchange.grant AS every WHERE every.system = g.system) AS revisions
FROM exchange.grant AS g
WHERE g.version > $1
ORDER BY g.system, g.revision DESC

-- name: grant_before
-- The grant of this system before this revision, newest first.
SELECT g.version, g.revision, g.document, g.signature, g.signer
FROM exchange.grant AS g
WHERE g.system = $1 AND g.revision < $2
ORDER BY g.revision DESC
LIMIT 1

-- name: documents_in_force
-- The newest grant document of every system, for whoever publishes the next.
-- role: lt_notary
SELECT DISTINCT ON (g.system) g.system, g.document
FROM exchange.grant AS g
ORDER BY g.system, g.revision DESC

-- name: findings_open
-- What a person has still to look at, oldest first.
-- role: lt_control
SELECT f.number, f.at, f.kind, f.agency, f.system, f.officer, f.index, f.detail,
  f.closed_at, f.closed_by, f.closed_account, f.closed_reason, f.closed_index
FROM exchange.finding AS f
WHERE f.closed_at IS NULL
ORDER BY f.number

-- name: findings_closed
-- What persons have closed, the newest finding first, at most so many.
-- role: lt_control
SELECT f.number, f.at, f.kind, f.agency, f.system, f.officer, f.index, f.detail,
  f.closed_at, f.closed_by, f.closed_account, f.closed_reason, f.closed_index
FROM exchange.finding AS f
WHERE f.closed_at IS NOT NULL
ORDER BY f.number DESC
LIMIT $1

-- name: finding
-- One finding, open or closed.
-- role: lt_control
SELECT f.number, f.at, f.kind, f.agency, f.system, f.officer, f.index, f.detail,
  f.closed_at, f.closed_by, f.closed_account, f.closed_reason, f.closed_index
FROM exchange.finding AS f
WHERE f.number = $1

-- name: close_finding
-- Closes one finding and records it; NULL when it was not open.
-- role: lt_control
SELECT exchange.close_finding($1, $2, $3, $4, $5, $6)
