package governance

import (
	"context"
	"fmt"
	"slices"

	"beredskab/internal/door"
	"beredskab/internal/followup"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
)

// CloseFinding is a person's closing of a finding, with a reason. One that checks
// raised comes back by itself while the rule is still broken.
func (o *Office) CloseFinding(ctx context.Context, a door.Actor, key, reason string) error {
	was, err := door.Read(ctx, o.door, func(tx door.Tx) (kept.Finding, error) { return finding(ctx, tx, key) })
	if err != nil {
		return err
	}
	return o.do(ctx, a, about("finding.close", key, matrix.Action, matrix.Write, was.System), func(d *desk) (any, error) {
		f, err := finding(ctx, d.tx, key)
		if err != nil {
			return nil, err
		}
		if f, err = followup.CloseFinding(f, d.hand(), reason); err != nil {
			return nil, err
		}
		return f.Reason, d.tx.PutFinding(ctx, f)
	})
}

func finding(ctx context.Context, tx door.Tx, key string) (kept.Finding, error) {
	list, err := tx.Findings(ctx, kept.FindingFilter{})
	if err != nil {
		return kept.Finding{}, fmt.Errorf("reading the findings: %w", err)
	}
	i := slices.IndexFunc(list, func(f kept.Finding) bool { return f.Key == key })
	if i < 0 {
		return kept.Finding{}, fmt.Errorf("there is no finding %q; `beredskab finding list` lists them: %w", key, kept.ErrNotFound)
	}
	return list[i], nil
}

// systemOf is what those findings are about: one system, or none and the
// organisation. Each of them must be there.
func systemOf(ctx context.Context, tx door.Tx, keys []string) (system string, err error) {
	for i, key := range keys {
		f, err := finding(ctx, tx, key)
		switch {
		case err != nil:
			return "", err
		case i > 0 && f.System != system:
			return "", nil
		}
		system = f.System
	}
	return system, nil
}
