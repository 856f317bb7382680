-- Numbers given one after another, and letters met by what their copies have in common.
-- role: lt_control

-- name: next_number
-- The next number of a series in a year. The row stays locked until the act ends: whoever comes meanwhile waits, and
-- an act that fails takes its number back, so that none is burnt.
INSERT INTO control.counter AS c (series, year, last) VALUES ($1, $2, 1)
ON CONFLICT (series, year) DO UPDATE SET last = c.last + 1
RETURNING c.last

-- name: hold_letter
-- Whoever enters a copy of the same letter waits until this act ends.
SELECT pg_advisory_xact_lock(hashtextextended($1, 46))
