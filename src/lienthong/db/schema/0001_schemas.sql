-- The four schemas of the contract. Every schema file runs as lt_owner, in one transaction, in the order of its
-- number; a file that was released is never edited, a later one amends it.

-- What lt_owner makes belongs to nobody else until 0090_privileges.sql says so: by default PostgreSQL would let
-- everybody execute functions and use types.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES REVOKE USAGE ON TYPES FROM PUBLIC;

CREATE SCHEMA IF NOT EXISTS register;
CREATE SCHEMA IF NOT EXISTS exchange;
CREATE SCHEMA IF NOT EXISTS ledger;
CREATE SCHEMA IF NOT EXISTS ops;

COMMENT ON SCHEMA register IS 'Who people are.';
COMMENT ON SCHEMA exchange IS 'The seam between the planes: grants, records, lines, findings.';
COMMENT ON SCHEMA ledger IS 'The log: leaves, heads, tiles, checkpoints, and the one way in.';
COMMENT ON SCHEMA ops IS 'Running it: legal holds, faults, counters.';
