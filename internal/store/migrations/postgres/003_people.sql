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

-- register_grow takes every entry into the tree that it does not hold yet, by RFC
-- 6962: a leaf, and the root of each subtree that it completes. Whoever appends
-- holds the log's head, so nobody else is at it. It is here and not in the program
-- because it would cost each change several round trips while the head is held;
-- internal/store/tree says the same in Go, and a test holds them together.
-- +goose StatementBegin
CREATE FUNCTION register_grow() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    n     BIGINT;
    top   BYTEA;   -- the edge: 32 bytes for each bit that is set in the size
    h     BYTEA;
    i     BIGINT;  -- under which h is kept
    leaf  BYTEA;
    rest  BIGINT;
BEGIN
    INSERT INTO log_tree (one, size, edge) VALUES (1, 0, '') ON CONFLICT (one) DO NOTHING;
    SELECT size, edge INTO n, top FROM log_tree WHERE one = 1;
    SELECT COALESCE(MAX(idx), -1) + 1 INTO i FROM log_hash;
    FOR leaf IN SELECT hash FROM entry WHERE seq > n ORDER BY seq LOOP
        h := leaf;
        INSERT INTO log_hash (idx, hash) VALUES (i, h);
        i := i + 1;
        rest := n;
        WHILE rest % 2 = 1 LOOP
            h := sha256('\x01'::bytea || substring(top FROM length(top) - 31) || h);
            top := substring(top FROM 1 FOR length(top) - 32);
            INSERT INTO log_hash (idx, hash) VALUES (i, h);
            i := i + 1;
            rest := rest / 2;
        END LOOP;
        top := top || h;
        n := n + 1;
    END LOOP;
    UPDATE log_tree SET size = n, edge = top WHERE one = 1 AND size < n;
END $$;
-- +goose StatementEnd
