package follow

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"beredskab/internal/check"
	"beredskab/internal/followup"
	"beredskab/internal/frame"
	"beredskab/internal/governance"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/record"
)

// dispensation is one as a page shows it.
type dispensation struct {
	followup.Dispensation
	SystemName string
	Stands     string // where it stands now
	Badge      string
	Soon       bool // it runs, and its review is due
}

func dispensationOf(v *frame.Visit, s *systems, d followup.Dispensation) dispensation {
	stands := string(d.State(v.Now))
	badge := map[string]string{"applied": "waiting", "granted": "planned", "running": "waived", "refused": "closed", "expired": "closed", "withdrawn": "closed"}[stands]
	return dispensation{d, s.Name(d.System), stands, badge, stands == string(followup.Running) && !v.Now.Before(d.Review)}
}

// dispensationsPage is the list of them.
type dispensationsPage struct {
	Tabs    []tab
	Show    string
	List    []dispensation
	Asked   int
	Running int
	Pages   frame.Pager
	May     bool
}

func (p *Part) dispensations(v *frame.Visit) error {
	s, err := p.systems(v)
	if err != nil {
		return err
	}
	show, tabs := showing(v, "running", "asked", "past")
	d := dispensationsPage{Tabs: tabs, Show: show, May: mayAsk(v, s)}
	all, err := p.Office.Dispensations(v.Context(), record.Filter{System: v.Query("system")})
	if err != nil {
		return fmt.Errorf("listing the dispensations: %w", err)
	}
	list := []dispensation{}
	for _, one := range all {
		if !s.seesIt(one.System) && one.Applied.Person != v.Person.ID {
			continue
		}
		x := dispensationOf(v, s, one)
		kind := "past"
		switch x.Stands {
		case "applied":
			d.Asked, kind = d.Asked+1, "asked"
		case "running", "granted":
			d.Running, kind = d.Running+1, "running"
		}
		if kind == show {
			list = append(list, x)
		}
	}
	slices.SortStableFunc(list, func(x, y dispensation) int {
		if show == "past" {
			return y.To.Compare(x.To)
		}
		return x.To.Compare(y.To)
	})
	d.List, d.Pages = frame.Page(v, list)
	return v.Show("follow/dispensations", d)
}

// mayAsk tells whether the visitor may ask for one about anything.
func mayAsk(v *frame.Visit, s *systems) bool {
	if v.May(matrix.Dispensation, matrix.Write, about("")) {
		return true
	}
	for _, p := range s.set.Plans {
		if v.May(matrix.Dispensation, matrix.Write, about(p.ID)) {
			return true
		}
	}
	return false
}

// dispensationPage is one of them.
type dispensationPage struct {
	dispensation
	Limit time.Duration // the worst that is accepted, where the rule counts minutes
	Days  int           // or days
	Acts  []act
	Said  []said
}

func (p *Part) dispensation(v *frame.Visit) error {
	s, err := p.systems(v)
	if err != nil {
		return err
	}
	all, err := p.Office.Dispensations(v.Context(), record.Filter{})
	if err != nil {
		return fmt.Errorf("reading the dispensation: %w", err)
	}
	i := slices.IndexFunc(all, func(d followup.Dispensation) bool { return d.ID == v.Path("dispensation") })
	if i < 0 {
		return fmt.Errorf("the dispensation %q: %w", v.Path("dispensation"), kept.ErrNotFound)
	}
	one := all[i]
	if one.Applied.Person != v.Person.ID {
		if err := p.admit(v, s, one.System); err != nil {
			return err
		}
	}
	d := dispensationPage{dispensation: dispensationOf(v, s, one), Acts: offered(v, "/dispensations/"+one.ID, dispensationActs(v, one))}
	if strings.HasPrefix(one.Code, "C") {
		d.Limit = time.Duration(one.Bound) * time.Minute
	} else {
		d.Days = int(one.Bound)
	}
	for _, line := range one.History {
		d.Said = append(d.Said, said{line.By, did(line.What), line.Text})
	}
	return v.Show("follow/dispensation", d)
}

// dispensationActs are those that can be done to it now. An application is taken back
// as it was asked; to end what was granted is a decision.
func dispensationActs(v *frame.Visit, d followup.Dispensation) (list []act) {
	asked := []string{d.Applied.Person}
	if d.Applied.For != "" {
		asked = append(asked, d.Applied.For)
	}
	verb := matrix.Write
	if d.Decided != nil {
		verb = matrix.Approve
	}
	decide := func(name string, optional bool, try func(followup.By) error) {
		if acts(v, matrix.Dispensation, matrix.Approve, about(d.System, asked...), try) {
			list = append(list, act{Name: name, Optional: optional})
		}
	}
	decide("grant", true, func(by followup.By) error { _, err := d.Grant(by, "x"); return err })
	decide("refuse", false, func(by followup.By) error { _, err := d.Refuse(by, "x"); return err })
	if acts(v, matrix.Dispensation, verb, about(d.System), func(by followup.By) error { _, err := d.Withdraw(by, "x"); return err }) {
		list = append(list, act{Name: "withdraw"})
	}
	return list
}

func (p *Part) grant(v *frame.Visit) error {
	if err := p.Office.GrantDispensation(v.Context(), v.Actor(), v.Path("dispensation"), v.Field("grant")); err != nil {
		return v.Again(p.dispensation, err)
	}
	return p.judged(v, "/dispensations/"+v.Path("dispensation"), "follow.granted")
}

func (p *Part) refuse(v *frame.Visit) error {
	if err := p.say(v, v.Path("dispensation"), "refuse", (*governance.Office).RefuseDispensation); err != nil {
		return v.Again(p.dispensation, err)
	}
	return v.Go("/dispensations/"+v.Path("dispensation"), "follow.refused")
}

func (p *Part) withdraw(v *frame.Visit) error {
	if err := p.say(v, v.Path("dispensation"), "withdraw", (*governance.Office).WithdrawDispensation); err != nil {
		return v.Again(p.dispensation, err)
	}
	return p.judged(v, "/dispensations/"+v.Path("dispensation"), "follow.withdrawn")
}

// askPage is the form for an application.
type askPage struct {
	May                        bool
	Code, System               string
	Codes, Systems             []option
	Reason, Risk, Measures     string
	From, Until, Review, Bound string
}

func (p *Part) newDispensation(v *frame.Visit) error {
	s, err := p.systems(v)
	if err != nil {
		return err
	}
	d := askPage{
		May: mayAsk(v, s), Code: typed(v, "code"), System: typed(v, "system"), Systems: s.options(), Reason: v.Field("reason"), Risk: v.Field("risk"),
		Measures: v.Field("measures"), From: v.Field("from"), Until: v.Field("until"), Review: v.Field("review"), Bound: v.Field("bound"),
	}
	for _, code := range check.Codes() {
		d.Codes = append(d.Codes, option{code, code + " – " + v.Texts.Word("follow.rule", code)})
	}
	return v.Show("follow/ask", d)
}

func (p *Part) apply(v *frame.Visit) error {
	draft, err := application(v)
	if err != nil {
		return v.Again(p.newDispensation, err)
	}
	asked, err := p.Office.ApplyForDispensation(v.Context(), v.Actor(), draft)
	if err != nil {
		return v.Again(p.newDispensation, err)
	}
	return v.Go("/dispensations/"+asked.ID, "follow.asked")
}

// application reads what was asked for.
func application(v *frame.Visit) (d followup.Dispensation, err error) {
	if err := v.Filled("follow", "code", "reason", "risk", "measures", "until"); err != nil {
		return d, err
	}
	d = followup.Dispensation{Code: v.Field("code"), System: v.Field("system"), Reason: v.Field("reason"), Risk: v.Field("risk")}
	for line := range strings.Lines(v.Field("measures")) {
		if line = strings.TrimSpace(line); line != "" {
			d.Measures = append(d.Measures, line)
		}
	}
	if text := v.Field("bound"); text != "" {
		if d.Bound, err = strconv.ParseInt(text, 10, 64); err != nil || d.Bound < 0 {
			return d, frame.Wrong{Key: "follow.wrong.bound", Values: []any{text}}
		}
	}
	for name, into := range map[string]*time.Time{"from": &d.From, "until": &d.To, "review": &d.Review} {
		if *into, err = v.Day("follow", name); err != nil {
			return d, err
		}
	}
	return d, nil
}
