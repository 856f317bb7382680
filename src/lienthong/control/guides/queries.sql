-- What the guides' duties are seen from.
-- role: lt_control

-- name: requests_to_look_at
-- Requests received whose newest version was not looked at yet, or not in the state the request is in now.
SELECT r.reference, r.state, COALESCE(r.settled_at, r.received_at), v.id
FROM control.request AS r
JOIN LATERAL (
  SELECT w.id FROM control.request_version AS w WHERE w.request_id = r.id ORDER BY w.number DESC LIMIT 1
) AS v ON true
LEFT JOIN control.guide_source AS s ON s.version_id = v.id
WHERE r.received_at IS NOT NULL AND s.state IS DISTINCT FROM r.state
ORDER BY r.id
LIMIT $1

-- name: grants_to_look_at
-- The newest grant of each registered system whose guide was not compared with it.
SELECT DISTINCT ON (g.system) s.id, g.version, g.document, g.published_at
FROM exchange.grant AS g
JOIN control.system AS s ON s.code = g.system
LEFT JOIN control.guide AS u ON u.system_id = s.id
WHERE g.version > COALESCE(u."grant", 0)
ORDER BY g.system, g.version DESC
