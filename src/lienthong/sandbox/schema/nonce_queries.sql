-- role: any

-- name: take
-- Takes a nonce; changes nothing where it was taken before.
INSERT INTO taken (nonce, until) VALUES (?, ?) ON CONFLICT DO NOTHING

-- name: forget
-- Forgets nonces whose requests are too old to be read again.
DELETE FROM taken WHERE until < ?
