package report

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/phrase"
)

var update = flag.Bool("update", false, "write the golden files anew")

func render(t *testing.T, in DrillInput, form Form, lang string) string {
	t.Helper()
	var b strings.Builder
	if err := Drill(&b, in, form, lang); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// cases are the runs whose reports people have read and approved.
func cases(t *testing.T) map[string]DrillInput {
	open := begun(t, "gendan", nil)
	open.manual("erklaer", 0, time.Minute, "it-vagt")
	aborted := begun(t, "gendan", nil)
	aborted.play(time.Minute, event.Event{Kind: event.RunAborted, Actor: "Øvelsesleder", Text: "testmiljøet havde forbindelse til produktion"})
	return map[string]DrillInput{
		"held": input(held(t), "isolated"), "failed": input(failed(t), "isolated"), "discussed": input(discussed(t), "isolated"), "alarmed": input(alarmed(t), "isolated"), "afoot": input(afoot(t), "isolated"),
		"endured": input(endured(t), "end_to_end"), "open": input(open.run, "isolated"), "aborted": input(aborted.run, "isolated"),
	}
}

func TestGolden(t *testing.T) {
	for name, in := range cases(t) {
		for _, lang := range Languages() {
			for _, form := range []Form{Markdown, HTML} {
				golden(t, name+"."+lang+"."+string(form), render(t, in, form, lang))
			}
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
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

// outside finds what a page would fetch or run.
func outside(page string) []string {
	found := regexp.MustCompile(`(?i)<(script|link|iframe|object|embed|img|image|base|audio|video|form)\b|\b(src|href|srcset|action|data|poster|xlink:href)\s*=|@import|javascript:|\bon\w+\s*=|https?://`).FindAllString(page, -1)
	for _, at := range regexp.MustCompile(`url\(([^)]*)\)`).FindAllStringSubmatch(page, -1) {
		if !strings.HasPrefix(at[1], "#") {
			found = append(found, at[0])
		}
	}
	return found
}

// TestPageStandsAlone: the page loads nothing and runs nothing, also when the
// texts of a run try to (S5).
func TestPageStandsAlone(t *testing.T) {
	for name, page := range pages(t) {
		if found := outside(page); len(found) > 0 {
			t.Errorf("%s: the page refers to the outside: %q", name, found)
		}
		if strings.Contains(page, "ZgotmplZ") {
			t.Errorf("%s: the page lacks a text", name)
		}
		if !strings.Contains(page, `content="default-src 'none'; style-src 'unsafe-inline'"`) {
			t.Errorf("%s: the page does not forbid to load anything", name)
		}
	}
	for _, planted := range []string{`<img src="x">`, `<style>@import "x"</style>`, `a{background:url(x.png)}`, `<a href="https://x">`} {
		if len(outside(planted)) == 0 {
			t.Errorf("control: %s was not found", planted)
		}
	}
}

// TestNotMeasuredIsNeverPassed: no report of a run without a measured time has
// a green verdict or says that an objective was met (DESIGN 1).
func TestNotMeasuredIsNeverPassed(t *testing.T) {
	all := cases(t)
	for _, name := range []string{"failed", "discussed", "open", "aborted"} {
		page := render(t, all[name], HTML, "da")
		if strings.Contains(page, `class="verdict good"`) || strings.Contains(page, "blev holdt") || strings.Contains(page, "<td>✓ ja</td>") {
			t.Errorf("%s is shown as good", name)
		}
		if !strings.Contains(page, "Reetableringstiden (RTA) er ikke målt") {
			t.Errorf("%s does not say that nothing was measured", name)
		}
	}
	if page := render(t, all["held"], HTML, "da"); !strings.Contains(page, "2 t 0") && !strings.Contains(page, "blev holdt") {
		t.Error("control: a measured time within its objective is said to be met")
	}
}

// TestFirstWord: a drill is never taken for reality, nor reality for a drill.
func TestFirstWord(t *testing.T) {
	all := cases(t)
	for name, want := range map[string][2]string{"held": {"ØVELSE", "DRILL"}, "endured": {"KRISE", "CRISIS"}} {
		for i, lang := range Languages() {
			if text := render(t, all[name], Markdown, lang); !strings.HasPrefix(text, "# "+want[i]+" ") {
				t.Errorf("%s in %s begins with %.20q", name, lang, text)
			}
			if page := render(t, all[name], HTML, lang); !strings.Contains(page, `<html lang="`+lang+`">`) || !strings.Contains(page, `<p class="word">`+want[i]+`</p>`) {
				t.Errorf("%s in %s does not say %s on its page", name, lang, want[i])
			}
		}
	}
}

// TestAccessible holds what a machine can hold of WCAG 2.1 AA: ids are unique
// and found, tables have captions and headings, pictures have names.
func TestAccessible(t *testing.T) {
	for name, page := range pages(t) {
		ids := map[string]bool{}
		for _, at := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
			if ids[at[1]] {
				t.Errorf("%s: two elements have the id %q", name, at[1])
			}
			ids[at[1]] = true
		}
		for _, at := range regexp.MustCompile(` aria-(?:labelledby|describedby)="([^"]*)"|url\(#([^)]*)\)`).FindAllStringSubmatch(page, -1) {
			for id := range strings.FieldsSeq(at[1] + at[2]) {
				if !ids[id] {
					t.Errorf("%s: nothing has the id %q", name, id)
				}
			}
		}
		tables, captions := strings.Count(page, "<table"), strings.Count(page, "<caption")
		if tables == 0 || tables != captions || strings.Count(page, `<th scope="col"`) < tables || strings.Count(page, `<th scope="row"`) < tables {
			t.Errorf("%s: %d tables have %d captions, or lack headings", name, tables, captions)
		}
		if strings.Count(page, "<svg") != strings.Count(page, `role="img" aria-labelledby=`) {
			t.Errorf("%s: a picture has no name", name)
		}
		if strings.Count(page, "<h1>") != 1 {
			t.Errorf("%s: the page needs one main heading", name)
		}
	}
}

// TestFootOfPages: what stands in a plan cannot leave the text that printed
// pages have at their foot.
func TestFootOfPages(t *testing.T) {
	run := held(t)
	run.Plan.Name = `a"; } </style><b>: \ /*` + "\n" + `@import 'x'`
	page := render(t, input(run, "isolated"), HTML, "en")
	foot := regexp.MustCompile(`@bottom-left \{ content: "([^"]*)"; font:`).FindStringSubmatch(page)
	if foot == nil || !strings.Contains(foot[1], `a\22 \3b  \7d  \3c \2f style\3e `) || strings.ContainsAny(foot[1], "<>@{};'") {
		t.Errorf("the foot is %q", foot)
	}
}

func TestRefusals(t *testing.T) {
	for name, try := range map[string]func() error{
		"imported": func() error { return Drill(&strings.Builder{}, DrillInput{}, HTML, "da") },
		"form":     func() error { return Drill(&strings.Builder{}, input(held(t), "isolated"), "docx", "da") },
		"language": func() error { return Drill(&strings.Builder{}, input(held(t), "isolated"), HTML, "fr") },
	} {
		err := try()
		if err == nil || errors.Is(err, ErrNoEvents) != (name == "imported") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestLanguagesSayTheSame: both languages have the same texts with the same
// values, one for every finding and verdict, and no report lacks one.
func TestLanguagesSayTheSame(t *testing.T) {
	da, en := speaker(t, "da"), speaker(t, "en")
	if !slices.Equal(da.Keys(), en.Keys()) {
		t.Errorf("%d Danish and %d English texts, or others", len(da.Keys()), len(en.Keys()))
	}
	verb := regexp.MustCompile(`%[\d.]*(\[\d\])?[a-z]|\{\w+\}`)
	for _, key := range da.Keys() {
		a, b := verb.FindAllString(da.Say(key), -1), verb.FindAllString(en.Say(key), -1)
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(a, b) && key != "day" { // each language writes its own
			t.Errorf("%s: %q and %q do not say the same", key, da.Say(key), en.Say(key))
		}
	}
	for _, code := range drill.Codes() {
		if !da.Has("finding."+code) || !da.Has("hint."+code) {
			t.Errorf("finding %s has no words", code)
		}
	}
	for name, in := range cases(t) {
		for _, lang := range Languages() {
			if text := render(t, in, Markdown, lang); strings.Contains(text, "⟦") || strings.Contains(text, "%!") {
				t.Errorf("%s in %s lacks a text:\n%s", name, lang, text)
			}
		}
	}
}

func speaker(t *testing.T, lang string) *phrase.Phrases {
	t.Helper()
	p, err := phrase.New("report", lang)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
