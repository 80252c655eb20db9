package followup

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"beredskab/internal/kept"
	"beredskab/internal/record"
)

const aDay = 24 * time.Hour

// morning is the moment that the tests begin at.
func morning() time.Time { return time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC) }

func by(person string, days int) By {
	return By{Person: person, At: morning().Add(time.Duration(days) * aDay)}
}

// must gives the body of an act that is expected to be done.
func must[T any](body T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
}

// denied wants a refusal that says so, and that the body is as it was.
func denied[T any](t *testing.T, before, after T, err error, self bool, says string) {
	t.Helper()
	var refusal *Refusal
	switch {
	case !errors.As(err, &refusal):
		t.Errorf("wanted a refusal about %q, got %v", says, err)
	case refusal.Self != self, !strings.Contains(err.Error(), says):
		t.Errorf("wanted self %v and %q, got self %v: %v", self, says, refusal.Self, err)
	case !reflect.DeepEqual(before, after):
		t.Errorf("a refused act changed the body from %+v to %+v", before, after)
	}
}

func anAction(t *testing.T) Action {
	t.Helper()
	return must(NewAction(Action{
		ID: "2026-12", Findings: []string{"C5/esdh/"}, System: "esdh", Text: "Tag backup hver time",
		Owner: "driftsleder", Due: morning().Add(30 * aDay),
	}, by("koordinator", 0)))(t)
}

func TestAnActionIsVerifiedBySomebodyElse(t *testing.T) {
	a := anAction(t)
	_, err := a.Finish(by("koordinator", 1), "")
	denied(t, a, a, err, false, "only its owner driftsleder")
	_, err = a.Verify(by("koordinator", 1), "set")
	denied(t, a, a, err, false, "it is open")

	onBehalf := By{Person: "stedfortræder", For: "driftsleder", At: morning().Add(aDay)}
	done := must(a.Finish(onBehalf, "sat op"))(t)
	for _, own := range []By{by("driftsleder", 2), by("stedfortræder", 2), {Person: "anden", For: "driftsleder", At: morning()}} {
		after, err := done.Verify(own, "set")
		denied(t, done, after, err, true, "somebody else than its owner")
	}
	_, err = done.Verify(by("sikkerhed", 2), " ")
	denied(t, done, done, err, false, "what was seen is missing")
	seen := must(done.Verify(by("sikkerhed", 2), "backup kl. 10, 11 og 12"))(t)
	if seen.State != Verified || seen.Verified.Person != "sikkerhed" || a.State != Open || len(a.History) != 1 || len(seen.History) != 3 {
		t.Errorf("%+v", seen)
	}
	again := must(seen.Reopen(by("sikkerhed", 40), "stoppet igen", morning().Add(60*aDay)))(t)
	if again.State != Open || again.Reopened != 1 || again.Verified != nil || again.Done != nil {
		t.Errorf("%+v", again)
	}
}

func TestAnActionIsClosedWithoutEffectWithAReasonOnly(t *testing.T) {
	a := anAction(t)
	after, err := a.Close(by("sikkerhed", 1), "")
	denied(t, a, after, err, false, "the reason is missing")
	after, err = a.Close(by("driftsleder", 1), "ikke nødvendig")
	denied(t, a, after, err, true, "somebody else than its owner")
	closed := must(a.Close(by("sikkerhed", 1), "systemet udgår"))(t)
	if closed.State != Closed || closed.Reason == "" || closed.Overdue(morning().Add(400*aDay)) {
		t.Errorf("%+v", closed)
	}
	moved := must(a.Move(by("sikkerhed", 1), "ny", morning().Add(45*aDay), "omlagt"))(t)
	if moved.Owner != "ny" || moved.Overdue(morning().Add(40*aDay)) || !strings.Contains(moved.History[1].What, "2026-12-17") {
		t.Errorf("%+v", moved)
	}
	given := must(moved.Finish(by("ny", 2), ""))(t)
	after, err = given.Verify(by("driftsleder", 3), "set")
	denied(t, given, after, err, true, "somebody else than its owner ny")
	if linked := must(a.Answer(by("redaktør", 1), "abc"))(t); linked.PlanChange != "abc" {
		t.Errorf("%+v", linked)
	}
}

func TestAnActionIsOverdueUntilItsEffectIsLookedAt(t *testing.T) {
	a := anAction(t)
	done := must(a.Finish(by("driftsleder", 10), ""))(t)
	for _, w := range []struct {
		a    Action
		days int
		want bool
	}{{a, 30, false}, {a, 31, true}, {done, 31, false}, {done, 40, false}, {done, 41, true}} {
		if got := w.a.Overdue(morning().Add(time.Duration(w.days) * aDay)); got != w.want {
			t.Errorf("%s after %d days: overdue %v", w.a.State, w.days, got)
		}
	}
}

func TestABodyIsReadBackFromItsRecord(t *testing.T) {
	a := must(anAction(t).Finish(by("driftsleder", 1), "ja"))(t)
	row := must(a.Row())(t)
	if row.Kind != ActionKind || row.Key != "2026-12" || row.State != "done" || row.Person != "" || !row.At.Equal(morning().Add(aDay)) {
		t.Errorf("%+v", row)
	}
	if back := must(record.Read[Action](row))(t); !reflect.DeepEqual(back, a) {
		t.Errorf("%+v is not %+v", back, a)
	}
}

func TestHistoryIsBoundedAndKeepsItsFirstLine(t *testing.T) {
	a := anAction(t)
	first := a
	for i := range 250 {
		a = must(a.Answer(by("redaktør", 1), fmt.Sprint("h", i)))(t)
	}
	if len(a.History) != maxHistory || a.History[0].What != "opened" || a.History[maxHistory-1].Text != "h249" || len(first.History) != 1 {
		t.Errorf("%d lines, first %q, last %q", len(a.History), a.History[0].What, a.History[maxHistory-1].Text)
	}
	if _, err := NewAction(Action{ID: "x", Owner: "y", Due: morning().Add(aDay), Text: strings.Repeat("æ", maxText+1)}, by("z", 0)); err == nil {
		t.Error("an endless text was taken")
	}
}

func TestAFindingIsClosedWithAReasonAndComesBack(t *testing.T) {
	f := kept.Finding{Key: "C5/esdh/", Code: "C5", System: "esdh", State: "breached", RaisedAt: morning()}
	after, err := CloseFinding(f, by("koordinator", 1), "")
	denied(t, f, after, err, false, "the reason is missing")
	closed := must(CloseFinding(f, by("koordinator", 1), "accepteret"))(t)
	if _, err := CloseFinding(closed, by("koordinator", 2), "igen"); err == nil || !strings.Contains(err.Error(), "2026-11-03") {
		t.Errorf("closed twice: %v", err)
	}
	back, ok := SeenAgain(closed, by("", 2).At)
	if !ok || !back.ClosedAt.IsZero() || !strings.Contains(back.Reason, "accepteret") {
		t.Errorf("%+v", back)
	}
	closed.Run = "2026-07"
	if _, ok := SeenAgain(closed, by("", 2).At); ok {
		t.Error("what a run showed was reopened")
	}
}
