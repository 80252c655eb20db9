package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/notify"
	"beredskab/internal/outbox"
)

// Preview gives the text of a message, without sending it.
func (s *Settings) Preview(n outbox.Notice) (string, error) {
	courier, err := s.courier()
	if err != nil {
		return "", err
	}
	return courier.Preview(n)
}

// Configured lists the channels as they are in force.
func (s *Settings) Configured() ([]notify.Channel, error) {
	courier, err := s.courier()
	if err != nil {
		return nil, err
	}
	return courier.Channels(), nil
}

// TryChannel sends a test message through the outbox, so that it meets what a
// real message would meet.
func (a *App) TryChannel(ctx context.Context, by door.Actor, channel, address, language string) (outbox.Delivery, error) {
	n := outbox.Notice{
		Key: fmt.Sprintf("test/%s/%d", channel, time.Now().UnixNano()), Kind: outbox.Test, Channel: channel, Address: address,
		Language: language, Receiver: by.Name, Facts: outbox.Facts{Text: "notify test"},
	}
	var err error
	if n.ID, err = a.Register.Owe(ctx, by, n); err != nil {
		return outbox.Delivery{}, err
	}
	d := a.Courier.Deliver(ctx, n)
	return d.Delivery, a.Register.Tried(ctx, n.ID, d.Delivery, d.State)
}

// courier builds the channels; what keeps one from being built is a setting.
func (s *Settings) courier() (*notify.Courier, error) {
	courier, err := s.Courier()
	if err != nil && !errors.Is(err, ErrSettings) {
		err = fmt.Errorf("%w: %w", ErrSettings, err)
	}
	return courier, err
}

// SampleNotice is a message with believable facts of every kind.
func SampleNotice(kind outbox.Kind, lang string) outbox.Notice {
	start := time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC)
	return outbox.Notice{
		ID: 1, Kind: kind, Language: lang, Receiver: "systemejer Økonomi", CreatedAt: start, ExpiresAt: start.Add(24 * time.Hour),
		Facts: outbox.Facts{
			System: "oekonomi", SystemName: "Økonomisystem", Run: "2026-07", Drill: "gendan fra backup", Step: "bekraeft-data",
			StepTitle: "Bekræft data", StepNumber: 3, Steps: 7, Question: "Viser Økonomisystemet de rigtige tal?",
			Todo:    []string{"Log ind på testmiljøet", "Find bilag 2025-114", "Beløbet skal være 12.450,00 kr."},
			Minutes: 3, AnswerBy: start.Add(90 * time.Minute), StartsAt: start, EndsAt: start.Add(3 * time.Hour), DaysBefore: 7,
			Absent: "Systemejer Økonomi", Leader: "Øvelsesleder", Phone: "+45 00 00 00 10", Verdict: "passed_with_remarks",
			RTAMinutes: 192, RTOMinutes: 240, RPAMinutes: 420, RPOMinutes: 1440, Measured: true, Findings: 2,
			SlowStep: "Gendan database", SlowBy: 11, Code: "C6", Text: "Fremskrevet færdig er senere end den accepterede tid.",
			Hint: "Gør det langsomste trin hurtigere.", Command: "beredskab drill confirm 2026-07 bekraeft-data",
		},
	}
}
