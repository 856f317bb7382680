-- The only two doors to the register for the data plane. Both take what the caller must already know of a person:
-- read a number, read_lists a person_id together with its random key, so nobody can walk through the register.

-- At most 1,000 numbers a call. A value whose mask bit is not set is NULL before it leaves this function; the
-- judged_* columns are needed to settle identity, population scope and life status and always come. One row for each
-- position at which a person was found; a number that leads to several persons gives one row with candidates > 1
-- and no masked value. Law: R8.2.
CREATE FUNCTION register.read(p_numbers text[], p_masks bigint[], p_consents text[])
RETURNS TABLE (
  "position" integer, person_id bigint, person_key bytea, current_number text,
  judged_name text, judged_birth_date integer, judged_death_kind smallint, province text,
  protection integer, examination bigint,
  consent_person bigint, consent_system text, consent_purpose text, consent_fields integer[],
  consent_from timestamptz, consent_until timestamptz, consent_withdrawn timestamptz,
  candidates integer,
  full_name text, surname text, middle_name text, given_name text, number text, old_number text,
  birth_date integer, sex smallint, birth_place register.address, birth_registration register.address,
  native_place register.address, ethnicity text, religion text, blood_group text,
  permanent_residence register.address, permanent_from date, temporary_residence register.address,
  temporary_from date, temporary_until date, current_residence register.address,
  absence_from date, absence_until date, residence_file text, marital_status smallint,
  household_relation text, death_kind smallint, death_date integer, phone text, email text,
  other_information text
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan   -- planning this costs more than doing it
SET enable_seqscan = off                   -- the plan is kept: it must not be the one for an empty table
AS $$
#variable_conflict use_column
DECLARE
  v_asked constant integer := cardinality(p_numbers);
  v_now constant timestamptz := clock_timestamp();
  v_numbers text[] := p_numbers;
  v_masks bigint[] := p_masks;
  v_candidates integer[];
  v_found integer := 0;
  v_rows integer;
BEGIN
  IF v_asked > 1000 THEN
    RAISE EXCEPTION 'register.read takes at most 1000 numbers' USING ERRCODE = 'program_limit_exceeded';
  END IF;
  IF v_asked IS NULL OR cardinality(p_masks) IS DISTINCT FROM v_asked
     OR cardinality(p_consents) IS DISTINCT FROM v_asked THEN
    RAISE EXCEPTION 'register.read takes three arrays of one length' USING ERRCODE = 'array_subscript_error';
  END IF;

  -- The first round finds current numbers. What is left may be superseded or old numbers: the second round asks for
  -- the current number they lead to, and for nothing but that there are several where it is not one.
  FOR v_round IN 1..2 LOOP
    IF v_round = 2 THEN
      EXIT WHEN v_found = v_asked;
      SELECT array_agg(led.number ORDER BY u.position),
        array_agg(CASE WHEN led.persons = 1 THEN u.mask ELSE 0 END ORDER BY u.position),
        array_agg(led.persons ORDER BY u.position)
      INTO v_numbers, v_masks, v_candidates
      FROM unnest(p_numbers, p_masks) WITH ORDINALITY AS u (number, mask, position)
      CROSS JOIN LATERAL (
        SELECT min(person.number) AS number, count(DISTINCT person.number)::integer AS persons
        FROM register.identifier JOIN register.person ON person.person_id = identifier.person_id
        WHERE identifier.value = u.number
          AND NOT EXISTS (SELECT FROM register.person AS current WHERE current.number = u.number)
      ) AS led;
    END IF;
    RETURN QUERY
    SELECT
      asked.position::integer, person.person_id, person.person_key, person.number,
      person.full_name, person.birth_date, person.death_kind,
      CASE WHEN (coalesce(person.current_residence, person.permanent_residence)).list_version = 1
        THEN (SELECT successor FROM register.province_successor
              WHERE code = (coalesce(person.current_residence, person.permanent_residence)).province)
        ELSE (coalesce(person.current_residence, person.permanent_residence)).province END,
      coalesce((SELECT bit_or(1 << protection.kind) FROM register.protection
                WHERE protection.person_id = person.person_id AND protection.valid_from <= v_now
                  AND (protection.valid_until IS NULL OR protection.valid_until > v_now)), 0),
      person.examination,
      consent.person_id, consent.system, consent.purpose, consent.fields,
      consent.valid_from, consent.valid_until, consent.withdrawn_at,
      coalesce(asked.candidates, 1),
      CASE WHEN asked.mask & 1 <> 0 THEN person.full_name END,
      CASE WHEN asked.mask & 2 <> 0 THEN person.surname END,
      CASE WHEN asked.mask & 4 <> 0 THEN person.middle_name END,
      CASE WHEN asked.mask & 8 <> 0 THEN person.given_name END,
      CASE WHEN asked.mask & 16 <> 0 THEN person.number END,
      CASE WHEN asked.mask & 32 <> 0 THEN person.old_number END,
      CASE WHEN asked.mask & 64 <> 0 THEN person.birth_date END,
      CASE WHEN asked.mask & 128 <> 0 THEN person.sex END,
      CASE WHEN asked.mask & 256 <> 0 THEN person.birth_place END,
      CASE WHEN asked.mask & 512 <> 0 THEN person.birth_registration END,
      CASE WHEN asked.mask & 1024 <> 0 THEN person.native_place END,
      CASE WHEN asked.mask & 2048 <> 0 THEN person.ethnicity END,
      CASE WHEN asked.mask & 4096 <> 0 THEN person.religion END,
      CASE WHEN asked.mask & 8192 <> 0 THEN person.blood_group END,
      CASE WHEN asked.mask & 16384 <> 0 THEN person.permanent_residence END,
      CASE WHEN asked.mask & 32768 <> 0 THEN person.permanent_from END,
      CASE WHEN asked.mask & 65536 <> 0 THEN person.temporary_residence END,
      CASE WHEN asked.mask & 131072 <> 0 THEN person.temporary_from END,
      CASE WHEN asked.mask & 262144 <> 0 THEN person.temporary_until END,
      CASE WHEN asked.mask & 524288 <> 0 THEN person.current_residence END,
      CASE WHEN asked.mask & 1048576 <> 0 THEN person.absence_from END,
      CASE WHEN asked.mask & 2097152 <> 0 THEN person.absence_until END,
      CASE WHEN asked.mask & 4194304 <> 0 THEN person.residence_file END,
      CASE WHEN asked.mask & 8388608 <> 0 THEN person.marital_status END,
      CASE WHEN asked.mask & 16777216 <> 0 THEN person.household_relation END,
      CASE WHEN asked.mask & 33554432 <> 0 THEN person.death_kind END,
      CASE WHEN asked.mask & 67108864 <> 0 THEN person.death_date END,
      CASE WHEN asked.mask & 134217728 <> 0 THEN person.phone END,
      CASE WHEN asked.mask & 268435456 <> 0 THEN person.email END,
      CASE WHEN asked.mask & 536870912 <> 0 THEN person.other_information END
    FROM unnest(v_numbers, v_masks, p_consents, v_candidates) WITH ORDINALITY
      AS asked (number, mask, consent, candidates, position)
    JOIN register.person ON person.number = asked.number
    LEFT JOIN register.consent ON consent.id = asked.consent;
    GET DIAGNOSTICS v_rows = ROW_COUNT;
    v_found := v_found + v_rows;
  END LOOP;

  -- Counted before the rows are handed over. The sequence now and then writes WAL, which would make a reading
  -- transaction wait for the disk; it must not, and no transaction that has to be durable calls this function
  -- (ledger.append refuses one that did).
  IF v_found > 0 THEN
    PERFORM count(nextval('register.persons_read')), set_config('synchronous_commit', 'off', true)
    FROM generate_series(1, v_found);
  END IF;
END
$$;

-- The lists of at most 1,000 persons, each named by person_id and person_key as read gave them; p_lists holds per
-- person the bits of the lists wanted: 1 other names, 2 nationalities, 4 cards, 8 … 1024 relations (see
-- register.relation). related_protection has the living protection kinds of the person referred to.
CREATE FUNCTION register.read_lists(p_persons bigint[], p_keys bytea[], p_lists integer[])
RETURNS TABLE (
  person_id bigint, list integer, "position" smallint, name text, number text, old_number text, nationality text,
  relation text, issued date, expires date, place text, related_key bytea, related_protection integer
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
  v_asked constant integer := cardinality(p_persons);
  v_now constant timestamptz := clock_timestamp();
BEGIN
  IF v_asked > 1000 THEN
    RAISE EXCEPTION 'register.read_lists takes at most 1000 persons' USING ERRCODE = 'program_limit_exceeded';
  END IF;
  IF v_asked IS NULL OR cardinality(p_keys) IS DISTINCT FROM v_asked
     OR cardinality(p_lists) IS DISTINCT FROM v_asked THEN
    RAISE EXCEPTION 'register.read_lists takes three arrays of one length' USING ERRCODE = 'array_subscript_error';
  END IF;

  RETURN QUERY
  WITH asked AS MATERIALIZED (
    SELECT DISTINCT u.person_id, u.lists
    FROM unnest(p_persons, p_keys, p_lists) AS u (person_id, person_key, lists)
    JOIN register.person USING (person_id, person_key)
  )
  SELECT asked.person_id, 1, o.position, o.name, NULL::text, NULL::text, NULL::text,
    NULL::text, NULL::date, NULL::date, NULL::text, NULL::bytea, 0
  FROM asked JOIN register.other_name AS o USING (person_id) WHERE asked.lists & 1 <> 0
  UNION ALL
  SELECT asked.person_id, 2, n.position, NULL, NULL, NULL, n.nationality, NULL, NULL, NULL, NULL, NULL, 0
  FROM asked JOIN register.nationality AS n USING (person_id) WHERE asked.lists & 2 <> 0
  UNION ALL
  SELECT asked.person_id, 4, c.position, NULL, c.number, NULL, NULL, NULL, c.issued, c.expires, c.place, NULL, 0
  FROM asked JOIN register.card AS c USING (person_id) WHERE asked.lists & 4 <> 0
  UNION ALL
  SELECT asked.person_id, r.list::integer, r.position, r.name, r.number, r.old_number, r.nationality,
    r.relation, NULL, NULL, NULL, related.person_key,
    coalesce((SELECT bit_or(1 << protection.kind) FROM register.protection
              WHERE protection.person_id = r.related_person_id AND protection.valid_from <= v_now
                AND (protection.valid_until IS NULL OR protection.valid_until > v_now)), 0)
  FROM asked
  JOIN register.relation AS r ON r.person_id = asked.person_id AND asked.lists & r.list <> 0
  LEFT JOIN register.person AS related ON related.person_id = r.related_person_id;
END
$$;

-- How many rows register.read has given out since the database was made; compared with the persons recorded.
CREATE FUNCTION register.count_persons_read() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM register.persons_read;
END;
