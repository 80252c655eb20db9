package check

import (
	"strings"
	"testing"
	"time"

	"beredskab/internal/plan"
)

// policy is a version of the sample's policy in the register.
func policy(version, from string) Document {
	at, _ := date(from)
	return Document{ID: "it-sikkerhedspolitik", Version: version, ValidFrom: at}
}

// testGoverningDocuments holds that a renewed policy flags the plans that name the
// one before it, from its first valid day on and not sooner (R2).
func testGoverningDocuments(t *testing.T, base Input) {
	seed, successor := policy("5.1", "2015-04-22"), policy("6.0", "2026-11-01")
	for _, w := range []struct {
		name string
		do   func(*Input)
		want string
	}{
		{"the seed policy is valid", func(in *Input) { in.Facts.Documents = []Document{seed} }, ""},
		{"its successor is valid, for less than the days of grace", func(in *Input) {
			in.Facts.Documents = []Document{seed, successor}
		}, "G2 gis it-sikkerhedspolitik warning breached\n"},
		{"its successor is valid for long", func(in *Input) {
			in.Facts.Documents = []Document{policy("6.0", "2026-10-01"), seed}
		}, "G2 gis it-sikkerhedspolitik error breached\n"},
		{"its successor is not valid yet", func(in *Input) {
			in.Facts.Documents = []Document{seed, policy("6.0", "2027-01-01")}
		}, ""},
		{"the plan was written ahead of its day", func(in *Input) {
			in.Facts.Documents = []Document{policy("5.0", "2010-01-01"), policy("5.1", "2027-01-01")}
		}, ""},
		{"the plan names nothing that is known", func(in *Input) {
			in.Facts.Documents = []Document{seed}
			change(t, *in, "gis", func(p *plan.Plan) { p.GoverningPolicy = &plan.Policy{ID: "politik", Version: "5.1"} })
		}, "G2 gis politik info unknown\n"},
		{"the organisation file is asked where the register knows none", func(in *Input) {
			change(t, *in, "gis", func(p *plan.Plan) { p.GoverningPolicy = &plan.Policy{ID: "beredskabspolitik", Version: "1.3"} })
			in.Facts.Documents = []Document{seed}
		}, "G2 gis beredskabspolitik error breached\n"},
	} {
		in := copyOf(base)
		in.Facts = full(in)
		w.do(&in)
		if got := about(Run(in), "gis", "G2"); got != w.want {
			t.Errorf("%s: got\n%swant\n%s", w.name, got, w.want)
		}
	}
	in := copyOf(base)
	in.Facts = full(in)
	in.Facts.Documents = []Document{seed, successor}
	f := find(t, Run(in), "G2", "gis", "it-sikkerhedspolitik")
	if f.Path != "governing_policy" || f.Message != "was written under it-sikkerhedspolitik 5.1; 6.0 is valid since 2026-11-01" {
		t.Errorf("%+v", f)
	}
	late := policy("5.1", "2015-04-22")
	late.ReviewDue = in.Now.AddDate(0, 0, -31)
	in.Facts.Documents = []Document{late}
	if got := about(Run(in), "", "G2"); got != "G2 it-sikkerhedspolitik error breached\n" {
		t.Errorf("not looked at: %s", got)
	}
}

// testCallsAndTraining holds that a call that was answered counts like a date in the
// file, and that training runs out.
func testCallsAndTraining(t *testing.T, base Input) {
	in := copyOf(base)
	in.Facts = full(in)
	role := ""
	change(t, in, "gis", func(p *plan.Plan) { role, p.Contacts[0].VerifiedAt = p.Contacts[0].Role, "2026-01-01" })
	called := func(at time.Time) string {
		in.Facts.Contacts = map[string]map[string]time.Time{"gis": {role: at}}
		return about(Run(in), "gis", "G4")
	}
	if got := called(in.Now.AddDate(0, 0, -10)); got != "" {
		t.Errorf("called ten days ago: %s", got)
	}
	if got := called(in.Now.AddDate(-3, 0, 0)); got == "" {
		t.Error("an older call than the date in the file counts")
	}
	in = copyOf(base)
	in.Facts = full(in)
	in.Facts.Training = []Training{
		{"p-2", "alarmering", in.Now.AddDate(0, 0, -2)}, {"p-1", "beredskab", in.Now.AddDate(0, 0, -40)}, {"p-3", "beredskab", in.Now.AddDate(0, 1, 0)},
	}
	f := find(t, Run(in), "G8", "", "training")
	if f.Severity != Error || !strings.Contains(f.Message, "p-1 in beredskab (2026-10-14), p-2 in alarmering (2026-11-21)") || strings.Contains(f.Message, "p-3") {
		t.Errorf("%+v", f)
	}
}
