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
