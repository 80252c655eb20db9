-- What a node says of itself as it starts. It only adds: a server of the schema
-- before goes on beside it, and what it writes takes the defaults.
-- migrations/postgres/002_nodes.sql says the same for PostgreSQL.

-- +goose Up
ALTER TABLE node ADD COLUMN site       TEXT    NOT NULL DEFAULT '';
ALTER TABLE node ADD COLUMN role       TEXT    NOT NULL DEFAULT 'all';
ALTER TABLE node ADD COLUMN public_key TEXT    NOT NULL DEFAULT '';
ALTER TABLE node ADD COLUMN version    TEXT    NOT NULL DEFAULT '';
ALTER TABLE node ADD COLUMN boot       TEXT    NOT NULL DEFAULT '';
ALTER TABLE node ADD COLUMN started    INTEGER NOT NULL DEFAULT 0;
CREATE INDEX attempt_unknown ON attempt (node) WHERE state = 'unknown';
