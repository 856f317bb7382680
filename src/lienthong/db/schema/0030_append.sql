-- The one way into the log. The order of the steps is the safety argument; do not take it apart.

-- Arrays p_at … p_body have one element per record, p_line_* one per line, in leaf order. A record at index i is
-- followed by its p_lines at i+1 …. Empty or NULL nonce: no replay check. outcome 0: the grants moved, nothing was
-- written; 1: appended, indexes has per record its index, or NULL where the nonce was used before and earlier has the
-- index of the record that used it. Raises on anything else, and then nothing was written. Law: R6.1.
CREATE FUNCTION ledger.append(
  p_grant_version bigint, p_at timestamptz[], p_key text[], p_nonce text[], p_created bigint[],
  p_act smallint[], p_kind smallint[], p_agency text[], p_system text[], p_purpose text[], p_officer text[],
  p_request_id text[], p_code text[], p_persons integer[], p_misses integer[], p_lines integer[], p_body bytea[],
  p_line_tag bytea[], p_line_tag_key text[], p_line_outcome smallint[], p_line_visibility smallint[],
  p_line_body bytea[]
)
RETURNS TABLE (outcome smallint, indexes bigint[], earlier bigint[])
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off   -- plans are kept: they must not be those for an empty table
AS $$
#variable_conflict use_column
DECLARE
  v_records constant integer := cardinality(p_at);
  v_lines constant integer := cardinality(p_line_body);
  v_line_sum bigint := 0;
  v_winners integer;
  v_winner_lines integer;
  v_nonces integer;
  v_rows integer;
  v_version bigint;
  v_closed boolean;
  v_base bigint;
  v_next bigint;
  v_index bigint[];
  v_taken bigint[];
  v_won bigint[];
  v_earlier bigint[] := array_fill(NULL::bigint, ARRAY[v_records]);
  v_line integer := 0;
  v_count integer;
  v_line_index bigint[];
  v_line_record bigint[];
  v_line_at timestamptz[];
BEGIN
  -- A batch that does not hold together is the caller's defect: refuse it before anybody waits for it.
  IF v_records IS NULL OR v_records NOT BETWEEN 1 AND 1000 OR array_fill(v_records, ARRAY[15]) IS DISTINCT FROM ARRAY[
       cardinality(p_key), cardinality(p_nonce), cardinality(p_created), cardinality(p_act), cardinality(p_kind),
       cardinality(p_agency), cardinality(p_system), cardinality(p_purpose), cardinality(p_officer),
       cardinality(p_request_id), cardinality(p_code), cardinality(p_persons), cardinality(p_misses),
       cardinality(p_lines), cardinality(p_body)]
     OR v_lines IS NULL OR v_lines > 65536 OR array_fill(v_lines, ARRAY[4]) IS DISTINCT FROM ARRAY[
       cardinality(p_line_tag), cardinality(p_line_tag_key), cardinality(p_line_outcome),
       cardinality(p_line_visibility)]
     OR 0 > ANY (p_lines) THEN
    RAISE EXCEPTION 'the arrays of a batch do not fit together' USING ERRCODE = 'array_subscript_error';
  END IF;
  FOREACH v_count IN ARRAY p_lines LOOP
    v_line_sum := v_line_sum + v_count;
  END LOOP;
  IF v_line_sum IS DISTINCT FROM v_lines THEN
    RAISE EXCEPTION 'the records of a batch announce % lines, it has %', v_line_sum, v_lines
      USING ERRCODE = 'array_subscript_error';
  END IF;
  -- The retention term counts from "at": neither a stopped clock nor a thief may shorten it. Law: R6.2.
  IF clock_timestamp() - interval '40 days' > ANY (p_at) OR clock_timestamp() + interval '1 day' < ANY (p_at) THEN
    RAISE EXCEPTION 'a record is dated outside the present' USING ERRCODE = 'datetime_field_overflow';
  END IF;
  -- A fixed snapshot would show this transaction the grants and the head of a moment before its turn.
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'ledger.append works in read committed only' USING ERRCODE = 'invalid_transaction_state';
  END IF;

  -- 1. Take the turn, until the end of the transaction. Everything that follows is one writer's; the commit is the
  --    sequencing. Survives: two workers with the same nonces in opposite order (no row is locked before the turn, so
  --    they cannot deadlock), and a worker that dies (its transaction ends, the turn passes on).
  LOCK TABLE ledger.turn IN EXCLUSIVE MODE;

  -- 2. The batch was decided under p_grant_version. A grant published since, a revocation above all, sends the whole
  --    batch back. Publishing takes the same turn, so its own commit is the last moment the old grant works.
  --    Closed is answered first: a log that was set back must not grow, whoever asks (0022_closing.sql).
  SELECT size, closed, (SELECT coalesce(max(version), 0) FROM exchange.grant)
  INTO v_base, v_closed, v_version
  FROM ledger.head ORDER BY size DESC LIMIT 1;
  IF v_closed THEN
    RAISE EXCEPTION 'the log is closed at % leaves until it is known to be whole', v_base USING ERRCODE = 'LT508';
  END IF;
  IF v_version <> p_grant_version THEN
    outcome := 0;
    RETURN NEXT;
    RETURN;
  END IF;

  v_winners := v_records;
  v_winner_lines := v_lines;
  v_next := v_base;
  FOR i IN 1..v_records LOOP
    v_index[i] := v_next;
    v_next := v_next + 1 + p_lines[i];
  END LOOP;

  -- 3. Claim the nonces, as if none was used before. Survives: the same signed request through two workers, twice in
  --    one batch, or again after a crash: the claim is durable with the record or not at all. Only the nonce key may
  --    be in conflict; a conflict anywhere else raises.
  v_nonces := v_records - cardinality(array_positions(p_nonce, '')) - cardinality(array_positions(p_nonce, NULL));
  IF v_nonces > 0 THEN
    INSERT INTO exchange.nonce AS claimed (key_id, nonce, created, index)
    SELECT key_id, nonce, created, index
    FROM unnest(p_key, p_nonce, p_created, v_index) AS u (key_id, nonce, created, index)
    WHERE nonce <> ''
    ON CONFLICT (key_id, nonce) DO NOTHING;
    GET DIAGNOSTICS v_rows = ROW_COUNT;

    -- Losers get no leaf: the winners close up, so no index is left out. A claim of this batch carries the index
    -- it was made with; every other one is older than v_base.
    IF v_rows < v_nonces THEN
      SELECT array_agg(n.index ORDER BY u.position) INTO v_taken
      FROM unnest(p_key, p_nonce) WITH ORDINALITY AS u (key_id, nonce, position)
      LEFT JOIN exchange.nonce AS n ON n.key_id = u.key_id AND n.nonce = u.nonce AND u.nonce <> '';
      v_next := v_base;
      FOR i IN 1..v_records LOOP
        IF v_taken[i] IS NULL OR v_taken[i] = v_index[i] THEN
          v_won[i] := v_next;
          v_next := v_next + 1 + p_lines[i];
        ELSE
          v_won[i] := NULL;
          v_earlier[i] := CASE WHEN v_taken[i] < v_base THEN v_taken[i]
                               ELSE v_won[array_position(v_index, v_taken[i])] END;
          v_winners := v_winners - 1;
          v_winner_lines := v_winner_lines - p_lines[i];
        END IF;
      END LOOP;
      UPDATE exchange.nonce AS n SET index = u.won
      FROM unnest(p_key, p_nonce, v_index, v_won) AS u (key_id, nonce, index, won)
      WHERE n.key_id = u.key_id AND n.nonce = u.nonce AND n.index = u.index AND u.won <> u.index;
      v_index := v_won;
    END IF;
  END IF;

  -- 4. Records and lines at consecutive indexes after the newest head. What is too long or too short is found by
  --    counting: a CHECK would be parsed again in every statement.
  FOR i IN 1..v_records LOOP
    FOR j IN 1..p_lines[i] LOOP
      v_line := v_line + 1;
      v_line_record[v_line] := v_index[i];
      v_line_index[v_line] := v_index[i] + j;
      v_line_at[v_line] := p_at[i];
    END LOOP;
  END LOOP;
  INSERT INTO exchange.record
    (at, index, act, kind, agency, system, key_id, purpose, officer, request_id, code, persons, misses, lines, body)
  SELECT at, index, act, kind, agency, system, key_id, purpose, officer, request_id, code, persons, misses, lines, body
  FROM unnest(p_at, v_index, p_act, p_kind, p_agency, p_system, p_key, p_purpose, p_officer, p_request_id, p_code,
              p_persons, p_misses, p_lines, p_body)
    AS u (at, index, act, kind, agency, system, key_id, purpose, officer, request_id, code, persons, misses, lines,
          body)
  WHERE index IS NOT NULL AND octet_length(body) BETWEEN 2 AND 65535;
  GET DIAGNOSTICS v_rows = ROW_COUNT;
  IF v_rows <> v_winners THEN
    RAISE EXCEPTION 'a record has 2 to 65535 bytes' USING ERRCODE = 'program_limit_exceeded';
  END IF;
  IF v_lines > 0 THEN
    INSERT INTO exchange.line (at, index, record, outcome, visibility, tag, tag_key, body)
    SELECT at, index, record, outcome, visibility, tag, tag_key, body
    FROM unnest(v_line_at, v_line_index, v_line_record, p_line_outcome, p_line_visibility, p_line_tag, p_line_tag_key,
                p_line_body)
      AS u (at, index, record, outcome, visibility, tag, tag_key, body)
    WHERE index IS NOT NULL AND octet_length(body) BETWEEN 2 AND 65535 AND octet_length(tag) = 16;
    GET DIAGNOSTICS v_rows = ROW_COUNT;
    IF v_rows <> v_winner_lines THEN
      RAISE EXCEPTION 'a line has 2 to 65535 bytes and a tag of 16' USING ERRCODE = 'program_limit_exceeded';
    END IF;
  END IF;

  -- 5. The leaf hashes, computed here so that a leaf is the hash of what was stored, and a new head. Survives: a
  --    second writer that got past the turn (the primary key of the leaf stops it), and a commit that would not be
  --    durable (the deferred trigger on the head). A batch of losers only leaves the log as it was.
  IF v_next > v_base THEN
    INSERT INTO ledger.leaf (index, hash)
    SELECT index, sha256('\x00'::bytea || body)
    FROM (SELECT index, body FROM unnest(v_index, p_body) AS u (index, body)
          UNION ALL SELECT index, body FROM unnest(v_line_index, p_line_body) AS u (index, body)) AS leaf
    WHERE index IS NOT NULL;
    INSERT INTO ledger.head (size, previous, at) VALUES (v_next, v_base, clock_timestamp());
  END IF;

  outcome := 1;
  indexes := v_index;
  earlier := v_earlier;
  RETURN NEXT;
END
$$;

-- Index of the record that used this nonce, NULL if none: what a worker asks when it does not know whether its
-- append was committed. It waits for its turn, so an append still under way is over when the answer is given.
CREATE FUNCTION ledger.find(p_key text, p_nonce text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  LOCK TABLE ledger.turn IN EXCLUSIVE MODE;
  RETURN (SELECT n.index FROM exchange.nonce AS n WHERE n.key_id = p_key AND n.nonce = p_nonce);
END
$$;
