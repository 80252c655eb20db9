package bundle

import (
	"bytes"
	"fmt"
	"html/template"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	texttemplate "text/template"
	"time"

	"beredskab/internal/phrase"
	"beredskab/internal/picture"
	"beredskab/internal/plan"
	"beredskab/internal/recovery"
	"beredskab/templates"
)

// system is one plan as its page shows it.
type system struct {
	row
	Plan         *plan.Plan
	Hash         string
	Left         []string // sections that this edition leaves out
	Needs, Feeds []link
	Steps        []plan.Step // of a real incident; those of drills are left out
	Checks       []plan.Step // security steps
	Words        string      // what the search finds it by
	numbers      map[string]int
}

// link leads to another system's page.
type link struct {
	System, Name string
	Known        bool // it has a page
}

// page is what a template is carried out on.
type page struct {
	*edition
	Kind   string // index, plan, poster, book or card
	Title  string
	Root   string // the way to the top of the folder: "" or "../"
	Bottom template.CSS
	System *system
}

func (e *edition) system(r row, p *plan.Plan) *system {
	s := &system{row: r, Plan: p, Hash: e.in.Hashes[p.ID], numbers: map[string]int{}}
	if original, _ := e.in.Set.Plan(p.ID); !e.Full {
		s.Left = left(original)
	}
	for _, d := range p.DependsOn {
		s.Needs = append(s.Needs, e.link(d.ID))
	}
	for _, other := range e.in.Set.Plans {
		waits := func(d plan.Dependency) bool { return d.ID == p.ID && recovery.ForRecovery(d) }
		if slices.ContainsFunc(other.DependsOn, waits) {
			s.Feeds = append(s.Feeds, e.link(other.ID))
		}
	}
	s.Steps, s.Checks = s.real(p.Recovery.Steps), s.real(p.Recovery.SecuritySteps)
	s.Words = e.searched(s)
	return s
}

// real are the steps of an incident, each numbered as it stands.
func (s *system) real(steps []plan.Step) (list []plan.Step) {
	for _, step := range steps {
		if step.Only != "drill" {
			list = append(list, step)
			s.numbers[step.ID] = len(s.numbers) + 1
		}
	}
	return list
}

// StepNumber is the number of a step on the page.
func (s *system) StepNumber(id string) int { return s.numbers[id] }

// After says the numbers of the steps that one waits for.
func (s *system) After(ids []string) string {
	var list []string
	for _, id := range ids {
		if n, ok := s.numbers[id]; ok {
			list = append(list, fmt.Sprint(n))
		}
	}
	return strings.Join(list, ", ")
}

// Leaves tells whether this edition is without a section of the plan.
func (s *system) Leaves(section string) bool { return slices.Contains(s.Left, section) }

func (e *edition) link(id string) link {
	p, ok := e.in.Set.Plan(id)
	if !ok {
		return link{System: id, Name: id}
	}
	return link{System: id, Name: p.Name, Known: true}
}

// searched is what somebody may look for a system by: everything that people
// call it and the work that it is for, in lower case.
func (e *edition) searched(s *system) string {
	p := s.Plan
	all := slices.Concat([]string{p.ID, p.Name, p.Purpose, p.Owner.Role, p.Owner.Unit, s.Team}, p.Aliases, p.Tasks, p.Processes)
	for _, supplier := range p.Suppliers {
		all = append(all, supplier.Name)
	}
	if p.Workaround != nil {
		all = append(all, p.Workaround.Steps...)
	}
	for _, step := range slices.Concat(s.Steps, s.Checks) {
		all = append(all, step.Title)
	}
	return strings.ToLower(strings.Join(all, " "))
}

// printed are the pages that are made for paper, and what they need.
func (e *edition) printed() []string {
	return []string{"card.html", "book.html", "poster.html", "bundle.css", "bundle.js"}
}

// helpers are the few things that templates cannot do by themselves.
func helpers() template.FuncMap {
	return template.FuncMap{
		"qr":       func(text, label string) template.HTML { return picture.Code(text, label, 0) },
		"css":      phrase.CSS,
		"inc":      func(i int) int { return i + 1 },
		"pair":     func(p page, what any) []any { return []any{p, what} },
		"pageName": func(system string) template.CSS { return template.CSS("s-" + system) }, // #nosec: complete has seen that it is a slug
	}
}

// pages makes every page of the edition.
func (e *edition) pages() (files, error) {
	shapes, err := template.New("").Funcs(helpers()).ParseFS(templates.FS, "bundle/*.html.tmpl")
	if err != nil {
		return nil, fmt.Errorf("reading the templates of the pages: %w", err)
	}
	made := files{}
	wanted := []page{
		{Kind: "index", Title: e.Say("title.index", e.Org.Name)},
		{Kind: "poster", Title: e.Say("title.poster", e.Org.Name)},
	}
	if e.Full {
		wanted = append(wanted, page{Kind: "book", Title: e.Say("title.book", e.Org.Name)}, page{Kind: "card", Title: e.Say("title.card", e.Org.Name)})
	}
	for _, s := range e.Systems {
		wanted = append(wanted, page{Kind: "plan", Title: s.Name, Root: "../", System: s})
	}
	if err := e.render(shapes, wanted, made); err != nil {
		return nil, err
	}
	for _, name := range []string{"bundle.css", "bundle.js"} {
		if made[name], err = templates.FS.ReadFile("bundle/" + name); err != nil {
			return nil, fmt.Errorf("reading what the pages need: %w", err)
		}
	}
	return made, nil
}

// render carries the templates out, on all processors.
func (e *edition) render(shapes *template.Template, wanted []page, made files) error {
	texts, failed := make([]bytes.Buffer, len(wanted)), make([]error, len(wanted))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(wanted); i = int(next.Add(1)) - 1 {
				p := wanted[i]
				p.edition, p.Bottom = e, phrase.CSS(e.Foot(p.System))
				failed[i] = shapes.ExecuteTemplate(&texts[i], p.Kind+".html.tmpl", p)
			}
		})
	}
	workers.Wait()
	for i, p := range wanted {
		if failed[i] != nil {
			return fmt.Errorf("writing the page %s: %w", p.Title, failed[i])
		}
		made[p.path()] = texts[i].Bytes()
	}
	return nil
}

func (p page) path() string {
	if p.System != nil {
		return "plans/" + p.System.System + ".html"
	}
	return p.Kind + ".html"
}

// Chapters are the plans of the book.
func (p page) Chapters() (list []page) {
	for _, s := range p.Systems {
		list = append(list, page{edition: p.edition, Kind: p.Kind, System: s})
	}
	return list
}

// Sheets are the empty lines of the book's log sheets.
func (p page) Sheets() [][]struct{} { return [][]struct{}{make([]struct{}, 22), make([]struct{}, 22)} }

// Foot is the line under each printed page: what it is, which version, of when.
func (e *edition) Foot(s *system) string {
	made := e.Moment(e.in.Moment)
	if s == nil {
		return e.Say("foot", Short(e.Head.ID), made)
	}
	return e.Say("foot.plan", s.Name, s.Plan.PlanVersion, e.Standing(s), Short(s.Hash), Short(e.Head.ID), made)
}

// Approved tells whether the system's plan is in force.
func (e *edition) Approved(s *system) bool { return !e.in.Approved[s.Plan.ID].IsZero() }

// Standing says since when the system's plan is in force, or that it is not.
func (e *edition) Standing(s *system) string {
	if !e.Approved(s) {
		return e.Say("unapproved")
	}
	return e.Say("approved", e.Day(e.in.Approved[s.Plan.ID].In(e.Zone).Format(time.DateOnly)))
}

// text carries out a template that is no page.
func (e *edition) text(name string) ([]byte, error) {
	shape, err := texttemplate.ParseFS(templates.FS, "bundle/"+name+"."+e.Lang+".tmpl")
	if err != nil {
		return nil, fmt.Errorf("reading the text of %s: %w", name, err)
	}
	var text bytes.Buffer
	err = shape.Execute(&text, e)
	return text.Bytes(), err
}

// script is what starts the laptop's copy.
func (b *builder) script() ([]byte, error) { return templates.FS.ReadFile("bundle/start.sh") }

// Fingerprint is that of the key that signs the bundle.
func (e *edition) Fingerprint() string { return e.Head.Fingerprint() }

// Built is when the bundle was made, for programs.
func (e *edition) Built() string { return e.Head.BuiltAt.Format("2006-01-02T15:04:05Z") }

// StaleDays is after how many days the pages warn of their age.
func (e *edition) StaleDays() int { return int(e.in.StaleAfter.Hours() / 24) }

// Short is the beginning of an id or a hash.
func (e *edition) Short(hash string) string { return Short(hash) }
