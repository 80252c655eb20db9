// Package view is what programs read of runs and nodes: the JSON of the commands,
// each form versioned by its schema and additive only.
package view

import (
	"fmt"
	"math"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/kept"
)

// Run is a run as programs read it: schema beredskab.run.v1, additive only.
// Minutes are rounded to hundredths; null means not measured.
type Run struct {
	Schema     string            `json:"schema"`
	ID         string            `json:"id"`
	System     string            `json:"system"`
	Drill      string            `json:"drill,omitempty"`
	Title      string            `json:"title"`
	Type       string            `json:"type"`
	Incident   bool              `json:"incident"`
	Imported   bool              `json:"imported,omitempty"`
	Draft      bool              `json:"draft,omitempty"` // of a version that was not in force: no evidence
	State      string            `json:"state"`
	Verdict    string            `json:"verdict,omitempty"`
	Reason     string            `json:"reason,omitempty"`
	Director   string            `json:"director,omitempty"`
	PlanHash   string            `json:"plan_hash"`
	StepsHash  string            `json:"steps_hash"`
	Scope      string            `json:"rta_scope,omitempty"`
	RTA        *float64          `json:"rta_minutes"`
	RTAGross   *float64          `json:"rta_gross_minutes"`
	RTO        int               `json:"rto_minutes,omitempty"`
	RPA        *float64          `json:"rpa_minutes"`
	RPO        int               `json:"rpo_minutes,omitempty"`
	WRA        *float64          `json:"wra_minutes"`
	Times      map[string]string `json:"times"`
	Pauses     []pauseView       `json:"clock_stops,omitempty"`
	Steps      []stepView        `json:"steps,omitempty"`
	Findings   []findingView     `json:"findings,omitempty"`
	Without    []string          `json:"without,omitempty"` // roles and teams that the drill is held without
	Alarm      *alarmView        `json:"alarm,omitempty"`   // of an exercise that calls the alert chain
	Notes      []noteView        `json:"notes,omitempty"`
	ClockJumps []string          `json:"clock_jumps,omitempty"`
	Waits      []Wait            `json:"waits,omitempty"`
	After      *After            `json:"after_run,omitempty"` // of a run that has ended
}

// After is how far the evaluation of a run has come.
type After struct {
	State string   `json:"state"`
	Waits []string `json:"waits_for,omitempty"` // in order; the first is what it waits for now
}

// AfterRun says how far it has come; nil without a state.
func AfterRun[W fmt.Stringer](state string, waits []W) *After {
	if state == "" {
		return nil
	}
	v := &After{State: state}
	for _, w := range waits {
		v.Waits = append(v.Waits, w.String())
	}
	return v
}

type stepView struct {
	Number    int           `json:"number"`
	ID        string        `json:"id"`
	Title     string        `json:"title"`
	Kind      string        `json:"kind"`
	Cleanup   bool          `json:"cleanup,omitempty"`
	State     string        `json:"state"`
	Outcome   string        `json:"outcome,omitempty"`
	Attempts  int           `json:"attempts"`
	By        string        `json:"by,omitempty"`
	Assurance string        `json:"assurance,omitempty"`
	Note      string        `json:"note,omitempty"`
	Started   string        `json:"started_at,omitempty"`
	Ended     string        `json:"ended_at,omitempty"`
	Estimate  int           `json:"estimate_minutes"`
	Worked    float64       `json:"worked_minutes"`
	Waited    float64       `json:"waited_minutes"`
	Deviation float64       `json:"deviation_minutes"`
	Output    *event.Output `json:"output,omitempty"`
	Fences    []string      `json:"fences,omitempty"`
	Missing   []string      `json:"fences_missing,omitempty"`
}

type pauseView struct {
	From       string  `json:"from"`
	To         string  `json:"to,omitempty"`
	Reason     string  `json:"reason"`
	Artificial bool    `json:"artificial"`
	Minutes    float64 `json:"minutes"`
}

type findingView struct {
	Code     string `json:"code"`
	Severity string `json:"severity"`
	Step     string `json:"step,omitempty"`
	Message  string `json:"message"`
	Hint     string `json:"hint,omitempty"`
}

type noteView struct {
	At   string `json:"at"`
	By   string `json:"by"`
	Step string `json:"step,omitempty"`
	Text string `json:"text"`
}

// Wait is an automatic step that could begin now and that no node has begun.
type Wait struct {
	Step   string `json:"step"`
	Site   string `json:"site,omitempty"`
	Served bool   `json:"served"` // some living node carries out such steps
	Heard  string `json:"last_heard_at,omitempty"`
}

// Waits are the steps of a run that could begin now.
func Waits(waits []kept.Wait) (list []Wait) {
	for _, w := range waits {
		list = append(list, Wait{w.Step, w.Site, w.Served, Stamp(w.Heard)})
	}
	return list
}

// Of is a run with all that happened to it.
func Of(row kept.Run, run *drill.Run) Run {
	v := Run{
		Schema: "beredskab.run.v1", ID: row.ID, System: row.System, Drill: row.DrillID, Title: row.Title, Type: row.Type,
		Incident: row.Incident, Imported: row.Imported, State: row.State, Verdict: row.Verdict, Director: row.Director,
		PlanHash: row.PlanHash, StepsHash: row.StepsHash, Scope: row.Scope, RTA: minutesOf(row.RTA), RPA: minutesOf(row.RPA),
		Times: map[string]string{},
	}
	if row.Imported {
		v.Times["started_at"], v.Times["verified_at"] = Stamp(row.StartedAt), Stamp(row.EndedAt)
		return v
	}
	_, gross := run.RTA()
	v.Without, v.Alarm = run.Drill.Participants.Barred, alarmOf(run)
	v.RTAGross, v.WRA, v.Reason = measured(gross), measured(run.WRA()), run.Reason
	v.RTO, v.RPO = run.Plan.Objectives.RTO.Minutes(), run.Plan.Objectives.RPO.Minutes()
	for name, at := range timePoints(&run.Times) {
		if !at.IsZero() {
			v.Times[name] = Stamp(at)
		}
	}
	for i := range run.Steps {
		v.Steps = append(v.Steps, viewStep(&run.Steps[i]))
	}
	for _, p := range run.Pauses {
		v.Pauses = append(v.Pauses, pauseView{Stamp(p.From), Stamp(p.To), p.Reason, p.Artificial, rounded(p.Length)})
	}
	for _, f := range run.Findings() {
		v.Findings = append(v.Findings, findingView{f.Code, f.Severity, f.Step, f.Text, f.Hint})
	}
	for _, n := range run.Notes {
		v.Notes = append(v.Notes, noteView{Stamp(n.At), n.By, n.Step, n.Text})
	}
	for _, j := range run.Jumps {
		v.ClockJumps = append(v.ClockJumps, Stamp(j.At)+" "+j.By.String())
	}
	return v
}

func viewStep(s *drill.Step) stepView {
	v := stepView{
		Number: s.Number, ID: s.ID, Title: s.Title, Kind: string(s.Kind()), Cleanup: s.Cleanup, State: string(s.State),
		Outcome: s.Outcome, Attempts: s.Attempt, By: s.By, Assurance: s.Assured, Note: s.Note, Started: Stamp(s.StartedAt),
		Ended: Stamp(s.EndedAt), Estimate: s.Estimate.Minutes(), Worked: rounded(s.Worked), Waited: rounded(s.Waited),
		Fences: s.Fences, Missing: s.Missing,
	}
	if s.Over() && s.Worked > 0 {
		v.Deviation = rounded(s.Worked - s.Estimate.Std())
	}
	if s.Output.Length > 0 {
		v.Output = &s.Output
	}
	return v
}

// timePoints names t0–t12 as spec/domain.md 3.1 does.
func timePoints(t *drill.Times) map[string]time.Time {
	return map[string]time.Time{
		"started_at": t.Start, "ended_at": t.End, "disrupted_at": t.DisruptedAt, "detected_at": t.DetectedAt,
		"alerted_at": t.AlertedAt, "assessed_at": t.AssessedAt, "declared_at": t.DeclaredAt, "activated_at": t.ActivatedAt,
		"mobilised_at": t.MobilisedAt, "workaround_at": t.WorkaroundAt, "recovery_started_at": t.RecoveryAt,
		"restored_at": t.RestoredAt, "verified_at": t.VerifiedAt, "caught_up_at": t.CaughtUpAt, "normalised_at": t.NormalisedAt,
		"stood_down_at": t.StoodDownAt, "evaluated_at": t.EvaluatedAt, "recovery_point_at": t.RecoveryPointAt,
	}
}

// Stamp is a time in UTC to the nanosecond; empty when there is none.
func Stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func rounded(d time.Duration) float64 { return math.Round(d.Minutes()*100) / 100 }

func measured(m drill.Measure) *float64 {
	if !m.Known {
		return nil
	}
	minutes := rounded(m.Length)
	return &minutes
}

func minutesOf(ns *int64) *float64 {
	if ns == nil {
		return nil
	}
	return measured(drill.Measure{Length: time.Duration(*ns), Known: true})
}

// Row is a run in a list, without its steps.
func Row(row kept.Run) Run {
	bare := row
	bare.Imported = true // nothing but the row is wanted
	v := Of(bare, nil)
	v.Imported = row.Imported
	return v
}
