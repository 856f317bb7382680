-- What the notary, the verifier and the maker of proofs ask of the log.
-- role: lt_notary, lt_inspector

-- name: head
-- How many leaves are durable.
SELECT ledger.newest_head()

-- name: persons_read
-- How many persons were ever read from the register.
-- role: lt_notary
SELECT register.count_persons_read()

-- name: persons_recorded
-- How many persons the log tells of from one index up to another, and how many reads its records account for.
-- role: lt_notary
SELECT recorded, excused FROM ledger.persons_recorded($1, $2)

-- name: note_finding
-- Opens a finding about a system, once per kind.
-- role: lt_notary
SELECT exchange.note_finding($1, $2, $3, $4, '', NULL, $5)

-- name: leaves
-- So many leaf hashes from this index on.
SELECT index, hash FROM ledger.leaf WHERE index >= $1 AND index < $1 + $2 ORDER BY index

-- name: tiles
-- The full tiles of these levels and numbers that are there.
SELECT tile.level, tile.n, tile.data
FROM unnest($1::smallint[], $2::bigint[]) AS wanted (level, n)
JOIN ledger.tile ON tile.level = wanted.level AND tile.n = wanted.n

-- name: gateway_leaves
-- So many leaf hashes from this index on, at most 65,536.
-- role: lt_gateway
SELECT index, hash FROM ledger.leaves($1, $2)

-- name: gateway_tiles
-- The full tiles of these levels and numbers that are there, at most 1,000.
-- role: lt_gateway
SELECT level, n, data FROM ledger.tiles($1::smallint[], $2::bigint[])

-- name: gateway_checkpoint
-- The newest signed head.
-- role: lt_gateway
SELECT size, root, note, at FROM ledger.newest_checkpoint()

-- name: checkpoint
-- The newest signed head.
SELECT size, root, note, at FROM ledger.checkpoint ORDER BY size DESC, at DESC LIMIT 1

-- name: checkpoints_above
-- The newest signed heads of more than so many leaves, newest first.
-- role: lt_inspector
SELECT size, root, note FROM ledger.checkpoint WHERE size > $1 ORDER BY size DESC, at DESC LIMIT 100

-- name: insert_tile
-- Stores a full tile; one that is there already stays.
-- role: lt_notary
INSERT INTO ledger.tile (level, n, data) VALUES ($1, $2, $3) ON CONFLICT (level, n) DO NOTHING

-- name: insert_checkpoint
-- Publishes a signed head. A trigger refuses one that does not follow the newest.
-- role: lt_notary
INSERT INTO ledger.checkpoint (size, root, note, at)
SELECT $1, $2, $3,
  greatest(clock_timestamp(), (SELECT max(c.at) + interval '1 microsecond' FROM ledger.checkpoint AS c
                               WHERE c.size = $1))

-- name: sweep
-- Forgets nonces, heads and attempts whose time is over.
-- role: lt_notary
SELECT nonces, heads, attempts FROM ledger.sweep()

-- name: make_partitions
-- Makes the partitions of the coming months that are missing.
-- role: lt_notary
SELECT exchange.make_partitions($1)

-- name: close
-- Closes the log; tells whether it was open.
-- role: lt_notary
SELECT ledger.close($1)

-- name: closed
-- Since when, why and at which size the log is closed; no row: it is open.
SELECT closed_at, cause, size FROM ledger.closed()

-- name: last_succession
-- The leaf with which the log became the successor of another, the newest first.
-- role: lt_inspector
SELECT index FROM ledger.closure WHERE ending = 'succeeded' ORDER BY number DESC LIMIT 1

-- name: reopen
-- Opens the closed log with the leaf that says so; returns that leaf's index.
-- role: postgres
SELECT ledger.reopen($1, $2, $3, $4, $5, $6, $7)

-- name: grant_versions
-- The newest version of all grants, and the newest revision of each system.
-- role: lt_notary
SELECT g.system, max(g.revision) AS revision, max(g.version) AS version FROM exchange.grant AS g GROUP BY g.system

-- name: publish_grant
-- Publishes one signed grant with the leaf that says so.
-- role: lt_notary
SELECT outcome, version, index FROM exchange.publish_grant($1, $2, $3, $4, $5, $6, $7, $8, $9)

-- name: checkpoints
-- Every signed head, oldest first.
-- role: lt_inspector
SELECT size, root, note FROM ledger.checkpoint ORDER BY size, at

-- name: records
-- Records at a range of indexes: index, body, and the columns as one text for comparison with the body.
-- role: lt_inspector
SELECT index, body, concat_ws(chr(31), 'record', (extract(epoch FROM at) * 1000000)::bigint, act, kind, agency, system, key_id,
  purpose, officer, request_id, code, lines)
FROM exchange.record WHERE index >= $1 AND index < $2 ORDER BY index

-- name: lines
-- Lines at a range of indexes: index, body, and the columns as one text for comparison with the body.
-- role: lt_inspector
SELECT index, body, concat_ws(chr(31), 'line', (extract(epoch FROM at) * 1000000)::bigint, record, outcome, visibility,
  rtrim(translate(encode(tag, 'base64'), '+/', '-_'), '='), tag_key)
FROM exchange.line WHERE index >= $1 AND index < $2 ORDER BY index

-- name: leaf_hashes
-- Leaf hashes at a range of indexes.
-- role: lt_inspector
SELECT index, hash FROM ledger.leaf WHERE index >= $1 AND index < $2 ORDER BY index

-- name: entry
-- The body of the record or line at this index, if it is still kept.
-- role: lt_inspector
SELECT body FROM exchange.record WHERE index = $1
UNION ALL
SELECT body FROM exchange.line WHERE index = $1

-- name: outside
-- Indexes of leaves, records and lines that stand outside the log of so many leaves, at most ten.
-- role: lt_inspector
SELECT index FROM ledger.leaf WHERE index >= $1
UNION ALL
SELECT index FROM exchange.record WHERE index < 0 OR index >= $1
UNION ALL
SELECT index FROM exchange.line WHERE index < 0 OR index >= $1
ORDER BY index LIMIT 10
