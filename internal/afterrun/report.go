package afterrun

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"beredskab/internal/door"
	"beredskab/internal/followup"
	"beredskab/internal/report"
)

// ErrSeen says that somebody was shown something else than what there is now.
var ErrSeen = errors.New("read again")

// Report is the report of a run with its evaluation, as IT chefen approves
// it: a page in Danish, the same bytes each time until the evaluation
// changes. Its code stands for them.
func (d *Desk) Report(ctx context.Context, run string) (page []byte, code string, err error) {
	e, err := d.Office.Evaluation(ctx, run)
	if err != nil {
		return nil, "", err
	}
	if e.EvaluatedBy == nil {
		return nil, "", &followup.Refusal{Act: "report", Object: "evaluation of " + run, Why: "it has not been evaluated; do it with: beredskab evaluation assess " + run}
	}
	row, held, err := d.Register.Run(ctx, run)
	if err != nil {
		return nil, "", err
	}
	var out bytes.Buffer
	in := report.DrillInput{Run: held, PlanHash: row.PlanHash, StepsHash: row.StepsHash, Scope: row.Scope, PrintedAt: e.EvaluatedBy.At, Evaluation: &e}
	if err := report.Drill(&out, in, report.HTML, report.Languages()[0]); err != nil {
		return nil, "", err
	}
	sum := sha256.Sum256(out.Bytes())
	return out.Bytes(), hex.EncodeToString(sum[:]), nil
}

// Approve approves the report of a run for somebody who has seen the one
// of that code, or of its beginning. The page is kept as evidence, on the disk
// before anything says so.
func (d *Desk) Approve(ctx context.Context, by door.Actor, run, seen string) error {
	page, code, err := d.Report(ctx, run)
	if err != nil {
		return err
	}
	if len(seen) < 12 || !strings.HasPrefix(code, strings.ToLower(seen)) {
		return fmt.Errorf("%w: %q is not the code of the report as it is now; read it with: beredskab evaluation report %s --out report.html", ErrSeen, seen, run)
	}
	limit := max(d.Limit, int64(len(page))) // no limit for files of others keeps a report out
	if _, _, err := d.Shelf.Put(bytes.NewReader(page), limit); err != nil {
		return fmt.Errorf("keeping the report: %w", err)
	}
	file := followup.Evidence{
		SHA256: code, Name: "report-" + run + ".html", Size: int64(len(page)), Media: "text/html", Node: d.Node, Note: "the report as it was approved",
	}
	return d.Office.ApproveDrillReport(ctx, by, run, file, limit)
}
