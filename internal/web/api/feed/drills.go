package feed

import (
	"cmp"
	"context"
	"slices"
	"time"

	"beredskab/internal/duty"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/rights"
	"beredskab/internal/schedule"
)

// What a calendar shows, counted from the moment at which it is read.
const (
	ahead     = 365 * 24 * time.Hour
	back      = 365 * 24 * time.Hour // drills that were held
	cancelled = 30 * 24 * time.Hour  // after its day, so that every program has seen it
)

// state is what became of a drill, or will.
type state int

const (
	planned state = iota
	moved
	held
	off
)

// entry is one drill in a calendar.
type entry struct {
	uid        string // of the occurrence, or of the run that no schedule asked for
	system     string
	title      string // what it is about: the system's name and the drill's title
	state      state
	start, end time.Time
	stamp      time.Time // when that was decided
	why        string    // it was moved or called off
	leader     string
	run        string
}

// reader puts one calendar together.
type reader struct {
	feeds *Feeds
	one   address
	book  *rights.Book
	now   time.Time
	set   *plan.Set
	runs  map[string]kept.Run
	born  map[string]time.Time // of schedules, by key
	told  map[string]bool      // occurrences of which the register says what became
	list  []entry
}

// entries are the drills of a calendar, soonest first.
func (f *Feeds) entries(ctx context.Context, one address, b *rights.Book) ([]entry, error) {
	r := reader{feeds: f, one: one, book: b, now: f.Door.Now().Wall, runs: map[string]kept.Run{}, born: map[string]time.Time{}, told: map[string]bool{}}
	const most = 500
	var err error
	if r.set, err = f.Register.Set(ctx); err != nil {
		return nil, err
	}
	schedules, err := f.Register.Schedules(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range schedules {
		r.born[s.Key] = s.Born
	}
	runs, err := f.Register.Runs(ctx, kept.RunFilter{Limit: most})
	if err != nil {
		return nil, err
	}
	for _, run := range runs {
		r.runs[run.ID] = run
	}
	occurrences, err := f.Register.Occurrences(ctx, "", most)
	if err != nil {
		return nil, err
	}
	for _, p := range r.set.Plans {
		r.plan(p, occurrences)
	}
	slices.SortStableFunc(r.list, func(x, y entry) int { return cmp.Or(x.start.Compare(y.start), cmp.Compare(x.uid, y.uid)) })
	return r.list, nil
}

// plan adds the drills of one system that the calendar is about, as far as who made
// it may see them.
func (r *reader) plan(p *plan.Plan, occurrences []kept.Occurrence) {
	if _, err := r.book.Decide(r.one.Person, matrix.PlanInternal, matrix.Read, duty.About(p, ""), r.now); err != nil {
		return
	}
	asked := map[string]bool{} // runs that an occurrence stands for
	for _, d := range p.Drills {
		if !r.about(p, d) {
			continue
		}
		key := p.ID + "/" + d.ID
		for _, o := range occurrences {
			if o.Schedule == key {
				r.past(p, d, o)
				asked[o.Run] = true
			}
		}
		r.coming(p, d, key)
	}
	for _, run := range r.runs {
		d, known := p.Drill(run.DrillID)
		if run.System == p.ID && !asked[run.ID] && (known && r.about(p, d) || !known && r.one.Of == Of{System, p.ID}) {
			r.held(p, run.Title, "run-"+run.ID, run)
		}
	}
}

// about tells whether the calendar is about that drill.
func (r *reader) about(p *plan.Plan, d plan.Drill) bool {
	switch r.one.Of.Kind {
	case System:
		return p.ID == r.one.Of.ID
	case Team:
		return p.TechnicalTeam == r.one.Of.ID || slices.Contains(words(p, d), r.one.Of.ID)
	}
	_, err := r.book.Fill(r.one.Of.ID, words(p, d), duty.About(p, ""), "taking part", r.now)
	return err == nil
}

// words are all whom the plan names for a drill: roles and teams.
func words(p *plan.Plan, d plan.Drill) (list []string) {
	c := d.Participants
	list = append(list, p.Owner.Role, c.Director, c.Facilitator)
	list = slices.Concat(list, c.Controllers, c.Evaluators, c.Participants, c.Observers)
	for _, s := range steps(p, d) {
		list = append(list, s.Team)
		if s.Confirm != nil {
			list = append(list, s.Confirm.By)
		}
		if s.Decision != nil {
			list = append(list, s.Decision.By)
		}
	}
	return slices.DeleteFunc(list, func(word string) bool { return word == "" })
}

// steps are those of a drill, without what is tidied up afterwards.
func steps(p *plan.Plan, d plan.Drill) (list []plan.Step) {
	for _, s := range slices.Concat(p.Recovery.Steps, p.Recovery.SecuritySteps) {
		if len(d.Steps) == 0 || slices.Contains(d.Steps, s.ID) {
			list = append(list, s)
		}
	}
	return append(list, d.Injects...)
}

// coming adds what is planned. A schedule that cannot be followed has nothing.
func (r *reader) coming(p *plan.Plan, d plan.Drill, key string) {
	if d.Schedule.When == "" {
		return
	}
	spec, cal, err := schedule.FromPlan(r.set.Organisation, d.Schedule)
	if err != nil {
		return
	}
	for o := range spec.Occurrences(cal, r.now, r.now.Add(ahead)) {
		e := r.entry(p, d.Title, key+"@"+o.Nominal)
		if r.told[e.uid] {
			continue
		}
		e.start, e.stamp, e.why, e.leader = o.Due, r.stamp(key), o.Why.String(), d.Participants.Director
		e.end = o.Due.Add(length(p, d))
		switch o.Fate {
		case schedule.FateMoved:
			e.state = moved
		case schedule.FateSkipped:
			e.state = off
		}
		r.list = append(r.list, e)
	}
}

// stamp is when a schedule was taken over.
func (r *reader) stamp(key string) time.Time {
	if born := r.born[key]; !born.IsZero() {
		return born
	}
	return r.one.Made
}

// length is how long a drill is put down for: what the plan allows it, or else what
// its steps are expected to take one after the other, a working day at most.
func length(p *plan.Plan, d plan.Drill) time.Duration {
	if d.MaxDuration > 0 {
		return d.MaxDuration.Std()
	}
	sum := time.Duration(0)
	for _, s := range steps(p, d) {
		sum += s.Estimate.Std()
	}
	return min(max(sum, time.Hour), 8*time.Hour)
}

// past adds what became of a time that was due.
func (r *reader) past(p *plan.Plan, d plan.Drill, o kept.Occurrence) {
	uid := o.Schedule + "@" + o.Nominal
	r.told[uid] = o.State != kept.OccurrenceAsked // of those a person still decides
	if run, ran := r.runs[o.Run]; ran {
		r.held(p, d.Title, uid, run)
		return
	}
	if (o.State == kept.OccurrenceSkipped || o.State == kept.OccurrenceMissed) && r.now.Sub(o.Due) <= cancelled {
		e := r.entry(p, d.Title, uid)
		e.state, e.start, e.end, e.stamp, e.why = off, o.Due, o.Due.Add(length(p, d)), o.At, o.Reason
		r.list = append(r.list, e)
	}
}

// held adds a drill that began.
func (r *reader) held(p *plan.Plan, title, uid string, run kept.Run) {
	if run.Incident || run.StartedAt.IsZero() || r.now.Sub(run.StartedAt) > back {
		return
	}
	e := r.entry(p, title, uid)
	e.state, e.start, e.end, e.run, e.leader = held, run.StartedAt, run.EndedAt, run.ID, run.Director
	if e.stamp = run.EndedAt; e.end.IsZero() {
		e.end, e.stamp = run.StartedAt.Add(time.Hour), run.StartedAt
	}
	r.list = append(r.list, e)
}

func (r *reader) entry(p *plan.Plan, title, uid string) entry {
	return entry{uid: uid, system: p.ID, title: p.Name + " – " + title}
}
