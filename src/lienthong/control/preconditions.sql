-- What the control plane asks before it starts.
-- role: lt_control

-- name: has_sealed
-- Whether any account has a second factor, sealed with the deployment's secret.
SELECT EXISTS (SELECT FROM control.account AS a WHERE a.factor IS NOT NULL) AS found

-- name: faults
-- Everything that makes serving unsafe.
SELECT fault FROM ops.faults()
