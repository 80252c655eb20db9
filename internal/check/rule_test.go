package check

import (
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/plan"
)

func testChainRules(t *testing.T, base Input) {
	in := copyOf(base)
	change(t, in, "telefoni", func(p *plan.Plan) {
		p.DependsOn = append(p.DependsOn, plan.Dependency{ID: "gis"}, plan.Dependency{ID: "nowhere"})
	})
	r := Run(in)
	want := "C4 telefoni gis error breached\nC4 telefoni nowhere error breached\n"
	if got := about(r, "telefoni", "C4"); got != want {
		t.Errorf("%s", got)
	}
	if f := find(t, r, "C4", "telefoni", "gis"); f.Path != "depends_on[1]" {
		t.Errorf("path %s", f.Path)
	}
	change(t, in, "telefoni", func(p *plan.Plan) { p.DependsOn[1].NeededFor = "operation" })
	want = "C4 telefoni nowhere error breached\n"
	if got := about(Run(in), "telefoni", "C3", "C4"); got != want {
		t.Errorf("needed for operation only:\n%s", got)
	}
}

func testACircleLeavesEverySystemUnknown(t *testing.T, base Input) {
	in := copyOf(base)
	change(t, in, "netvaerk-kerne", func(p *plan.Plan) { p.DependsOn = []plan.Dependency{{ID: "ad-entra"}} })
	r := Run(in)
	var circle []string
	for _, f := range r.Findings {
		if f.Code == "C4" {
			circle = f.Chain
		}
		if slices.Contains([]string{"C2", "C3", "C6", "C10", "C12"}, f.Code) {
			t.Errorf("%s judges %s in a circle", f.Code, f.System)
		}
	}
	if len(circle) < 3 || circle[0] != circle[len(circle)-1] {
		t.Errorf("circle %v", circle)
	}
	for _, s := range r.Systems {
		if s.State == OK || s.Result != nil || s.Capacity != None {
			t.Errorf("%+v", s)
		}
	}
	if r.Summary.NotJudged["C2"] != 19 || r.Summary.NotJudged["C6"] != 19 {
		t.Errorf("not judged %v", r.Summary.NotJudged)
	}
}

func testCapacity(t *testing.T, base Input) {
	in := copyOf(base)
	// Both want the only person of telefoni at minute 90; the emergency calls
	// have 30 minutes of air, so that 45 minutes of waiting break their promise.
	change(t, in, "noedkald", func(p *plan.Plan) {
		p.RecoveryClass = 2
		for i := range p.Recovery.Steps {
			p.Recovery.Steps[i].Team = "telefoni"
		}
	})
	f := find(t, Run(in), "C12", "noedkald", "")
	change(t, in, "noedkald", func(p *plan.Plan) { p.Objectives.RTO = 195 })
	if got := about(Run(in), "noedkald", "C12"); got != "" {
		t.Errorf("back at the last minute: %s", got)
	}
	if f.Value != 195 || f.Limit != 180 || !strings.Contains(f.Hint, "waits 45m for team telefoni") {
		t.Errorf("%+v", f)
	}
}

func testBackup(t *testing.T, base Input) {
	in := copyOf(base)
	change(t, in, "gis", func(p *plan.Plan) { p.Backup.Interval = 23*60 + 15 })
	if got := about(Run(in), "gis", "C5"); got != "" {
		t.Errorf("23h15m + 45m is within 24h, yet: %s", got)
	}
	change(t, in, "gis", func(p *plan.Plan) { p.Backup.Duration = 25 * 60 })
	if f := find(t, Run(in), "C5", "gis", ""); !strings.Contains(f.Hint, "no interval is short enough") {
		t.Errorf("hint %s", f.Hint)
	}
	change(t, in, "gis", func(p *plan.Plan) { p.Backup = nil })
	r := Run(in)
	if r.Summary.NotJudged["C5"] != 1 || about(r, "gis", "C5", "G1") != "G1 gis warning breached\n" {
		t.Errorf("%v %s", r.Summary.NotJudged, about(r, "gis", "C5", "G1"))
	}
}

func testSupplier(t *testing.T, base Input) {
	for _, w := range []struct {
		window, neededFor string
		response, restore plan.Duration
		want              string
	}{
		{"24/7", "recovery", 60, 4 * 60, ""},
		{"24/7", "recovery", 0, 9 * 60, ""},
		{"24/7", "recovery", 0, 10 * 60, "C11 idp-mfa x warning breached\n"},
		{"hverdage 8-16", "recovery", 0, 0, "C11 idp-mfa x warning breached\n"},
		{"hverdage 8-16", "", 0, 0, "C11 idp-mfa x warning breached\n"},
		{"hverdage 8-16", "support", 0, 0, ""},
		{"efter aftale", "recovery", 0, 0, "C11 idp-mfa x info unknown\n"},
		{"", "recovery", 0, 0, "C11 idp-mfa x info unknown\n"},
		{"", "recovery", 0, 10 * 60, "C11 idp-mfa x warning breached\n"},
	} {
		in := copyOf(base)
		change(t, in, "idp-mfa", func(p *plan.Plan) {
			p.Suppliers = []plan.Supplier{{
				Name: "x", SupportWindow: w.window, NeededFor: w.neededFor, Response: w.response, RestoreSLA: w.restore,
			}}
		})
		if got := about(Run(in), "idp-mfa", "C11"); got != w.want {
			t.Errorf("%+v:\n%s", w, got)
		}
	}
}

func TestWindows(t *testing.T) {
	for text, want := range map[string]string{
		"24/7":                     "0m",
		"8-16, 24/7 kritisk":       "0m",
		"Døgnet rundt":             "0m",
		"hverdage 8-16":            "2d16h Friday 16:00",
		"8-16 hverdage":            "2d16h Friday 16:00",
		"8-16, kørselsdage til 20": "2d16h Friday 16:00",
		"man-fre 07:30-22.00":      "2d9h30m Friday 22:00",
		"mandag til fredag kl. 8–16, lør 9-12": "44h Saturday 12:00",
		"alle dage 6-22":            "8h Monday 22:00",
		"lør-man 8-16":              "4d16h Monday 16:00",
		"næste arbejdsdag":          "2d16h Friday 16:00",
		"weekend 10-14":             "5d20h Sunday 14:00",
		"weekdays 9-17; daily 9-12": "21h Saturday 12:00",
		"":                          "unknown",
		"efter aftale":              "unknown",
		"hverdage 16-8":             "unknown",
		"hverdage 8-99":             "unknown",
		"ugedage 8-16":              "unknown",
		"man-xyz 8-16":              "unknown",
	} {
		w := parseWindow(text)
		got := "unknown"
		if w.known {
			got = span(w.wait)
		}
		if w.wait > 0 {
			got += " " + w.closes()
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func FuzzWindow(f *testing.F) {
	f.Add("hverdage 8-16, lør 9-12")
	f.Fuzz(func(t *testing.T, text string) {
		if w := parseWindow(text); w.wait < 0 || w.wait >= weekMinutes || !w.known && w.wait != 0 {
			t.Errorf("%q: %+v", text, w)
		}
	})
}

func TestExplain(t *testing.T) {
	if n := len(Codes()); n != 21 {
		t.Fatalf("%d codes, want C1–C12 and G1–G9", n)
	}
	for _, code := range Codes() {
		text, ok := Explain(code)
		if !ok || !strings.HasPrefix(text, code+": ") || strings.Contains(text, "\n## ") {
			t.Errorf("Explain(%s) = %q", code, text)
		}
		for _, part := range []string{"Rule: ", "Ways out: ", "Source: "} {
			if !strings.Contains(text, part) {
				t.Errorf("Explain(%s) says nothing of %q", code, part)
			}
		}
	}
	for _, code := range []string{"", "C", "C13", "c1"} {
		if text, ok := Explain(code); ok {
			t.Errorf("Explain(%q) = %q", code, text)
		}
	}
}

func TestSpan(t *testing.T) {
	for minutes, want := range map[int]string{
		0: "0m", 45: "45m", 60: "1h", 490: "8h10m", 1485: "24h45m", 2880: "2d", 2945: "2d1h5m", -30: "-30m",
	} {
		if got := span(minutes); got != want {
			t.Errorf("span(%d) = %s, want %s", minutes, got, want)
		}
	}
}

func TestALongChainIsCutInWords(t *testing.T) {
	if got, want := arrow(strings.Fields("a b c d e f g h i j k")), "a → b → c → d → … → h → i → j → k"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func testWithoutOrganisation(t *testing.T, base Input) {
	in := copyOf(base)
	in.Set = &plan.Set{Plans: in.Set.Plans}
	in.Now = time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)
	r := Run(in)
	if f := find(t, r, "G3", "", ""); f.State != Breached {
		t.Errorf("%+v", f)
	}
	if f := find(t, r, "C8", "esdh", ""); f.Limit != 365*dayMinutes {
		t.Errorf("default cadence %d", f.Limit)
	}
}
