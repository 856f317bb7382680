-- The journal: entries that only grow, and the right edge of their Merkle tree.
-- The triggers keep honest programs honest; what they cannot keep out, the tree shows.

PRAGMA application_id = 0x4C544A31;
PRAGMA user_version = 1;

CREATE TABLE IF NOT EXISTS entry (
    position INTEGER PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS entry_request_id ON entry (json_extract(body, '$.request_id'));

CREATE TABLE IF NOT EXISTS head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    size INTEGER NOT NULL CHECK (size >= 0),
    hashes BLOB NOT NULL CHECK (length(hashes) % 32 = 0)
) STRICT;

INSERT OR IGNORE INTO head (one, size, hashes) VALUES (1, 0, x'');

CREATE TRIGGER IF NOT EXISTS entry_comes_next BEFORE INSERT ON entry
WHEN NEW.position IS NOT (SELECT size FROM head)
BEGIN
    SELECT RAISE(ABORT, 'the journal only grows at its end');
END;

CREATE TRIGGER IF NOT EXISTS entry_stays BEFORE UPDATE ON entry
BEGIN
    SELECT RAISE(ABORT, 'a journal entry is never changed');
END;

CREATE TRIGGER IF NOT EXISTS entry_is_kept BEFORE DELETE ON entry
BEGIN
    SELECT RAISE(ABORT, 'a journal entry is never deleted');
END;

CREATE TRIGGER IF NOT EXISTS head_grows BEFORE UPDATE ON head
WHEN NEW.size <= OLD.size
BEGIN
    SELECT RAISE(ABORT, 'the journal only grows');
END;

CREATE TRIGGER IF NOT EXISTS head_is_kept BEFORE DELETE ON head
BEGIN
    SELECT RAISE(ABORT, 'the journal has one head');
END;
