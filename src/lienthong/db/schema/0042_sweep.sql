-- What may be forgotten, and what must be in order before a process serves.

CREATE TABLE ops.sweep_turn ();
COMMENT ON TABLE ops.sweep_turn IS 'Always empty; its EXCLUSIVE lock is the turn to sweep.';

-- Forgets nonces signed more than ten minutes ago (a signature is accepted for 70 seconds), superseded heads older
-- than ten minutes, attempts older than seven days. Never waits for the turn to append, nor makes an append wait.
CREATE FUNCTION ledger.sweep(OUT nonces bigint, OUT heads bigint, OUT attempts bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_now constant timestamptz := clock_timestamp();
BEGIN
  LOCK TABLE ops.sweep_turn IN EXCLUSIVE MODE;
  DELETE FROM exchange.nonce WHERE created < extract(epoch FROM v_now)::bigint - 600;
  GET DIAGNOSTICS nonces = ROW_COUNT;
  DELETE FROM ledger.head WHERE at < v_now - interval '10 minutes' AND size < (SELECT max(size) FROM ledger.head);
  GET DIAGNOSTICS heads = ROW_COUNT;
  DELETE FROM exchange.attempt WHERE at < v_now - interval '7 days';
  GET DIAGNOSTICS attempts = ROW_COUNT;
END
$$;

-- Everything that makes serving unsafe, one sentence each; no row: nothing found. A process asks when it starts.
CREATE FUNCTION ops.faults() RETURNS TABLE (fault text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT format('setting %s is %s', s.name, s.setting) FROM pg_catalog.pg_settings AS s
  WHERE (s.name IN ('fsync', 'full_page_writes') AND s.setting <> 'on')
     OR (s.name = 'synchronous_commit' AND s.setting NOT IN ('on', 'remote_apply'))
  UNION ALL
  SELECT format('table %s is not written to WAL', c.oid::regclass) FROM pg_catalog.pg_class AS c
  WHERE c.relnamespace IN ('ledger'::regnamespace, 'exchange'::regnamespace, 'register'::regnamespace)
    AND c.relkind IN ('r', 'S') AND c.relpersistence <> 'p'
    AND NOT (c.relnamespace = 'exchange'::regnamespace AND c.relname LIKE 'attempt%')
  UNION ALL
  SELECT format('trigger %s of %s is not enabled always', t.tgname, t.tgrelid::regclass)
  FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
  WHERE c.relnamespace IN ('ledger'::regnamespace, 'exchange'::regnamespace) AND NOT t.tgisinternal
    AND t.tgenabled <> 'A'
  UNION ALL
  SELECT format('table %s can be changed: trigger %s is missing', c.oid::regclass, required.name)
  FROM pg_catalog.pg_class AS c
  CROSS JOIN (VALUES ('no_change'), ('no_truncate')) AS required (name)
  WHERE c.relkind IN ('r', 'p')
    AND (c.oid IN ('exchange.grant'::regclass, 'exchange.record'::regclass, 'exchange.line'::regclass,
                   'ledger.leaf'::regclass, 'ledger.head'::regclass, 'ledger.tile'::regclass,
                   'ledger.checkpoint'::regclass)
         OR EXISTS (SELECT FROM pg_catalog.pg_inherits AS i WHERE i.inhrelid = c.oid
                    AND i.inhparent IN ('exchange.record'::regclass, 'exchange.line'::regclass)))
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger AS t WHERE t.tgrelid = c.oid AND t.tgname = required.name)
  UNION ALL
  SELECT format('the log has no durable-commit guard')
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_trigger AS t
                    WHERE t.tgrelid = 'ledger.head'::regclass AND t.tgname = 'durable')
  UNION ALL
  SELECT format('there is no partition %s', wanted.name)
  FROM (
    SELECT parent, parent || '_' || to_char((clock_timestamp() AT TIME ZONE 'UTC')::date
                                    + make_interval(months => ahead), 'YYYYMM') AS name
    FROM unnest(ARRAY['record', 'line']) AS parent CROSS JOIN generate_series(0, 2) AS ahead
  ) AS wanted
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_inherits AS i
                    WHERE i.inhrelid = to_regclass('exchange.' || wanted.name)
                      AND i.inhparent = to_regclass('exchange.' || wanted.parent));
END;
