-- Lists of requests on the authority's desk. Which states belong to a list is told by the rules, as arguments.
-- role: lt_control

-- name: listed
-- A page of the requests that match, newest first, each row with how many match; one row without a request where the
-- page has none. What is NULL narrows nothing; handler 0 is nobody. The list is named once and read twice, so that
-- neither counting sorts nor showing the first page reads all. Planned anew each time: it depends on what is asked.
WITH bodies AS MATERIALIZED (
  SELECT b.id FROM control.body AS b
  WHERE upper(b.name) LIKE upper($3::text) OR upper(b.identifier) = upper($4::text)
), found AS NOT MATERIALIZED (
  SELECT r.id FROM control.request AS r
  WHERE r.state = ANY ($1::text[])
    AND ($2::text IS NULL OR r.searched LIKE upper($2))
    AND ($3::text IS NULL OR r.body_id IN (SELECT b.id FROM bodies AS b))
    AND ($5::bigint IS NULL OR COALESCE(r.handler, 0) = $5)
    AND ($6::date IS NULL OR r.state = ANY ($7::text[]) AND r.answer_by < $6)
    AND ($8::timestamptz IS NULL OR r.received_at < $8 AND r.settled_at IS NULL)
), shown AS (
  SELECT f.id FROM found AS f ORDER BY f.id DESC LIMIT $9 OFFSET $10
)
SELECT t.total, r.reference, r.title, b.name, r.state, COALESCE(a.name, ''), r.sent_at, r.answer_by, r.supplement_by
FROM (SELECT count(*) AS total FROM found AS c) AS t
LEFT JOIN shown AS s ON true
LEFT JOIN control.request AS r ON r.id = s.id
LEFT JOIN control.body AS b ON b.id = r.body_id
LEFT JOIN control.account AS a ON a.id = r.handler
ORDER BY r.id DESC

-- name: piles
-- The most urgent requests of each pile of this account, and how many the pile has.
WITH pile AS (
  SELECT 'to_assign' AS name, r.id, r.answer_by FROM control.request AS r WHERE r.state = $3
  UNION ALL
  SELECT 'to_decide', r.id, r.answer_by FROM control.request AS r WHERE r.state = $4
  UNION ALL
  SELECT 'in_hand', r.id, r.answer_by FROM control.request AS r
  WHERE (r.handler = $2 OR r.stand_in = $2) AND r.state = ANY ($5::text[])
  UNION ALL
  SELECT 'to_answer', r.id, r.answer_by
  FROM control.support_track AS t JOIN control.request AS r ON r.id = t.request_id
  WHERE t.supporter = $2 AND t.state <> $6
    AND (SELECT m.from_body FROM control.message AS m WHERE m.request_id = r.id ORDER BY m.id DESC LIMIT 1)
  UNION ALL
  SELECT 'without_documents', r.id, r.answer_by
  FROM control.documents_track AS t JOIN control.request AS r ON r.id = t.request_id
  WHERE t.state = $7
), placed AS (
  SELECT p.name, p.id, p.answer_by, count(*) OVER (PARTITION BY p.name) AS total,
    row_number() OVER (PARTITION BY p.name ORDER BY p.answer_by NULLS LAST, p.id) AS place
  FROM pile AS p
  WHERE p.name = ANY ($1::text[])
)
SELECT p.name, p.total, r.reference, r.title, b.name, r.state, COALESCE(a.name, ''), r.sent_at, r.answer_by,
  r.supplement_by
FROM placed AS p
JOIN control.request AS r ON r.id = p.id
JOIN control.body AS b ON b.id = r.body_id
LEFT JOIN control.account AS a ON a.id = r.handler
WHERE p.place <= $8
ORDER BY p.name, p.place

-- name: by_deadline
-- The requests in these states, the earliest deadline first.
SELECT r.reference, r.title, b.name, r.state, COALESCE(a.name, ''), r.sent_at, r.answer_by, r.supplement_by
FROM (
  SELECT f.id FROM control.request AS f
  WHERE f.state = ANY ($1::text[])
  ORDER BY f.answer_by NULLS LAST, f.id
  LIMIT $2
) AS s
JOIN control.request AS r ON r.id = s.id
JOIN control.body AS b ON b.id = r.body_id
LEFT JOIN control.account AS a ON a.id = r.handler
ORDER BY r.answer_by NULLS LAST, r.id

-- name: loads
-- The open files in these states by handler, those of nobody under NULL, the most overdue first; $2 are the states in
-- which the answer of the authority is awaited, $3 today, $4 the last day that is soon, $5 the state of waiting.
SELECT l.handler, COALESCE(a.name, ''), l.open, l.overdue, l.due_soon, l.awaiting_body, l.next_due
FROM (
  SELECT r.handler, count(*) AS open,
    count(*) FILTER (WHERE r.state = ANY ($2::text[]) AND r.answer_by < $3) AS overdue,
    count(*) FILTER (WHERE r.state = ANY ($2) AND r.answer_by BETWEEN $3 AND $4) AS due_soon,
    count(*) FILTER (WHERE r.state = $5) AS awaiting_body,
    min(r.answer_by) FILTER (WHERE r.state = ANY ($2)) AS next_due
  FROM control.request AS r
  WHERE r.state = ANY ($1::text[]) AND r.settled_at IS NULL
  GROUP BY r.handler
) AS l
LEFT JOIN control.account AS a ON a.id = l.handler
ORDER BY l.overdue DESC, l.next_due
