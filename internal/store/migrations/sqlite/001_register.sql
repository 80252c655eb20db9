-- The register's tables. Times are microseconds since 1970 in UTC, 0 when there
-- is none; truth values are 0 and 1; JSON is text, kept byte for byte.
-- migrations/postgres/001_register.sql says the same for PostgreSQL.

-- +goose Up
CREATE TABLE version (
    hash       TEXT    NOT NULL PRIMARY KEY,
    kind       TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    number     INTEGER NOT NULL CHECK (number >= 1),
    label      TEXT    NOT NULL,
    steps_hash TEXT    NOT NULL,
    file       TEXT    NOT NULL,
    canonical  BLOB    NOT NULL,
    adopted_at INTEGER NOT NULL,
    adopted_by TEXT    NOT NULL,
    UNIQUE (kind, id, number)
) STRICT;

CREATE TABLE current_version (
    kind TEXT NOT NULL,
    id   TEXT NOT NULL,
    hash TEXT NOT NULL REFERENCES version (hash),
    PRIMARY KEY (kind, id)
) STRICT;

CREATE TABLE run (
    id         TEXT    NOT NULL PRIMARY KEY,
    year       INTEGER NOT NULL,
    number     INTEGER NOT NULL,
    system     TEXT    NOT NULL,
    plan_hash  TEXT    NOT NULL,
    steps_hash TEXT    NOT NULL,
    drill_id   TEXT    NOT NULL,
    type       TEXT    NOT NULL,
    title      TEXT    NOT NULL,
    scope      TEXT    NOT NULL,
    incident   INTEGER NOT NULL CHECK (incident IN (0, 1)),
    imported   INTEGER NOT NULL CHECK (imported IN (0, 1)),
    state      TEXT    NOT NULL,
    verdict    TEXT    NOT NULL,
    director   TEXT    NOT NULL,
    seq        INTEGER NOT NULL CHECK (seq >= 0),
    node       TEXT    NOT NULL,
    opened_at  INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER NOT NULL,
    rta        INTEGER,
    rpa        INTEGER,
    measured   INTEGER NOT NULL CHECK (measured IN (0, 1))
) STRICT;
CREATE INDEX run_newest ON run (opened_at DESC, id DESC);
CREATE INDEX run_of_system ON run (system, opened_at DESC, id DESC);
CREATE INDEX run_open ON run (opened_at DESC, id DESC) WHERE ended_at = 0;
CREATE INDEX run_number ON run (year, number);
CREATE INDEX run_evidence ON run (system, type, steps_hash, ended_at, id) WHERE ended_at > 0 AND verdict <> 'aborted';

CREATE TABLE event (
    run  TEXT    NOT NULL REFERENCES run (id),
    seq  INTEGER NOT NULL CHECK (seq >= 1),
    at   INTEGER NOT NULL,
    kind TEXT    NOT NULL,
    step TEXT    NOT NULL,
    body TEXT    NOT NULL,
    PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE attempt (
    run        TEXT    NOT NULL REFERENCES run (id),
    step       TEXT    NOT NULL,
    number     INTEGER NOT NULL CHECK (number >= 1),
    node       TEXT    NOT NULL,
    epoch      INTEGER NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('starting', 'running', 'recorded', 'unknown')),
    process    TEXT    NOT NULL,
    outcome    TEXT    NOT NULL,
    claimed_at INTEGER NOT NULL,
    ended_at   INTEGER NOT NULL,
    PRIMARY KEY (run, step, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempt_open ON attempt (run, step, number) WHERE state IN ('starting', 'running');

CREATE TABLE occurrence (
    schedule   TEXT    NOT NULL,
    nominal    TEXT    NOT NULL,
    zone       TEXT    NOT NULL,
    due        INTEGER NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('asked', 'started', 'missed', 'skipped')),
    reason     TEXT    NOT NULL,
    run        TEXT    NOT NULL,
    decided_at INTEGER NOT NULL,
    PRIMARY KEY (schedule, nominal, zone)
) STRICT, WITHOUT ROWID;
CREATE INDEX occurrence_newest ON occurrence (due DESC);
CREATE INDEX occurrence_of_schedule ON occurrence (schedule, due DESC);

CREATE TABLE schedule (
    schedule_key TEXT    NOT NULL PRIMARY KEY,
    system       TEXT    NOT NULL,
    drill        TEXT    NOT NULL,
    plan_hash    TEXT    NOT NULL,
    spec         TEXT    NOT NULL,
    born         INTEGER NOT NULL,
    followed     INTEGER NOT NULL,
    next_at      INTEGER NOT NULL,
    due          INTEGER NOT NULL,
    nominal      TEXT    NOT NULL,
    problem      TEXT    NOT NULL
) STRICT;
CREATE INDEX schedule_next ON schedule (next_at, schedule_key) WHERE next_at <> 0;

CREATE TABLE notice (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    notice_key TEXT    NOT NULL UNIQUE,
    kind       TEXT    NOT NULL,
    channel    TEXT    NOT NULL,
    receiver   TEXT    NOT NULL,
    address    TEXT    NOT NULL,
    language   TEXT    NOT NULL,
    facts      TEXT    NOT NULL,
    run        TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    next_try   INTEGER NOT NULL,
    tries      INTEGER NOT NULL CHECK (tries >= 0),
    state      TEXT    NOT NULL CHECK (state IN ('owed', 'delivered', 'expired', 'refused')),
    last_error TEXT    NOT NULL
) STRICT;
CREATE INDEX notice_owed ON notice (next_try, id) WHERE state = 'owed';
CREATE INDEX notice_state ON notice (state, id DESC);
CREATE INDEX notice_run ON notice (run, id DESC);

CREATE TABLE delivery (
    notice     INTEGER NOT NULL REFERENCES notice (id),
    try_number INTEGER NOT NULL CHECK (try_number >= 1),
    at         INTEGER NOT NULL,
    channel    TEXT    NOT NULL,
    outcome    TEXT    NOT NULL CHECK (outcome IN ('delivered', 'try_again', 'give_up')),
    detail     TEXT    NOT NULL,
    retry_at   INTEGER NOT NULL,
    PRIMARY KEY (notice, try_number)
) STRICT, WITHOUT ROWID;

-- One row: whoever appends to the log holds it until commit, so that sequence
-- numbers have no gaps on an engine with many writers.
CREATE TABLE log_head (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    seq INTEGER NOT NULL CHECK (seq >= 0)
) STRICT;
INSERT INTO log_head (one, seq) VALUES (1, 0);

CREATE TABLE entry (
    seq     INTEGER NOT NULL PRIMARY KEY CHECK (seq >= 1),
    at      INTEGER NOT NULL,
    actor   TEXT    NOT NULL,
    act     TEXT    NOT NULL,
    object  TEXT    NOT NULL,
    outcome TEXT    NOT NULL CHECK (outcome IN ('done', 'refused')),
    bytes   BLOB    NOT NULL,
    hash    BLOB    NOT NULL
) STRICT;
CREATE INDEX entry_of_object ON entry (object, seq DESC);
CREATE INDEX entry_of_actor ON entry (actor, seq DESC);

CREATE TABLE finding (
    finding_key TEXT    NOT NULL PRIMARY KEY,
    code        TEXT    NOT NULL,
    system      TEXT    NOT NULL,
    run         TEXT    NOT NULL,
    severity    TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    message     TEXT    NOT NULL,
    hint        TEXT    NOT NULL,
    measure     INTEGER NOT NULL,
    bound       INTEGER NOT NULL,
    raised_at   INTEGER NOT NULL,
    seen_at     INTEGER NOT NULL,
    closed_at   INTEGER NOT NULL,
    reason      TEXT    NOT NULL
) STRICT;
CREATE INDEX finding_open ON finding (finding_key) WHERE closed_at = 0;
CREATE INDEX finding_of_system ON finding (system, finding_key);
CREATE INDEX finding_of_run ON finding (run, finding_key);

-- Epochs are unique among all nodes, so a fence by epoch also tells nodes apart.
CREATE TABLE node (
    name  TEXT    NOT NULL PRIMARY KEY,
    epoch INTEGER NOT NULL UNIQUE CHECK (epoch >= 1),
    beat  INTEGER NOT NULL
) STRICT;

-- +goose StatementBegin
CREATE TRIGGER version_stays BEFORE UPDATE ON version
BEGIN SELECT RAISE(ABORT, 'a version is never changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER version_kept BEFORE DELETE ON version
BEGIN SELECT RAISE(ABORT, 'a version is never deleted'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER event_stays BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER event_kept BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'an event is never deleted'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER entry_stays BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'a log entry is never changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER entry_kept BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'a log entry is never deleted'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER delivery_stays BEFORE UPDATE ON delivery
BEGIN SELECT RAISE(ABORT, 'a delivery is never changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER delivery_kept BEFORE DELETE ON delivery
BEGIN SELECT RAISE(ABORT, 'a delivery is never deleted'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER attempt_kept BEFORE DELETE ON attempt
BEGIN SELECT RAISE(ABORT, 'an attempt is never deleted'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER log_head_grows BEFORE UPDATE ON log_head WHEN NEW.seq <> OLD.seq + 1
BEGIN SELECT RAISE(ABORT, 'the log only grows by one'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER log_head_kept BEFORE DELETE ON log_head
BEGIN SELECT RAISE(ABORT, 'the head of the log is never deleted'); END;
-- +goose StatementEnd
