package store

import (
	"context"

	"beredskab/internal/fault"
	"beredskab/internal/kept"
	"beredskab/internal/store/queries"
)

func (t *transaction) PutFinding(ctx context.Context, f kept.Finding) error {
	fault.Point("store.finding.before")
	return doing(t.q.PutFinding(ctx, queries.PutFindingParams{
		FindingKey: f.Key, Code: f.Code, System: f.System, Run: f.Run, Severity: f.Severity, State: f.State,
		Message: f.Text, Hint: f.Hint, Measure: f.Value, Bound: f.Limit, RaisedAt: micros(f.RaisedAt),
		SeenAt: micros(f.SeenAt), ClosedAt: micros(f.ClosedAt), Reason: f.Reason,
	}), "putting finding", f.Key)
}

func (t *transaction) Findings(ctx context.Context, f kept.FindingFilter) ([]kept.Finding, error) {
	var rows []queries.Finding
	var err error
	switch {
	case f.Open:
		rows, err = t.q.OpenFindings(ctx, queries.OpenFindingsParams{System: f.System, Run: f.Run})
	case f.Run != "":
		rows, err = t.q.FindingsOfRun(ctx, queries.FindingsOfRunParams{Run: f.Run, System: f.System})
	case f.System != "":
		rows, err = t.q.FindingsOfSystem(ctx, f.System)
	default:
		rows, err = t.q.Findings(ctx)
	}
	return each(rows, doing(err, "listing findings"), func(row queries.Finding) kept.Finding {
		return kept.Finding{
			Key: row.FindingKey, Code: row.Code, System: row.System, Run: row.Run, Severity: row.Severity,
			State: row.State, Text: row.Message, Hint: row.Hint, Value: row.Measure, Limit: row.Bound,
			RaisedAt: moment(row.RaisedAt), SeenAt: moment(row.SeenAt), ClosedAt: moment(row.ClosedAt), Reason: row.Reason,
		}
	})
}
