-- What the journal is asked and told.

-- name: head
-- Size and right edge of the tree.
SELECT size, hashes FROM head

-- name: append
-- One more entry at the end.
INSERT INTO entry (position, body) VALUES (?, ?)

-- name: move_head
-- The tree after it.
UPDATE head SET size = ?, hashes = ?

-- name: bodies
-- All entries from a position on, in order.
SELECT position, body FROM entry WHERE position >= ? ORDER BY position

-- name: newest
-- The last so many entries, newest first.
SELECT position, body FROM entry ORDER BY position DESC LIMIT ?

-- name: of_request
-- The entries of one request id, in order.
SELECT position, body FROM entry WHERE json_extract(body, '$.request_id') = ? ORDER BY position
