package outbox

import (
	"slices"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/plan"
)

// Sample is a message of that kind with believable facts, for whoever wants to see
// what such a message looks like. All its times lie about 26 November 2026.
func Sample(kind Kind, lang string, incident bool) Notice {
	day := time.Date(2026, time.November, 26, 7, 0, 0, 0, time.UTC)
	n := Notice{
		ID: 41, Key: "run/2026-07/" + string(kind), Kind: kind, Channel: "slack", Receiver: "Systemejer Økonomi",
		Address: "systemejer@kommune.example", Language: lang, CreatedAt: day, ExpiresAt: day.Add(24 * time.Hour),
		Facts: Facts{
			System: "okonomi", SystemName: "Økonomisystem", Run: "2026-07", Drill: "Økonomi – gendan fra backup", Incident: incident,
			Leader: "Øvelsesleder", Phone: "59 53 00 00", Link: "https://beredskab.kommune.example/s/k7m2qd",
		},
	}
	f := &n.Facts
	if slices.Contains([]Kind{Request, Escalation, Unknown, Stalled}, kind) {
		f.Link, f.ShortCode = "https://beredskab.kommune.example/c/9J3yq8d0rNqk5T2vXb7LwZc4MhUeGfSa1PoIiRtYu6E", "K7M-2QD"
	}
	f.sample(&n, day)
	return n
}

// sample fills in what a message of that kind says besides.
func (f *Facts) sample(n *Notice, day time.Time) {
	switch n.Kind {
	case Reminder:
		n.CreatedAt = day.AddDate(0, 0, -7)
		f.Run, f.DaysBefore, f.StartsAt, f.EndsAt = "", 7, day.Add(time.Hour), day.Add(4*time.Hour)
		f.Occurrence = "okonomi/gendan@2026-11-26T09:00"
	case Cancelled:
		n.CreatedAt = day.AddDate(0, 0, -5)
		f.Run, f.StartsAt, f.EndsAt = "", day.Add(time.Hour), day.Add(4*time.Hour)
		f.Occurrence, f.Sequence, f.MovedTo = "okonomi/gendan@2026-11-26T09:00", 1, day.AddDate(0, 0, 7).Add(time.Hour)
	case Started:
		f.StartsAt, f.Steps, f.RTOMinutes = day.Add(72*time.Minute), 7, 240
	case Request, Escalation, Unknown:
		f.Step, f.StepTitle, f.StepNumber, f.Steps = "bekraeft-data", "Kontrollér stikprøve på bilag", 3, 7
		f.Asks, f.Question, f.Minutes, f.AnswerBy = string(plan.StepConfirm), "Viser Økonomisystemet de rigtige tal?", 3, day.Add(150*time.Minute)
		f.Todo = []string{"Log ind på testmiljøet", "Find bilag 2025-114", "Beløbet skal være 12.450,00 kr."}
		f.Command = "beredskab drill confirm 2026-07 bekraeft-data"
		f.Deputy = "Stedfortræder Økonomi"
		if n.Kind == Escalation {
			n.Receiver, f.Absent, f.Deputy = "Stedfortræder Økonomi", "Systemejer Økonomi", "Øvelsesleder"
		}
	case Stalled:
		f.Step, f.StepTitle, f.StepNumber, f.Steps = "gendan-database", "Gendan database", 2, 7
		f.Site, f.Heard, f.Command = "datacenter", day.Add(-20*time.Minute), "beredskab drill show 2026-07"
	case Finished:
		f.Verdict, f.Measured, f.RTAMinutes, f.RTOMinutes, f.RPAMinutes, f.RPOMinutes = string(drill.WithRemarks), true, 192, 240, 420, 1440
		f.Findings, f.SlowStep, f.SlowBy = 2, "Gendan database", 11
	case Missed:
		f.Run, f.StartsAt, f.Text = "", day.AddDate(0, 0, -1), "Serveren var slukket fra mandag til torsdag."
	case Finding:
		f.Run, f.Drill, f.Code = "", "", "C6"
		f.Text, f.Hint = "Den planlagte tid (5 t) er længere end tidshorisonten (4 t).", "Forkort trinnene, eller aftal en længere tidshorisont med systemejeren."
	case Misuse:
		*f = Facts{
			StartsAt: day.AddDate(0, 0, -1), EndsAt: day, Phone: f.Phone, Lines: 412, People: 19, Refused: 8, SignIns: 6, Exports: 2, Unread: 12,
			Command: "beredskab audit misuse",
			Signs: []Sign{
				{Code: "chain_break", Count: 1},
				{Code: "self_approval", Person: "p-7", Count: 2},
				{Code: "mass_export", Person: "p-7", Count: 12450},
				{Code: "many_exports", Person: "p-7", Count: 5},
				{Code: "sign_ins", Person: "p-9", Count: 6},
				{Code: "many_names", Count: 10},
				{Code: "refusals", Count: 8},
			},
		}
	case Test:
		*f = Facts{Phone: f.Phone}
	}
}
