-- The seam. Records and lines are partitioned by the month of "at" (0040_partitions.sql makes the partitions); what
-- was written there or in exchange.grant is never changed.

-- Refuses what it is attached to, whoever does it. Superusers can take a trigger off; witnesses see what they do.
CREATE FUNCTION ops.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RAISE EXCEPTION '% of %.% is refused: it is append-only', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TABLE exchange.grant (
  version bigint PRIMARY KEY CHECK (version > 0),
  system text NOT NULL CHECK (system <> ''),
  revision integer NOT NULL CHECK (revision > 0),
  document bytea NOT NULL,
  signature bytea NOT NULL,
  signer text NOT NULL CHECK (signer <> ''),
  published_at timestamptz NOT NULL,
  UNIQUE (system, revision)
);
COMMENT ON TABLE exchange.grant IS
  'Signed grants, each a leaf of the log. The newest revision of a system holds; gateways check every signature.';
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON exchange.grant
  FOR EACH ROW EXECUTE FUNCTION ops.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON exchange.grant
  FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();
ALTER TABLE exchange.grant ENABLE ALWAYS TRIGGER no_change;
ALTER TABLE exchange.grant ENABLE ALWAYS TRIGGER no_truncate;

CREATE FUNCTION exchange.announce_grant() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM pg_notify('exchange_grant', NEW.version::text);
  RETURN NULL;
END
$$;
CREATE TRIGGER announce AFTER INSERT ON exchange.grant
  FOR EACH ROW EXECUTE FUNCTION exchange.announce_grant();
ALTER TABLE exchange.grant ENABLE ALWAYS TRIGGER announce;

CREATE TABLE exchange.record (
  at timestamptz NOT NULL,
  index bigint NOT NULL,
  act smallint NOT NULL,
  kind smallint NOT NULL,
  agency text NOT NULL,
  system text NOT NULL,
  key_id text NOT NULL,
  purpose text NOT NULL,
  officer text NOT NULL,
  request_id text NOT NULL,
  code text NOT NULL,
  persons integer NOT NULL,
  misses integer NOT NULL,
  lines integer NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (index, at)
) PARTITION BY RANGE (at);
COMMENT ON TABLE exchange.record IS
  'One row per exchange; body holds the exact bytes of the leaf, the other columns are for asking. Law: R6.1.';
COMMENT ON COLUMN exchange.record.lines IS 'So many lines stand at the indexes that follow.';
CREATE INDEX record_request ON exchange.record (system, request_id) WHERE request_id <> '';
CREATE INDEX record_at ON exchange.record USING brin (at) WITH (pages_per_range = 32, autosummarize = on);

CREATE TABLE exchange.line (
  at timestamptz NOT NULL,
  index bigint NOT NULL,
  record bigint NOT NULL,
  outcome smallint NOT NULL,
  visibility smallint NOT NULL,
  tag bytea NOT NULL,
  tag_key text NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (index, at)
) PARTITION BY RANGE (at);
COMMENT ON TABLE exchange.line IS 'One row per person and record; at is that of its record.';
COMMENT ON COLUMN exchange.line.record IS 'Index of its record.';
CREATE INDEX line_tag ON exchange.line (tag, at);

CREATE TABLE exchange.nonce (
  key_id text NOT NULL,
  nonce text NOT NULL,
  created bigint NOT NULL,
  index bigint NOT NULL,
  PRIMARY KEY (key_id, nonce)
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 10000);
COMMENT ON TABLE exchange.nonce IS 'Nonces of proven requests, until their signature has expired for certain.';
COMMENT ON COLUMN exchange.nonce.created IS 'Seconds since 1970, as signed.';
CREATE INDEX nonce_created ON exchange.nonce USING brin (created) WITH (pages_per_range = 8, autosummarize = on);

CREATE UNLOGGED TABLE exchange.attempt (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key_id text NOT NULL,
  at timestamptz NOT NULL,
  address text NOT NULL,
  target text NOT NULL,
  code text NOT NULL,
  detail text NOT NULL
);
COMMENT ON TABLE exchange.attempt IS
  'The last failed attempts of each known key, for diagnosis: no body, no name, lost in a crash.';
CREATE INDEX attempt_key ON exchange.attempt (key_id, number);

CREATE TABLE exchange.finding (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL,
  kind text NOT NULL CHECK (kind <> ''),
  agency text NOT NULL,
  system text NOT NULL,
  officer text NOT NULL,
  index bigint,
  detail text NOT NULL,
  closed_at timestamptz,
  closed_by text CHECK (closed_by <> ''),
  closed_account text CHECK (closed_account <> ''),
  closed_reason text CHECK (closed_reason <> ''),
  closed_index bigint,
  CHECK (num_nulls(closed_at, closed_by, closed_account, closed_reason, closed_index) IN (0, 5))
);
COMMENT ON TABLE exchange.finding IS 'What a person should look at: references and names of fields, never values.';
COMMENT ON COLUMN exchange.finding.index IS 'The record it is about, where it is about one.';
COMMENT ON COLUMN exchange.finding.closed_account IS 'The operating-system account it was closed from.';
COMMENT ON COLUMN exchange.finding.closed_index IS 'The record that says who closed it and why.';
CREATE UNIQUE INDEX finding_open ON exchange.finding (kind, system, officer) WHERE closed_at IS NULL;
