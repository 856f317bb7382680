-- The runs of the technical test: SQLite, one file of the sandbox. Nothing here is about a person.

PRAGMA application_id = 0x4C545231;

CREATE TABLE IF NOT EXISTS run (
  id TEXT PRIMARY KEY,
  system TEXT NOT NULL,
  services TEXT NOT NULL,
  opened_at INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS seen (
  number INTEGER PRIMARY KEY,
  run TEXT NOT NULL REFERENCES run (id),
  step TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('attempt', 'report')),
  body BLOB NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS seen_by_step ON seen (run, step, number);
