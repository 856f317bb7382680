-- Months of the log: made ahead, and retired when the law allows. A month is a month in UTC, whatever time zone the
-- session has. Law: R6.2.

CREATE FUNCTION exchange.month_start(p_month date) RETURNS timestamptz
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
RETURN date_trunc('month', p_month::timestamp) AT TIME ZONE 'UTC';

-- Makes one partition of record and one of line. Attached, not created in place: attaching lets appends go on.
CREATE FUNCTION exchange.make_partition(p_month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_name text;
  v_parent text;
  v_from constant text := to_char(exchange.month_start(p_month) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS+00');
  v_to constant text := to_char(exchange.month_start((p_month + interval '1 month')::date) AT TIME ZONE 'UTC',
                                'YYYY-MM-DD HH24:MI:SS+00');
BEGIN
  FOREACH v_parent IN ARRAY ARRAY['record', 'line'] LOOP
    v_name := v_parent || '_' || to_char(p_month, 'YYYYMM');
    IF to_regclass('exchange.' || v_name) IS NOT NULL THEN
      CONTINUE;
    END IF;
    EXECUTE format('CREATE TABLE exchange.%I (LIKE exchange.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS '
                   'INCLUDING STORAGE)', v_name, v_parent);
    EXECUTE format('ALTER TABLE exchange.%I ATTACH PARTITION exchange.%I FOR VALUES FROM (%L) TO (%L)',
                   v_parent, v_name, v_from, v_to);
    -- TRUNCATE of a partition does not fire the triggers of its parent.
    EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON exchange.%I '
                   'FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change()', v_name);
    EXECUTE format('ALTER TABLE exchange.%I ENABLE ALWAYS TRIGGER no_truncate', v_name);
    EXECUTE format('ALTER TABLE exchange.%I ENABLE ALWAYS TRIGGER no_change', v_name);
  END LOOP;
END
$$;

-- Sees to it that last month, this month and p_ahead (1 … 36) months after it have their partitions; returns how many
-- months it had to make.
CREATE FUNCTION exchange.make_partitions(p_ahead integer DEFAULT 13) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_this constant date := date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC')::date;
  v_month date;
  v_made integer := 0;
BEGIN
  IF p_ahead IS NULL OR p_ahead NOT BETWEEN 1 AND 36 THEN
    RAISE EXCEPTION 'partitions are made 1 to 36 months ahead' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  FOR v_ahead IN -1..p_ahead LOOP
    v_month := (v_this + make_interval(months => v_ahead))::date;
    IF to_regclass('exchange.record_' || to_char(v_month, 'YYYYMM')) IS NULL
       OR to_regclass('exchange.line_' || to_char(v_month, 'YYYYMM')) IS NULL THEN
      PERFORM exchange.make_partition(v_month);
      v_made := v_made + 1;
    END IF;
  END LOOP;
  RETURN v_made;
END
$$;

CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON exchange.record
  FOR EACH ROW EXECUTE FUNCTION ops.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON exchange.record
  FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON exchange.line
  FOR EACH ROW EXECUTE FUNCTION ops.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON exchange.line
  FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();
ALTER TABLE exchange.record ENABLE ALWAYS TRIGGER no_change;
ALTER TABLE exchange.record ENABLE ALWAYS TRIGGER no_truncate;
ALTER TABLE exchange.line ENABLE ALWAYS TRIGGER no_change;
ALTER TABLE exchange.line ENABLE ALWAYS TRIGGER no_truncate;

SELECT exchange.make_partitions(13);
