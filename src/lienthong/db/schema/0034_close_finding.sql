-- Closing a finding: a person's, who has looked. p_body is the record (act exploit, kind staff_act) that names who and
-- why; returns its index, NULL when the finding was not open, and then nothing was written. Law: R6.1, R8.2.
CREATE FUNCTION exchange.close_finding(
  p_number bigint, p_at timestamptz, p_by text, p_account text, p_reason text, p_body bytea
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_agency text;
  v_system text;
  v_indexes bigint[];
BEGIN
  -- 1. The turn before the row, as whoever opens one takes them: no deadlock, and a batch commits before this or is
  --    judged by what holds after it.
  LOCK TABLE ledger.turn IN EXCLUSIVE MODE;

  -- 2. Once only. Survives: two persons closing at the same time.
  SELECT f.agency, f.system INTO v_agency, v_system
  FROM exchange.finding AS f WHERE f.number = p_number AND f.closed_at IS NULL FOR UPDATE;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;

  -- 3. Closing and leaf are one commit: nothing goes on that the log does not show.
  SELECT a.indexes INTO STRICT v_indexes FROM ledger.append(
    NULL, ARRAY[p_at], ARRAY[''], ARRAY[''], ARRAY[0::bigint], ARRAY[3::smallint], ARRAY[13::smallint],
    ARRAY[v_agency], ARRAY[v_system], ARRAY[''], ARRAY[''], ARRAY[''], ARRAY[''], ARRAY[0], ARRAY[0], ARRAY[0],
    ARRAY[p_body], '{}', '{}', '{}', '{}', '{}') AS a;
  UPDATE exchange.finding
  SET closed_at = p_at, closed_by = p_by, closed_account = p_account, closed_reason = p_reason,
      closed_index = v_indexes[1]
  WHERE finding.number = p_number;
  RETURN v_indexes[1];
END
$$;
