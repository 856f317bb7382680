-- What every page asks about notices.
-- role: lt_control

-- name: unread
-- How many notices an account has not read; counting ends at the most that is shown.
SELECT count(*)
FROM (
  SELECT u.id FROM control.notice AS u WHERE u.account_id = $1 AND u.read_at IS NULL LIMIT $2
) AS n
