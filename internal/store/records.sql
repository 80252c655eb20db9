-- The small registers (internal/record).

-- name: PutRecord :execrows
INSERT INTO record (kind, record_key, system, person, state, due, at, rev, body)
SELECT CAST(@kind AS TEXT), CAST(@record_key AS TEXT), CAST(@system AS TEXT), CAST(@person AS TEXT), CAST(@state AS TEXT),
    CAST(@due AS BIGINT), CAST(@at AS BIGINT), CAST(@rev AS BIGINT), CAST(@body AS TEXT)
WHERE CAST(@rev AS BIGINT) = 1 OR EXISTS (SELECT 1 FROM record r WHERE r.kind = @kind AND r.record_key = @record_key)
ON CONFLICT (kind, record_key) DO UPDATE SET system = excluded.system, person = excluded.person, state = excluded.state,
    due = excluded.due, at = excluded.at, rev = excluded.rev, body = excluded.body
WHERE record.rev = excluded.rev - 1;

-- name: Record :one
SELECT * FROM record WHERE kind = @kind AND record_key = @record_key;

-- name: Records :many
SELECT * FROM record WHERE kind = @kind ORDER BY record_key;

-- name: RecordsStamp :one
SELECT CAST(COUNT(*) AS BIGINT) AS many, CAST(COALESCE(SUM(rev), 0) AS BIGINT) AS revs
FROM record WHERE kind IN (@first, @second, @third);

-- name: NewestRecords :many
SELECT * FROM record WHERE kind = @kind ORDER BY at DESC LIMIT @most;

-- name: RecordsOfSystem :many
SELECT * FROM record WHERE kind = @kind AND system = @system ORDER BY record_key;

-- name: RecordsOfPerson :many
SELECT * FROM record WHERE kind = @kind AND person = @person ORDER BY record_key;

-- name: RecordsInState :many
SELECT * FROM record WHERE kind = @kind AND state = @state ORDER BY record_key;

-- name: EntriesAfter :many
SELECT * FROM entry WHERE seq > @after ORDER BY seq LIMIT @most;
