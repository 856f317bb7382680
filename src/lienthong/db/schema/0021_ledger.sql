-- The log. Leaves, heads, tiles and checkpoints lie outside the partitions and outlive the records: proofs stay when
-- details go.

CREATE TABLE ledger.leaf (
  index bigint PRIMARY KEY,
  hash bytea NOT NULL
);
COMMENT ON COLUMN ledger.leaf.hash IS 'SHA-256(0x00 || body), RFC 6962 section 2.1.';

CREATE TABLE ledger.head (
  size bigint PRIMARY KEY,
  previous bigint NOT NULL,
  at timestamptz NOT NULL,
  closed boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE ledger.head IS
  'One new row per append, never updated by it: the versions of an updated row pile up under every held snapshot.';

CREATE TABLE ledger.tile (
  level smallint NOT NULL CHECK (level BETWEEN 0 AND 7),
  n bigint NOT NULL CHECK (n >= 0),
  data bytea NOT NULL CHECK (octet_length(data) = 8192),
  PRIMARY KEY (level, n)
);
COMMENT ON TABLE ledger.tile IS 'Full tiles of 256 hashes, C2SP tlog-tiles.';
ALTER TABLE ledger.tile ALTER COLUMN data SET STORAGE EXTERNAL;

CREATE TABLE ledger.checkpoint (
  size bigint NOT NULL CHECK (size >= 0),
  root bytea NOT NULL CHECK (octet_length(root) = 32),
  note text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (size, at)
);
COMMENT ON TABLE ledger.checkpoint IS 'Signed heads, C2SP tlog-checkpoint, with the cosignatures had by then.';

-- Whoever holds this table EXCLUSIVE has the turn to append, until its transaction ends. A table and not an advisory
-- lock: every role may take an advisory lock and so could stop the log.
CREATE TABLE ledger.turn ();
CREATE TABLE ledger.checkpoint_turn ();
COMMENT ON TABLE ledger.turn IS 'Always empty; its EXCLUSIVE lock is the turn to append.';
COMMENT ON TABLE ledger.checkpoint_turn IS 'Always empty; its EXCLUSIVE lock is the turn to publish a checkpoint.';

INSERT INTO ledger.head (size, previous, at) VALUES (0, 0, clock_timestamp());

-- A commit that does not reach the disk must not look like one. Deferred, so it sees the settings the transaction
-- commits with.
CREATE FUNCTION ledger.require_durable_commit() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF current_setting('synchronous_commit') NOT IN ('on', 'remote_apply') OR current_setting('fsync') <> 'on'
     OR current_setting('full_page_writes') <> 'on' THEN
    RAISE EXCEPTION 'the log does not commit with synchronous_commit=%, fsync=%, full_page_writes=%',
      current_setting('synchronous_commit'), current_setting('fsync'), current_setting('full_page_writes')
      USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER durable AFTER INSERT ON ledger.head
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.require_durable_commit();

CREATE FUNCTION ledger.keep_newest_head() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM ledger.head WHERE size > OLD.size) THEN
    RAISE EXCEPTION 'the newest head stays' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN OLD;
END
$$;

-- A head stays as it was written, but that it is marked while the log is closed (0022_closing.sql), so that an append
-- learns it from the row it reads anyway. The mark is that of the closure, and cannot be set or taken off by itself.
CREATE FUNCTION ledger.keep_head() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF (OLD.size, OLD.previous, OLD.at) IS DISTINCT FROM (NEW.size, NEW.previous, NEW.at)
     OR NEW.closed IS DISTINCT FROM EXISTS (SELECT FROM ledger.closure AS c WHERE c.ended_at IS NULL) THEN
    RAISE EXCEPTION 'UPDATE of ledger.head is refused: it is append-only'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
$$;

-- A checkpoint never goes back, never passes the durable head, and never gives one size two roots.
CREATE FUNCTION ledger.require_growth() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_newest ledger.checkpoint;
BEGIN
  LOCK TABLE ledger.checkpoint_turn IN EXCLUSIVE MODE;
  SELECT size, root, note, at INTO v_newest FROM ledger.checkpoint ORDER BY size DESC, at DESC LIMIT 1;
  IF NEW.size < v_newest.size OR NEW.size > (SELECT max(size) FROM ledger.head)
     OR (NEW.size = v_newest.size AND (NEW.root <> v_newest.root OR NEW.at <= v_newest.at)) THEN
    RAISE EXCEPTION 'checkpoint of size % does not follow that of size %', NEW.size, v_newest.size
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER growth BEFORE INSERT ON ledger.checkpoint
  FOR EACH ROW EXECUTE FUNCTION ledger.require_growth();

CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON ledger.leaf
  FOR EACH ROW EXECUTE FUNCTION ops.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON ledger.leaf
  FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();
CREATE TRIGGER no_change BEFORE UPDATE ON ledger.head
  FOR EACH ROW EXECUTE FUNCTION ledger.keep_head();
CREATE TRIGGER keep_newest BEFORE DELETE ON ledger.head
  FOR EACH ROW EXECUTE FUNCTION ledger.keep_newest_head();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON ledger.head
  FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON ledger.tile
  FOR EACH ROW EXECUTE FUNCTION ops.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON ledger.tile
  FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON ledger.checkpoint
  FOR EACH ROW EXECUTE FUNCTION ops.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON ledger.checkpoint
  FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();
ALTER TABLE ledger.leaf ENABLE ALWAYS TRIGGER no_change;
ALTER TABLE ledger.leaf ENABLE ALWAYS TRIGGER no_truncate;
ALTER TABLE ledger.head ENABLE ALWAYS TRIGGER durable;
ALTER TABLE ledger.head ENABLE ALWAYS TRIGGER no_change;
ALTER TABLE ledger.head ENABLE ALWAYS TRIGGER keep_newest;
ALTER TABLE ledger.head ENABLE ALWAYS TRIGGER no_truncate;
ALTER TABLE ledger.tile ENABLE ALWAYS TRIGGER no_change;
ALTER TABLE ledger.tile ENABLE ALWAYS TRIGGER no_truncate;
ALTER TABLE ledger.checkpoint ENABLE ALWAYS TRIGGER growth;
ALTER TABLE ledger.checkpoint ENABLE ALWAYS TRIGGER no_change;
ALTER TABLE ledger.checkpoint ENABLE ALWAYS TRIGGER no_truncate;
