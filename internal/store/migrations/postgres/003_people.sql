-- The small registers that people govern with, and the log's Merkle tree. It only
-- adds: a server of the schema before goes on beside it, and what it appends to
-- the log is taken into the tree by the next one that knows of it.
-- migrations/sqlite/003_people.sql says the same for SQLite.

-- +goose Up
CREATE TABLE record (
    kind       TEXT    NOT NULL,
    record_key TEXT    NOT NULL,
    system     TEXT    NOT NULL,
    person     TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    due        BIGINT  NOT NULL,
    at         BIGINT  NOT NULL,
    rev        BIGINT  NOT NULL CHECK (rev >= 1),
    body       TEXT    NOT NULL,
    PRIMARY KEY (kind, record_key)
);
CREATE INDEX record_system ON record (kind, system, record_key);
CREATE INDEX record_person ON record (kind, person, record_key);
CREATE INDEX record_state ON record (kind, state, record_key);
CREATE INDEX record_at ON record (kind, at);

-- What is known of the tree: how many entries it holds, and the roots of its
-- whole subtrees. No row means an empty tree.
CREATE TABLE log_tree (
    one  BIGINT  NOT NULL PRIMARY KEY CHECK (one = 1),
    size BIGINT  NOT NULL CHECK (size >= 0),
    edge BYTEA  NOT NULL
);

-- The tree's hashes, RFC 6962, in the order of appending from 0.
CREATE TABLE log_hash (
    idx  BIGINT  NOT NULL PRIMARY KEY,
    hash BYTEA  NOT NULL
);
CREATE TRIGGER log_hash_stays BEFORE UPDATE OR DELETE ON log_hash FOR EACH ROW EXECUTE FUNCTION register_refuse();
CREATE TRIGGER log_hash_kept BEFORE TRUNCATE ON log_hash FOR EACH STATEMENT EXECUTE FUNCTION register_refuse();
CREATE TRIGGER log_tree_grows BEFORE UPDATE ON log_tree FOR EACH ROW WHEN (NEW.size <= OLD.size) EXECUTE FUNCTION register_refuse();
CREATE TRIGGER log_tree_stays BEFORE DELETE ON log_tree FOR EACH ROW EXECUTE FUNCTION register_refuse();
CREATE TRIGGER log_tree_kept BEFORE TRUNCATE ON log_tree FOR EACH STATEMENT EXECUTE FUNCTION register_refuse();
