-- What every page asks about accounts: whose session this is, who is called what, who can be given a file.
-- role: lt_control

-- name: session_of_token
-- The session of a cookie with its account, by the hash of the token.
SELECT s.id, s.started_at, s.seen_at, s.proved_at, s.ended_at, a.id, a.portal, a.state, a.name, a.roles, a.body,
  a.email, a.language, a.factor IS NOT NULL
FROM control.session AS s JOIN control.account AS a ON a.id = s.account_id
WHERE s.token = $1

-- name: names_of
-- The names of accounts by their numbers.
SELECT a.id, a.name FROM control.account AS a WHERE a.id = ANY ($1::bigint[])

-- name: holders_of
-- The accounts of a portal in a state that hold one of the roles, by name.
SELECT a.id, a.name
FROM control.account AS a
WHERE a.portal = $1 AND a.state = $2 AND a.roles && $3::text[]
ORDER BY a.name, a.id
