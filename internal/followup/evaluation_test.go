package followup

import (
	"reflect"
	"strings"
	"testing"

	"beredskab/internal/record"
)

func aLoop(t *testing.T, class int) Evaluation {
	t.Helper()
	return must(NewEvaluation(Evaluation{
		Run: "2026-07", System: "esdh", Class: class, Director: "øvelsesleder", Owner: "systemejer", Aims: []string{"RTA under 8 timer"},
	}, by("system", 0)))(t)
}

func judgement() Assessment {
	return Assessment{Aims: []Aim{{Text: "RTA under 8 timer", Met: "yes"}}, Weaknesses: []string{"Licensen var svær at finde"}}
}

func TestTheLoopAfterARun(t *testing.T) {
	e := aLoop(t, 1)
	waits := func(e Evaluation, want string) {
		t.Helper()
		var got []string
		for _, n := range e.Missing() {
			got = append(got, n.What+":"+n.Person+n.Role)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%s misses %q, not %q", e.State(), s, want)
		}
	}
	waits(e, "debrief:øvelsesleder evaluation:ITB approval:ITC owner_informed:systemejer close:ITB")
	after, err := e.Evaluate(by("evaluator", 1), judgement())
	denied(t, e, after, err, false, "it is ended")
	e = must(e.Debrief(by("øvelsesleder", 0), "Gik godt, men licensen manglede"))(t)
	e = must(e.Answer(Survey{By: by("tekniker", 1), Prepared: 4, Usable: 2}))(t)
	e = must(e.Answer(Survey{By: by("tekniker", 1), Prepared: 5, Usable: 2, Text: "Trin 3 er uklart"}))(t)
	if len(e.Survey) != 1 || e.Survey[0].Prepared != 5 {
		t.Errorf("%+v", e.Survey)
	}
	for _, own := range []By{by("øvelsesleder", 1), {Person: "vikar", For: "øvelsesleder", At: morning()}} {
		after, err = e.Evaluate(own, judgement())
		denied(t, e, after, err, true, "somebody else than its director")
	}
	e = must(e.Evaluate(by("evaluator", 2), judgement()))(t)
	after, err = e.Approve(by("evaluator", 3), "abc")
	denied(t, e, after, err, true, "somebody else than its evaluator")
	waits(e, "approval:ITC owner_informed:systemejer close:ITB")
	e = must(e.Approve(by("it-chef", 3), "abc"))(t)
	after, err = e.Close(by("koordinator", 4))
	denied(t, e, after, err, false, "systemejer has not confirmed")
	after, err = e.Inform(by("koordinator", 4))
	denied(t, e, after, err, false, "only the system's owner systemejer")
	e = must(must(e.Inform(by("systemejer", 4)))(t).Close(by("koordinator", 5)))(t)
	waits(e, "")
	row := must(e.Row())(t)
	if back := must(record.Read[Evaluation](row))(t); row.State != "closed" || row.Person != "" || !reflect.DeepEqual(back, e) {
		t.Errorf("%+v", row)
	}
}

func TestTheDirectorMayEvaluateClassTwo(t *testing.T) {
	e := must(aLoop(t, 2).Debrief(by("øvelsesleder", 0), "ok"))(t)
	if _, err := e.Evaluate(by("øvelsesleder", 1), judgement()); err != nil {
		t.Error(err)
	}
	e.Evaluator = "evaluator"
	after, err := e.Evaluate(by("øvelsesleder", 1), judgement())
	denied(t, e, after, err, false, "its evaluator is evaluator")
}

func TestAnAssessmentLeavesNothingOpen(t *testing.T) {
	e := must(aLoop(t, 1).Debrief(by("øvelsesleder", 0), "ok"))(t)
	for says, change := range map[string]func(*Assessment){
		"nothing is said of the objective":  func(a *Assessment) { a.Aims = nil },
		"is not an answer":                  func(a *Assessment) { a.Aims = []Aim{{Text: e.Aims[0], Met: "måske"}} },
		"or else state that there are none": func(a *Assessment) { a.Weaknesses = nil },
		"or else state":                     func(a *Assessment) { a.None = true },
		"an observation is missing":         func(a *Assessment) { a.Strengths = []string{""} },
	} {
		a := judgement()
		change(&a)
		after, err := e.Evaluate(by("evaluator", 1), a)
		denied(t, e, after, err, false, says)
	}
}

func someEvidence() Evidence {
	return Evidence{
		SHA256: strings.Repeat("ab", 32), Name: "skærmbillede.png", Size: 9, Media: "image/png", Class: "internal",
		Run: "2026-07", Step: "s1", System: "esdh", By: by("tekniker", 0),
	}
}

func TestEvidenceIsOfAKindAndSizeThatCanBeKept(t *testing.T) {
	e := must(NewEvidence(someEvidence(), 0))(t)
	if row := must(e.Row())(t); row.Key != e.SHA256+"/2026-07/s1/esdh" || row.State != "internal" {
		t.Errorf("%+v", row)
	}
	for says, change := range map[string]func(*Evidence){
		"not 64 characters of hex":  func(e *Evidence) { e.SHA256 = "../../etc/passwd" },
		"not a plain file name":     func(e *Evidence) { e.Name = "../x.png" },
		"is not a plain file name":  func(e *Evidence) { e.Name = `a\b.png` },
		"a plain file name":         func(e *Evidence) { e.Name = "gpj\u202eexe.png" },
		"the file is empty":         func(e *Evidence) { e.Size = 0 },
		"at most 26214400 are kept": func(e *Evidence) { e.Size = MaxEvidence + 1 },
		"is not a classification":   func(e *Evidence) { e.Class = "hemmelig" },
		"belongs to nothing":        func(e *Evidence) { e.Run, e.System = "", "" },
		"nobody is named":           func(e *Evidence) { e.By.Person = "" },
	} {
		e := someEvidence()
		change(&e)
		after, err := NewEvidence(e, 0)
		denied(t, e, after, err, false, says)
	}
	for media, inline := range map[string]bool{
		"image/png": true, "IMAGE/JPEG": true, "text/plain; charset=latin1": true, "text/html": false, "image/svg+xml": false,
		"application/pdf": false, "application/javascript": false, "": false, "text/plain\ntext/html": false,
	} {
		served, shown := Evidence{Media: media}.Served()
		if shown != inline || !shown && served != "application/octet-stream" {
			t.Errorf("%q is served as %s, shown %v", media, served, shown)
		}
	}
}
