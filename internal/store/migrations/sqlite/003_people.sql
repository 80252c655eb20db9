-- The small registers that people govern with, and the log's Merkle tree. It only
-- adds: a server of the schema before goes on beside it, and what it appends to
-- the log is taken into the tree by the next one that knows of it.
-- migrations/postgres/003_people.sql says the same for PostgreSQL.

-- +goose Up
CREATE TABLE record (
    kind       TEXT    NOT NULL,
    record_key TEXT    NOT NULL,
    system     TEXT    NOT NULL,
    person     TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    due        INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    rev        INTEGER NOT NULL CHECK (rev >= 1),
    body       TEXT    NOT NULL,
    PRIMARY KEY (kind, record_key)
) STRICT;
CREATE INDEX record_system ON record (kind, system, record_key);
CREATE INDEX record_person ON record (kind, person, record_key);
CREATE INDEX record_state ON record (kind, state, record_key);
CREATE INDEX record_at ON record (kind, at);

-- What is known of the tree: how many entries it holds, and the roots of its
-- whole subtrees. No row means an empty tree.
CREATE TABLE log_tree (
    one  INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    size INTEGER NOT NULL CHECK (size >= 0),
    edge BLOB    NOT NULL
) STRICT;

-- The tree's hashes, RFC 6962, in the order of appending from 0.
CREATE TABLE log_hash (
    idx  INTEGER NOT NULL PRIMARY KEY,
    hash BLOB    NOT NULL
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER log_hash_stays BEFORE UPDATE ON log_hash
BEGIN SELECT RAISE(ABORT, 'a hash of the log is never changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER log_hash_kept BEFORE DELETE ON log_hash
BEGIN SELECT RAISE(ABORT, 'a hash of the log is never deleted'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER log_tree_grows BEFORE UPDATE ON log_tree WHEN NEW.size <= OLD.size
BEGIN SELECT RAISE(ABORT, 'the tree of the log only grows'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER log_tree_kept BEFORE DELETE ON log_tree
BEGIN SELECT RAISE(ABORT, 'the tree of the log is never deleted'); END;
-- +goose StatementEnd
