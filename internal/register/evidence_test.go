package register_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/plan"
	"beredskab/internal/register"
)

// before is how the steps of a plan were named before estimates were left out.
func before(t *testing.T, p *plan.Plan) string {
	t.Helper()
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(plan.Recovery{Steps: p.Recovery.Steps, SecuritySteps: p.Recovery.SecuritySteps}); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(bytes.TrimSpace(out.Bytes()))
	return hex.EncodeToString(sum[:])
}

// What was measured counts for every plan whose steps do the same, however long
// each is expected to take, also when a program measured it that reckoned the
// estimates in. On steps that do something else it counts no more.
func TestEvidenceRestsOnWhatIsDone(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		first := system("a")
		d.adopt(first)
		took := 90 * time.Minute
		d.ok(d.Import(t.Context(), ann(), []register.Held{{
			System: "a", Type: "restore", Scope: "isolated", Verdict: "passed",
			StartedAt: begin().Add(-3 * time.Hour), EndedAt: begin().Add(-time.Hour), RTA: &took,
		}}))
		d.raw(func(ctx context.Context, tx door.Tx) error {
			row, err := tx.Run(ctx, "2026-01")
			d.ok(err)
			row.StepsHash = before(t, first)
			return tx.SaveRun(ctx, row, row.Seq)
		})
		draft := system("a")
		draft.Recovery.Steps[0].Estimate += 30
		d.adopt(draft)
		counts := func() bool {
			list := must(d.Evidence(t.Context()))(t)
			return len(list) == 1 && list[0].RTAMinutes == 90 && list[0].StepsHash == must(d.Set(t.Context()))(t).Plans[0].StepsHash()
		}
		if before(t, draft) == before(t, first) || !counts() {
			t.Error("a draft that takes a measured time over voids the measurement")
		}
		versions := must(d.Versions(t.Context(), "a"))(t)
		equal(t, "versions with the same steps", versions[0].StepsHash, versions[1].StepsHash)
		other := system("a")
		other.Recovery.Steps[0].Instruction = "anders"
		d.adopt(other)
		if counts() {
			t.Error("the measurement counts for other steps")
		}
		row, _, err := d.Run(t.Context(), "2026-01")
		d.ok(err)
		equal(t, "what the run itself says", row.StepsHash, before(t, first))
	})
}
