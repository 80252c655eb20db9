package preparedness

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"beredskab/internal/check"
	"beredskab/internal/door"
	"beredskab/internal/dossier"
	"beredskab/internal/governance"
	"beredskab/internal/notary"
	"beredskab/internal/plan"
	"beredskab/internal/register"
	"beredskab/internal/report"
	"beredskab/internal/yearly"
)

// Bureau makes the figures of reports from the register.
type Bureau struct {
	Door     *door.Door
	Register *register.Register
	Office   *governance.Office
	Notary   *notary.Notary
	Copies   func() map[string]time.Time // when each system was last copied into a bundle here (G6)
	Program  string                      // version of this program
}

func (b *Bureau) now() time.Time { return b.Door.Now().Wall }

// Period is the time that a report is about: from its first moment to the first
// after it.
type Period struct{ From, Until time.Time }

// Year is a calendar year of the municipality.
func (b *Bureau) Year(ctx context.Context, year int) (Period, error) {
	return b.months(ctx, year, 1, 12)
}

// Quarter is a quarter of a year, counted from 1.
func (b *Bureau) Quarter(ctx context.Context, year, quarter int) (Period, error) {
	return b.months(ctx, year, 3*quarter-2, 3)
}

func (b *Bureau) months(ctx context.Context, year, first, count int) (p Period, err error) {
	set, err := b.Register.Set(ctx)
	if err != nil {
		return p, err
	}
	in, err := set.Organisation.Location()
	if err != nil {
		return p, err
	}
	from := time.Date(year, time.Month(first), 1, 0, 0, 0, 0, in)
	if from.After(b.now()) {
		return p, fmt.Errorf("%s is still to come: there is nothing to report on", from.Format("January 2006"))
	}
	return Period{From: from, Until: from.AddDate(0, count, 0)}, nil
}

// Words are what people write in place of, or beside, what the figures say; the
// file that holds them is YAML with these names.
type Words struct {
	Conclusion []string `json:"conclusion,omitempty"`
	Good       []string `json:"good,omitempty"`
	Bad        []string `json:"bad,omitempty"`
	Requests   []string `json:"requests,omitempty"`
	Changes    []Change `json:"changes,omitempty"` // in risk, law and organisation
}

// Change is one of them. At is a day, as 2026-07-01.
type Change struct {
	Text   string `json:"text"`
	Effect string `json:"effect,omitempty"`
	At     string `json:"at,omitempty"`
}

// ReadWords reads such a file.
func ReadWords(file string, src []byte) (w Words, err error) {
	if problems := plan.Decode(file, src, &w); len(problems) > 0 {
		return w, problems
	}
	for _, c := range w.Changes {
		if _, err := time.Parse(time.DateOnly, c.At); c.At != "" && err != nil {
			return w, fmt.Errorf("%s: at is %q: write a day such as 2026-07-01", file, c.At)
		}
	}
	return w, nil
}

// Figures are what the register says of a period, as of its end or of now,
// whichever comes first.
func (b *Bureau) Figures(ctx context.Context, p Period, words Words) (report.Figures, error) {
	now := b.now()
	at := now
	if p.Until.Before(at) {
		at = p.Until.Add(-time.Microsecond)
	}
	facts, err := Read(ctx, b.Door, at)
	if err != nil {
		return report.Figures{}, fmt.Errorf("reading how prepared the municipality was: %w", err)
	}
	asked, err := b.asked(ctx, p, words, at)
	if err != nil {
		return report.Figures{}, err
	}
	figures := facts.Figures(asked)
	for _, c := range words.Changes {
		at, _ := time.ParseInLocation(time.DateOnly, c.At, facts.Zone) // an empty one is no day, and ReadWords has seen the others
		figures.Changes = append(figures.Changes, report.Change{Text: c.Text, Effect: c.Effect, At: at})
	}
	return figures, nil
}

// asked gathers what the facts of the register do not hold.
func (b *Bureau) asked(ctx context.Context, p Period, words Words, at time.Time) (asked Asked, err error) {
	asked = Asked{
		From: p.From, Until: p.Until, Program: b.Program,
		Words: report.Words{Conclusion: words.Conclusion, Good: words.Good, Bad: words.Bad, Requests: words.Requests},
	}
	if asked.Known, err = dossier.New(b.Door).Facts(ctx, at); err != nil {
		return asked, err
	}
	if err := b.readThrough(ctx, &asked); err != nil {
		return asked, fmt.Errorf("reading the log through: %w", err)
	}
	if b.now().Sub(at) < 24*time.Hour {
		asked.Known.OfflineCopies = b.Copies() // nobody knows how old a copy was back then
	}
	reports, err := b.Office.Reports(ctx)
	for _, r := range reports {
		if !r.Frozen.At.After(at) {
			asked.Frozen = append(asked.Frozen, r.Year)
		}
		if r.Treated != nil && !r.Treated.At.After(at) {
			asked.Treated = append(asked.Treated, r.Year)
		}
	}
	return asked, err
}

// readThrough says of the log what its own signatures prove. One that was never
// signed, as before the server's first start, proves nothing and is not broken.
func (b *Bureau) readThrough(ctx context.Context, asked *Asked) error {
	verdict, err := b.Notary.Audit(ctx)
	if err != nil || verdict.Checkpoints == 0 {
		return err
	}
	asked.Log = report.Log{Verified: b.now().UTC().Truncate(time.Second), Broken: verdict.Problem}
	asked.Known.Log = &check.LogState{Intact: verdict.Problem == "", Problem: verdict.Problem}
	return nil
}

// Yearly is what the report about a year is made from: its frozen figures with
// what was said of them or, until it is frozen, the figures of now as a draft.
func (b *Bureau) Yearly(ctx context.Context, year int, words Words) (in report.YearInput, err error) {
	reports, err := b.Office.Reports(ctx)
	if err != nil {
		return in, err
	}
	in.PrintedAt = b.now()
	if in.Last, err = b.frozen(ctx, reports, year-1, Words{}); errors.Is(err, ErrNoPlans) {
		in.Last, err = nil, nil // nothing to compare with
	}
	if err != nil {
		return in, fmt.Errorf("the year before: %w", err)
	}
	if in.Frozen, err = b.frozen(ctx, reports, year, words); err != nil {
		return in, err
	}
	approval := report.Approval{Role: b.called(ctx, "it-chef")}
	if i := of(reports, year); i >= 0 {
		in.Treatment = treatment(reports[i].Treatment)
		if by := reports[i].Approved; by != nil {
			names, err := b.Office.Names(ctx)
			if err != nil {
				return in, err
			}
			approval.Name, approval.At = names(by.Person), by.At
		}
	}
	in.Approvals = []report.Approval{approval}
	return in, nil
}

// frozen are the figures of a year as they were frozen, else as they are.
func (b *Bureau) frozen(ctx context.Context, reports []yearly.Report, year int, words Words) ([]byte, error) {
	if i := of(reports, year); i >= 0 {
		return reports[i].Figures()
	}
	p, err := b.Year(ctx, year)
	if err != nil {
		return nil, err
	}
	figures, err := b.Figures(ctx, p, words)
	if err != nil {
		return nil, err
	}
	return report.Freeze(figures)
}

func of(reports []yearly.Report, year int) int {
	return slices.IndexFunc(reports, func(r yearly.Report) bool { return r.Year == year })
}

func treatment(t *yearly.Treatment) *report.Treatment {
	if t == nil {
		return nil
	}
	on, _ := time.Parse(time.DateOnly, t.On) // it was read when it was recorded
	return &report.Treatment{At: on, Committee: t.Committee, Item: t.Item, Decision: t.Decision, Case: t.Case}
}

// called is what the organisation calls a role.
func (b *Bureau) called(ctx context.Context, role string) string {
	set, err := b.Register.Set(ctx)
	if err != nil {
		return role
	}
	return set.Organisation.Reach(role, nil).Role
}

// FreezeYear freezes the figures of a year, as they are now or were at its end.
func (b *Bureau) FreezeYear(ctx context.Context, by door.Actor, year int, words Words) (yearly.Report, error) {
	p, err := b.Year(ctx, year)
	if err != nil {
		return yearly.Report{}, err
	}
	figures, err := b.Figures(ctx, p, words)
	if err != nil {
		return yearly.Report{}, err
	}
	frozen, err := report.Freeze(figures)
	if err != nil {
		return yearly.Report{}, err
	}
	return b.Office.FreezeReport(ctx, by, year, frozen)
}

// Period makes the figures of a period, for reports that are not kept.
func (b *Bureau) Period(ctx context.Context, p Period) (in report.YearInput, err error) {
	figures, err := b.Figures(ctx, p, Words{})
	if err != nil {
		return in, err
	}
	in.Frozen, err = report.Freeze(figures)
	in.PrintedAt = b.now()
	return in, err
}

// Book is what the compiled plan and the action cards are made from: the versions
// in force and, of a system without one, the newest.
func (b *Bureau) Book(ctx context.Context) (in report.BookInput, err error) {
	now := b.now()
	facts, err := Read(ctx, b.Door, now)
	if err != nil {
		return in, err
	}
	asked, err := b.asked(ctx, Period{From: now.AddDate(-1, 0, 0), Until: now.AddDate(0, 0, 1)}, Words{}, now)
	if err != nil {
		return in, err
	}
	in = report.BookInput{Set: facts.Set, Versions: facts.Versions(), Measured: facts.Measured(), Program: asked.Program, PrintedAt: now}
	in.Frozen, err = report.Freeze(facts.Figures(asked))
	return in, err
}

// Readiness is that of every system now, with the plans that it is about.
func (b *Bureau) Readiness(ctx context.Context) ([]Ready, *plan.Set, error) {
	facts, err := Read(ctx, b.Door, b.now())
	if err != nil {
		return nil, nil, err
	}
	return facts.Readiness(), facts.Set, nil
}
