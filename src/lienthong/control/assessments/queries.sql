-- What pages ask about assessments.
-- role: lt_control

-- name: of_request
-- The assessments of a request, by the code of the system.
SELECT s.code, s.name, a.path, a.state, a.told, a.started_at
FROM control.assessment AS a JOIN control.system AS s ON s.id = a.system_id
WHERE a.request_id = $1
ORDER BY s.code
