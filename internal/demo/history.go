package demo

import (
	"context"
	"log/slog"
	"time"

	"beredskab/internal/app"
	"beredskab/internal/plan"
	"beredskab/internal/register"
)

// sampleDay is the day on which the sample's history was written down: ages are
// counted back from it, so the sample says the same whenever it is made.
func sampleDay() time.Time { return time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC) }

// history is the drill history of the sample (one newest exercise a system).
// A tabletop has no time: it measures nothing.
func history() []register.Held {
	var list []register.Held
	add := func(system, kind string, minutes, days int) {
		end := sampleDay().AddDate(0, 0, -days)
		h := register.Held{
			System: system, Type: kind, Title: "Øvelse før registeret", Scope: "isolated", Verdict: "passed",
			StartedAt: end.Add(-time.Duration(max(minutes, 60)) * time.Minute), EndedAt: end,
		}
		if minutes > 0 {
			rta := time.Duration(minutes) * time.Minute
			h.RTA = &rta
		} else {
			h.Verdict = "not_measured"
		}
		list = append(list, h)
	}
	add("netvaerk-kerne", "functional", 75, 120)
	add("backup-platform", "restore", 95, 60)
	add("virtualisering-san", "functional", 140, 200)
	add("dns-dhcp", "restore", 45, 150)
	add("ad-entra", "restore", 165, 310)
	add("idp-mfa", "tabletop", 0, 90)
	add("noedkald", "functional", 55, 80)
	add("telefoni", "functional", 40, 100)
	add("omsorg", "functional", 35, 170)
	add("hjemmeside", "functional", 45, 40)
	add("sql-klynge", "restore", 400, 25)
	add("m365", "tabletop", 0, 200)
	add("esdh", "restore", 180, 400)
	add("jobcenter-ydelse", "tabletop", 0, 330)
	add("loen", "tabletop", 0, 250)
	add("oekonomi", "tabletop", 0, 280)
	add("gis", "restore", 110, 500)
	return list
}

// Open opens the program over the demo folder.
func (s *Sample) Open(ctx context.Context, mode app.Mode) (*app.App, error) {
	settings, err := s.Settings()
	if err != nil {
		return nil, err
	}
	return app.Open(ctx, settings, mode, slog.New(slog.DiscardHandler))
}

// Settings reads the demo's own settings; nothing from around it gets in.
func (s *Sample) Settings() (*app.Settings, error) {
	return app.Load(map[string]string{"dir": s.Dir}, func(string) (string, bool) { return "", false }, s.Dir)
}

func problemsError(p plan.Problems) error {
	if len(p) == 0 {
		return nil
	}
	return p
}
