package notify

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beredskab/internal/outbox"
)

var update = flag.Bool("update", false, "write the golden files anew")

// copenhagen is loaded once per test; the program shows all times there.
func copenhagen(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Copenhagen")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func wording(t testing.TB) *Wording {
	t.Helper()
	w, err := LoadWording(nil, copenhagen(t))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// sample is a full notice of one kind, all of whose times lie on 26 November 2026.
func sample(kind outbox.Kind, lang string, incident bool) outbox.Notice {
	return outbox.Sample(kind, lang, incident)
}

// TestGolden compares every kind in every language and form with what people
// have read and approved.
func TestGolden(t *testing.T) {
	w := wording(t)
	for _, lang := range Languages() {
		for _, kind := range kinds() {
			for _, incident := range []bool{false, true} {
				if incident && !strings.Contains("started request escalation unknown stalled finished digest", string(kind)) {
					continue
				}
				name := string(kind)
				if incident {
					name += "-incident"
				}
				for _, form := range []Form{FormText, FormMail} {
					golden(t, name+"."+lang+"."+string(form), renderSample(t, w, kind, lang, incident, form), form)
				}
			}
		}
	}
}

// TestGoldenQuiet holds the message that the log was read and shows nothing, and the
// one that somebody was refused without a pattern in it.
func TestGoldenQuiet(t *testing.T) {
	w := wording(t)
	for _, lang := range Languages() {
		for name, refused := range map[string]int{"misuse-quiet": 0, "misuse-refused": 3} {
			n := sample(outbox.Misuse, lang, false)
			n.Facts.Signs, n.Facts.Unread, n.Facts.SignIns, n.Facts.Refused = nil, 0, 0, refused
			m, err := w.Render(n, FormText)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name+"."+lang+".text", m, FormText)
		}
	}
}

// TestGoldenEscalation holds what its leader is told of a step that failed, and of a
// run that takes too long.
func TestGoldenEscalation(t *testing.T) {
	w := wording(t)
	for _, lang := range Languages() {
		for name, change := range map[string]func(f *outbox.Facts){
			"escalation-failed": func(f *outbox.Facts) {
				f.Failed, f.Asks, f.Question, f.Todo, f.Absent, f.Text = true, "", "", nil, "", "disk full"
			},
			"escalation-long": func(f *outbox.Facts) {
				*f = outbox.Facts{System: f.System, SystemName: f.SystemName, Run: f.Run, Incident: true, Leader: f.Leader, Phone: f.Phone}
			},
		} {
			n := sample(outbox.Escalation, lang, true)
			n.Receiver = "Øvelsesleder"
			change(&n.Facts)
			m, err := w.Render(n, FormText)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name+"."+lang+".text", m, FormText)
		}
	}
}

func renderSample(t *testing.T, w *Wording, kind outbox.Kind, lang string, incident bool, form Form) Message {
	t.Helper()
	if kind != digestKind {
		m, err := w.Render(sample(kind, lang, incident), form)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	group := []outbox.Notice{sample(outbox.Started, lang, incident), sample(outbox.Finished, lang, incident)}
	m, err := w.RenderDigest(group, form)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func golden(t *testing.T, name string, m Message, form Form) {
	t.Helper()
	got := "Subject: " + m.Subject + "\n\n" + m.Text
	switch form {
	case FormMail:
		got = m.HTML
	}
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs from its golden file; run the test with -update and read the change\n%s", name, got)
	}
}

// TestFirstWord holds the rule that a drill can never be taken for reality.
func TestFirstWord(t *testing.T) {
	w := wording(t)
	want := map[string]map[string]string{
		"da": {"drill": "ØVELSE", "incident": "KRISE", "plan": "BEREDSKAB"},
		"en": {"drill": "DRILL", "incident": "CRISIS", "plan": "BEREDSKAB"},
	}
	for _, lang := range Languages() {
		for _, kind := range kinds() {
			for _, incident := range []bool{false, true} {
				tone := toneOf(sample(kind, lang, incident))
				m := renderSample(t, w, kind, lang, incident, FormText)
				for what, line := range map[string]string{"subject": m.Subject, "text": m.Text, "title": m.Parts.Title} {
					word := strings.TrimRight(strings.Fields(line)[0], ":")
					if word != want[lang][tone] {
						t.Errorf("%s of %s in %s (incident %v) begins with %q, want %q", what, kind, lang, incident, word, want[lang][tone])
					}
				}
			}
		}
	}
}

// TestNotMeasuredIsNeverGreen: "not measured" is a value of its own (DESIGN 1).
func TestNotMeasuredIsNeverGreen(t *testing.T) {
	w := wording(t)
	for name, change := range map[string]func(*outbox.Facts){
		"not measured": func(f *outbox.Facts) { f.Measured = false },
		"late":         func(f *outbox.Facts) { f.RTAMinutes = 241 },
		"no objective": func(f *outbox.Facts) { f.RTOMinutes = 0 },
	} {
		for _, lang := range Languages() {
			n := sample(outbox.Finished, lang, false)
			change(&n.Facts)
			m, err := w.Render(n, FormText)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(m.Text, "✅") {
				t.Errorf("%s in %s is shown green:\n%s", name, lang, m.Text)
			}
		}
	}
	m, err := w.Render(sample(outbox.Finished, "da", false), FormText)
	if err != nil || !strings.Contains(m.Text, "✅ Genetableret på 3 t 12 min (tidshorisont 4 t)") {
		t.Errorf("control: a measured time within its objective is green; got %v\n%s", err, m.Text)
	}
}
