package register_test

import (
	"errors"
	"strings"
	"testing"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/plan"
	"beredskab/internal/register"
)

// A disk that is nearly full (F9): no drill is begun, by a person or on
// schedule; what is due waits with the reason, starts when there is room, and is
// missed when its time passes. An incident is never refused.
func TestNoRoomForDrills(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		full := errors.New("the disk is nearly full; make room")
		room := full
		d.Register = register.New(door.New(d.store, d.clock), register.Options{Routes: routes(), Room: func() error { return room }})
		d.adopt(scheduled("a", plan.Schedule{When: "0 11 * * *", StartWithin: 60}))
		_, err := d.Open(t.Context(), ann(), register.Opening{System: "a", Drill: "gendan"})
		if !errors.Is(err, door.ErrNoRoom) || !errors.Is(err, full) {
			t.Errorf("a drill was begun: %v", err)
		}
		if acts := d.acts(); !strings.Contains(acts[len(acts)-1], "drill.start a refused") {
			t.Errorf("the refusal left no trace: %v", acts)
		}
		d.clock.set(at("2026-11-23 11:00"))
		_, again := d.tick()
		equal(t, "tried again", again, at("2026-11-23 11:01"))
		if s := must(d.Schedules(t.Context()))(t)[0]; !strings.Contains(s.Problem, "make room") {
			t.Errorf("the schedule says %q", s.Problem)
		}
		d.same("while it waits", d.became("a/gendan"))
		must(d.Open(t.Context(), ann(), register.Opening{System: "a"}))(t) // an incident
		d.clock.set(at("2026-11-23 13:00"))
		d.tick()
		d.same("when its time has passed", d.became("a/gendan"), "2026-11-23T11:00 missed")
		if why := d.reason("a/gendan"); !strings.Contains(why, "make room") {
			t.Errorf("it was missed because %q", why)
		}
	})
}

// The control: with room again, the same drill starts.
func TestDrillStartsOnceThereIsRoom(t *testing.T) {
	d := sqlite(t)
	room := errors.New("full")
	d.Register = register.New(door.New(d.store, d.clock), register.Options{Routes: routes(), Room: func() error { return room }})
	d.adopt(scheduled("a", plan.Schedule{When: "0 11 * * *", StartWithin: 60}))
	d.clock.set(at("2026-11-23 11:00"))
	d.tick()
	room = nil
	d.clock.set(at("2026-11-23 11:01"))
	d.tick()
	d.same("occurrences", d.became("a/gendan"), "2026-11-23T11:00 started")
	equal(t, "runs", len(must(d.Runs(t.Context(), kept.RunFilter{}))(t)), 1)
}
