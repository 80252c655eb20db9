package drills

import (
	"cmp"
	"strings"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/duty"
	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/rights"
)

// teller says a scene to one visitor: in his language, with what he may do.
type teller struct {
	*scene
	v    *frame.Visit
	now  time.Time
	duty duty.Run
}

func (p *Part) teller(v *frame.Visit, s *scene) *teller {
	t := &teller{scene: s, v: v, now: p.Door.Now().Wall}
	t.duty = duty.Run{Run: &s.run, People: s.org}
	return t
}

// page is the live page as its template shows it.
type page struct {
	ID, Path, Title, System, SystemPath string
	Word, Tone                          string // DRILL or INCIDENT, and drill or incident
	Seq                                 int
	Row                                 kept.Run
	Ended, Imported, Draft, Changed     bool
	Version, Hash, Newer                string
	Scenario                            string
	Without                             string // the key persons whom the drill is held without
	View                                string
	Views                               []tab
	Head                                head
	Waits                               []waiting
	Queue                               []string // automatic steps that wait for a machine, in words
	Steps                               []step
	Picture                             *figure
	Log                                 []line
	Older                               int // lines of the log that are not shown
	Acts                                acts
	End                                 *end
	Stream                              string
	Cut                                 string // stands between parts
}

type tab struct {
	Path, Text string
	Here       bool
}

// option is a choice of a form.
type option struct{ Value, Text string }

// shown is how many lines of the log the page shows; the rest stands behind a link.
const shown = 25

// page makes everything that the page shows.
func (t *teller) page() *page {
	run := &t.run
	out := &page{
		ID: run.ID, Path: "/drills/" + run.ID, Title: cmp.Or(run.Drill.Title, t.row.Title), Row: t.row, Seq: run.Seq, Ended: run.State == drill.Ended,
		Imported: t.row.Imported, Draft: t.draft, SystemPath: "/systems/" + t.row.System, System: t.system, Tone: tone(run.Incident || t.row.Incident),
		Stream: "/drills/" + run.ID + "/stream", Changed: t.changed, Newer: t.newer, Hash: t.row.PlanHash,
	}
	out.Word = t.v.Texts.Word("state", out.Tone)
	if out.Imported {
		return out
	}
	out.System, out.Version, out.Scenario = run.Plan.Name, cmp.Or(run.Plan.PlanVersion, "–"), run.Drill.Scenario
	out.Without = strings.Join(t.without(), ", ")
	out.Head = t.head()
	out.Waits, out.Queue = t.waiting(), t.queue()
	out.Steps = t.steps()
	out.Log, out.Older = t.log(t.v.Query("log") == "all")
	out.Acts = t.acts()
	if out.Ended {
		out.End = t.end()
	}
	t.views(out)
	return out
}

// views are the three ways to look at the steps.
func (t *teller) views(out *page) {
	out.View = t.v.Query("view")
	if out.View != "graph" && out.View != "time" {
		out.View = "list"
	}
	for _, view := range []string{"list", "graph", "time"} {
		path := out.Path
		if view != "list" {
			path += "?view=" + view
		}
		out.Views = append(out.Views, tab{Path: path, Text: t.say("drills.view." + view), Here: view == out.View})
	}
	switch out.View {
	case "graph":
		out.Picture = t.graph()
	case "time":
		out.Picture = t.bars()
	}
}

func tone(incident bool) string {
	if incident {
		return "incident"
	}
	return "drill"
}

// say says a sentence of these pages; values that it has no room for are left out.
func (t *teller) say(key string, values ...any) string { return say(t.v, key, values...) }

func say(v *frame.Visit, key string, values ...any) string {
	if text := v.Texts.Say(key); !strings.Contains(text, "%") {
		return text
	}
	return v.Texts.Say(key, values...)
}

// of says a sentence that differs between a drill and an incident.
func (t *teller) of(key string, values ...any) string {
	if t.run.Incident && t.v.Texts.Has(key+".incident") {
		key += ".incident"
	}
	return t.say(key, values...)
}

// who is what an actor is called.
func (t *teller) who(id string) string {
	if id == "" || id == "system" {
		return t.say("drills.program")
	}
	if _, known := t.v.Book.Person(id); known {
		return t.v.Book.Name(id)
	}
	return t.role(id)
}

// deputy is whom the files name to stand in for a role: by name where they give no
// more than a mailbox.
func (t *teller) deputy(role string) string {
	deputy := t.org.Deputy(role, t.run.Plan).Role
	if !strings.Contains(deputy, "@") {
		return deputy
	}
	for _, p := range t.v.Book.Persons() {
		if strings.EqualFold(p.Mail, deputy) {
			return p.Name
		}
	}
	return t.say("drills.deputy.word")
}

// role is what a role of the plan files is called.
func (t *teller) role(role string) string { return t.org.Reach(role, t.run.Plan).Role }

// named are the persons who hold a role of the plan files for this system, at most
// three of them.
func (t *teller) named(role string) string {
	fills, err := matrix.ParseRole(role)
	if err != nil {
		return ""
	}
	scope := rights.Scope{System: t.run.Plan.ID, Unit: t.run.Plan.Owner.Unit}
	var names []string
	for _, id := range t.v.Book.Holding(fills, scope, t.now) {
		if name := t.v.Book.Name(id); len(names) < 3 && name != t.role(role) {
			names = append(names, name)
		}
	}
	return t.v.Texts.Join(names)
}

// called is a step by its number and title.
func (t *teller) called(id string) string {
	if s, found := t.run.Find(id); found {
		return numbered(s)
	}
	return id
}

func numbered(s *drill.Step) string { return plain(s.Number) + " " + s.Title }

// phone is the duty number of a role, for those who may see such numbers.
func (t *teller) phone(role string) string {
	if !t.v.May(matrix.PlanConfidential, matrix.Read, duty.About(t.run.Plan, "")) {
		return ""
	}
	reach := t.org.Reach(role, t.run.Plan)
	for _, c := range append(t.run.Plan.Contacts, t.org.Contacts()...) {
		if c.Phone != "" && (c.Role == role || c.Role == reach.Role || c.Mailbox != "" && c.Mailbox == reach.Mailbox) {
			return c.Phone
		}
	}
	return ""
}

// may asks a ground whether it is this visitor's.
func (t *teller) may(ground duty.Ground) bool {
	if t.v.Person.ID == "" {
		return false
	}
	_, err := ground(t.v.Book, t.v.Person.ID, t.now)
	return err == nil
}

// estimated is how long the step is planned to take.
func estimated(s *plan.Step) time.Duration { return s.Estimate.Std() }
