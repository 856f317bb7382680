-- Closing the log. After a restore, a promotion or any other setting back nothing is appended until the log is known to
-- hold the last checkpoint seen elsewhere: going on at an old size would give old indexes to new entries, a fork
-- signed by ourselves. Whoever may close it need not be trusted to open it: opening is lt_owner's alone.

CREATE TABLE ledger.closure (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  closed_at timestamptz NOT NULL,
  cause text NOT NULL CHECK (cause IN ('restore', 'promotion', 'set_back')),
  size bigint NOT NULL CHECK (size >= 0),
  ended_at timestamptz,
  ending text CHECK (ending IN ('reached', 'succeeded')),
  last_size bigint CHECK (last_size >= 0),
  decided_by text CHECK (decided_by <> ''),
  index bigint,
  CHECK ((ended_at IS NULL) = (ending IS NULL) AND (ended_at IS NULL) = (last_size IS NULL)
         AND (ended_at IS NULL) = (decided_by IS NULL) AND (ended_at IS NULL) = (index IS NULL))
);
COMMENT ON TABLE ledger.closure IS
  'Times in which the log is closed: one row each, the last without an end while it lasts.';
COMMENT ON COLUMN ledger.head.closed IS 'Set on the newest head while the log is closed: ledger.append reads it.';
COMMENT ON COLUMN ledger.closure.size IS 'Leaves there were when it was closed.';
COMMENT ON COLUMN ledger.closure.last_size IS 'Leaves of the last checkpoint it was compared with.';
COMMENT ON COLUMN ledger.closure.index IS 'The leaf that says how it ended.';
CREATE UNIQUE INDEX closure_open ON ledger.closure ((ended_at IS NULL)) WHERE ended_at IS NULL;

-- A closure ends once; nothing else of it changes.
CREATE FUNCTION ledger.keep_closure() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL
     OR (OLD.number, OLD.closed_at, OLD.cause, OLD.size) IS DISTINCT FROM
        (NEW.number, NEW.closed_at, NEW.cause, NEW.size) THEN
    RAISE EXCEPTION 'a closure of the log ends once and is never changed'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER only_ended BEFORE UPDATE ON ledger.closure
  FOR EACH ROW EXECUTE FUNCTION ledger.keep_closure();
CREATE TRIGGER no_delete BEFORE DELETE ON ledger.closure
  FOR EACH ROW EXECUTE FUNCTION ops.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON ledger.closure
  FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();
ALTER TABLE ledger.closure ENABLE ALWAYS TRIGGER only_ended;
ALTER TABLE ledger.closure ENABLE ALWAYS TRIGGER no_delete;
ALTER TABLE ledger.closure ENABLE ALWAYS TRIGGER no_truncate;

-- Closes the log and tells whether it was open. It takes the turn to append, so when it has committed every append
-- before it is durable and none comes after it.
CREATE FUNCTION ledger.close(p_cause text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_was_open boolean;
BEGIN
  LOCK TABLE ledger.turn IN EXCLUSIVE MODE;
  INSERT INTO ledger.closure (closed_at, cause, size)
  SELECT clock_timestamp(), p_cause, (SELECT max(h.size) FROM ledger.head AS h)
  WHERE NOT EXISTS (SELECT FROM ledger.closure AS c WHERE c.ended_at IS NULL);
  v_was_open := FOUND;
  UPDATE ledger.head SET closed = true WHERE size = (SELECT max(h.size) FROM ledger.head AS h) AND NOT closed;
  RETURN v_was_open;
END
$$;

-- Since when, why and at which size the log is closed; no row: it is open.
CREATE FUNCTION ledger.closed(OUT closed_at timestamptz, OUT cause text, OUT size bigint) RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT c.closed_at, c.cause, c.size FROM ledger.closure AS c WHERE c.ended_at IS NULL;
END;
