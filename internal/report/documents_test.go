package report

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/plan"
)

// documents are all documents that are made of frozen figures and plans.
func documents(t *testing.T) map[string]func(form Form, lang string) (string, error) {
	year := yearInput(t)
	return map[string]func(form Form, lang string) (string, error){
		"year": func(form Form, lang string) (string, error) {
			var b bytes.Buffer
			err := Year(&b, year, form, lang)
			return b.String(), err
		},
		"annex": func(form Form, lang string) (string, error) {
			var b bytes.Buffer
			err := Annex(&b, year, form, lang)
			return b.String(), err
		},
		"control": func(form Form, lang string) (string, error) {
			var b bytes.Buffer
			err := Control(&b, year, form, lang)
			return b.String(), err
		},
		"wheel": func(form Form, lang string) (string, error) {
			var b bytes.Buffer
			err := Wheel(&b, year, form, lang)
			return b.String(), err
		},
		"quarter": func(form Form, lang string) (string, error) {
			var b bytes.Buffer
			err := Quarter(&b, quarterInput(t), form, lang)
			return b.String(), err
		},
		"book": func(form Form, lang string) (string, error) {
			var b bytes.Buffer
			err := Book(&b, bookInput(t, year.Frozen), form, lang)
			return b.String(), err
		},
		"cards": func(form Form, lang string) (string, error) {
			var b bytes.Buffer
			err := Cards(&b, bookInput(t, nil), form, lang)
			return b.String(), err
		},
	}
}

// TestDocuments keeps the documents that people have read and approved.
func TestDocuments(t *testing.T) {
	for name, document := range documents(t) {
		for _, lang := range Languages() {
			got, err := document(HTML, lang)
			text, also := document(Markdown, lang)
			if err != nil || also != nil {
				t.Fatal(err, also)
			}
			if lacks := regexp.MustCompile(`⟦[^⟧]*⟧|%!.{9}`).FindString(got + text); lacks != "" {
				t.Errorf("%s in %s lacks a text: %s", name, lang, lacks)
			}
			golden(t, name+"."+lang+".html", got)
		}
	}
}

// pages are all documents as Danish pages.
func pages(t *testing.T) map[string]string {
	all := map[string]string{}
	for name, in := range cases(t) {
		all[name] = render(t, in, HTML, "da")
	}
	for name, document := range documents(t) {
		page, err := document(HTML, "da")
		if err != nil {
			t.Fatal(err)
		}
		all[name] = page
	}
	return all
}

// TestWellFormed: every element of a page is closed where it should be.
func TestWellFormed(t *testing.T) {
	for name, page := range pages(t) {
		d := xml.NewDecoder(strings.NewReader(strings.ReplaceAll(page, "<wbr>", "")))
		d.Strict, d.Entity = false, xml.HTMLEntity
		d.AutoClose = []string{"meta"}
		open := []string(nil)
		for {
			token, err := d.RawToken()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			switch e := token.(type) {
			case xml.StartElement:
				if e.Name.Local != "meta" {
					open = append(open, e.Name.Local)
				}
			case xml.EndElement:
				if len(open) == 0 || open[len(open)-1] != e.Name.Local {
					t.Fatalf("%s: </%s> closes %v", name, e.Name.Local, open)
				}
				open = open[:len(open)-1]
			}
		}
		if len(open) > 0 {
			t.Errorf("%s: %v is not closed", name, open)
		}
	}
}

// TestHostileTexts: what stands in plans and figures is text on the page, with
// nothing hidden in it, and cannot leave the place where it stands (S5, S20).
func TestHostileTexts(t *testing.T) {
	bad := "</td><script>alert(1)</script>\u202e\x00\"'};"
	f := sampleFigures(t, 2026, 4)
	f.Organisation, f.Program, f.Log.Broken, f.Log.Root = bad, bad, bad, bad
	s := &f.Systems[0]
	s.Name, s.Owner, s.Criticality, s.State, s.Cause, s.Remedy = bad, bad, bad, "breached", bad, bad
	f.Runs[0].Type, f.Runs[0].Verdict, f.Runs[0].Missed = bad, bad, bad
	f.Actions[0].Text, f.Dispensations[0].Rule, f.Suppliers[0].Name, f.Changes[0].Text, f.Tasks[0].Code = bad, bad, bad, bad, bad
	f.Words.Good, f.Words.Requests = []string{bad}, []string{bad}
	in := YearInput{Frozen: frozen(t, f), Approvals: []Approval{{Role: bad, Name: bad}}, Treatment: &Treatment{Committee: bad, Decision: bad}}
	book := bookInput(t, in.Frozen)
	p := *book.Set.Plans[0]
	p.Name, p.Purpose, p.Owner.Unit, p.Recovery.Steps = bad, bad, bad, []plan.Step{{ID: "s", Title: bad, Team: bad, Verify: bad}}
	book.Set.Plans[0] = &p
	for name, make := range map[string]func(io.Writer) error{
		"year":    func(w io.Writer) error { return Year(w, in, HTML, "da") },
		"annex":   func(w io.Writer) error { return Annex(w, in, HTML, "da") },
		"control": func(w io.Writer) error { return Control(w, in, HTML, "da") },
		"wheel":   func(w io.Writer) error { return Wheel(w, in, HTML, "da") },
		"book":    func(w io.Writer) error { return Book(w, book, HTML, "da") },
		"cards":   func(w io.Writer) error { return Cards(w, book, HTML, "da") },
	} {
		var b strings.Builder
		if err := make(&b); err != nil {
			t.Fatal(err)
		}
		if page := b.String(); strings.Contains(page, "<script") || strings.ContainsAny(page, "\u202e\x00") || !strings.Contains(page, "&lt;script&gt;") {
			t.Errorf("%s: a text left its place, or hides, or is not there", name)
		}
	}
}

// TestFrozen: the JSON of a report is the frozen bytes, and the report shows
// their SHA-256; bytes that are no frozen figures make no report.
func TestFrozen(t *testing.T) {
	in := yearInput(t)
	var data, page strings.Builder
	if err := errors.Join(Year(&data, in, JSON, "da"), Year(&page, in, HTML, "da")); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(data.String()))
	if data.String() != string(in.Frozen) || !strings.Contains(strings.ReplaceAll(page.String(), "<wbr>", ""), hex.EncodeToString(sum[:])) {
		t.Error("the JSON is not what was frozen, or the report shows another hash")
	}
	for name, bytes := range map[string]string{"no JSON": "x", "another schema": `{"schema":2}`, "more than one": `{"schema":1}{}`, "a field of a later program": `{"schema":1,"later":1}`} {
		if err := Year(io.Discard, YearInput{Frozen: []byte(bytes)}, HTML, "da"); !errors.Is(err, ErrFrozen) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestUnmeasuredIsNotGood: a system whose time was never measured counts nowhere
// as keeping it, and a control without proof is not kept (DESIGN 1).
func TestUnmeasuredIsNotGood(t *testing.T) {
	f := sampleFigures(t, 2026, 4)
	f.Systems, f.Runs, f.Rules, f.Evidence = []System{{ID: "x", Name: "X", State: "at_risk", RTO: 60, Planned: new(58)}}, []Run{{ID: "1", System: "x", RTO: 60, Verdict: "passed"}}, nil, nil
	f.Suppliers, f.Actions, f.Log = nil, nil, Log{Size: 1}
	in := YearInput{Frozen: frozen(t, f)}
	for name, make := range map[string]func(io.Writer) error{
		"year":    func(w io.Writer) error { return Year(w, in, HTML, "da") },
		"annex":   func(w io.Writer) error { return Annex(w, in, HTML, "da") },
		"control": func(w io.Writer) error { return Control(w, in, HTML, "da") },
	} {
		var b strings.Builder
		if err := make(&b); err != nil {
			t.Fatal(err)
		}
		if page := b.String(); strings.Contains(page, "✓") || name == "year" && !strings.Contains(page, `<th scope="row">I alt</th><td class="number">1</td><td class="number">0</td><td class="number">0</td><td class="number">0</td><td class="number">0</td>`) {
			t.Errorf("%s counts something as good", name)
		}
	}
}

// TestLists: the spreadsheet of a document has a line for each thing that it is
// about, and an empty field where nothing was measured.
func TestLists(t *testing.T) {
	all := documents(t)
	for name, want := range map[string]int{"year": 19, "annex": 19, "quarter": 19, "wheel": 5, "book": 3, "cards": 3} {
		text, err := all[name](CSV, "da")
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(text, "\r\n") - 1; n != want {
			t.Errorf("%s has %d lines, want %d:\n%s", name, n, want, text)
		}
		if name == "year" && !strings.Contains(text, "idp-mfa;Lokal IdP/AD FS og MFA (NSIS);It-sikkerhed;forretningskritisk;0;unknown;true;76;540;450;;;1560;;") {
			t.Errorf("what was not measured is not empty:\n%s", text)
		}
	}
}

// TestCircle: plans whose systems wait for each other still make a book, which
// says so.
func TestCircle(t *testing.T) {
	in := bookInput(t, nil)
	p := *in.Set.Plans[1]
	p.DependsOn = []plan.Dependency{{ID: "omsorg"}}
	in.Set.Plans = slices.Clone(in.Set.Plans)
	in.Set.Plans[1] = &p
	q := *in.Set.Plans[2]
	q.DependsOn = []plan.Dependency{{ID: p.ID}}
	in.Set.Plans[2] = &q
	for i, form := range []Form{HTML, Markdown, JSON, CSV} {
		var b strings.Builder
		if err := Book(&b, in, form, "da"); err != nil {
			t.Fatal(err)
		}
		if i < 2 && !strings.Contains(b.String(), "venter på hinanden i ring") {
			t.Errorf("the book as %s says nothing of the circle", form)
		}
	}
}

// TestPages prints with the Chromium of this machine when there is one: the
// yearly report of very many systems has at most six pages, and each action card
// has one. Without a browser the caller is told so.
func TestPages(t *testing.T) {
	path, err := FindBrowser()
	if err != nil {
		if !errors.Is(err, ErrNoBrowser) || !errors.Is(PDF(t.Context(), Browser{}, nil, io.Discard), ErrNoBrowser) {
			t.Error(err)
		}
		return
	}
	many := sampleFigures(t, 2026, 4)
	for range 4 {
		many.Systems, many.Runs, many.Actions = append(many.Systems, many.Systems...), append(many.Runs, many.Runs...), append(many.Actions, many.Actions...)
		many.Dispensations, many.Suppliers = append(many.Dispensations, many.Dispensations...), append(many.Suppliers, many.Suppliers...)
		many.Changes, many.Tasks = append(many.Changes, many.Changes...), append(many.Tasks, many.Tasks...)
	}
	year, book := yearInput(t), bookInput(t, nil)
	year.Frozen, book.Set = frozen(t, many), sampleSet(t)
	for name, c := range map[string]struct {
		make        func(io.Writer) error
		least, most int
	}{
		"year":  {func(w io.Writer) error { return Year(w, year, HTML, "da") }, 3, 6},
		"cards": {func(w io.Writer) error { return Cards(w, book, HTML, "da") }, 19, 19},
	} {
		var html, pdf bytes.Buffer
		if err := c.make(&html); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
		defer cancel()
		if err := PDF(ctx, Browser{Path: path, NoSandbox: os.Getuid() == 0}, html.Bytes(), &pdf); err != nil {
			t.Fatal(err)
		}
		if n := len(regexp.MustCompile(`/Type\s*/Page\b`).FindAll(pdf.Bytes(), -1)); n < c.least || n > c.most {
			t.Errorf("%s has %d pages, want %d to %d", name, n, c.least, c.most)
		}
	}
}
