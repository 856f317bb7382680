-- The control plane's own schemas. Their tables are made by Django's migrations; schema_after/ then says who may do
-- what with them, and which changes of state are lawful.

CREATE SCHEMA control;
CREATE SCHEMA jobs;
COMMENT ON SCHEMA control IS 'Files people work on: accounts, bodies, letters, requests.';
COMMENT ON SCHEMA jobs IS 'What is to be done later, enqueued by the transaction that wants it.';

-- Files of schema_after/ as last applied: the SHA-256 of their bytes and of the names of all migrations before them.
CREATE TABLE ops.standing (
  name text PRIMARY KEY,
  sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
  applied_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE control.transition (
  machine text NOT NULL CHECK (machine <> ''),
  source text NOT NULL,
  target text NOT NULL CHECK (target <> ''),
  PRIMARY KEY (machine, source, target)
);
COMMENT ON COLUMN control.transition.source IS 'Empty where a thing may begin in the target.';

CREATE TABLE control.machine_table (
  table_name text PRIMARY KEY,
  machine text NOT NULL
);
COMMENT ON TABLE control.machine_table IS 'Which machine the column "state" of a table follows.';

-- Refuses a row that begins or goes on in a state its machine does not lead to. It stands on every table of
-- control.machine_table, ENABLE ALWAYS: no setting of a session switches it off. Law: R5.3.
CREATE FUNCTION control.keep_to_machine() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_machine text := (SELECT machine FROM control.machine_table WHERE table_name = TG_TABLE_NAME);
  v_source text := '';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.state = OLD.state THEN
      RETURN NEW;
    END IF;
    v_source := OLD.state;
  END IF;
  IF NOT EXISTS (SELECT FROM control.transition
                 WHERE machine = v_machine AND source = v_source AND target = NEW.state) THEN
    RAISE EXCEPTION '%: no way from state "%" to "%"', TG_TABLE_NAME, v_source, NEW.state
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
$$;
