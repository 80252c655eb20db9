package store

import (
	"context"
	"database/sql"
	"errors"

	"beredskab/internal/fault"
	"beredskab/internal/kept"
	"beredskab/internal/store/queries"
)

func (t *transaction) AddVersion(ctx context.Context, v kept.Version) (int, bool, error) {
	number, err := t.q.AddVersion(ctx, queries.AddVersionParams{
		Hash: v.Hash, Kind: v.Kind, ID: v.ID, Label: v.Label, StepsHash: v.StepsHash, File: v.File,
		Canonical: blob(v.Canonical), AdoptedAt: micros(v.AdoptedAt), AdoptedBy: v.AdoptedBy,
	})
	if errors.Is(err, sql.ErrNoRows) {
		known, err := t.Version(ctx, v.Hash)
		return known.Number, false, err
	}
	fault.Point("store.version.written")
	return int(number), err == nil, doing(err, "adding version", v.Hash)
}

func (t *transaction) Version(ctx context.Context, hash string) (kept.Version, error) {
	row, err := t.q.Version(ctx, hash)
	return one(row, err, version, "version", hash)
}

func (t *transaction) NewestVersions(ctx context.Context, kind string) ([]kept.Version, error) {
	rows, err := t.q.NewestVersions(ctx, kind)
	return each(rows, doing(err, "listing the newest versions", kind), version)
}

func (t *transaction) Versions(ctx context.Context, kind, id string) ([]kept.Version, error) {
	rows, err := t.q.Versions(ctx, queries.VersionsParams{Kind: kind, ID: id})
	return each(rows, doing(err, "listing versions", kind, id), version)
}

func (t *transaction) SetCurrent(ctx context.Context, kind, id, hash string) error {
	if hash == "" {
		return doing(t.q.UnsetCurrent(ctx, queries.UnsetCurrentParams{Kind: kind, ID: id}), "dropping the current version", kind, id)
	}
	rows, err := t.q.SetCurrent(ctx, queries.SetCurrentParams{Kind: kind, ID: id, Hash: hash})
	return changed(rows, err, kept.ErrNotFound, "marking the current version", kind, id, hash)
}

func (t *transaction) Current(ctx context.Context, kind string) ([]kept.Version, error) {
	rows, err := t.q.Current(ctx, kind)
	return each(rows, doing(err, "listing current versions", kind), func(row queries.CurrentVersion) kept.Version {
		return kept.Version{Kind: row.Kind, ID: row.ID, Hash: row.Hash}
	})
}

func version(row queries.Version) kept.Version {
	return kept.Version{
		Hash: row.Hash, Kind: row.Kind, ID: row.ID, Number: int(row.Number), Label: row.Label,
		StepsHash: row.StepsHash, File: row.File, Canonical: row.Canonical,
		AdoptedAt: moment(row.AdoptedAt), AdoptedBy: row.AdoptedBy,
	}
}
