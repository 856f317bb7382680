-- The register: one current row per person for what has one value, lists beside it, and the numbers that once led
-- to a person. Column order of person after person_key is the order of the column mask (bit 0 = full_name).

CREATE TYPE register.address AS (
  list_version smallint,   -- 1: 63 provinces, until 2025-06-30; 2: 34 provinces, no districts, from 2025-07-01
  province text,
  district text,           -- '' in list version 2
  commune text,
  detail text,
  country text
);

CREATE TABLE register.person (
  person_id bigint PRIMARY KEY,
  person_key bytea NOT NULL UNIQUE CHECK (octet_length(person_key) = 16),
  full_name text NOT NULL,
  surname text,
  middle_name text,
  given_name text,
  number text NOT NULL UNIQUE,
  old_number text,
  birth_date integer,
  sex smallint,
  birth_place register.address,
  birth_registration register.address,
  native_place register.address,
  ethnicity text,
  religion text,
  blood_group text,
  permanent_residence register.address,
  permanent_from date,
  temporary_residence register.address,
  temporary_from date,
  temporary_until date,
  current_residence register.address,
  absence_from date,
  absence_until date,
  residence_file text,
  marital_status smallint,
  household_relation text,
  death_kind smallint NOT NULL DEFAULT 0 CHECK (death_kind IN (0, 1, 2)),
  death_date integer,
  phone text,
  email text,
  other_information text,
  sort_key text NOT NULL DEFAULT '',
  is_protected boolean NOT NULL DEFAULT false,
  examination bigint NOT NULL DEFAULT 0
);
COMMENT ON COLUMN register.person.person_key IS 'Random, permanent, never re-used; tags in the log are made from it.';
COMMENT ON COLUMN register.person.birth_date IS 'yyyymmdd; 00 stands for a month or day not known.';
COMMENT ON COLUMN register.person.death_kind IS '0 alive, 1 dead, 2 declared missing.';
COMMENT ON COLUMN register.person.sort_key IS 'Vietnamese order of the name; the database sorts by bytes only.';
COMMENT ON COLUMN register.person.is_protected IS
  'Kept by register.protection; for statistics and feeds. No look-up relies on it.';
COMMENT ON COLUMN register.person.examination IS 'Bit i: the i-th column of the mask is under examination.';

CREATE TABLE register.identifier (
  value text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('number', 'old_number')),
  person_id bigint NOT NULL,
  status text NOT NULL CHECK (status IN ('superseded', 'cancelled', 'linked')),
  valid_from date,
  valid_until date
);
CREATE INDEX identifier_value ON register.identifier (value);
COMMENT ON TABLE register.identifier IS 'Numbers that no longer stand in person but still lead to one.';

CREATE TABLE register.relation (
  person_id bigint NOT NULL,
  list smallint NOT NULL CHECK (list IN (8, 16, 32, 64, 128, 256, 512, 1024)),
  position smallint NOT NULL,
  name text NOT NULL,
  number text,
  old_number text,
  nationality text,
  relation text,
  related_person_id bigint,
  PRIMARY KEY (person_id, list, position)
);
COMMENT ON COLUMN register.relation.list IS
  'The bit of the list: 8 father, 16 mother, 32 spouse, 64 child, 128 legal representative, '
  '256 represented person, 512 household head, 1024 household member.';

CREATE TABLE register.other_name (
  person_id bigint NOT NULL,
  position smallint NOT NULL,
  name text NOT NULL,
  PRIMARY KEY (person_id, position)
);

CREATE TABLE register.nationality (
  person_id bigint NOT NULL,
  position smallint NOT NULL,
  nationality text NOT NULL,
  PRIMARY KEY (person_id, position)
);

CREATE TABLE register.card (
  person_id bigint NOT NULL,
  position smallint NOT NULL,
  number text,
  issued date,
  expires date,
  place text,
  PRIMARY KEY (person_id, position)
);
COMMENT ON COLUMN register.card.expires IS 'NULL: without end.';

CREATE TABLE register.protection (
  person_id bigint NOT NULL,
  kind smallint NOT NULL CHECK (kind BETWEEN 0 AND 30),
  ground text NOT NULL CHECK (ground <> ''),
  valid_from timestamptz NOT NULL,
  valid_until timestamptz CHECK (valid_until > valid_from),
  PRIMARY KEY (person_id, kind, valid_from)
);
COMMENT ON COLUMN register.protection.valid_until IS 'Exclusive; NULL: until it is lifted. Law: R1.5.';

CREATE TABLE register.consent (
  id text PRIMARY KEY,
  person_id bigint NOT NULL,
  system text NOT NULL,
  purpose text NOT NULL,
  fields integer[] NOT NULL,
  valid_from timestamptz NOT NULL,
  valid_until timestamptz CHECK (valid_until > valid_from),
  withdrawn_at timestamptz
);
CREATE INDEX consent_person ON register.consent (person_id);
COMMENT ON COLUMN register.consent.fields IS 'Numbers of fields. Law: R1.1.';
COMMENT ON COLUMN register.consent.valid_until IS 'Exclusive; NULL: without end.';

CREATE SEQUENCE register.persons_read;
COMMENT ON SEQUENCE register.persons_read IS
  'Rows that register.read gave out. A sequence, because what it counted stays counted when the reader rolls back.';

-- is_protected follows the protections, whoever writes them.
CREATE FUNCTION register.follow_protection() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    UPDATE register.person
    SET is_protected = EXISTS (SELECT FROM register.protection WHERE protection.person_id = OLD.person_id)
    WHERE person.person_id = OLD.person_id;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    UPDATE register.person SET is_protected = true
    WHERE person.person_id = NEW.person_id AND NOT person.is_protected;
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER follow_protection AFTER INSERT OR UPDATE OR DELETE ON register.protection
  FOR EACH ROW EXECUTE FUNCTION register.follow_protection();
ALTER TABLE register.protection ENABLE ALWAYS TRIGGER follow_protection;
