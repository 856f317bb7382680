-- What the gateway learns from the log: use of quotas and misses, receipts of one system, hashes for proofs. Indexes
-- grow in the order of commits, so "index > last seen" misses nothing.

-- The next p_limit (at most 10,000) records after index p_after; with tags and outcomes of their lines where they
-- missed, since only misses are counted by person. Every worker reads every record once: this must stay cheap.
CREATE FUNCTION exchange.tail_usage(p_after bigint, p_limit integer)
RETURNS TABLE (
  index bigint, at timestamptz, system text, purpose text, officer text, kind smallint, request_id text, code text,
  persons integer, misses integer, tags bytea[], outcomes smallint[]
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT r.index, r.at, r.system, r.purpose, r.officer, r.kind, r.request_id, r.code, r.persons, r.misses,
    coalesce(l.tags, '{}'), coalesce(l.outcomes, '{}')
  FROM (
    SELECT index, at, system, purpose, officer, kind, request_id, code, persons, misses, lines
    FROM exchange.record WHERE record.index > p_after
    ORDER BY record.index LIMIT least(p_limit, 10000)
  ) AS r
  LEFT JOIN LATERAL (
    SELECT array_agg(line.tag ORDER BY line.index) AS tags, array_agg(line.outcome ORDER BY line.index) AS outcomes
    FROM exchange.line
    WHERE r.misses > 0 AND line.at = r.at AND line.index > r.index AND line.index <= r.index + r.lines
  ) AS l ON true
  ORDER BY r.index;
END;

-- Sums of the records dated p_from or later with index <= p_through: what a gateway counts from when it starts. Answers
-- and refusals about a person (LT4) count, as they do while it runs; other refusals cost nothing.
CREATE FUNCTION exchange.usage_since(p_from timestamptz, p_through bigint)
RETURNS TABLE (
  system text, purpose text, officer text, kind smallint, records bigint, persons bigint, misses bigint
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT r.system, r.purpose, r.officer, r.kind, count(*), sum(r.persons)::bigint, sum(r.misses)::bigint
  FROM exchange.record AS r
  WHERE r.at >= p_from AND r.index <= p_through AND (r.code = '' OR r.code LIKE 'LT4%')
  GROUP BY r.system, r.purpose, r.officer, r.kind;
END;

-- Missed lines by system and tag, over the same records.
CREATE FUNCTION exchange.misses_since(p_from timestamptz, p_through bigint)
RETURNS TABLE (system text, tag bytea, misses bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT r.system, l.tag, count(*)
  FROM exchange.line AS l
  JOIN exchange.record AS r ON r.index = l.record AND r.at = l.at
  WHERE l.at >= p_from AND l.index <= p_through AND l.outcome = 3
  GROUP BY r.system, l.tag;
END;

-- Records of one system by its request ids (at most 1,000), newest first; nobody else's are ever given.
CREATE FUNCTION exchange.receipts(p_system text, p_request_ids text[], p_since timestamptz)
RETURNS TABLE (request_id text, index bigint, at timestamptz, hash bytea, body bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT r.request_id, r.index, r.at, leaf.hash, r.body
  FROM exchange.record AS r
  JOIN ledger.leaf ON leaf.index = r.index
  WHERE r.system = p_system AND r.request_id = ANY (p_request_ids[1:1000]) AND r.request_id <> '' AND r.at >= p_since
  ORDER BY r.index DESC
  LIMIT 10000;
END;

-- Size of the durable log.
CREATE FUNCTION ledger.newest_head() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT size FROM ledger.head ORDER BY size DESC LIMIT 1;
END;

CREATE FUNCTION ledger.newest_checkpoint()
RETURNS TABLE (size bigint, root bytea, note text, at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT c.size, c.root, c.note, c.at FROM ledger.checkpoint AS c ORDER BY c.size DESC, c.at DESC LIMIT 1;
END;

-- Leaf hashes from index p_first on, at most 65,536.
CREATE FUNCTION ledger.leaves(p_first bigint, p_count integer)
RETURNS TABLE (index bigint, hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT leaf.index, leaf.hash FROM ledger.leaf
  WHERE leaf.index >= p_first AND leaf.index < p_first + least(p_count, 65536)
  ORDER BY leaf.index;
END;

-- Full tiles by (level, number), at most 1,000 of them; those not there are left out.
CREATE FUNCTION ledger.tiles(p_levels smallint[], p_numbers bigint[])
RETURNS TABLE (level smallint, n bigint, data bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT tile.level, tile.n, tile.data
  FROM unnest(p_levels[1:1000], p_numbers[1:1000]) AS u (level, n)
  JOIN ledger.tile ON tile.level = u.level AND tile.n = u.n;
END;

-- Keeps a failed attempt of a known key for its owner's diagnosis; of each key the last 50 stay.
CREATE FUNCTION exchange.note_attempt(
  p_key text, p_at timestamptz, p_address text, p_target text, p_code text, p_detail text
) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  INSERT INTO exchange.attempt (key_id, at, address, target, code, detail)
  VALUES (left(p_key, 64), p_at, left(p_address, 64), left(p_target, 200), left(p_code, 8), left(p_detail, 500));
  DELETE FROM exchange.attempt
  WHERE attempt.key_id = left(p_key, 64) AND attempt.number <= (
    SELECT a.number FROM exchange.attempt AS a
    WHERE a.key_id = left(p_key, 64) ORDER BY a.number DESC OFFSET 50 LIMIT 1);
END;

-- Opens a finding; the same kind of finding about the same system and officer is open once.
CREATE FUNCTION exchange.note_finding(
  p_at timestamptz, p_kind text, p_agency text, p_system text, p_officer text, p_index bigint, p_detail text
) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  INSERT INTO exchange.finding (at, kind, agency, system, officer, index, detail)
  VALUES (p_at, p_kind, p_agency, p_system, p_officer, p_index, left(p_detail, 500))
  ON CONFLICT (kind, system, officer) WHERE closed_at IS NULL DO NOTHING
  RETURNING number;
END;
