-- The two ends of a closure (0022_closing.sql). For lt_owner alone: no role of a process may open the log. Whether a
-- checkpoint was signed and seen is the caller's to check; what the database can hold against it, it does.

-- Opens the closed log with the leaf that says so, in one commit. p_size is the size the caller has verified, p_last
-- that of the last checkpoint known. ending 'reached': the log holds that checkpoint; 'succeeded': it does not, and
-- p_body is the succession under which another log goes on from here. Returns the index of the leaf.
CREATE FUNCTION ledger.reopen(
  p_ending text, p_size bigint, p_last bigint, p_root bytea, p_by text, p_at timestamptz, p_body bytea
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_size bigint;
  v_number bigint;
  v_indexes bigint[];
BEGIN
  -- 1. The turn: nobody appends between this look and the leaf.
  LOCK TABLE ledger.turn IN EXCLUSIVE MODE;
  SELECT max(h.size) INTO v_size FROM ledger.head AS h;
  SELECT c.number INTO v_number FROM ledger.closure AS c WHERE c.ended_at IS NULL;
  IF v_number IS NULL THEN
    RAISE EXCEPTION 'the log is open' USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;

  -- 2. What was verified is what is there, and it is long enough, or honestly too short.
  IF p_size IS DISTINCT FROM v_size THEN
    RAISE EXCEPTION 'the log has % leaves, % were verified', v_size, p_size
      USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  IF p_ending NOT IN ('reached', 'succeeded') OR (p_ending = 'reached') IS DISTINCT FROM (p_last <= v_size) THEN
    RAISE EXCEPTION 'a log of % leaves whose last checkpoint has % cannot end so: %', v_size, p_last, p_ending
      USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  IF EXISTS (SELECT FROM ledger.checkpoint AS c WHERE c.size = p_last AND c.root IS DISTINCT FROM p_root) THEN
    RAISE EXCEPTION 'the checkpoint of % leaves published here has another root', p_last
      USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;

  -- 3. Opening and its leaf are one commit: the log is not opened without saying so.
  UPDATE ledger.closure AS c
  SET ended_at = clock_timestamp(), ending = p_ending, last_size = p_last, decided_by = p_by, index = v_size
  WHERE c.number = v_number;
  UPDATE ledger.head SET closed = false WHERE closed;
  SELECT a.indexes INTO STRICT v_indexes FROM ledger.append(
    NULL, ARRAY[p_at], ARRAY[''], ARRAY[''], ARRAY[0::bigint], ARRAY[1::smallint],
    ARRAY[CASE p_ending WHEN 'succeeded' THEN 16 ELSE 13 END::smallint], ARRAY['authority'], ARRAY['hub'], ARRAY[''],
    ARRAY[p_by], ARRAY[''], ARRAY[''], ARRAY[0], ARRAY[0], ARRAY[0], ARRAY[p_body], '{}', '{}', '{}', '{}', '{}') AS a;
  RETURN v_indexes[1];
END
$$;
