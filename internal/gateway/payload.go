package gateway

import (
	"cmp"
	"slices"
	"time"

	"beredskab/internal/notify"
	"beredskab/internal/outbox"
	"beredskab/internal/tidy"
)

// payload is what a receiver gets: thin, with a link to the rest. Its fields never
// change their meaning; docs/webhook.schema.json says them all.
type payload struct {
	Type      string      `json:"type"`
	Timestamp time.Time   `json:"timestamp"` // when it happened, not when it was sent
	Data      payloadData `json:"data"`
}

type payloadData struct {
	Key string `json:"key"`
	// What a system for incidents opens, updates and closes its ticket by.
	Correlation string `json:"correlation_key"`   // the same for all that is about one thing
	Status      string `json:"status"`            // open, closed or info: the thing has ended, or never was a ticket
	Severity    string `json:"severity"`          // critical, high, medium, low or info
	Short       string `json:"short_description"` // at most 80 characters
	// What it is about.
	Title      string     `json:"title"`
	Language   string     `json:"language"`
	Incident   bool       `json:"incident"`
	Receiver   string     `json:"receiver,omitempty"`
	System     string     `json:"system,omitempty"`
	SystemName string     `json:"system_name,omitempty"`
	Run        string     `json:"run,omitempty"`
	Drill      string     `json:"drill,omitempty"`
	Step       string     `json:"step,omitempty"`
	StepNumber int        `json:"step_number,omitempty"`
	Steps      int        `json:"steps,omitempty"`
	AnswerBy   *time.Time `json:"answer_by,omitempty"`
	StartsAt   *time.Time `json:"starts_at,omitempty"`
	Verdict    string     `json:"verdict,omitempty"`
	Measured   *bool      `json:"measured,omitempty"` // only when a run has finished
	RTAMinutes int        `json:"rta_minutes,omitempty"`
	RTOMinutes int        `json:"rto_minutes,omitempty"`
	Code       string     `json:"code,omitempty"`
	Link       string     `json:"link,omitempty"`
	ShortCode  string     `json:"short_code,omitempty"` // leads to the step without the link
}

// longestShort is what the shortest of the known systems takes as a title.
const longestShort = 80

func payloadOf(n outbox.Notice, m notify.Message) payload {
	f := n.Facts
	p := payload{Type: eventType(n), Timestamp: n.CreatedAt.UTC(), Data: payloadData{
		Key: n.Key, Correlation: correlation(n), Status: status(n), Severity: severity(n), Short: tidy.Cut(m.Subject, longestShort),
		Title: m.Subject, Language: m.Parts.Lang, Incident: f.Incident, Receiver: n.Receiver,
		System: f.System, SystemName: f.SystemName, Run: f.Run, Drill: f.Drill, Step: f.Step, StepNumber: f.StepNumber, Steps: f.Steps,
		AnswerBy: known(f.AnswerBy), StartsAt: known(f.StartsAt), Verdict: f.Verdict,
		RTAMinutes: f.RTAMinutes, RTOMinutes: f.RTOMinutes, Code: f.Code, Link: m.Parts.Link, ShortCode: tidy.Line(f.ShortCode, longestCode),
	}}
	if n.Kind == outbox.Finished {
		p.Data.Measured = &f.Measured
	}
	return p
}

// longestCode is more than a short code ever has.
const longestCode = 20

func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// correlation names the thing that a message is about, so that one ticket follows it
// from its beginning to its end: the run, the drill that is to come, the finding.
func correlation(n outbox.Notice) string {
	f := n.Facts
	switch {
	case f.Run != "":
		return "run/" + f.Run
	case n.Kind == outbox.Finding:
		return "finding/" + f.System + "/" + f.Code
	case !f.StartsAt.IsZero() && f.System != "":
		return "drill/" + f.System + "/" + f.StartsAt.UTC().Format(time.RFC3339)
	default:
		return "notice/" + string(n.Kind) + "/" + n.CreatedAt.UTC().Format(time.DateOnly)
	}
}

// status says what becomes of a ticket.
func status(n outbox.Notice) string {
	switch {
	case n.Kind == outbox.Finished:
		return "closed"
	case slices.Contains([]outbox.Kind{outbox.Test, outbox.Reminder, outbox.Misuse}, n.Kind), n.Facts.Run == "" && n.Kind != outbox.Finding && n.Kind != outbox.Missed:
		return "info"
	default:
		return "open"
	}
}

// severity is how soon somebody must look. A drill is never critical, whatever happens
// in it: nobody is called out at night for one.
func severity(n outbox.Notice) string {
	stuck := slices.Contains([]outbox.Kind{outbox.Escalation, outbox.Unknown, outbox.Stalled}, n.Kind)
	switch {
	case status(n) == "info":
		return "info"
	case n.Facts.Incident && n.Kind != outbox.Finished:
		return "critical"
	case n.Kind == outbox.Finding, stuck:
		return "medium"
	case n.Kind == outbox.Missed, n.Kind == outbox.Request:
		return "low"
	default:
		return "info"
	}
}

// eventType names what happened, as programs know it (spec/ux.md 10).
func eventType(n outbox.Notice) string {
	run := "drill."
	if n.Facts.Incident {
		run = "crisis."
	}
	named := map[outbox.Kind]string{
		outbox.Reminder: run + "upcoming", outbox.Started: run + "started", outbox.Finished: run + "finished", outbox.Missed: run + "missed",
		outbox.Request: "step.requested", outbox.Escalation: "step.escalated", outbox.Unknown: "step.unknown", outbox.Stalled: "step.stalled",
		outbox.Finding: "finding.opened", outbox.Test: "test",
	}
	return cmp.Or(named[n.Kind], "notice."+string(n.Kind))
}
