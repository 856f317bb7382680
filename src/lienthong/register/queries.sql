-- Queries of the register's own package: loading a population, and the acts on single persons until sources send
-- them.
-- role: lt_intake

-- name: take_load_turn
-- Whether nobody else is loading; the turn is held until the connection ends.
SELECT pg_try_advisory_lock(7130041126);

-- name: number_bounds
-- The least and greatest number of any person, null in an empty register: by the order of bytes, everybody's number
-- begins with a prefix exactly when these two do.
SELECT
  (SELECT number FROM register.person ORDER BY number LIMIT 1) AS least,
  (SELECT number FROM register.person ORDER BY number DESC LIMIT 1) AS greatest;

-- name: key_of_person
-- The permanent key of the person with this id, to recognise a slice that was loaded before.
SELECT person_key FROM register.person WHERE person_id = $1::bigint;
