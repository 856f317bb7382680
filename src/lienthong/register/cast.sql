-- The first persons of a synthetic population, to choose a cast from. $1 is the last id looked at.
-- role: lt_intake

-- name: cast_persons
-- Persons with what decides their part.
SELECT
  person_id, number, old_number, full_name, birth_date, sex,
  (coalesce(current_residence, permanent_residence)).list_version AS list_version,
  (coalesce(current_residence, permanent_residence)).province AS province,
  death_kind, is_protected, examination
FROM register.person WHERE person_id <= $1::bigint ORDER BY person_id;

-- name: cast_mothers
-- Who has which mother in the register.
SELECT person_id, related_person_id FROM register.relation
WHERE person_id <= $1::bigint AND list = 16 AND related_person_id IS NOT NULL;

-- name: cast_identifiers
-- Former and old numbers and whom they lead to.
SELECT value, kind, person_id FROM register.identifier WHERE person_id <= $1::bigint;

-- name: cast_foreigners
-- Who is not Vietnamese.
SELECT person_id FROM register.nationality
WHERE person_id <= $1::bigint AND position = 1 AND nationality <> 'VN';

-- name: cast_protections
-- Protections without an end.
SELECT person_id, kind FROM register.protection WHERE person_id <= $1::bigint AND valid_until IS NULL;

-- name: cast_consents
-- Consents that were not withdrawn, and the day they end.
SELECT id, person_id, valid_until::date::text AS until FROM register.consent
WHERE person_id <= $1::bigint AND withdrawn_at IS NULL AND valid_until IS NOT NULL;
