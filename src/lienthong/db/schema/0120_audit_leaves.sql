-- How events of the audit come into the log: each waits from its own commit until its leaf is durable.

-- Whoever sees a leaf cannot guess the event that it hashes.
ALTER TABLE audit.event ADD COLUMN salt bytea NOT NULL DEFAULT uuid_send(gen_random_uuid())
  CHECK (octet_length(salt) = 16);

-- Only what has one spelling can be hashed; one event that has none would keep back all that follow.
ALTER TABLE audit.event ADD CHECK (NOT jsonb_path_exists(detail, '$.* ? (@.type() != "string")'));

CREATE TABLE audit.pending (
  event bigint PRIMARY KEY REFERENCES audit.event (id)
);
COMMENT ON TABLE audit.pending IS 'Events without a leaf. Numbers of events come before their commits: no mark of "so far" would be safe.';
INSERT INTO audit.pending (event) SELECT id FROM audit.event;

CREATE FUNCTION audit.await_leaf() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  INSERT INTO audit.pending (event) VALUES (NEW.id);
  RETURN NULL;
END
$$;
CREATE TRIGGER await_leaf AFTER INSERT ON audit.event
  FOR EACH ROW EXECUTE FUNCTION audit.await_leaf();
ALTER TABLE audit.event ENABLE ALWAYS TRIGGER await_leaf;

-- Appends one record (act connect, kind staff_act) per event, in this order; p_bodies are the records. Returns the index
-- of each, or NULL when an event is unknown or has its leaf already, and then nothing was written. The order of the
-- steps is the safety argument. Law: R6.1, R8.1.
CREATE FUNCTION audit.append_leaves(p_events bigint[], p_at timestamptz, p_bodies bytea[]) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_count constant integer := cardinality(p_events);
  v_empty constant text[] := array_fill(''::text, ARRAY[v_count]);
  v_zero constant integer[] := array_fill(0, ARRAY[v_count]);
  v_indexes bigint[];
BEGIN
  IF v_count IS NULL OR v_count NOT BETWEEN 1 AND 1000 OR cardinality(p_bodies) IS DISTINCT FROM v_count THEN
    RAISE EXCEPTION 'one record for each of 1 to 1000 events' USING ERRCODE = 'array_subscript_error';
  END IF;

  -- 1. The turn before the rows, as everybody who appends takes them: no deadlock.
  LOCK TABLE ledger.turn IN EXCLUSIVE MODE;

  -- 2. Once only, all of them or none. Survives: two processes with the same events, and one that was killed after its
  --    commit and begins anew.
  IF (SELECT count(*) FROM audit.pending WHERE event = ANY (p_events)) <> v_count THEN
    RETURN NULL;
  END IF;
  DELETE FROM audit.pending WHERE event = ANY (p_events);

  -- 3. The leaves, and at which index each event stands, in the same commit. Survives: kill -9 anywhere, since before
  --    the commit the events still wait and after it they do not.
  SELECT a.indexes INTO STRICT v_indexes FROM ledger.append(
    NULL, array_fill(p_at, ARRAY[v_count]), v_empty, v_empty, array_fill(0::bigint, ARRAY[v_count]),
    array_fill(1::smallint, ARRAY[v_count]), array_fill(13::smallint, ARRAY[v_count]),
    array_fill('authority'::text, ARRAY[v_count]), array_fill('hub'::text, ARRAY[v_count]),
    v_empty, v_empty, v_empty, v_empty, v_zero, v_zero, v_zero, p_bodies, '{}', '{}', '{}', '{}', '{}') AS a;
  INSERT INTO audit.leaf (event, index)
  SELECT u.event, u.index FROM unnest(p_events, v_indexes) AS u (event, index);
  RETURN v_indexes;
END
$$;

-- What was safe to serve before now also asks for the guards of the audit and of the control plane's states.
CREATE FUNCTION ops.control_faults() RETURNS TABLE (fault text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT format('trigger %s of %s is not enabled always', t.tgname, t.tgrelid::regclass)
  FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
  WHERE c.relnamespace IN ('audit'::regnamespace, 'control'::regnamespace) AND NOT t.tgisinternal
    AND t.tgenabled <> 'A'
  UNION ALL
  SELECT format('table audit.%s can be changed: trigger %s is missing', required.name, required.trigger)
  FROM (VALUES ('event', 'no_change'), ('event', 'no_truncate'), ('event', 'await_leaf'),
               ('leaf', 'no_change'), ('leaf', 'no_truncate')) AS required (name, trigger)
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_trigger AS t
                    WHERE t.tgrelid = to_regclass('audit.' || required.name) AND t.tgname = required.trigger)
  UNION ALL
  SELECT format('states of control.%s are not guarded: trigger keep_to_machine is missing', m.table_name)
  FROM control.machine_table AS m
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_trigger AS t
                    WHERE t.tgrelid = to_regclass('control.' || quote_ident(m.table_name))
                      AND t.tgname = 'keep_to_machine')
  UNION ALL
  SELECT format('table %s is not written to WAL', c.oid::regclass) FROM pg_catalog.pg_class AS c
  WHERE c.relnamespace IN ('audit'::regnamespace, 'control'::regnamespace, 'jobs'::regnamespace)
    AND c.relkind IN ('r', 'S') AND c.relpersistence <> 'p';
END;

ALTER FUNCTION ops.faults() RENAME TO log_faults;
CREATE FUNCTION ops.faults() RETURNS TABLE (fault text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT l.fault FROM ops.log_faults() AS l
  UNION ALL
  SELECT c.fault FROM ops.control_faults() AS c;
END;
REVOKE ALL ON FUNCTION ops.log_faults() FROM lt_gateway, lt_intake, lt_control, lt_notary, lt_inspector, lt_monitor;
GRANT EXECUTE ON FUNCTION ops.faults() TO lt_gateway, lt_intake, lt_control, lt_notary, lt_inspector, lt_monitor;
-- A process looks before it serves whether the schema is that of its release.
GRANT SELECT ON ops.migration, ops.standing TO lt_control;
