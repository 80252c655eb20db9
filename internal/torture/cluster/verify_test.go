package cluster

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/kept"
)

// findings are what the oracle holds against a town; every list should be empty.
type findings struct {
	runs      int
	starts    int
	late      int             // results that came too late: kept, and not counted
	takeovers []time.Duration // from a death to the next act of that run by another
	doubled   []string        // attempts that started twice, and steps that did without a person's word
	unclaimed []string        // starts without an attempt in the register
	lost      []string        // acknowledged, and gone or changed
	stuck     []string        // runs that do not end
	stale     []string        // attempts that were counted twice
	missed    []string        // occurrences without a row
}

func (f *findings) failed() []string {
	return slices.Concat(f.doubled, f.unclaimed, f.lost, f.stuck, f.stale, f.missed)
}

func (f *findings) String() string {
	return fmt.Sprintf("%d starts, %d second starts, %d lost, %d stuck, %d missed, %d counted by an old epoch, %d late and not counted",
		f.starts, len(f.doubled)+len(f.unclaimed), len(f.lost), len(f.stuck), len(f.missed), len(f.stale), f.late)
}

// judge holds the register against what the people saw and what the commands
// left. Nothing may run any more.
func (w *town) judge(p *people, victims []victim) *findings {
	w.t.Helper()
	f := &findings{}
	starts := w.starts()
	rows, err := w.app.Register.Runs(w.t.Context(), kept.RunFilter{})
	if err != nil {
		w.t.Fatal(err)
	}
	found := map[string]bool{}
	for _, row := range rows {
		found[row.ID] = true
		f.run(w, p, row, starts)
	}
	for _, id := range p.opened {
		if !found[id] {
			f.lost = append(f.lost, "run "+id)
		}
	}
	for attempt := range starts {
		f.unclaimed = append(f.unclaimed, attempt) // what belongs to a run was taken out
	}
	f.occurrences(w)
	for _, v := range victims {
		f.takeover(w, v)
	}
	slices.Sort(f.takeovers)
	return f
}

// run judges one run and takes its starts out of the list.
func (f *findings) run(w *town, p *people, row kept.Run, starts map[string]int) {
	w.t.Helper()
	f.runs++
	_, run, err := w.app.Register.Run(w.t.Context(), row.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	if run.State != drill.Ended {
		f.stuck = append(f.stuck, row.ID)
	}
	now := ends(row.ID, &run)
	for i := range run.Steps {
		step := row.ID + "/" + run.Steps[i].ID
		if was, shown := p.known[step]; shown && now[step] != was {
			f.lost = append(f.lost, fmt.Sprintf("%s was %q and is %q", step, was, now[step]))
		}
		began := 0
		for number := 1; number <= run.Steps[i].Attempt; number++ {
			attempt := fmt.Sprintf("%s/%d", step, number)
			if starts[attempt] > 1 {
				f.doubled = append(f.doubled, attempt)
			}
			began += min(starts[attempt], 1)
			f.starts += starts[attempt]
			delete(starts, attempt)
		}
		if began > 1+p.repeated[step] {
			f.doubled = append(f.doubled, step)
		}
	}
	f.counted(w, row.ID)
}

// counted looks for attempts whose end was counted more than once.
func (f *findings) counted(w *town, id string) {
	w.t.Helper()
	counted := map[string]int{}
	for _, e := range w.events(id) {
		if e.Kind != event.StepEnded {
			continue
		}
		if e.Late {
			f.late++
			continue
		}
		// An unknown end that turns out well is told once more.
		if e.Outcome != "unknown" {
			counted[fmt.Sprintf("%s/%s/%d", id, e.Step, e.Attempt)]++
		}
	}
	for attempt, times := range counted {
		if times > 1 {
			f.stale = append(f.stale, attempt)
		}
	}
}

func (w *town) events(id string) (list []event.Event) {
	w.t.Helper()
	rows, err := w.app.Register.Events(w.t.Context(), id, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, row := range rows {
		var e event.Event
		if err := json.Unmarshal(row.Body, &e); err != nil {
			w.t.Fatal(err)
		}
		e.At.Wall = row.At
		list = append(list, e)
	}
	return list
}

// occurrences holds every minute since the schedules came into force against
// their rows: started, or missed with a reason.
func (f *findings) occurrences(w *town) {
	w.t.Helper()
	zone, err := time.LoadLocation("Europe/Copenhagen")
	if err != nil {
		w.t.Fatal(err)
	}
	until := time.Now().Add(-time.Minute) // the newest may not have been looked at
	for kind := range kinds {
		key := system(kind) + "/gendan"
		rows, err := w.app.Register.Occurrences(w.t.Context(), key, 100_000)
		if err != nil {
			w.t.Fatal(err)
		}
		told := map[string]bool{}
		for _, o := range rows {
			if told[o.Nominal] {
				f.doubled = append(f.doubled, key+" "+o.Nominal)
			}
			told[o.Nominal] = o.Run != "" || strings.TrimSpace(o.Reason) != ""
		}
		for at := w.born.Truncate(time.Minute).Add(time.Minute); at.Before(until); at = at.Add(time.Minute) {
			if nominal := at.In(zone).Format("2006-01-02T15:04"); !told[nominal] {
				f.missed = append(f.missed, key+" "+nominal)
			}
		}
	}
}

// takeover measures how long a run lay still whose node had died, where that
// node stayed away until another had acted.
func (f *findings) takeover(w *town, v victim) {
	w.t.Helper()
	for _, e := range w.events(v.run) {
		if e.Actor == "system" && e.At.Wall.After(v.died) {
			if e.At.Wall.Before(v.back) {
				f.takeovers = append(f.takeovers, e.At.Wall.Sub(v.died))
			}
			return
		}
	}
}

// part gives the smallest takeover that this share of them does not exceed.
func (f *findings) part(share float64) time.Duration {
	if len(f.takeovers) == 0 {
		return 0
	}
	return f.takeovers[min(int(share*float64(len(f.takeovers))), len(f.takeovers)-1)]
}

// speed tells how long runs lay still, where that could be measured.
func (f *findings) speed() string {
	if len(f.takeovers) == 0 {
		return "no takeover measured"
	}
	return fmt.Sprintf("takeover p99 %.1f s, max %.1f s (%d measured)", f.part(0.99).Seconds(), f.part(1).Seconds(), len(f.takeovers))
}
