-- The register's tables. Times are microseconds since 1970 in UTC, 0 when there
-- is none; truth values are 0 and 1; JSON is text, kept byte for byte.
-- migrations/sqlite/001_register.sql says the same for SQLite.

-- +goose Up
CREATE TABLE version (
    hash       TEXT    NOT NULL PRIMARY KEY,
    kind       TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    number     BIGINT  NOT NULL CHECK (number >= 1),
    label      TEXT    NOT NULL,
    steps_hash TEXT    NOT NULL,
    file       TEXT    NOT NULL,
    canonical  BYTEA   NOT NULL,
    adopted_at BIGINT  NOT NULL,
    adopted_by TEXT    NOT NULL,
    UNIQUE (kind, id, number)
);

CREATE TABLE current_version (
    kind TEXT NOT NULL,
    id   TEXT NOT NULL,
    hash TEXT NOT NULL REFERENCES version (hash),
    PRIMARY KEY (kind, id)
);

CREATE TABLE run (
    id         TEXT    NOT NULL PRIMARY KEY,
    year       BIGINT  NOT NULL,
    number     BIGINT  NOT NULL,
    system     TEXT    NOT NULL,
    plan_hash  TEXT    NOT NULL,
    steps_hash TEXT    NOT NULL,
    drill_id   TEXT    NOT NULL,
    type       TEXT    NOT NULL,
    title      TEXT    NOT NULL,
    scope      TEXT    NOT NULL,
    incident   BIGINT  NOT NULL CHECK (incident IN (0, 1)),
    imported   BIGINT  NOT NULL CHECK (imported IN (0, 1)),
    state      TEXT    NOT NULL,
    verdict    TEXT    NOT NULL,
    director   TEXT    NOT NULL,
    seq        BIGINT  NOT NULL CHECK (seq >= 0),
    node       TEXT    NOT NULL,
    opened_at  BIGINT  NOT NULL,
    started_at BIGINT  NOT NULL,
    ended_at   BIGINT  NOT NULL,
    rta        BIGINT,
    rpa        BIGINT,
    measured   BIGINT  NOT NULL CHECK (measured IN (0, 1))
);
CREATE INDEX run_newest ON run (opened_at DESC, id DESC);
CREATE INDEX run_of_system ON run (system, opened_at DESC, id DESC);
CREATE INDEX run_open ON run (opened_at DESC, id DESC) WHERE ended_at = 0;
CREATE INDEX run_number ON run (year, number);
CREATE INDEX run_evidence ON run (system, type, steps_hash, ended_at, id) WHERE ended_at > 0 AND verdict <> 'aborted';

CREATE TABLE event (
    run  TEXT    NOT NULL REFERENCES run (id),
    seq  BIGINT  NOT NULL CHECK (seq >= 1),
    at   BIGINT  NOT NULL,
    kind TEXT    NOT NULL,
    step TEXT    NOT NULL,
    body TEXT    NOT NULL,
    PRIMARY KEY (run, seq)
);

CREATE TABLE attempt (
    run        TEXT    NOT NULL REFERENCES run (id),
    step       TEXT    NOT NULL,
    number     BIGINT  NOT NULL CHECK (number >= 1),
    node       TEXT    NOT NULL,
    epoch      BIGINT  NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('starting', 'running', 'recorded', 'unknown')),
    process    TEXT    NOT NULL,
    outcome    TEXT    NOT NULL,
    claimed_at BIGINT  NOT NULL,
    ended_at   BIGINT  NOT NULL,
    PRIMARY KEY (run, step, number)
);
CREATE INDEX attempt_open ON attempt (run, step, number) WHERE state IN ('starting', 'running');

CREATE TABLE occurrence (
    schedule   TEXT    NOT NULL,
    nominal    TEXT    NOT NULL,
    zone       TEXT    NOT NULL,
    due        BIGINT  NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('asked', 'started', 'missed', 'skipped')),
    reason     TEXT    NOT NULL,
    run        TEXT    NOT NULL,
    decided_at BIGINT  NOT NULL,
    PRIMARY KEY (schedule, nominal, zone)
);
CREATE INDEX occurrence_newest ON occurrence (due DESC);
CREATE INDEX occurrence_of_schedule ON occurrence (schedule, due DESC);

CREATE TABLE schedule (
    schedule_key TEXT    NOT NULL PRIMARY KEY,
    system       TEXT    NOT NULL,
    drill        TEXT    NOT NULL,
    plan_hash    TEXT    NOT NULL,
    spec         TEXT    NOT NULL,
    born         BIGINT  NOT NULL,
    followed     BIGINT  NOT NULL,
    next_at      BIGINT  NOT NULL,
    due          BIGINT  NOT NULL,
    nominal      TEXT    NOT NULL,
    problem      TEXT    NOT NULL
);
CREATE INDEX schedule_next ON schedule (next_at, schedule_key) WHERE next_at <> 0;

CREATE TABLE notice (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    notice_key TEXT    NOT NULL UNIQUE,
    kind       TEXT    NOT NULL,
    channel    TEXT    NOT NULL,
    receiver   TEXT    NOT NULL,
    address    TEXT    NOT NULL,
    language   TEXT    NOT NULL,
    facts      TEXT    NOT NULL,
    run        TEXT    NOT NULL,
    created_at BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL,
    next_try   BIGINT  NOT NULL,
    tries      BIGINT  NOT NULL CHECK (tries >= 0),
    state      TEXT    NOT NULL CHECK (state IN ('owed', 'delivered', 'expired', 'refused')),
    last_error TEXT    NOT NULL
);
CREATE INDEX notice_owed ON notice (next_try, id) WHERE state = 'owed';
CREATE INDEX notice_state ON notice (state, id DESC);
CREATE INDEX notice_run ON notice (run, id DESC);

CREATE TABLE delivery (
    notice     BIGINT  NOT NULL REFERENCES notice (id),
    try_number BIGINT  NOT NULL CHECK (try_number >= 1),
    at         BIGINT  NOT NULL,
    channel    TEXT    NOT NULL,
    outcome    TEXT    NOT NULL CHECK (outcome IN ('delivered', 'try_again', 'give_up')),
    detail     TEXT    NOT NULL,
    retry_at   BIGINT  NOT NULL,
    PRIMARY KEY (notice, try_number)
);

-- One row: whoever appends to the log holds it until commit, so that sequence
-- numbers have no gaps on an engine with many writers.
CREATE TABLE log_head (
    one BIGINT  NOT NULL PRIMARY KEY CHECK (one = 1),
    seq BIGINT  NOT NULL CHECK (seq >= 0)
);
INSERT INTO log_head (one, seq) VALUES (1, 0);

CREATE TABLE entry (
    seq     BIGINT  NOT NULL PRIMARY KEY CHECK (seq >= 1),
    at      BIGINT  NOT NULL,
    actor   TEXT    NOT NULL,
    act     TEXT    NOT NULL,
    object  TEXT    NOT NULL,
    outcome TEXT    NOT NULL CHECK (outcome IN ('done', 'refused')),
    bytes   BYTEA   NOT NULL,
    hash    BYTEA   NOT NULL
);
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
    measure     BIGINT  NOT NULL,
    bound       BIGINT  NOT NULL,
    raised_at   BIGINT  NOT NULL,
    seen_at     BIGINT  NOT NULL,
    closed_at   BIGINT  NOT NULL,
    reason      TEXT    NOT NULL
);
CREATE INDEX finding_open ON finding (finding_key) WHERE closed_at = 0;
CREATE INDEX finding_of_system ON finding (system, finding_key);
CREATE INDEX finding_of_run ON finding (run, finding_key);

-- Epochs are unique among all nodes, so a fence by epoch also tells nodes apart.
CREATE TABLE node (
    name  TEXT    NOT NULL PRIMARY KEY,
    epoch BIGINT  NOT NULL UNIQUE CHECK (epoch >= 1),
    beat  BIGINT  NOT NULL
);

-- +goose StatementBegin
CREATE FUNCTION register_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row of % is never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd
CREATE TRIGGER version_stays BEFORE UPDATE OR DELETE ON version FOR EACH ROW EXECUTE FUNCTION register_refuse();
CREATE TRIGGER version_kept BEFORE TRUNCATE ON version FOR EACH STATEMENT EXECUTE FUNCTION register_refuse();
CREATE TRIGGER event_stays BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION register_refuse();
CREATE TRIGGER event_kept BEFORE TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION register_refuse();
CREATE TRIGGER entry_stays BEFORE UPDATE OR DELETE ON entry FOR EACH ROW EXECUTE FUNCTION register_refuse();
CREATE TRIGGER entry_kept BEFORE TRUNCATE ON entry FOR EACH STATEMENT EXECUTE FUNCTION register_refuse();
CREATE TRIGGER delivery_stays BEFORE UPDATE OR DELETE ON delivery FOR EACH ROW EXECUTE FUNCTION register_refuse();
CREATE TRIGGER delivery_kept BEFORE TRUNCATE ON delivery FOR EACH STATEMENT EXECUTE FUNCTION register_refuse();
CREATE TRIGGER attempt_stays BEFORE DELETE ON attempt FOR EACH ROW EXECUTE FUNCTION register_refuse();
CREATE TRIGGER attempt_kept BEFORE TRUNCATE ON attempt FOR EACH STATEMENT EXECUTE FUNCTION register_refuse();
CREATE TRIGGER log_head_grows BEFORE UPDATE ON log_head FOR EACH ROW WHEN (NEW.seq <> OLD.seq + 1) EXECUTE FUNCTION register_refuse();
CREATE TRIGGER log_head_stays BEFORE DELETE ON log_head FOR EACH ROW EXECUTE FUNCTION register_refuse();
CREATE TRIGGER log_head_kept BEFORE TRUNCATE ON log_head FOR EACH STATEMENT EXECUTE FUNCTION register_refuse();
