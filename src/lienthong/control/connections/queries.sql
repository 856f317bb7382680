-- What the file of a request is put together from: one statement for each of its parts.
-- role: lt_control

-- name: file
-- A request with its body, whose file it is, and its newest version.
SELECT r.id, r.version, r.title, r.body_id, b.name, r.state, r.handler, COALESCE(h.name, ''),
  r.stand_in, COALESCE(s.name, ''), r.sent_at, r.received_at, r.answer_by, r.supplement_by, r.settled_at,
  v.id, v.number, v.entered_by IS NOT NULL, v.content
FROM control.request AS r
JOIN control.body AS b ON b.id = r.body_id
JOIN LATERAL (
  SELECT w.id, w.number, w.entered_by, w.content FROM control.request_version AS w
  WHERE w.request_id = r.id ORDER BY w.number DESC LIMIT 1
) AS v ON true
LEFT JOIN control.account AS h ON h.id = r.handler
LEFT JOIN control.account AS s ON s.id = r.stand_in
WHERE r.reference = $1

-- name: opinions
-- What the handler thinks of the fields of a version.
SELECT o.field, o.direction, o.purpose, o.opinion, o.remark FROM control.field_opinion AS o WHERE o.version_id = $1

-- name: facts_of_systems
-- What is known of systems, by their codes.
SELECT s.facts FROM control.system AS s WHERE s.code = ANY ($1::text[]) ORDER BY s.id

-- name: letters
-- The authority's letters of a request, newest first.
SELECT l.id, l.purpose, l.state, COALESCE(l.number, ''), l.dated, l.version
FROM control.outgoing_letter AS l
WHERE l.request = $1
ORDER BY l.id DESC

-- name: papers
-- The files of a request: versions as signed, copies of the letter as they came, annexes by their hashes, what came
-- with messages. Of several uploads of one annex it is the body's own newest, else the oldest.
SELECT 'signed' AS part, v.number AS place, v.number::text AS word, u.id, u.name, u.kind, u.size
FROM control.request_version AS v JOIN control.upload AS u ON u.id = v.letter_id
WHERE v.request_id = $1
UNION ALL
SELECT 'copy', i.id, i.channel, u.id, u.name, u.kind, u.size
FROM control.incoming_letter AS i JOIN control.upload AS u ON u.id = i.document_id
WHERE i.request = $1
UNION ALL
(SELECT DISTINCT ON (u.sha256) 'annex', 0, encode(u.sha256, 'hex'), u.id, u.name, u.kind, u.size
FROM control.upload AS u
WHERE u.sha256 = ANY ($2::bytea[]) AND u.removed_at IS NULL
ORDER BY u.sha256, (u.body_id IS NOT DISTINCT FROM $3) DESC, CASE WHEN u.body_id = $3 THEN -u.id ELSE u.id END)
UNION ALL
SELECT 'attached', m.id, '', u.id, u.name, u.kind, u.size
FROM control.message AS m JOIN control.upload AS u ON u.id = m.attachment_id
WHERE m.request_id = $1
ORDER BY place

-- name: runs
-- The newest runs of the technical test of a request.
SELECT s.name, n.state, n.opened_at, n.settled_at
FROM control.run AS n JOIN control.system AS s ON s.id = n.system_id
WHERE n.request_id = $1
ORDER BY n.opened_at DESC, n.id DESC
LIMIT $2

-- name: documents
-- The track of documents of a request, one row for each document of its newest edition and one where there is none.
SELECT t.state, t.started_at, t.provided_at, t.attempts, t.fault, d.id, d.edition, d.name, d.media_type, d.sha256
FROM control.documents_track AS t
LEFT JOIN control.provided_document AS d ON d.track_id = t.id
  AND d.edition = (SELECT max(e.edition) FROM control.provided_document AS e WHERE e.track_id = t.id)
WHERE t.request_id = $1
ORDER BY d.id

-- name: support
-- The track of support of a request, and its supporter by name.
SELECT t.state, t.started_at, t.supporter, COALESCE(a.name, '')
FROM control.support_track AS t LEFT JOIN control.account AS a ON a.id = t.supporter
WHERE t.request_id = $1
