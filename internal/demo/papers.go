package demo

import (
	"context"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/governance"
	"beredskab/internal/plan"
	"beredskab/internal/preparedness"
	"beredskab/internal/yearly"
)

// reviewEvery is how long a governing document stands without a look: a term of
// the council.
const reviewEvery = plan.Duration(4 * 365 * 24 * 60)

// papers tells of the governing documents that the organisation's file names, of
// telephones that were tried, and of what people were taught.
func (t *story) papers() {
	t.on(t.day(begins, "11:00"), func(ctx context.Context) error {
		return t.document(ctx, approval.Document{ID: "it-sikkerhedspolitik", Version: "5.0"}, governance.Decision{
			By: "Kommunalbestyrelsen", At: t.day(begins+400, "12:00").Format(time.DateOnly),
		})
	})
	for i, d := range t.set.Organisation.Policies {
		at, _ := time.ParseInLocation(time.DateOnly, d.ApprovedAt, t.zone) // the file was read without a problem
		ago := min(int(t.now.Sub(at).Hours()/24), begins) - 2*i
		t.on(t.day(ago, "11:30"), func(ctx context.Context) error {
			return t.document(ctx, approval.Document{ID: d.ID, Version: d.Version}, governance.Decision{
				By: d.ApprovedBy, At: d.ApprovedAt, ValidFrom: d.ValidFrom, Supersedes: d.Supersedes,
			})
		})
	}
	for year := t.day(begins, "08:00").Year(); year < t.now.In(t.zone).Year(); year++ {
		t.yearly(year)
	}
	for _, c := range []struct {
		system, whom string
		ago          int
		silent       string
	}{
		{"telefoni", "systemejer", 96, "Nummeret er nedlagt; omstillingen kender det nye"},
		{"telefoni", "systemejer", 95, ""},
		{"omsorg", "systemejer", 26, ""},
		{"noedkald", "it-vagt", 28, ""},
		{"", "Redningsberedskabets vagtcentral", 48, ""},
	} {
		t.on(t.day(c.ago, "14:30"), func(ctx context.Context) error {
			return t.app.Office.VerifyContact(ctx, as(coordinator), approval.Verification{
				System: c.system, Whom: c.whom, Channel: "phone", Reached: c.silent == "", Note: c.silent,
			})
		})
	}
	for _, c := range []struct {
		person, subject string
		ago             int
	}{
		{leader, "Ledelse af øvelser", 380},
		{operations, "Krisestab", 340},
		{onDuty, "Alarmering og aktivering", 190},
		{"ejer-sundhed-omsorg", "Nøddrift i omsorgen", 165},
		{security, "Sikring af digitale spor", 70},
	} {
		t.on(t.day(c.ago, "15:30"), func(ctx context.Context) error {
			_, err := t.app.Office.RecordTraining(ctx, as(coordinator), approval.Training{Person: c.person, Subject: c.subject, Until: t.ahead(c.ago - 2*365)})
			return err
		})
	}
}

// document records a document, and what the council said of it.
func (t *story) document(ctx context.Context, d approval.Document, said governance.Decision) error {
	titles := map[string]string{
		"it-sikkerhedspolitik": "It-sikkerhedspolitik", "beredskabspolitik": "Beredskabspolitik", "overordnet-beredskabsplan": "Overordnet beredskabsplan",
	}
	d.Title, d.ReviewEvery = titles[d.ID], reviewEvery
	who := coordinator
	if t.clock.at.Before(t.day(gone, "15:00")) {
		who = predecessor
	}
	if err := t.app.Office.AddDocument(ctx, as(who), d); err != nil {
		return err
	}
	return t.app.Office.ApproveDocument(ctx, as(manager), d.ID, d.Version, said)
}

// yearly tells what became of the report about a year: its figures are frozen in
// January, the IT manager approves them in February, and the committee treats the
// report in March, as far as those days have come.
func (t *story) yearly(year int) {
	for i, step := range []func(context.Context) error{
		func(ctx context.Context) error {
			if _, err := t.app.Notary.Checkpoint(ctx); err != nil {
				return err
			}
			_, err := t.app.Bureau.FreezeYear(ctx, as(coordinator), year, preparedness.Words{})
			return err
		},
		func(ctx context.Context) error { return t.app.Office.ApproveReport(ctx, as(manager), year, "") },
		func(ctx context.Context) error {
			return t.app.Office.TreatReport(ctx, as(coordinator), year, yearly.Treatment{
				On: t.clock.at.Format(time.DateOnly), Committee: "Økonomiudvalget", Item: "7", Decision: "Taget til efterretning",
			})
		},
	} {
		if at := t.after(time.Date(year+1, time.Month(i+1), 14+3*i, 10, 0, 0, 0, t.zone), 0); at.Before(t.now) {
			t.on(at, step)
		}
	}
}
