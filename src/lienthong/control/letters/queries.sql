-- Numbers given one after another, and letters met by what their copies have in common.
-- role: lt_control

-- name: next_number
-- The next number of a series in a year. The row stays locked until the act ends: whoever comes meanwhile waits, and
-- an act that fails takes its number back, so that none is burnt.
INSERT INTO control.counter AS c (series, year, last) VALUES ($1, $2, 1)
ON CONFLICT (series, year) DO UPDATE SET last = c.last + 1
RETURNING c.last

-- name: hold_letter
-- Whoever enters a copy of the same letter waits until this act ends.
SELECT pg_advisory_xact_lock(hashtextextended($1, 46))

-- name: keep_upload
-- Files with the same bytes are kept side by side; only a removal of them waits, or is waited for.
SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 47))

-- name: hold_upload
-- Whoever keeps a file with these bytes waits until their removal ends.
SELECT pg_advisory_xact_lock(hashtextextended($1, 47))

-- name: upload_is_wanted
-- Whether a version, a draft, a function, a system, a verdict, a letter or a message refers to a file by its digest or row.
SELECT EXISTS (SELECT FROM control.request_version WHERE content::text LIKE '%' || $1 || '%')
  OR EXISTS (SELECT FROM control.draft WHERE content::text LIKE '%' || $1 || '%')
  OR EXISTS (SELECT FROM control.mandate WHERE paper::text LIKE '%' || $1 || '%')
  OR EXISTS (SELECT FROM control.system WHERE facts::text LIKE '%' || $1 || '%')
  OR EXISTS (SELECT FROM control.condition_verdict WHERE evidence::text LIKE '%' || $1 || '%')
  OR EXISTS (
    SELECT FROM control.upload AS u
    WHERE u.sha256 = decode($1, 'hex')
      AND (EXISTS (SELECT FROM control.request_version AS v WHERE v.letter_id = u.id)
        OR EXISTS (SELECT FROM control.incoming_letter AS i WHERE i.document_id = u.id)
        OR EXISTS (SELECT FROM control.outgoing_letter AS o WHERE o.document_id = u.id)
        OR EXISTS (SELECT FROM control.message AS m WHERE m.attachment_id = u.id)))
