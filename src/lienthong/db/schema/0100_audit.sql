-- What people and the system did in the control plane. One row per act, written by the transaction of the act itself;
-- nothing is ever changed or removed. Within a minute its hash is a leaf of the log (audit.leaf).

CREATE SCHEMA audit;
COMMENT ON SCHEMA audit IS 'Who did what in the control plane, append-only.';

-- Law: R8.1, R5.3.
CREATE TABLE audit.event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  kind text NOT NULL CHECK (kind <> ''),
  portal text NOT NULL,
  actor bigint,
  actor_name text NOT NULL,
  roles text[] NOT NULL,
  body bigint,
  subject_kind text NOT NULL CHECK (subject_kind <> ''),
  subject text NOT NULL,
  law text[] NOT NULL,
  profile text NOT NULL CHECK (profile <> ''),
  detail jsonb NOT NULL CHECK (jsonb_typeof(detail) = 'object')
);
COMMENT ON COLUMN audit.event.at IS 'The database''s own clock: whoever writes the event cannot choose it.';
COMMENT ON COLUMN audit.event.portal IS 'Where the actor was signed in; empty for the system itself.';
COMMENT ON COLUMN audit.event.profile IS 'Name of the profile of the law''s parameters under which it was decided.';
COMMENT ON COLUMN audit.event.detail IS 'Names and texts, never a value of a person in the register.';
CREATE INDEX event_subject ON audit.event (subject_kind, subject, id);
CREATE INDEX event_actor ON audit.event (actor, id) WHERE actor IS NOT NULL;

CREATE TABLE audit.leaf (
  event bigint PRIMARY KEY REFERENCES audit.event (id),
  index bigint NOT NULL UNIQUE
);
COMMENT ON TABLE audit.leaf IS 'At which index of the log the hash of an event stands.';

CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON audit.event
  FOR EACH ROW EXECUTE FUNCTION ops.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit.event
  FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON audit.leaf
  FOR EACH ROW EXECUTE FUNCTION ops.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit.leaf
  FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();
ALTER TABLE audit.event ENABLE ALWAYS TRIGGER no_change;
ALTER TABLE audit.event ENABLE ALWAYS TRIGGER no_truncate;
ALTER TABLE audit.leaf ENABLE ALWAYS TRIGGER no_change;
ALTER TABLE audit.leaf ENABLE ALWAYS TRIGGER no_truncate;
