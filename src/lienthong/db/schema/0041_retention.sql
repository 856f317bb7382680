-- Keeping for two years, and letting go after. Law: R6.2.

CREATE TABLE ops.legal_hold (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  first_month date NOT NULL,
  last_month date CHECK (last_month >= first_month),
  ground text NOT NULL CHECK (ground <> ''),
  requested_by text NOT NULL CHECK (requested_by <> ''),
  approved_by text NOT NULL CHECK (approved_by <> '' AND approved_by <> requested_by),
  placed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  lifted_at timestamptz,
  lifted_by text,
  lift_approved_by text,
  CHECK ((lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lift_approved_by IS NULL)
         AND lift_approved_by <> lifted_by)
);
COMMENT ON TABLE ops.legal_hold IS
  'Months whose records and lines stay beyond their term; last_month NULL: all from the first on.';

-- A hold can be lifted once; nothing else of it changes.
CREATE FUNCTION ops.keep_hold() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF OLD.lifted_at IS NOT NULL
     OR (OLD.number, OLD.first_month, OLD.last_month, OLD.ground, OLD.requested_by, OLD.approved_by, OLD.placed_at)
       IS DISTINCT FROM
       (NEW.number, NEW.first_month, NEW.last_month, NEW.ground, NEW.requested_by, NEW.approved_by, NEW.placed_at)
  THEN
    RAISE EXCEPTION 'a legal hold is lifted, never changed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER only_lifted BEFORE UPDATE ON ops.legal_hold
  FOR EACH ROW EXECUTE FUNCTION ops.keep_hold();
CREATE TRIGGER no_delete BEFORE DELETE ON ops.legal_hold
  FOR EACH ROW EXECUTE FUNCTION ops.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON ops.legal_hold
  FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();
ALTER TABLE ops.legal_hold ENABLE ALWAYS TRIGGER only_lifted;
ALTER TABLE ops.legal_hold ENABLE ALWAYS TRIGGER no_delete;
ALTER TABLE ops.legal_hold ENABLE ALWAYS TRIGGER no_truncate;

CREATE FUNCTION ops.place_hold(
  p_first_month date, p_last_month date, p_ground text, p_requested_by text, p_approved_by text
) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  INSERT INTO ops.legal_hold (first_month, last_month, ground, requested_by, approved_by)
  VALUES (date_trunc('month', p_first_month::timestamp)::date, date_trunc('month', p_last_month::timestamp)::date,
          p_ground, p_requested_by, p_approved_by)
  RETURNING number;
END;

CREATE FUNCTION ops.lift_hold(p_number bigint, p_lifted_by text, p_approved_by text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  UPDATE ops.legal_hold
  SET lifted_at = clock_timestamp(), lifted_by = p_lifted_by, lift_approved_by = p_approved_by
  WHERE number = p_number AND lifted_at IS NULL;
  RETURN FOUND;
END
$$;

CREATE FUNCTION ops.microseconds(p_at timestamptz) RETURNS bigint
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
RETURN (extract(epoch FROM p_at) * 1000000)::bigint;

-- Lets records and lines of one month go; leaf hashes, heads, tiles and checkpoints stay, and with them the proofs of
-- everything else. Returns the index of the record that says so. Raises when the month is not two years past its end
-- or under a hold.
CREATE FUNCTION exchange.retire(p_month date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s'
AS $$
DECLARE
  v_month constant date := date_trunc('month', p_month::timestamp)::date;
  v_suffix constant text := to_char(p_month, 'YYYYMM');
  v_end constant timestamptz := exchange.month_start((v_month + interval '1 month')::date);
  v_term_end constant timestamptz := (v_end AT TIME ZONE 'UTC' + interval '2 years') AT TIME ZONE 'UTC';
  v_now constant timestamptz := clock_timestamp();
  v_first timestamptz;
  v_last timestamptz;
  v_count bigint;
  v_body text;
  v_indexes bigint[];
BEGIN
  -- 1. Term and holds, of this moment. A hold being placed is waited for.
  LOCK TABLE ops.legal_hold IN SHARE MODE;
  IF v_now < v_term_end THEN
    RAISE EXCEPTION 'records of % stay until %', to_char(v_month, 'YYYY-MM'), v_term_end
      USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  IF EXISTS (SELECT FROM ops.legal_hold AS h WHERE h.lifted_at IS NULL AND h.first_month <= v_month
             AND (h.last_month IS NULL OR h.last_month >= v_month)) THEN
    RAISE EXCEPTION 'records of % are under a legal hold', to_char(v_month, 'YYYY-MM')
      USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  IF to_regclass('exchange.record_' || v_suffix) IS NULL THEN
    RAISE EXCEPTION 'there are no records of %', to_char(v_month, 'YYYY-MM') USING ERRCODE = 'undefined_table';
  END IF;

  -- 2. The act is in the log before anything goes, in the same commit: a crash leaves both or neither.
  SELECT min(r.at), max(r.at), count(*) + coalesce(sum(r.lines), 0)
  INTO v_first, v_last, v_count
  FROM exchange.record AS r
  WHERE r.at >= exchange.month_start(v_month) AND r.at < v_end;
  v_body := format(
    '{"v":1,"t":"record","act":"connect","kind":"retention","at":%s,"agency":"authority","system":"hub","key":"",'
    '"proof":"none","profile":"","channel":"","lines":0,"code":"","duration":0,"count":%s%s,'
    '"note":"records and lines of %s"}',
    ops.microseconds(v_now), v_count,
    CASE WHEN v_count > 0
      THEN format(',"first":%s,"last":%s', ops.microseconds(v_first), ops.microseconds(v_last)) ELSE '' END,
    to_char(v_month, 'YYYY-MM'));
  SELECT a.indexes INTO STRICT v_indexes FROM ledger.append(
    NULL, ARRAY[v_now], ARRAY[''], ARRAY[''], ARRAY[0::bigint], ARRAY[1::smallint], ARRAY[15::smallint],
    ARRAY['authority'], ARRAY['hub'], ARRAY[''], ARRAY[''], ARRAY[''], ARRAY[''], ARRAY[0], ARRAY[0], ARRAY[0],
    ARRAY[convert_to(v_body, 'UTF8')], '{}', '{}', '{}', '{}', '{}') AS a;

  -- 3. Only partitions go: no row is deleted, no leaf touched. A reader that holds them longer than lock_timeout
  --    makes the whole act fail, to be tried again.
  EXECUTE format('DROP TABLE exchange.%I', 'line_' || v_suffix);
  EXECUTE format('DROP TABLE exchange.%I', 'record_' || v_suffix);
  RETURN v_indexes[1];
END
$$;
