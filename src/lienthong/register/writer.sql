-- Acts on single persons.
-- role: lt_intake

-- name: lock_person
-- The person with this current number, locked until the transaction ends.
SELECT person_id FROM register.person WHERE number = $1::text FOR UPDATE;

-- name: add_consent
-- Registers a consent.
INSERT INTO register.consent (id, person_id, system, purpose, fields, valid_from, valid_until)
VALUES ($1::text, $2::bigint, $3::text, $4::text, $5::integer[], $6::timestamptz, $7::timestamptz);

-- name: withdraw_consent
-- Withdraws a consent that is not withdrawn yet.
UPDATE register.consent SET withdrawn_at = $2::timestamptz
WHERE id = $1::text AND withdrawn_at IS NULL
RETURNING person_id;

-- name: add_protection
-- Protects a person by law.
INSERT INTO register.protection (person_id, kind, ground, valid_from, valid_until)
VALUES ($1::bigint, $2::smallint, $3::text, $4::timestamptz, $5::timestamptz);

-- name: lift_protection
-- Ends the protections of a kind that hold at an instant.
UPDATE register.protection SET valid_until = $3::timestamptz
WHERE person_id = $1::bigint AND kind = $2::smallint AND valid_from < $3::timestamptz
  AND (valid_until IS NULL OR valid_until > $3::timestamptz)
RETURNING valid_from;

-- name: is_number_used
-- Whether a number is or was anybody's.
SELECT EXISTS (SELECT FROM register.person WHERE number = $1::text)
  OR EXISTS (SELECT FROM register.identifier WHERE value = $1::text AND kind = 'number');

-- name: keep_number
-- Keeps a number leading to its person after it was replaced.
INSERT INTO register.identifier (value, kind, person_id, status, valid_until)
VALUES ($1::text, 'number', $2::bigint, $3::text, $4::date);

-- name: change_number
-- Gives a person another number.
UPDATE register.person SET number = $2::text WHERE person_id = $1::bigint;

-- name: change_number_in_relations
-- Shows the new number wherever the person stands in the relations of those related to them.
UPDATE register.relation SET number = $2::text
WHERE related_person_id = $1::bigint
  AND person_id IN (SELECT own.related_person_id FROM register.relation AS own WHERE own.person_id = $1::bigint);

-- name: open_examination
-- Puts columns of a person under examination.
UPDATE register.person SET examination = examination | $2::bigint WHERE person_id = $1::bigint;

-- name: close_examination
-- Ends the examination of columns of a person.
UPDATE register.person SET examination = examination & ~$2::bigint WHERE person_id = $1::bigint;
