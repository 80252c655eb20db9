package confirm

import (
	"slices"
	"strings"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
)

// page is what is shown of a step.
type page struct {
	Stand    string // what there is to do, see stand
	Path     string // of the page itself
	Incident bool
	System   string
	Drill    string
	Run      string
	Number   int
	Steps    int
	Kind     plan.StepKind
	Title    string
	Question string
	Text     string   // of an inject
	Todo     []string // what to do before one answers
	Options  []string // of a decision
	Due      time.Time
	Late     bool
	Minutes  int

	Me      string // who answers, by ID or as the role that was asked
	To      string // whom the link was sent to
	As      string // the role that was asked
	Signed  bool   // is signed in
	Code    bool   // the short code has to be typed too
	Deputy  string // whom the step goes to when it is passed on; empty: the one who leads
	Passed  bool   // it was passed on, or nobody answered, and the last on the ladder is asked
	Taken   string // who is at it
	TakenAt time.Time
	Without []string // whom the drill is held without
	Mobile  string   // of whoever answers

	Answer string // that was given
	By     string
	At     time.Time
	Back   time.Time // until when it can be taken back; zero: not at all
	Until  time.Time // when the link ended
	Ended  time.Time // when the run did
	Phone  string    // of those on duty
	Leader string
}

func (s *step) page() page {
	run, st := s.run, s.step
	pg := page{
		Stand: s.stand(), Path: "/c/" + s.v.Path("token"), Incident: run.Incident, System: run.Plan.Name, Drill: run.Drill.Title, Run: run.ID,
		Number: st.Number, Steps: len(run.Steps), Kind: st.Kind(), Title: st.Title, Question: st.Title, Minutes: st.Estimate.Minutes(),
		Due: s.due, Late: !s.due.IsZero() && s.v.Now.After(s.due),
		Me: s.actor().Name, As: run.People.Reach(run.Asks(st), run.Plan).Role, Signed: s.v.Person.ID != "",
		To: s.link.Receiver, Until: s.link.Until, Phone: run.People.DutyPhone, Leader: run.People.Reach(run.Director, run.Plan).Role,
		Answer: st.Outcome, By: st.By, At: st.EndedAt, Ended: run.Times.End, Passed: st.Level >= 3,
	}
	if s.link.Person != "" {
		pg.To = s.link.Person
	}
	pg.ask(st)
	if st.Link {
		pg.Kind, pg.Question = outbox.AskedAlarm, s.v.Texts.Say("confirm.alarm")
	}
	for _, role := range run.Drill.Participants.Barred {
		pg.Without = append(pg.Without, run.People.Reach(role, run.Plan).Role)
	}
	s.people(&pg)
	if until, err := run.TakeBack(st, pg.Me, s.v.Now); err == nil && pg.Stand == "mine" && !s.ended() {
		pg.Back = until
	}
	return pg
}

// ask takes what the step asks.
func (pg *page) ask(st *drill.Step) {
	switch {
	case st.Confirm != nil:
		pg.Question, pg.Todo = st.Confirm.Question, st.Confirm.Instructions
	case st.Decision != nil:
		pg.Question, pg.Options = st.Decision.Text, st.Decision.Options
	case st.Inject != nil:
		pg.Question, pg.Text = st.Inject.Expected, st.Inject.Text
		if pg.Question == "" {
			pg.Question = st.Title
		}
	case st.Instruction != "":
		pg.Todo = strings.Split(strings.TrimSpace(st.Instruction), "\n")
	}
}

// people tells who else is concerned.
func (s *step) people(pg *page) {
	run, st := s.run, s.step
	pg.Code = st.Confirm != nil && st.Confirm.Assurance == "code" && !pg.Signed && !s.link.Coded
	if called := run.People.Called(run.Asks(st), run.Plan); len(called) > 1 && st.Level < 2 {
		if deputy := run.People.Deputy(run.Asks(st), run.Plan); deputy.Role != pg.As && !strings.Contains(deputy.Role, "@") {
			pg.Deputy = deputy.Role
		} else if named := s.v.Book.Named(deputy.Mailbox); len(named) == 1 && named[0] != pg.Me {
			pg.Deputy = named[0]
		} else {
			pg.Deputy = s.v.Texts.Say("confirm.deputy")
		}
	}
	if st.State == drill.Taken {
		pg.Taken, pg.TakenAt = st.By, st.TakenAt
	}
	if person, known := s.v.Book.Person(pg.Me); known {
		pg.Mobile = person.Phone
	}
}

// No are what may be wrong, for the page that asks.
func (page) No() []string { return []string{"login", "figures", "missing", "other"} }

// Yes tells whether the answer was a yes.
func (pg page) Yes() bool { return pg.Answer == "yes" }

// Chosen tells whether the answer was one of a decision's options.
func (pg page) Chosen() bool { return slices.Contains(pg.Options, pg.Answer) }
