-- The one way into the log, as every plane calls it.
-- role: lt_gateway, lt_intake, lt_control, lt_notary

-- name: append
-- Appends one batch: outcome, index of each record, index of the record that used its nonce before.
SELECT outcome, indexes, earlier
FROM ledger.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)

-- name: append_batches
-- The same for batches about persons, with which of them suspend their system; LTB01: one of a suspended system.
-- role: lt_gateway
SELECT exchange.settle_batches(a.outcome, a.indexes, $2, $8, $9, $11, $23) AS outcome, a.indexes, a.earlier
FROM ledger.append(
  $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22) AS a

-- name: find
-- The index of the record that used this nonce, once every append under way is over.
SELECT ledger.find($1, $2)

-- name: leaves
-- So many leaf hashes from this index on.
SELECT index, hash FROM ledger.leaves($1, $2)
