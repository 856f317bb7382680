-- Roles of the whole cluster and the privileges of one database. Run by a superuser, before the schema, any number
-- of times. Passwords are set by the caller; a role without one cannot sign in. Privileges on objects stand at the
-- end of the schema files, in 0090_privileges.sql, and nowhere else.

DO $$
DECLARE
  v_role text;
BEGIN
  FOREACH v_role IN ARRAY ARRAY['lt_owner', 'lt_gateway', 'lt_intake', 'lt_control', 'lt_notary', 'lt_inspector',
                                'lt_monitor']
  LOOP
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = v_role) THEN
      EXECUTE format('CREATE ROLE %I', v_role);
    END IF;
    EXECUTE format(
      'ALTER ROLE %I WITH %s NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT',
      v_role, CASE v_role WHEN 'lt_owner' THEN 'NOLOGIN' ELSE 'LOGIN' END);
    -- Sessions speak UTC; the log refuses to append when the commit is not durable, so this is only the default.
    EXECUTE format('ALTER ROLE %I SET timezone = %L', v_role, 'UTC');
    EXECUTE format('ALTER ROLE %I SET synchronous_commit = %L', v_role, 'on');
    EXECUTE format('ALTER ROLE %I SET jit = %L', v_role, 'off');
    EXECUTE format('ALTER ROLE %I SET search_path = %L', v_role, 'pg_catalog');
    EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = %L', v_role, '30s');
  END LOOP;
  -- A worker that cannot get its turn to append is told so while nothing is written, instead of being left unsure.
  EXECUTE 'ALTER ROLE lt_gateway SET lock_timeout = ''10s''';

  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO lt_gateway, lt_intake, lt_control, lt_notary, lt_inspector, '
                 'lt_monitor', current_database());
  EXECUTE format('GRANT CONNECT, CREATE ON DATABASE %I TO lt_owner', current_database());
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;

-- No role may keep bytes in large objects or run code of its own: both would be a way to write beside the log.
REVOKE EXECUTE ON FUNCTION
  pg_catalog.lo_creat(integer), pg_catalog.lo_create(oid), pg_catalog.lo_from_bytea(oid, bytea),
  pg_catalog.lo_open(oid, integer), pg_catalog.lo_put(oid, bigint, bytea), pg_catalog.lowrite(integer, bytea)
  FROM PUBLIC;
REVOKE USAGE ON LANGUAGE plpgsql, sql FROM PUBLIC;
GRANT USAGE ON LANGUAGE plpgsql, sql TO lt_owner;
