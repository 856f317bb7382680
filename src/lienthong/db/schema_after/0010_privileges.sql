-- What the control plane's role may do, stated anew after every migration: what is not written here is taken away.
-- A row is removed only from the tables named for it; everything else is kept, suspended or closed.

REVOKE ALL ON ALL TABLES IN SCHEMA audit, control, jobs FROM lt_control, lt_inspector;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA audit, control, jobs FROM lt_control;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA audit, control, jobs FROM lt_control;

GRANT USAGE ON SCHEMA audit, control, jobs TO lt_control;
GRANT USAGE ON SCHEMA audit TO lt_inspector;

-- audit: what was done is written and read, its moment and number are the database's.
GRANT SELECT ON audit.event, audit.leaf TO lt_control, lt_inspector;
GRANT SELECT ON audit.pending TO lt_control;
GRANT INSERT (kind, portal, actor, actor_name, roles, body, subject_kind, subject, law, profile, detail)
  ON audit.event TO lt_control;
GRANT EXECUTE ON FUNCTION audit.append_leaves(bigint[], timestamptz, bytea[]) TO lt_control;

-- control: the tables of migrations and machines are read only.
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA control TO lt_control;
-- What was signed, provided, said, taken in or decided is added to and never changed.
REVOKE UPDATE ON control.guide_edition, control.request_version, control.provided_document, control.message,
  control.upload, control.succession, control.successor, control.condition_verdict, control.reminder
  FROM lt_control;
-- A demonstration sets dates back; when a version was signed stands in its event too, which nobody changes.
GRANT UPDATE (signed_at) ON control.request_version TO lt_control;
-- Of a file that was removed the row says so; its hash, name and maker stay as they were.
GRANT UPDATE (removed_by, removed_at) ON control.upload TO lt_control;
REVOKE INSERT, UPDATE ON control.django_migrations, control.machine_table, control.transition FROM lt_control;

-- jobs: done ones are removed.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA jobs TO lt_control;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA jobs TO lt_control;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA jobs TO lt_control;
