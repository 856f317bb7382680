-- The nonces the steward has taken: SQLite, one file of the sandbox. A request is acted on once, also across restarts.

CREATE TABLE IF NOT EXISTS taken (
  nonce TEXT PRIMARY KEY,
  until INTEGER NOT NULL
) STRICT;
