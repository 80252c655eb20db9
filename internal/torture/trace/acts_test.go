package trace_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/event"
	"beredskab/internal/followup"
	"beredskab/internal/kept"
	"beredskab/internal/proof"
	"beredskab/internal/register"
	"beredskab/internal/rights"
)

// act is something that a person does, and that is done when who may does it.
type act struct {
	name string
	do   func(context.Context, door.Actor) error
}

// acts are some of every kind, in an order in which each can be done.
func (w *town) acts() []act {
	p := w.set.Plans[0]
	run, finding, action := "", w.raise(), ""
	return []act{
		{"drill.start", func(ctx context.Context, a door.Actor) (err error) {
			run, err = w.reg.Open(ctx, a, register.Opening{System: p.ID, Drill: p.Drills[0].ID})
			return err
		}},
		{"drill.note", func(ctx context.Context, a door.Actor) error {
			return w.reg.Note(ctx, a, run, "", name+" ringede fra "+phone)
		}},
		{"drill.paused", func(ctx context.Context, a door.Actor) error {
			return w.reg.Lead(ctx, a, register.Lead{Run: run, Kind: event.RunPaused, Reason: "Venter på " + mail})
		}},
		{"drill.resumed", func(ctx context.Context, a door.Actor) error {
			return w.reg.Lead(ctx, a, register.Lead{Run: run, Kind: event.RunResumed})
		}},
		{"drill.aborted", func(ctx context.Context, a door.Actor) error {
			return w.reg.Lead(ctx, a, register.Lead{Run: run, Kind: event.RunAborted, Reason: strings.ToUpper(name) + " blev syg"})
		}},
		{"action.open", func(ctx context.Context, a door.Actor) error {
			opened, err := w.office.OpenAction(ctx, a, followup.Action{Findings: []string{finding}, Text: "Aftales med " + name, Owner: forgotten, Due: w.wall.AddDate(0, 1, 0)})
			action = opened.ID
			return err
		}},
		{"action.done", func(ctx context.Context, a door.Actor) error {
			return w.office.FinishAction(ctx, a, action, "Klaret af "+user)
		}},
		{"finding.close", func(ctx context.Context, a door.Actor) error {
			return w.office.CloseFinding(ctx, a, finding, name+"s fejl")
		}},
		{"person.link", func(ctx context.Context, _ door.Actor) error {
			return w.office.Link(ctx, as("root"), forgotten, rights.Account{Issuer: "https://idp.test", Subject: "sub-" + user})
		}},
		{"person.add", func(ctx context.Context, _ door.Actor) error {
			_, err := w.office.AddPerson(ctx, as("root"), rights.Person{Name: "En anden", Accounts: account("anden")})
			return err
		}},
		{"person.disable", func(ctx context.Context, _ door.Actor) error {
			return w.office.DisablePerson(ctx, as("root"), "p-4", "Kender "+name)
		}},
	}
}

// raise puts a finding into the register, as the checks do, and gives its key.
func (w *town) raise() string {
	w.t.Helper()
	f := kept.Finding{Key: "C5/" + w.set.Plans[0].ID, Code: "C5", System: w.set.Plans[0].ID, State: "breached", Severity: "error", Text: "for gammel", RaisedAt: w.wall, SeenAt: w.wall}
	w.ok(w.db.Update(w.t.Context(), func(tx door.Tx) error { return tx.PutFinding(w.t.Context(), f) }))
	return f.Key
}

// TestActsAndEntries is A5: what is done and what is refused has exactly one entry,
// which names who it was; what is neither has none and changes nothing. The methods
// by which anybody acts are found by reflection, so that none is forgotten.
func TestActsAndEntries(t *testing.T) {
	w := newTown(t)
	wrong := []string{}
	count := map[string]int{}
	watch := func(what string, a door.Actor, do func(context.Context, door.Actor) error) {
		before, after := w.state(), int64(len(w.entries(0)))
		err := do(t.Context(), a)
		list, same := w.entries(after), w.state() == before
		outcome := "failed"
		switch {
		case len(list) > 1:
			wrong = append(wrong, fmt.Sprintf("%s: %d entries", what, len(list)))
		case len(list) == 1:
			outcome = list[0].Outcome
		case err == nil && same:
			outcome = "idle"
		}
		count[outcome]++
		if (outcome == "done") != (err == nil && outcome != "idle") || outcome != "done" && !same {
			wrong = append(wrong, fmt.Sprintf("%s: %v, and the log says %s; changed: %v", what, err, outcome, !same))
		}
		if errors.Is(err, door.ErrNotAllowed) != (outcome == "refused") {
			wrong = append(wrong, fmt.Sprintf("%s: %v, and the log says %s", what, err, outcome))
		}
		if len(list) == 1 && (list[0].Actor == "" || list[0].Actor == user || list[0].At.IsZero() || list[0].At.Location() != time.UTC) {
			wrong = append(wrong, fmt.Sprintf("%s: the entry names %q at %s", what, list[0].Actor, list[0].At))
		}
	}
	methods := 0
	for _, on := range []any{w.reg, w.office} {
		v := reflect.ValueOf(on)
		for i := range v.NumMethod() {
			m := v.Method(i)
			if m.Type().NumIn() < 2 || m.Type().In(1) != reflect.TypeFor[door.Actor]() || takesFunc(m.Type()) {
				continue
			}
			methods++
			watch(v.Type().Method(i).Name+" by a stranger", as("stranger"), func(ctx context.Context, a door.Actor) error { return w.call(ctx, m, a) })
		}
	}
	done := w.acts()
	for _, a := range done {
		watch(a.name, as(user), a.do)
	}
	for _, line := range wrong {
		t.Error(line)
	}
	if count["done"] < len(done) || count["refused"] < 20 || methods < 30 {
		t.Errorf("of %d methods and %d acts: %v", methods, len(done), count)
	}
	kinds := []string{}
	for _, outcome := range slices.Sorted(maps.Keys(count)) {
		kinds = append(kinds, fmt.Sprintf("%d %s", count[outcome], outcome))
	}
	proof.Report(t, proof.Figure{
		ID: "A5", What: "acts of people, and every method by which anybody acts", Count: methods + len(done), Unit: "acts", Failed: len(wrong),
		Found: strings.Join(kinds, ", ") + "; each done or refused has one entry with its person", Control: fmt.Sprintf("%d that were neither left none", count["failed"]+count["idle"]),
	})
}

func takesFunc(m reflect.Type) bool {
	for i := range m.NumIn() {
		if m.In(i).Kind() == reflect.Func {
			return true
		}
	}
	return false
}

// call calls a method with words of its own for every text that it takes.
func (w *town) call(ctx context.Context, m reflect.Value, a door.Actor) error {
	in := []reflect.Value{reflect.ValueOf(ctx), reflect.ValueOf(a)}
	for i := 2; i < m.Type().NumIn(); i++ {
		v := reflect.New(m.Type().In(i)).Elem()
		switch {
		case v.Type() == reflect.TypeOf(w.set):
			v.Set(reflect.ValueOf(w.set))
		case v.Type() == reflect.TypeFor[*time.Location]():
			v.Set(reflect.ValueOf(time.UTC))
		case v.Kind() == reflect.String:
			v.SetString("x")
		}
		in = append(in, v)
	}
	out := m.Call(in)
	err, _ := out[len(out)-1].Interface().(error)
	return err
}

// TestNoActWithoutItsEntry is A7: whichever write of an act fails, also that of its
// entry, nothing of it is there.
func TestNoActWithoutItsEntry(t *testing.T) {
	w := newTown(t)
	tried, halves, control := 0, 0, 0
	for _, a := range w.acts() {
		for n := 1; ; n++ {
			before, after := w.state(), int64(len(w.entries(0)))
			w.broken.after = n
			err := a.do(t.Context(), as(user))
			w.broken.after = 0
			if !errors.Is(err, errBroken) {
				w.ok(err)
				break // this is one write more than the act has
			}
			tried++
			if w.state() != before || len(w.entries(after)) > 0 {
				halves++
				t.Errorf("%s: after %d writes something is there", a.name, n)
			}
		}
	}
	// The control: an entry in a transaction of its own can be lost.
	before := w.state()
	w.ok(w.door.Update(t.Context(), func(tx door.Tx) error {
		row, err := rights.Person{ID: "p-9", Name: "x"}.Row(w.wall)
		row.Rev = 1
		return errors.Join(err, tx.PutRecord(t.Context(), row))
	}))
	w.broken.after = 1
	err := w.door.Update(t.Context(), func(tx door.Tx) error {
		w.broken.writes = 1
		return door.Log(t.Context(), tx, w.wall, as("root"), "person.add", "p-9", "done", nil)
	})
	if w.broken.after = 0; errors.Is(err, errBroken) && w.state() != before {
		control = 1
	}
	if control == 0 || tried < 2*len(w.acts()) {
		t.Errorf("%d writes failed, the control %d", tried, control)
	}
	proof.Report(t, proof.Figure{
		ID: "A7", What: "each write of each act fails", Count: tried, Unit: "failures", Failed: halves,
		Found: "0 acts without their entry, 0 entries without their act", Control: "with two transactions the act was there without its entry",
	})
}
