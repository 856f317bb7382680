-- What the gateway reads of people. The functions apply the masks; see db/schema.
-- role: lt_gateway

-- name: read_persons
-- The persons these numbers lead to, by position: what must be judged, then the columns of each one's mask.
SELECT
  position, person_id, person_key, current_number, judged_name, judged_birth_date, judged_death_kind, province,
  protection, examination, consent_person, consent_system, consent_purpose, consent_fields, consent_from,
  consent_until, consent_withdrawn, candidates,
  full_name, surname, middle_name, given_name, number, old_number, birth_date, sex, birth_place,
  birth_registration, native_place, ethnicity, religion, blood_group, permanent_residence, permanent_from,
  temporary_residence, temporary_from, temporary_until, current_residence, absence_from, absence_until,
  residence_file, marital_status, household_relation, death_kind, death_date, phone, email, other_information
FROM register.read($1::text[], $2::bigint[], $3::text[]);

-- name: read_lists
-- The lists wanted of persons named by id and key.
SELECT
  person_id, list, position, name, number, old_number, nationality, relation, issued, expires, place, related_key,
  related_protection
FROM register.read_lists($1::bigint[], $2::bytea[], $3::integer[]);
