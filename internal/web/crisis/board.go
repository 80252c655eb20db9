package crisis

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"beredskab/internal/emergency"
	"beredskab/internal/frame"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/record"
	"beredskab/internal/rights"
)

// board is a crisis as its page shows it.
type board struct {
	emergency.Crisis
	Path, Word, Tone, KindText string
	Open                       bool
	Ago                        time.Duration
	By, EndedBy                string
	Lanes                      []lane
	Stops                      []*stop
	Unopened                   int
	Staff                      []post
	Log                        []line
	Older                      int
	Questions                  []line
	Decisions                  []line
	Clocks                     []clock
	Laws                       []option // that can be switched on
	Places                     []string
	Persons, Roles             []option
	More                       []option // systems that are not hit yet
	Others                     []other
	Lead, Write, End           bool // what this visitor may do
	Now                        time.Time
}

type option struct{ Value, Text string }

type other struct{ Path, Text string }

// post is a role of the staff; without a person it is still to be filled.
type post struct {
	Role, Person, Where, Phone, Tel string
	Since                           time.Time
}

// line is one line of the situation log.
type line struct {
	Number int
	At     time.Time
	Who    string
	Kind   string
	Text   string
	Answer string // to a question
}

// clock is one report that the law wants.
type clock struct {
	Law, Stage   string // codes
	Text         string
	Due          time.Time
	State        string
	Sent         time.Time
	By, Note     string
	ID           string
	Left         time.Duration
	Switchable   bool
	Overdue, Now bool
}

// now shows the crisis that goes on, a real one before an exercise; without one it is
// where beredskab is declared.
func (p *Part) now(v *frame.Visit) error {
	open, err := p.Office.Crises(v.Context(), record.Filter{State: emergency.Open})
	if err != nil {
		return err
	}
	if len(open) == 0 || v.Query("new") != "" || v.Request.Method != "GET" {
		return p.form(v, open)
	}
	slices.SortStableFunc(open, func(a, b emergency.Crisis) int { return exercised(a) - exercised(b) })
	return p.show(v, open[0].ID)
}

func exercised(c emergency.Crisis) int {
	if c.Exercise {
		return 1
	}
	return 0
}

func (p *Part) board(v *frame.Visit) error { return p.show(v, v.Path("crisis")) }

// shown is how many lines of the log the board shows.
const shown = 40

func (p *Part) show(v *frame.Visit, id string) error {
	limit := shown
	if v.Query("log") == "all" {
		limit = 0
	}
	out, err := p.read(v, id, limit)
	if err != nil {
		return err
	}
	return v.Show("crisis/board", out)
}

// handover is one page on paper for whoever takes over.
func (p *Part) handover(v *frame.Visit) error {
	out, err := p.read(v, v.Path("crisis"), 0)
	if err != nil {
		return err
	}
	return v.Show("crisis/handover", out)
}

// read makes everything that the board shows.
func (p *Part) read(v *frame.Visit, id string, limit int) (*board, error) {
	c, lines, err := p.Office.Crisis(v.Context(), id, limit)
	if err != nil {
		return nil, err
	}
	set, err := p.Register.Set(v.Context())
	if err != nil {
		return nil, err
	}
	now := p.Door.Now().Wall
	out := &board{
		Crisis: c, Path: "/crisis/" + c.ID, Tone: "incident", KindText: v.Texts.Word("crisis.kind", c.Kind), Open: c.StoodDown == nil,
		Ago: max(now.Sub(c.Declared.At), time.Second), By: v.Book.Name(c.Declared.Person), Now: now, Older: c.Lines - len(lines),
	}
	out.Word = v.Texts.Say("crisis.word")
	if c.Exercise {
		out.Tone, out.Word = "drill", v.Texts.Say("crisis.word.exercise")
	}
	if c.StoodDown != nil {
		out.EndedBy = v.Book.Name(c.StoodDown.Person)
	}
	if out.Stops, err = p.stops(v.Context(), &c, set, now); err != nil {
		return nil, err
	}
	for _, s := range out.Stops {
		s.DueText, s.ExpectedText = when(v, s.Due, now), when(v, s.Expected, now)
	}
	out.Lanes = lanes(out.Stops)
	for _, s := range out.Stops {
		if s.Text == "unopened" || s.Run == "" && s.Text == "late" && !c.Exercise {
			out.Unopened++
		}
	}
	p.people(v, out, set.Organisation)
	out.log(v, lines)
	out.reports(v, now)
	p.may(v, out, set)
	return out, nil
}

// when is a time of day, with its date where that is not today's.
func when(v *frame.Visit, at, now time.Time) string {
	here, today := at.In(v.Texts.Zone), now.In(v.Texts.Zone)
	if here.YearDay() == today.YearDay() && here.Year() == today.Year() {
		return v.Texts.Say("crisis.at", here.Format("15.04"))
	}
	return v.Texts.Moment(at)
}

// people are the roles of the staff as the organisation names them, each with whoever
// was put there, and whoever can be.
func (p *Part) people(v *frame.Visit, out *board, org *plan.Organisation) {
	numbers := v.May(matrix.PlanConfidential, matrix.Read, rights.Object{})
	filled := map[string]emergency.Post{}
	for _, s := range out.Crisis.Staff {
		filled[s.Role] = s
	}
	if org == nil {
		return
	}
	out.Places = org.MeetingPlaces
	for _, r := range org.CrisisRoles {
		one := post{Role: cmp.Or(r.Name, r.ID)}
		out.Roles = append(out.Roles, option{Value: r.ID, Text: one.Role})
		if numbers && r.Phone != "" {
			one.Phone, one.Tel = r.Phone, strings.ReplaceAll(r.Phone, " ", "")
		}
		if s, there := filled[r.ID]; there {
			one.Person, one.Where, one.Since = v.Book.Name(s.Person), s.Where, s.By.At
		}
		out.Staff = append(out.Staff, one)
	}
	for _, person := range v.Book.Persons() {
		if !person.DisabledAt(out.Now) {
			out.Persons = append(out.Persons, option{Value: person.ID, Text: person.Name})
		}
	}
	slices.SortFunc(out.Persons, func(a, b option) int { return cmp.Compare(a.Text, b.Text) })
}

// log says the lines, and picks out what was decided and what is still asked.
func (out *board) log(v *frame.Visit, lines []emergency.Line) {
	answers := map[int]string{}
	for _, l := range lines {
		if l.Kind == "answer" {
			answers[l.To] = l.Text
		}
	}
	for _, l := range lines {
		one := line{Number: l.Number, At: l.By.At, Who: v.Book.Name(l.By.Person), Kind: l.Kind, Text: out.said(v, l), Answer: answers[l.Number]}
		out.Log = append(out.Log, one)
		switch {
		case l.Kind == "decision":
			out.Decisions = append(out.Decisions, one)
		case l.Kind == "question" && one.Answer == "":
			out.Questions = append(out.Questions, one)
		}
	}
}

// said puts what the program itself wrote down into words.
func (out *board) said(v *frame.Visit, l emergency.Line) string {
	parts := strings.SplitN(l.Text, " ", 3)
	switch {
	case l.Kind == "staff" && len(parts) == 2:
		role := parts[0]
		for _, r := range out.Roles {
			if r.Value == role {
				role = r.Text
			}
		}
		return role + ": " + v.Book.Name(parts[1])
	case l.Kind == "systems":
		return strings.Join(out.named(strings.Fields(l.Text)), ", ")
	case l.Kind == "duty":
		return v.Texts.Word("crisis.law", l.Text)
	case l.Kind == "sent" && len(parts) == 3:
		return v.Texts.Word("crisis.stage", parts[0]+"."+parts[1]) + ": " + parts[2]
	default:
		return l.Text
	}
}

// named are systems by name.
func (out *board) named(ids []string) []string {
	names := slices.Clone(ids)
	for _, s := range out.Stops {
		if at := slices.Index(names, s.System); at >= 0 {
			names[at] = s.Name
		}
	}
	return names
}

// soon is how long before its time a report is shown as at risk.
const soon = 6 * time.Hour

// reports are what the law wants, and the laws that can still be switched on.
func (out *board) reports(v *frame.Visit, now time.Time) {
	for _, law := range emergency.Laws() {
		if !slices.ContainsFunc(out.Duties, func(d emergency.Duty) bool { return d.Law == law }) {
			out.Laws = append(out.Laws, option{Value: law, Text: v.Texts.Word("crisis.law", law)})
		}
	}
	for _, k := range out.Crisis.Clocks() {
		one := clock{
			Law: k.Law, Stage: k.Stage, Due: k.Due, Text: v.Texts.Word("crisis.stage", k.Law+"."+k.Stage), State: "waiting", Note: k.Note, ID: k.Law + "-" + k.Stage,
			Left: k.Due.Sub(now),
		}
		switch {
		case k.Sent != nil:
			one.State, one.Sent, one.By = "done", k.Sent.At, v.Book.Name(k.Sent.Person)
		case now.After(k.Due):
			one.State, one.Overdue = "overdue", true
		case one.Left < soon:
			one.State = "at_risk"
		}
		out.Clocks = append(out.Clocks, one)
	}
}

// may says what this visitor is offered; the office decides again at the act.
func (p *Part) may(v *frame.Visit, out *board, set *plan.Set) {
	none := rights.Object{}
	out.Lead = v.May(matrix.Activation, matrix.Execute, none) || v.May(matrix.Activation, matrix.Approve, none)
	out.Write = v.May(matrix.Alarm, matrix.Execute, none) && out.Open
	out.End = v.May(matrix.StandDown, matrix.Approve, none) && out.Open
	for _, of := range set.Plans {
		if !slices.Contains(out.Systems, of.ID) {
			out.More = append(out.More, option{Value: of.ID, Text: of.Name})
		}
	}
}
