-- One text for both engines. Parameters that meet no column in PostgreSQL's eyes
-- need a cast; lists for a filter that is not given are queries of their own, so
-- that each has its index.

-- name: AddVersion :one
INSERT INTO version (hash, kind, id, number, label, steps_hash, file, canonical, adopted_at, adopted_by)
VALUES (@hash, @kind, @id, (SELECT COALESCE(MAX(v.number), 0) + 1 FROM version v WHERE v.kind = @kind AND v.id = @id),
    @label, @steps_hash, @file, @canonical, @adopted_at, @adopted_by)
ON CONFLICT (hash) DO NOTHING
RETURNING number;

-- name: Version :one
SELECT * FROM version WHERE hash = @hash;

-- name: NewestVersions :many
SELECT v.* FROM version v
WHERE v.kind = @kind AND v.number = (SELECT MAX(n.number) FROM version n WHERE n.kind = v.kind AND n.id = v.id)
ORDER BY v.id;

-- name: Versions :many
SELECT * FROM version WHERE kind = @kind AND id = @id ORDER BY number;

-- name: SetCurrent :execrows
INSERT INTO current_version (kind, id, hash)
SELECT v.kind, v.id, v.hash FROM version v WHERE v.hash = @hash AND v.kind = @kind AND v.id = @id
ON CONFLICT (kind, id) DO UPDATE SET hash = excluded.hash;

-- name: UnsetCurrent :exec
DELETE FROM current_version WHERE kind = @kind AND id = @id;

-- name: Current :many
SELECT * FROM current_version WHERE kind = @kind ORDER BY id;

-- name: AddRun :execrows
INSERT INTO run (id, year, number, system, plan_hash, steps_hash, drill_id, type, title, scope, incident, imported,
    state, verdict, director, seq, node, opened_at, started_at, ended_at, rta, rpa, measured)
VALUES (@id, @year, @number, @system, @plan_hash, @steps_hash, @drill_id, @type, @title, @scope, @incident, @imported,
    @state, @verdict, @director, @seq, @node, @opened_at, @started_at, @ended_at, @rta, @rpa, @measured)
ON CONFLICT (id) DO NOTHING;

-- name: SaveRun :execrows
UPDATE run SET system = @system, plan_hash = @plan_hash, steps_hash = @steps_hash, drill_id = @drill_id, type = @type,
    title = @title, scope = @scope, incident = @incident, imported = @imported, state = @state, verdict = @verdict,
    director = @director, seq = @seq, node = @node, opened_at = @opened_at, started_at = @started_at,
    ended_at = @ended_at, rta = @rta, rpa = @rpa, measured = @measured
WHERE id = @id AND seq = @expected_seq;

-- name: Run :one
SELECT * FROM run WHERE id = @id;

-- name: Runs :many
SELECT * FROM run ORDER BY opened_at DESC, id DESC LIMIT @most;

-- name: RunsOfSystem :many
SELECT * FROM run WHERE system = @system ORDER BY opened_at DESC, id DESC LIMIT @most;

-- name: OpenRuns :many
SELECT * FROM run WHERE ended_at = 0 AND (CAST(@system AS TEXT) = '' OR system = @system) ORDER BY opened_at DESC, id DESC LIMIT @most;

-- name: LastRunNumber :one
SELECT number FROM run WHERE year = @year ORDER BY number DESC LIMIT 1;

-- name: NewestEvidence :many
SELECT r.* FROM run r
WHERE r.ended_at > 0 AND r.verdict <> 'aborted' AND NOT EXISTS (
    SELECT 1 FROM run n
    WHERE n.system = r.system AND n.type = r.type AND n.steps_hash = r.steps_hash AND n.ended_at > 0 AND n.verdict <> 'aborted'
        AND (n.ended_at > r.ended_at OR (n.ended_at = r.ended_at AND n.id > r.id)))
ORDER BY r.system, r.type, r.steps_hash;

-- name: AddEvent :execrows
INSERT INTO event (run, seq, at, kind, step, body) VALUES (@run, @seq, @at, @kind, @step, @body)
ON CONFLICT (run, seq) DO NOTHING;

-- name: Events :many
SELECT * FROM event WHERE run = @run AND seq > @after ORDER BY seq;

-- name: AddAttempt :execrows
INSERT INTO attempt (run, step, number, node, epoch, state, process, outcome, claimed_at, ended_at)
VALUES (@run, @step, @number, @node, @epoch, @state, @process, @outcome, @claimed_at, @ended_at)
ON CONFLICT (run, step, number) DO NOTHING;

-- name: SaveAttempt :execrows
UPDATE attempt SET node = @node, epoch = @epoch, state = @state, process = @process, outcome = @outcome,
    claimed_at = @claimed_at, ended_at = @ended_at
WHERE run = @run AND step = @step AND number = @number AND epoch = @expected_epoch
    AND state IN (@from1, @from2, @from3, @from4);

-- name: Attempt :one
SELECT * FROM attempt WHERE run = @run AND step = @step AND number = @number;

-- name: OpenAttempts :many
SELECT * FROM attempt WHERE state IN ('starting', 'running') ORDER BY run, step, number;

-- name: UnknownAttempts :many
SELECT * FROM attempt WHERE node = @node AND state = 'unknown' ORDER BY run, step, number;

-- name: AddOccurrence :execrows
INSERT INTO occurrence (schedule, nominal, zone, due, state, reason, run, decided_at)
VALUES (@schedule, @nominal, @zone, @due, @state, @reason, @run, @decided_at)
ON CONFLICT (schedule, nominal, zone) DO NOTHING;

-- name: SaveOccurrence :execrows
UPDATE occurrence SET due = @due, state = @state, reason = @reason, run = @run, decided_at = @decided_at
WHERE schedule = @schedule AND nominal = @nominal AND zone = @zone;

-- name: Occurrence :one
SELECT * FROM occurrence WHERE schedule = @schedule AND nominal = @nominal AND zone = @zone;

-- name: Occurrences :many
SELECT * FROM occurrence ORDER BY due DESC, schedule, nominal DESC, zone LIMIT @most;

-- name: OccurrencesOfSchedule :many
SELECT * FROM occurrence WHERE schedule = @schedule ORDER BY due DESC, nominal DESC, zone LIMIT @most;

-- name: PutSchedule :exec
INSERT INTO schedule (schedule_key, system, drill, plan_hash, spec, born, followed, next_at, due, nominal, problem)
VALUES (@schedule_key, @system, @drill, @plan_hash, @spec, @born, @followed, @next_at, @due, @nominal, @problem)
ON CONFLICT (schedule_key) DO UPDATE SET system = excluded.system, drill = excluded.drill,
    plan_hash = excluded.plan_hash, spec = excluded.spec, born = excluded.born, followed = excluded.followed,
    next_at = excluded.next_at, due = excluded.due, nominal = excluded.nominal, problem = excluded.problem;

-- name: DeleteSchedule :exec
DELETE FROM schedule WHERE schedule_key = @schedule_key;

-- name: Schedules :many
SELECT * FROM schedule ORDER BY schedule_key;

-- name: DueSchedules :many
SELECT * FROM schedule WHERE next_at <> 0 AND next_at <= @now ORDER BY next_at, schedule_key LIMIT @most;

-- name: NextDue :one
SELECT next_at FROM schedule WHERE next_at <> 0 ORDER BY next_at LIMIT 1;

-- name: AddNotice :one
INSERT INTO notice (notice_key, kind, channel, receiver, address, language, facts, run, created_at, expires_at,
    next_try, tries, state, last_error)
VALUES (@notice_key, @kind, @channel, @receiver, @address, @language, @facts, @run, @created_at, @expires_at,
    @next_try, @tries, @state, @last_error)
ON CONFLICT (notice_key) DO NOTHING
RETURNING id;

-- name: NoticeID :one
SELECT id FROM notice WHERE notice_key = @notice_key;

-- name: SaveNotice :execrows
UPDATE notice SET kind = @kind, channel = @channel, receiver = @receiver, address = @address, language = @language,
    facts = @facts, run = @run, created_at = @created_at, expires_at = @expires_at, next_try = @next_try,
    tries = @tries, state = @state, last_error = @last_error
WHERE id = @id;

-- name: Notice :one
SELECT * FROM notice WHERE id = @id;

-- name: OwedNotices :many
SELECT * FROM notice WHERE state = 'owed' AND next_try <= @now ORDER BY id LIMIT @most;

-- name: NextNotice :one
SELECT next_try FROM notice WHERE state = 'owed' ORDER BY next_try LIMIT 1;

-- name: Notices :many
SELECT * FROM notice ORDER BY id DESC LIMIT @most;

-- name: NoticesOfState :many
SELECT * FROM notice WHERE state = @state ORDER BY id DESC LIMIT @most;

-- name: NoticesOfRun :many
SELECT * FROM notice WHERE run = @run AND (CAST(@state AS TEXT) = '' OR state = @state) ORDER BY id DESC LIMIT @most;

-- name: AddDelivery :execrows
INSERT INTO delivery (notice, try_number, at, channel, outcome, detail, retry_at)
VALUES (@notice, @try_number, @at, @channel, @outcome, @detail, @retry_at)
ON CONFLICT (notice, try_number) DO NOTHING;

-- name: Deliveries :many
SELECT * FROM delivery WHERE notice = @notice ORDER BY try_number;

-- name: NextEntry :one
UPDATE log_head SET seq = seq + 1 WHERE one = 1 RETURNING seq;

-- name: AddEntry :exec
INSERT INTO entry (seq, at, actor, act, object, outcome, bytes, hash)
VALUES (@seq, @at, @actor, @act, @object, @outcome, @bytes, @hash);

-- name: Entries :many
SELECT * FROM entry ORDER BY seq DESC LIMIT @most;

-- name: EntriesOfObject :many
SELECT * FROM entry WHERE object = @object AND (CAST(@actor AS TEXT) = '' OR actor = @actor) ORDER BY seq DESC LIMIT @most;

-- name: EntriesOfActor :many
SELECT * FROM entry WHERE actor = @actor ORDER BY seq DESC LIMIT @most;

-- name: PutFinding :exec
INSERT INTO finding (finding_key, code, system, run, severity, state, message, hint, measure, bound, raised_at,
    seen_at, closed_at, reason)
VALUES (@finding_key, @code, @system, @run, @severity, @state, @message, @hint, @measure, @bound, @raised_at,
    @seen_at, @closed_at, @reason)
ON CONFLICT (finding_key) DO UPDATE SET code = excluded.code, system = excluded.system, run = excluded.run,
    severity = excluded.severity, state = excluded.state, message = excluded.message, hint = excluded.hint,
    measure = excluded.measure, bound = excluded.bound, raised_at = excluded.raised_at, seen_at = excluded.seen_at,
    closed_at = excluded.closed_at, reason = excluded.reason;

-- name: Findings :many
SELECT * FROM finding ORDER BY finding_key;

-- name: FindingsOfSystem :many
SELECT * FROM finding WHERE system = @system ORDER BY finding_key;

-- name: FindingsOfRun :many
SELECT * FROM finding WHERE run = @run AND (CAST(@system AS TEXT) = '' OR system = @system) ORDER BY finding_key;

-- name: OpenFindings :many
SELECT * FROM finding
WHERE closed_at = 0 AND (CAST(@system AS TEXT) = '' OR system = @system) AND (CAST(@run AS TEXT) = '' OR run = @run)
ORDER BY finding_key;

-- name: StartNode :one
INSERT INTO node (name, epoch, beat, site, role, public_key, version, boot, started)
VALUES (@name, (SELECT COALESCE(MAX(n.epoch), 0) + 1 FROM node n), @beat, @site, @role, @public_key, @version, @boot, @started)
ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch, beat = excluded.beat, site = excluded.site, role = excluded.role,
    public_key = excluded.public_key, version = excluded.version, boot = excluded.boot, started = excluded.started
RETURNING epoch;

-- name: Beat :execrows
UPDATE node SET beat = @beat WHERE name = @name AND epoch = @epoch;

-- name: Nodes :many
SELECT * FROM node ORDER BY name;

-- name: ForgetNode :execrows
UPDATE node SET epoch = (SELECT MAX(n.epoch) + 1 FROM node n), beat = 0, public_key = '' WHERE node.name = @name;
