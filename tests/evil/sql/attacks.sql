-- What a thief of a role would try. Each attack is run as every role and must end as its line `expect` says:
-- a SQLSTATE (42501 permission denied, 23000 refused by a trigger, …; | between alternatives), or ok: it is accepted and does no harm, or
-- nothing in a database can prevent it (the owner and the superuser), which is why witnesses exist. `apps` are the
-- six roles that sign in; a later word overrides an earlier one; `-` : not tried.
-- {month}, {append}: the partition of this month, an append of one record. `-- alone`: outside a transaction.

-- attack: update_record
-- expect: apps=42501 lt_owner=23000 administrator=23000
UPDATE exchange.record SET code = 'LT401';

-- attack: update_record_in_its_partition
-- expect: apps=42501 lt_owner=23000 administrator=23000
UPDATE exchange.record_{month} SET code = 'LT401';

-- attack: update_line
-- expect: apps=42501 lt_owner=23000 administrator=23000
UPDATE exchange.line SET visibility = 3;

-- attack: update_line_in_its_partition
-- expect: apps=42501 lt_owner=23000 administrator=23000
UPDATE exchange.line_{month} SET visibility = 3;

-- attack: update_leaf
-- expect: apps=42501 lt_owner=23000 administrator=23000
UPDATE ledger.leaf SET hash = '\x00';

-- attack: update_head
-- expect: apps=42501 lt_owner=23000 administrator=23000
UPDATE ledger.head SET size = size + 1;

-- attack: update_tile
-- expect: apps=42501 lt_owner=23000 administrator=23000
UPDATE ledger.tile SET data = data;

-- attack: update_checkpoint
-- expect: apps=42501 lt_owner=23000 administrator=23000
UPDATE ledger.checkpoint SET root = root;

-- attack: update_grant
-- expect: apps=42501 lt_owner=23000 administrator=23000
UPDATE exchange.grant SET document = document;

-- attack: delete_record
-- expect: apps=42501 lt_owner=23000 administrator=23000
DELETE FROM exchange.record;

-- attack: delete_record_in_its_partition
-- expect: apps=42501 lt_owner=23000 administrator=23000
DELETE FROM exchange.record_{month};

-- attack: delete_line
-- expect: apps=42501 lt_owner=23000 administrator=23000
DELETE FROM exchange.line;

-- attack: delete_leaf
-- expect: apps=42501 lt_owner=23000 administrator=23000
DELETE FROM ledger.leaf;

-- attack: delete_newest_head
-- expect: apps=42501 lt_owner=23000 administrator=23000
DELETE FROM ledger.head;

-- attack: delete_tile
-- expect: apps=42501 lt_owner=23000 administrator=23000
DELETE FROM ledger.tile;

-- attack: delete_checkpoint
-- expect: apps=42501 lt_owner=23000 administrator=23000
DELETE FROM ledger.checkpoint;

-- attack: delete_grant
-- expect: apps=42501 lt_owner=23000 administrator=23000
DELETE FROM exchange.grant;

-- attack: delete_nonce_to_replay
-- expect: apps=42501 lt_owner=ok administrator=ok
DELETE FROM exchange.nonce;

-- attack: truncate_record
-- expect: apps=42501 lt_owner=23000 administrator=23000
TRUNCATE exchange.record;

-- attack: truncate_partition_of_records
-- expect: apps=42501 lt_owner=23000 administrator=23000
TRUNCATE exchange.record_{month};

-- attack: truncate_partition_of_lines
-- expect: apps=42501 lt_owner=23000 administrator=23000
TRUNCATE exchange.line_{month};

-- attack: truncate_leaf
-- expect: apps=42501 lt_owner=23000 administrator=23000
TRUNCATE ledger.leaf;

-- attack: truncate_head
-- expect: apps=42501 lt_owner=23000 administrator=23000
TRUNCATE ledger.head;

-- attack: truncate_tile
-- expect: apps=42501 lt_owner=23000 administrator=23000
TRUNCATE ledger.tile;

-- attack: truncate_checkpoint
-- expect: apps=42501 lt_owner=23000 administrator=23000
TRUNCATE ledger.checkpoint;

-- attack: truncate_grant
-- expect: apps=42501 lt_owner=23000 administrator=23000
TRUNCATE exchange.grant;

-- attack: truncate_legal_hold
-- expect: apps=42501 lt_owner=23000 administrator=23000
TRUNCATE ops.legal_hold;

-- attack: delete_legal_hold
-- expect: apps=42501 lt_owner=23000 administrator=23000
DELETE FROM ops.legal_hold;

-- attack: shift_hold_to_another_month
-- expect: apps=42501 lt_owner=23000 administrator=23000
UPDATE ops.legal_hold SET first_month = '2001-01-01', last_month = '2001-01-01';

-- attack: drop_partition
-- Nothing stops the owner; the verifier reports leaves whose entry is gone before its time.
-- expect: apps=42501 lt_owner=ok administrator=ok
DROP TABLE exchange.record_{month};

-- attack: detach_partition
-- expect: apps=42501 lt_owner=ok administrator=ok
ALTER TABLE exchange.record DETACH PARTITION exchange.record_{month};

-- attack: drop_leaf
-- expect: apps=42501 lt_owner=2BP01 administrator=2BP01
DROP TABLE ledger.leaf;

-- attack: drop_schema
-- expect: apps=42501 lt_owner=ok administrator=ok
DROP SCHEMA ledger CASCADE;

-- attack: disable_trigger
-- ops.faults reports it, and no process starts.
-- expect: apps=42501 lt_owner=ok administrator=ok
ALTER TABLE ledger.leaf DISABLE TRIGGER no_change;

-- attack: drop_trigger
-- expect: apps=42501 lt_owner=ok administrator=ok
DROP TRIGGER durable ON ledger.head;

-- attack: replica_role_to_skip_triggers
-- expect: apps=42501 lt_owner=- administrator=23000
SET session_replication_role = replica; DELETE FROM ledger.leaf;

-- attack: replica_role_to_skip_truncate_trigger
-- expect: apps=42501 lt_owner=- administrator=23000
SET session_replication_role = replica; TRUNCATE exchange.line_{month};

-- attack: add_column
-- expect: apps=42501 lt_owner=ok administrator=ok
ALTER TABLE exchange.record ADD COLUMN extra text;

-- attack: table_outside_wal
-- ops.faults reports it, and no process starts.
-- expect: apps=42501 lt_owner=ok administrator=ok
ALTER TABLE ledger.leaf SET UNLOGGED;

-- attack: create_rule
-- expect: apps=42501 lt_owner=ok administrator=ok
CREATE RULE quiet AS ON INSERT TO ledger.leaf DO INSTEAD NOTHING;

-- attack: create_trigger
-- expect: apps=42501 lt_owner=ok administrator=ok
CREATE TRIGGER before_record BEFORE INSERT ON ledger.leaf FOR EACH ROW EXECUTE FUNCTION ops.refuse_change();

-- attack: comment
-- expect: apps=42501 lt_owner=ok administrator=ok
COMMENT ON TABLE ledger.leaf IS 'nothing to see';

-- attack: create_view
-- expect: apps=42501 lt_owner=42501 administrator=ok
CREATE VIEW public.everybody AS SELECT number FROM register.person;

-- attack: create_table_in_public
-- expect: apps=42501 lt_owner=42501 administrator=ok
CREATE TABLE public.loot (number text);

-- attack: create_temporary_table
-- expect: apps=42501 lt_owner=42501 administrator=ok
CREATE TEMPORARY TABLE loot (number text);

-- attack: create_schema
-- expect: apps=42501 lt_owner=ok administrator=ok
CREATE SCHEMA mine;

-- attack: drop_extension
-- expect: apps=42501 lt_owner=- administrator=-
DROP EXTENSION plpgsql CASCADE;

-- attack: overload_a_function
-- A nearer match for what the contract calls would run with the owner's power.
-- expect: apps=42501 lt_owner=ok administrator=ok
CREATE FUNCTION ledger.append(text) RETURNS text LANGUAGE sql RETURN 'never mind';

-- attack: shadow_a_function_in_public
-- expect: apps=42501 lt_owner=42501 administrator=ok
CREATE FUNCTION public.sha256(bytea) RETURNS bytea LANGUAGE sql RETURN '\x00'::bytea;

-- attack: shadow_a_function_in_pg_temp
-- expect: apps=42501 lt_owner=42501 administrator=ok
CREATE FUNCTION pg_temp.sha256(bytea) RETURNS bytea LANGUAGE sql RETURN '\x00'::bytea;

-- attack: code_of_ones_own
-- expect: apps=42501 lt_owner=ok administrator=ok
DO $$ BEGIN PERFORM 1; END $$;

-- attack: become_the_owner
-- expect: apps=42501 lt_owner=- administrator=ok
SET ROLE lt_owner;

-- attack: become_another_role
-- expect: apps=42501 lt_gateway=- lt_owner=- administrator=ok
SET ROLE lt_gateway;

-- attack: become_the_superuser
-- expect: apps=42501 lt_owner=- administrator=ok
SET SESSION AUTHORIZATION postgres;

-- attack: raise_oneself
-- expect: apps=42501 lt_owner=42501 administrator=ok
ALTER ROLE lt_gateway SUPERUSER;

-- attack: join_the_owner
-- expect: apps=42501 lt_owner=42501 administrator=ok
GRANT lt_owner TO lt_gateway;

-- attack: create_role
-- expect: apps=42501 lt_owner=42501 administrator=ok
CREATE ROLE accomplice LOGIN SUPERUSER;

-- attack: grant_oneself_the_register
-- Who holds a privilege without grant option gets a warning, and nothing is granted.
-- expect: apps=42501 lt_intake=ok lt_owner=ok administrator=ok
GRANT SELECT ON register.person TO lt_monitor;

-- attack: default_privileges_of_the_owner
-- expect: apps=42501 lt_owner=ok administrator=ok
ALTER DEFAULT PRIVILEGES FOR ROLE lt_owner GRANT SELECT ON TABLES TO PUBLIC;

-- attack: take_over_what_the_owner_owns
-- expect: apps=42501 lt_owner=- administrator=-
REASSIGN OWNED BY lt_owner TO CURRENT_USER;

-- attack: change_the_catalog
-- expect: apps=42501 lt_owner=42501 administrator=-
DELETE FROM pg_catalog.pg_trigger;

-- attack: read_password_hashes
-- expect: apps=42501 lt_owner=42501 administrator=ok
SELECT rolpassword FROM pg_catalog.pg_authid;

-- attack: read_password_hashes_by_the_view
-- expect: apps=42501 lt_owner=42501 administrator=ok
SELECT passwd FROM pg_catalog.pg_shadow;

-- attack: read_host_rules
-- expect: apps=42501 lt_owner=42501 administrator=ok
SELECT type FROM pg_catalog.pg_hba_file_rules;

-- attack: read_a_file
-- expect: apps=42501 lt_owner=42501 administrator=ok
SELECT pg_read_file('postgresql.conf');

-- attack: list_a_folder
-- expect: apps=42501 lt_owner=42501 administrator=ok
SELECT pg_ls_dir('.');

-- attack: import_a_file
-- expect: apps=42501 lt_owner=42501 administrator=ok
SELECT lo_import('PG_VERSION');

-- attack: hide_bytes_in_a_large_object
-- expect: apps=42501 lt_owner=42501 administrator=ok
SELECT lo_from_bytea(0, 'loot');

-- attack: create_a_large_object
-- expect: apps=42501 lt_owner=42501 administrator=ok
SELECT lo_create(0);

-- attack: run_a_program
-- expect: apps=42501 lt_owner=42501 administrator=ok
COPY (SELECT 1) TO PROGRAM 'cat >/dev/null';

-- attack: copy_to_a_file
-- expect: apps=42501 lt_owner=42501 administrator=-
COPY exchange.grant TO '/tmp/loot';

-- attack: copy_from_a_file
-- expect: apps=42501 lt_owner=42501 administrator=-
COPY exchange.nonce FROM '/etc/passwd';

-- attack: turn_fsync_off
-- Where ALTER SYSTEM is off altogether, everybody is told so.
-- expect: apps=42501|0A000 lt_owner=42501|0A000 administrator=-
-- alone
ALTER SYSTEM SET fsync = off;

-- attack: set_fsync_off_for_the_session
-- expect: apps=55P02 lt_owner=55P02 administrator=55P02
SET fsync = off;

-- attack: create_database
-- expect: apps=42501 lt_owner=42501 administrator=-
-- alone
CREATE DATABASE loot;

-- attack: vacuum_full
-- PostgreSQL warns and skips what is not one's own.
-- expect: apps=ok lt_owner=- administrator=-
-- alone
VACUUM FULL ledger.leaf;

-- attack: create_publication
-- expect: apps=42501 lt_owner=42501 administrator=-
CREATE PUBLICATION everything FOR ALL TABLES;

-- attack: replication_slot
-- expect: apps=42501 lt_owner=42501 administrator=-
SELECT pg_create_physical_replication_slot('loot');

-- attack: end_sessions_of_others
-- expect: apps=42501 lt_owner=- administrator=-
SELECT pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE usename = 'postgres';

-- attack: stop_the_log_by_its_lock
-- expect: apps=42501 lt_owner=ok administrator=ok
LOCK TABLE ledger.turn IN EXCLUSIVE MODE;

-- attack: stop_the_log_by_a_table_lock
-- expect: apps=42501 lt_owner=ok administrator=ok
LOCK TABLE exchange.record IN ACCESS EXCLUSIVE MODE;

-- attack: stop_the_log_by_an_advisory_lock
-- Everybody may take one, so nothing here waits for one.
-- expect: apps=ok lt_owner=ok administrator=ok
SELECT pg_advisory_xact_lock(1), pg_advisory_xact_lock_shared(2);

-- attack: false_notice_of_a_grant
-- Who hears it reads the versions, and finds them as they were.
-- expect: apps=ok lt_owner=ok administrator=ok
NOTIFY exchange_grant, '999';

-- attack: insert_a_record
-- expect: apps=42501 lt_owner=- administrator=-
INSERT INTO exchange.record (at, index) VALUES (now(), 999);

-- attack: insert_a_line
-- expect: apps=42501 lt_owner=- administrator=-
INSERT INTO exchange.line (at, index) VALUES (now(), 999);

-- attack: insert_a_leaf
-- expect: apps=42501 lt_owner=- administrator=-
INSERT INTO ledger.leaf (index, hash) VALUES (999, '\x00');

-- attack: replace_a_leaf
-- expect: apps=42501 lt_owner=23000 administrator=23000
INSERT INTO ledger.leaf AS leaf (index, hash) VALUES (0, '\x00')
ON CONFLICT (index) DO UPDATE SET hash = excluded.hash;

-- attack: merge_into_a_leaf
-- expect: apps=42501 lt_owner=23000 administrator=23000
MERGE INTO ledger.leaf USING (VALUES (0)) AS v (index) ON leaf.index = v.index
WHEN MATCHED THEN UPDATE SET hash = '\x00';

-- attack: move_a_record_to_another_month
-- expect: apps=42501 lt_owner=23000 administrator=23000
UPDATE exchange.record SET at = at + interval '1 month';

-- attack: insert_a_head
-- expect: apps=42501 lt_owner=- administrator=-
INSERT INTO ledger.head (size, previous, at) VALUES (999, 0, now());

-- attack: insert_a_grant
-- expect: apps=42501 lt_owner=- administrator=-
INSERT INTO exchange.grant (version, system, revision, document, signature, signer, published_at)
VALUES (999, 'thief', 1, '', '', 'me', now());

-- attack: burn_a_nonce
-- expect: apps=42501 lt_owner=ok administrator=ok
INSERT INTO exchange.nonce (key_id, nonce, created, index) VALUES ('k', 'n', 0, 0);

-- attack: insert_a_tile
-- The notary may; a false tile is found by whoever checks it against the leaves.
-- expect: apps=42501 lt_notary=ok lt_owner=ok administrator=ok
INSERT INTO ledger.tile (level, n, data) VALUES (0, 7, decode(repeat('00', 8192), 'hex'));

-- attack: checkpoint_that_goes_back
-- expect: apps=42501 lt_notary=23000 lt_owner=23000 administrator=23000
INSERT INTO ledger.checkpoint (size, root, note, at) VALUES (0, sha256(''), 'note', clock_timestamp());

-- attack: checkpoint_with_another_root
-- expect: apps=42501 lt_notary=23000 lt_owner=23000 administrator=23000
INSERT INTO ledger.checkpoint (size, root, note, at) VALUES (2, sha256('other'), 'note', clock_timestamp());

-- attack: checkpoint_beyond_the_head
-- expect: apps=42501 lt_notary=23000 lt_owner=23000 administrator=23000
INSERT INTO ledger.checkpoint (size, root, note, at) VALUES (1000, sha256('x'), 'note', clock_timestamp());

-- attack: read_the_register
-- expect: apps=42501 lt_intake=ok lt_owner=ok administrator=ok
SELECT number FROM register.person;

-- attack: count_the_register
-- expect: apps=42501 lt_intake=ok lt_owner=ok administrator=ok
SELECT count(*) FROM register.person;

-- attack: explain_to_learn_numbers
-- expect: apps=42501 lt_intake=ok lt_owner=ok administrator=ok
EXPLAIN ANALYZE SELECT 1 FROM register.person WHERE number = '099000000001';

-- attack: read_statistics_of_the_register
-- The view shows columns one may read, so it is empty for others.
-- expect: apps=ok lt_owner=ok administrator=ok
SELECT most_common_vals FROM pg_catalog.pg_stats WHERE schemaname = 'register';

-- attack: read_relations
-- expect: apps=42501 lt_intake=ok lt_owner=ok administrator=ok
SELECT name FROM register.relation;

-- attack: read_without_end
-- expect: apps=42501 lt_gateway=54000 lt_owner=54000 administrator=54000
SELECT person_id FROM register.read(array_fill('099000000001'::text, ARRAY[1001]),
  array_fill(0::bigint, ARRAY[1001]), array_fill(''::text, ARRAY[1001]));

-- attack: read_lists_without_end
-- expect: apps=42501 lt_gateway=54000 lt_owner=54000 administrator=54000
SELECT person_id FROM register.read_lists(array_fill(1::bigint, ARRAY[1001]), array_fill('\x00'::bytea, ARRAY[1001]),
  array_fill(2047, ARRAY[1001]));

-- attack: hide_what_was_read
-- expect: apps=42501 lt_owner=ok administrator=ok
SELECT setval('register.persons_read', 1);

-- attack: restart_the_count
-- expect: apps=42501 lt_owner=ok administrator=ok
ALTER SEQUENCE register.persons_read RESTART;

-- attack: read_the_log_as_if_an_inspector
-- expect: apps=42501 lt_control=ok lt_inspector=ok lt_owner=ok administrator=ok
SELECT body FROM exchange.record;

-- attack: read_nonces
-- expect: apps=42501 lt_owner=ok administrator=ok
SELECT nonce FROM exchange.nonce;

-- attack: publish_a_grant
-- expect: apps=42501 lt_notary=ok lt_owner=ok administrator=ok
SELECT outcome FROM exchange.publish_grant(2, 'his', 2, 'document', 'signature', 'me', 'hospital', now(), '{}');

-- attack: publish_an_older_revision
-- expect: apps=42501 lt_notary=23000 lt_owner=23000 administrator=23000
SELECT outcome FROM exchange.publish_grant(2, 'his', 1, 'document', 'signature', 'me', 'hospital', now(), '{}');

-- attack: retire_before_the_term
-- expect: apps=42501 lt_control=55000 lt_owner=55000 administrator=55000
SELECT exchange.retire(current_date);

-- attack: make_partitions
-- expect: apps=42501 lt_control=ok lt_notary=ok lt_owner=ok administrator=ok
SELECT exchange.make_partitions(14);

-- attack: make_partitions_without_end
-- expect: apps=42501 lt_control=22023 lt_notary=22023 lt_owner=22023 administrator=22023
SELECT exchange.make_partitions(10000);

-- attack: make_one_partition
-- expect: apps=42501 lt_owner=ok administrator=ok
SELECT exchange.make_partition('2001-01-01');

-- attack: place_a_hold_alone
-- expect: apps=42501 lt_control=23514 lt_owner=23514 administrator=23514
SELECT ops.place_hold('2024-01-01', NULL, 'case 1', 'same', 'same');

-- attack: append_without_durability
-- expect: apps=55000 lt_inspector=42501 lt_monitor=42501 lt_owner=55000 administrator=55000
SET synchronous_commit = off; {append}

-- attack: append_without_durability_by_function
-- expect: apps=55000 lt_inspector=42501 lt_monitor=42501 lt_owner=55000 administrator=55000
SELECT set_config('synchronous_commit', 'local', false); {append}

-- attack: append_then_turn_durability_off
-- expect: apps=55000 lt_inspector=42501 lt_monitor=42501 lt_owner=55000 administrator=55000
{append} SET LOCAL synchronous_commit = off;

-- attack: append_then_check_early_then_turn_durability_off
-- The check can be brought forward by the caller itself, who thereby risks its own records and nobody else's.
-- expect: apps=ok lt_inspector=42501 lt_monitor=42501 lt_owner=ok administrator=ok
{append} SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL synchronous_commit = off;

-- attack: append_under_a_fixed_snapshot
-- expect: apps=25000 lt_inspector=42501 lt_monitor=42501 lt_owner=25000 administrator=25000
-- alone
BEGIN ISOLATION LEVEL REPEATABLE READ; {append} COMMIT;

-- attack: own_defaults
-- A role may change its own defaults; connections set and check what matters themselves.
-- expect: apps=ok lt_owner=- administrator=-
ALTER ROLE CURRENT_USER SET synchronous_commit = off;

-- attack: reload_the_configuration
-- expect: apps=42501 lt_owner=42501 administrator=-
SELECT pg_reload_conf();

-- attack: switch_the_wal
-- expect: apps=42501 lt_owner=42501 administrator=ok
SELECT pg_switch_wal();

-- attack: close_the_log
-- expect: apps=42501 lt_notary=ok lt_owner=ok administrator=ok
SELECT ledger.close('set_back');

-- attack: append_to_a_closed_log
-- expect: apps=42501 lt_notary=LT508 lt_owner=LT508 administrator=LT508
SELECT ledger.close('set_back');
SET default_transaction_read_only = off;
{append}

-- attack: reopen_the_log
-- expect: apps=42501 lt_owner=55000 administrator=55000
SELECT ledger.reopen('reached', 1, 0, '', 'thief', clock_timestamp(), '{}');

-- attack: reopen_a_log_that_is_too_short
-- expect: apps=42501 lt_owner=55000 administrator=55000
SELECT ledger.close('set_back');
SELECT ledger.reopen('reached', ledger.newest_head(), ledger.newest_head() + 1, '', 'thief', clock_timestamp(), '{}');

-- attack: reopen_a_log_that_was_not_verified
-- expect: apps=42501 lt_owner=55000 administrator=55000
SELECT ledger.close('set_back');
SELECT ledger.reopen('reached', ledger.newest_head() - 1, 0, '', 'thief', clock_timestamp(), '{}');

-- attack: succeed_a_log_that_is_whole
-- expect: apps=42501 lt_owner=55000 administrator=55000
SELECT ledger.close('set_back');
SELECT ledger.reopen('succeeded', ledger.newest_head(), 0, '', 'thief', clock_timestamp(), '{}');

-- attack: end_a_closure_by_hand
-- expect: apps=42501 lt_owner=23514 administrator=23514
SELECT ledger.close('set_back');
UPDATE ledger.closure SET ended_at = clock_timestamp();

-- attack: change_a_closure
-- expect: apps=42501 lt_owner=23000 administrator=23000
SELECT ledger.close('set_back');
UPDATE ledger.closure SET size = 0, cause = 'restore';

-- attack: delete_a_closure
-- expect: apps=42501 lt_owner=23000 administrator=23000
SELECT ledger.close('set_back');
DELETE FROM ledger.closure;

-- attack: truncate_closures
-- expect: apps=42501 lt_owner=23000 administrator=23000
TRUNCATE ledger.closure;

-- attack: insert_a_closure_that_is_over
-- expect: apps=42501 lt_owner=ok administrator=ok
INSERT INTO ledger.closure (closed_at, cause, size, ended_at, ending, last_size, decided_by, index)
VALUES (clock_timestamp(), 'restore', 0, clock_timestamp(), 'reached', 0, 'thief', 0);

-- attack: take_the_guard_of_closures_away
-- expect: apps=42501 lt_owner=ok administrator=ok
ALTER TABLE ledger.closure DISABLE TRIGGER only_ended;

-- attack: take_the_mark_off_a_closed_head
-- expect: apps=42501 lt_owner=23000 administrator=23000
SELECT ledger.close('set_back');
UPDATE ledger.head SET closed = false WHERE closed;

-- attack: mark_the_head_of_an_open_log
-- expect: apps=42501 lt_owner=23000 administrator=23000
UPDATE ledger.head SET closed = true;
-- attack: update_an_event_of_the_audit
-- expect: apps=42501 lt_owner=23000 administrator=23000
UPDATE audit.event SET actor_name = 'somebody else';

-- attack: delete_an_event_of_the_audit
-- expect: apps=42501 lt_owner=23000 administrator=23000
DELETE FROM audit.event;

-- attack: truncate_the_audit
-- expect: apps=42501 lt_owner=23000 administrator=23000
TRUNCATE audit.event CASCADE;

-- attack: date_an_event_of_the_audit
-- The moment is the database's: no role may write it.
-- expect: apps=42501 lt_owner=ok administrator=ok
INSERT INTO audit.event (at, kind, portal, actor_name, roles, subject_kind, subject, law, profile, detail)
VALUES ('2020-01-01', 'x', '', 'x', '{}', 'x', 'x', '{}', 'p', '{}');

-- attack: number_an_event_of_the_audit
-- expect: apps=42501 lt_owner=ok administrator=ok
INSERT INTO audit.event (id, kind, portal, actor_name, roles, subject_kind, subject, law, profile, detail)
OVERRIDING SYSTEM VALUE VALUES (1000000, 'x', '', 'x', '{}', 'x', 'x', '{}', 'p', '{}');

-- attack: point_an_event_to_another_leaf
-- expect: apps=42501 lt_owner=23000 administrator=23000
UPDATE audit.leaf SET index = 1;

-- attack: say_of_an_event_that_it_is_in_the_log
-- Index and record come from one commit of audit.append_leaves, or not at all.
-- expect: apps=42501 lt_owner=ok administrator=ok
INSERT INTO audit.event (kind, portal, actor_name, roles, subject_kind, subject, law, profile, detail)
VALUES ('x', '', 'x', '{}', 'x', 'x', '{}', 'p', '{}');
INSERT INTO audit.leaf (event, index) SELECT max(id), 1 FROM audit.event;

-- attack: keep_an_event_from_the_log
-- expect: apps=42501 lt_owner=ok administrator=ok
DELETE FROM audit.pending;

-- attack: choose_the_salt_of_an_event
-- expect: apps=42501 lt_owner=ok administrator=ok
INSERT INTO audit.event (kind, portal, actor_name, roles, subject_kind, subject, law, profile, detail, salt)
VALUES ('x', '', 'x', '{}', 'x', 'x', '{}', 'p', '{}', decode(repeat('00', 16), 'hex'));

-- attack: put_a_record_into_the_log_for_an_event_that_does_not_wait
-- expect: apps=42501 lt_control=ok lt_owner=ok administrator=ok
SELECT audit.append_leaves(ARRAY[999999999::bigint], now(), ARRAY['{}'::bytea]);

-- attack: switch_the_guard_of_the_audit_off
-- expect: apps=42501 lt_owner=ok administrator=ok
ALTER TABLE audit.event DISABLE TRIGGER no_change;

-- attack: silence_triggers_for_the_session
-- expect: apps=42501 lt_owner=42501 administrator=23000
SET LOCAL session_replication_role = replica; UPDATE audit.event SET kind = 'x';

-- attack: jump_to_another_state
-- expect: apps=42501 lt_control=23000 lt_owner=23000 administrator=23000
UPDATE control.account SET state = 'suspended';

-- attack: jump_to_another_state_with_triggers_silenced
-- expect: apps=42501 lt_owner=42501 administrator=23000
SET LOCAL session_replication_role = replica; UPDATE control.account SET state = 'suspended';

-- attack: begin_in_a_later_state
-- expect: apps=42501 lt_control=23000 lt_owner=23000 administrator=23000
INSERT INTO control.account (portal, email, name, roles, state, language, password, invited_at, factor_step, version)
VALUES ('staff', 'c@d', 'Chi', '{administrator}', 'active', 'vi', '', now(), 0, 1);

-- attack: make_a_state_lawful
-- expect: apps=42501 lt_owner=ok administrator=ok
INSERT INTO control.transition (machine, source, target) VALUES ('account', 'closed', 'active');

-- attack: follow_another_machine
-- expect: apps=42501 lt_owner=ok administrator=ok
UPDATE control.machine_table SET machine = 'none';

-- attack: switch_the_guard_of_states_off
-- expect: apps=42501 lt_owner=ok administrator=ok
ALTER TABLE control.account DISABLE TRIGGER keep_to_machine;

-- attack: replace_the_guard_of_states
-- expect: apps=42501 lt_owner=ok administrator=ok
CREATE OR REPLACE FUNCTION control.keep_to_machine() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';

-- attack: remove_an_account
-- expect: apps=42501 lt_owner=ok administrator=ok
DELETE FROM control.account;

-- attack: forget_a_migration
-- expect: apps=42501 lt_owner=ok administrator=ok
DELETE FROM control.django_migrations;

-- attack: enqueue_work_of_the_control_plane
-- expect: apps=42501 lt_control=ok lt_owner=ok administrator=ok
SET LOCAL search_path = jobs; INSERT INTO jobs.procrastinate_jobs (queue_name, task_name) VALUES ('default', 'steal');
