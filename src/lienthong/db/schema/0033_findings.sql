-- What is held back until a person has looked.

-- Systems with an open finding of a kind: what a gateway obeys until a person has closed it.
CREATE FUNCTION exchange.open_findings(p_kind text) RETURNS TABLE (system text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT DISTINCT f.system FROM exchange.finding AS f WHERE f.kind = p_kind AND f.closed_at IS NULL;
END;

-- Called over the result of ledger.append, in its statement and so in its transaction and turn, with what it was given:
-- returns its outcome, or raises and so takes the append back. The order of the steps is the safety argument.
-- Law: R8.2.
CREATE FUNCTION exchange.settle_batches(
  p_outcome smallint, p_indexes bigint[], p_at timestamptz[], p_agency text[], p_system text[], p_officer text[],
  p_braked boolean[]
) RETURNS smallint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF p_outcome <> 1 THEN
    RETURN p_outcome;
  END IF;
  FOR i IN 1..cardinality(p_indexes) LOOP
    -- 1. A replay has no record, and what it repeats was settled with the first.
    CONTINUE WHEN p_indexes[i] IS NULL;
    -- 2. A batch of a suspended system is not recorded, so nobody is told its answer. Survives: batches that other
    --    workers and gateways judged before they heard of the suspension, however many of them.
    IF EXISTS (SELECT FROM exchange.finding AS f
               WHERE f.kind = 'batch_misses' AND f.system = p_system[i] AND f.closed_at IS NULL) THEN
      RAISE EXCEPTION 'batches of % are suspended', p_system[i] USING ERRCODE = 'LTB01';
    END IF;
    -- 3. The suspension is one commit with the record of the batch that caused it. Survives: a worker that dies with
    --    its answer hardly sent.
    IF p_braked[i] THEN
      INSERT INTO exchange.finding (at, kind, agency, system, officer, index, detail)
      VALUES (p_at[i], 'batch_misses', p_agency[i], p_system[i], p_officer[i], p_indexes[i], '');
    END IF;
  END LOOP;
  RETURN p_outcome;
END
$$;
