-- Publishing a grant: the notary's, after it has signed. p_body is the record (kind grant) that names the document's
-- SHA-256; it stands at "index" in the log. p_version is the version the signer counted on; outcome 0: another grant
-- came first (version has the newest), nothing was written; 1: published. Law: R8.1.
CREATE FUNCTION exchange.publish_grant(
  p_version bigint, p_system text, p_revision integer, p_document bytea, p_signature bytea, p_signer text,
  p_agency text, p_at timestamptz, p_body bytea
)
RETURNS TABLE (outcome smallint, version bigint, index bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  v_newest bigint;
  v_revision integer;
  v_indexes bigint[];
BEGIN
  -- 1. The same turn as ledger.append: an append either commits before this grant or is decided under it.
  LOCK TABLE ledger.turn IN EXCLUSIVE MODE;

  -- 2. Versions count without a gap; a signature over another version would not hold.
  SELECT coalesce(max(g.version), 0) INTO v_newest FROM exchange.grant AS g;
  IF p_version IS DISTINCT FROM v_newest + 1 THEN
    RETURN QUERY SELECT 0::smallint, v_newest, NULL::bigint;
    RETURN;
  END IF;

  -- 3. Revisions of one system count without a gap, so a gateway that misses one knows it.
  SELECT coalesce(max(g.revision), 0) INTO v_revision FROM exchange.grant AS g WHERE g.system = p_system;
  IF p_revision IS DISTINCT FROM v_revision + 1 THEN
    RAISE EXCEPTION 'revision % of the grant of % does not follow %', p_revision, p_system, v_revision
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;

  -- 4. Grant and leaf are one commit: no grant holds that the log does not show.
  INSERT INTO exchange.grant (version, system, revision, document, signature, signer, published_at)
  VALUES (p_version, p_system, p_revision, p_document, p_signature, p_signer, p_at);
  SELECT a.indexes INTO STRICT v_indexes FROM ledger.append(
    NULL, ARRAY[p_at], ARRAY[p_signer], ARRAY[''], ARRAY[0::bigint], ARRAY[1::smallint], ARRAY[11::smallint],
    ARRAY[p_agency], ARRAY[p_system], ARRAY[''], ARRAY[''], ARRAY[''], ARRAY[''], ARRAY[0], ARRAY[0], ARRAY[0],
    ARRAY[p_body], '{}', '{}', '{}', '{}', '{}') AS a;
  RETURN QUERY SELECT 1::smallint, p_version, v_indexes[1];
END
$$;
