-- Every privilege of every role, in one place. Functions and types belong to lt_owner alone unless named here;
-- tests/contract/privileges.txt lists what this comes to.

GRANT USAGE ON SCHEMA register TO lt_gateway, lt_intake, lt_notary, lt_monitor;
GRANT USAGE ON SCHEMA exchange TO lt_gateway, lt_intake, lt_control, lt_notary, lt_inspector;
GRANT USAGE ON SCHEMA ledger TO lt_gateway, lt_intake, lt_control, lt_notary, lt_inspector, lt_monitor;
GRANT USAGE ON SCHEMA ops TO lt_gateway, lt_intake, lt_control, lt_notary, lt_inspector, lt_monitor;

-- register: the gateway reads through two functions, intake keeps the rows.
GRANT EXECUTE ON FUNCTION register.read(text[], bigint[], text[]) TO lt_gateway;
GRANT EXECUTE ON FUNCTION register.read_lists(bigint[], bytea[], integer[]) TO lt_gateway;
GRANT EXECUTE ON FUNCTION register.count_persons_read() TO lt_gateway, lt_notary, lt_monitor;
GRANT SELECT, INSERT, UPDATE ON register.person, register.identifier, register.relation, register.other_name,
  register.nationality, register.card, register.protection, register.consent TO lt_intake;

-- ledger.append is the one way in, for every plane.
GRANT EXECUTE ON FUNCTION ledger.append(
  bigint, timestamptz[], text[], text[], bigint[], smallint[], smallint[], text[], text[], text[], text[], text[],
  text[], integer[], integer[], integer[], bytea[], bytea[], text[], smallint[], smallint[], bytea[])
  TO lt_gateway, lt_intake, lt_control, lt_notary;
GRANT EXECUTE ON FUNCTION ledger.find(text, text) TO lt_gateway, lt_intake, lt_control, lt_notary;
-- The notary may close it, being the one who sees that it was set back; ledger.reopen is lt_owner's alone.
GRANT EXECUTE ON FUNCTION ledger.close(text) TO lt_notary;

-- grants: published by the notary, read by everybody who decides or shows.
GRANT EXECUTE ON FUNCTION exchange.publish_grant(
  bigint, text, integer, bytea, bytea, text, text, timestamptz, bytea) TO lt_notary;
GRANT SELECT ON exchange.grant TO lt_gateway, lt_intake, lt_control, lt_notary, lt_inspector;

-- what the gateway learns from the log, and what it leaves for people to look at.
GRANT EXECUTE ON FUNCTION exchange.tail_usage(bigint, integer) TO lt_gateway;
GRANT EXECUTE ON FUNCTION exchange.usage_since(timestamptz, bigint) TO lt_gateway;
GRANT EXECUTE ON FUNCTION exchange.misses_since(timestamptz, bigint) TO lt_gateway;
GRANT EXECUTE ON FUNCTION exchange.receipts(text, text[], timestamptz) TO lt_gateway;
GRANT EXECUTE ON FUNCTION exchange.note_attempt(text, timestamptz, text, text, text, text) TO lt_gateway;
GRANT EXECUTE ON FUNCTION exchange.note_finding(timestamptz, text, text, text, text, bigint, text)
  TO lt_gateway, lt_intake, lt_notary;
GRANT EXECUTE ON FUNCTION ledger.persons_recorded(bigint, bigint) TO lt_notary;
GRANT EXECUTE ON FUNCTION exchange.open_findings(text) TO lt_gateway;
GRANT EXECUTE ON FUNCTION exchange.settle_batches(
  smallint, bigint[], timestamptz[], text[], text[], text[], boolean[]) TO lt_gateway;
GRANT EXECUTE ON FUNCTION exchange.close_finding(bigint, timestamptz, text, text, text, bytea) TO lt_control;
GRANT EXECUTE ON FUNCTION ledger.newest_head() TO lt_gateway, lt_notary, lt_inspector, lt_monitor;
GRANT EXECUTE ON FUNCTION ledger.newest_checkpoint() TO lt_gateway;
GRANT EXECUTE ON FUNCTION ledger.closed() TO lt_gateway, lt_intake, lt_control, lt_notary, lt_inspector, lt_monitor;
GRANT EXECUTE ON FUNCTION ledger.leaves(bigint, integer) TO lt_gateway, lt_intake, lt_control, lt_notary;
GRANT EXECUTE ON FUNCTION ledger.tiles(smallint[], bigint[]) TO lt_gateway;

-- what stands in the log.
GRANT SELECT ON exchange.record, exchange.line TO lt_control, lt_inspector;
GRANT SELECT ON exchange.attempt, exchange.finding TO lt_control;
GRANT SELECT ON ledger.leaf, ledger.head, ledger.tile, ledger.checkpoint, ledger.closure TO lt_notary, lt_inspector;
GRANT INSERT ON ledger.tile, ledger.checkpoint TO lt_notary;

-- running it.
GRANT EXECUTE ON FUNCTION exchange.make_partitions(integer) TO lt_control, lt_notary;
GRANT EXECUTE ON FUNCTION exchange.retire(date) TO lt_control;
GRANT EXECUTE ON FUNCTION ledger.sweep() TO lt_control, lt_notary;
GRANT EXECUTE ON FUNCTION ops.place_hold(date, date, text, text, text) TO lt_control;
GRANT EXECUTE ON FUNCTION ops.lift_hold(bigint, text, text) TO lt_control;
GRANT SELECT ON ops.legal_hold TO lt_control, lt_inspector;
GRANT EXECUTE ON FUNCTION ops.faults() TO lt_gateway, lt_intake, lt_control, lt_notary, lt_inspector, lt_monitor;
