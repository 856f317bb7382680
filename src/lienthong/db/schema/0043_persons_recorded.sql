-- How many persons the log tells of, from an index up to another, for comparison with those read.

-- recorded: lines of persons asked about; related persons are not read by register.read. excused: reads that have no
-- line of their own but a record that accounts for them: a replayed request was judged before the log refused it, a
-- batch with too many misses is refused from there on, and what was under way when a grant came is read again. A
-- batch reads at most 1,000. Kinds and outcomes by their numbers: 3, 4 batches, 11 a grant, 4 related.
CREATE FUNCTION ledger.persons_recorded(p_from bigint, p_to bigint, OUT recorded bigint, OUT excused bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT
    (SELECT count(*) FROM exchange.line WHERE index >= p_from AND index < p_to AND outcome <> 4),
    (SELECT coalesce(sum(CASE
       WHEN kind = 11 OR (kind IN (3, 4) AND (code = 'LT209' OR misses > 20)) THEN 1000
       WHEN code = 'LT209' THEN 1
       ELSE 0 END), 0)::bigint
     FROM exchange.record WHERE index >= p_from AND index < p_to);
END;
