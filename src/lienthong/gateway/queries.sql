-- What the gateway asks beside reading persons and appending records.
-- role: lt_gateway

-- name: newest_head
-- Size of the durable log.
SELECT ledger.newest_head()

-- name: closed
-- Since when, why and at which size the log is closed; no row: it is open.
SELECT closed_at, cause, size FROM ledger.closed()

-- name: clock
-- The database's clock, in microseconds since 1970.
SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint

-- name: usage_since
-- What each system has used since an instant, up to an index.
SELECT system, purpose, officer, kind, records, persons, misses FROM exchange.usage_since($1, $2)

-- name: misses_since
-- Misses by system and tag since an instant, up to an index.
SELECT system, tag, misses FROM exchange.misses_since($1, $2)

-- name: tail_usage
-- The next records after an index, with the tags and outcomes of their lines.
SELECT index, at, system, purpose, officer, kind, request_id, code, persons, misses, tags, outcomes
FROM exchange.tail_usage($1, $2)

-- name: receipts
-- Records of one system by its request ids since an instant, newest first.
SELECT request_id, index, at, hash, body FROM exchange.receipts($1, $2, $3)

-- name: newest_checkpoint
-- The newest signed head with its cosignatures.
SELECT size, root, note, at FROM ledger.newest_checkpoint()

-- name: note_attempt
-- Keeps a failed attempt of a known key for its owner's diagnosis.
SELECT exchange.note_attempt($1, $2, $3, $4, $5, $6)

-- name: note_finding
-- Opens a finding, once per kind, system and officer.
SELECT exchange.note_finding($1, $2, $3, $4, $5, $6, $7)

-- name: open_findings
-- Systems with an open finding of a kind.
SELECT system FROM exchange.open_findings($1)
