-- Systems with an open finding of a kind: what a gateway obeys until a person has closed it.
CREATE FUNCTION exchange.open_findings(p_kind text) RETURNS TABLE (system text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT DISTINCT f.system FROM exchange.finding AS f WHERE f.kind = p_kind AND f.closed_at IS NULL;
END;
