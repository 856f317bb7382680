-- What was noted of Django's migrations.
-- role: postgres, lt_control

-- name: has_migrations
-- Whether Django has noted any migration yet.
SELECT pg_catalog.to_regclass('control.django_migrations') IS NOT NULL AS found

-- name: migrations
-- Every migration applied, in order.
SELECT m.app, m.name, m.applied FROM control.django_migrations AS m ORDER BY m.id
