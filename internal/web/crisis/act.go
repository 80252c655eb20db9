package crisis

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"beredskab/internal/door"
	"beredskab/internal/emergency"
	"beredskab/internal/frame"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/record"
	"beredskab/internal/register"
	"beredskab/internal/rights"
)

// form is the page on which beredskab is declared, with the crises that were.
type form struct {
	May         bool
	Kinds, Laws []option
	Classes     []class
	Open, Past  []past
	Typed       map[string]bool // boxes that were ticked
}

// class are the systems of one recovery class.
type class struct {
	Class   int
	Systems []option
	First   bool
}

type past struct {
	ID, Path, Name, Kind, Tone string
	Crisis                     emergency.Crisis
}

// form shows what a declaration needs.
func (p *Part) form(v *frame.Visit, open []emergency.Crisis) error {
	set, err := p.Register.Set(v.Context())
	if err != nil {
		return err
	}
	none := rights.Object{}
	out := &form{May: v.May(matrix.Activation, matrix.Execute, none) || v.May(matrix.Activation, matrix.Approve, none), Typed: map[string]bool{}}
	for _, kind := range emergency.Kinds() {
		out.Kinds = append(out.Kinds, option{Value: kind, Text: v.Texts.Word("crisis.kind", kind)})
	}
	for _, law := range emergency.Laws() {
		out.Laws = append(out.Laws, option{Value: law, Text: v.Texts.Word("crisis.law", law)})
	}
	byClass := map[int]*class{}
	for _, of := range set.Plans {
		if byClass[of.RecoveryClass] == nil {
			byClass[of.RecoveryClass] = &class{Class: of.RecoveryClass}
		}
		c := byClass[of.RecoveryClass]
		c.Systems = append(c.Systems, option{Value: of.ID, Text: of.Name})
	}
	for _, c := range byClass {
		slices.SortFunc(c.Systems, func(a, b option) int { return cmp.Compare(a.Text, b.Text) })
		c.First = c.Class <= 1
		out.Classes = append(out.Classes, *c)
	}
	slices.SortFunc(out.Classes, func(a, b class) int { return a.Class - b.Class })
	for _, name := range slices.Concat(v.Fields("system"), v.Fields("law")) {
		out.Typed[name] = true
	}
	all, err := p.Office.Crises(v.Context(), record.Filter{Limit: 50})
	if err != nil {
		return err
	}
	for _, c := range all {
		one := past{ID: c.ID, Path: "/crisis/" + c.ID, Name: c.Name, Kind: v.Texts.Word("crisis.kind", c.Kind), Tone: "incident", Crisis: c}
		if c.Exercise {
			one.Tone = "drill"
		}
		if c.State() == emergency.Open {
			out.Open = append(out.Open, one)
		} else {
			out.Past = append(out.Past, one)
		}
	}
	return v.Show("crisis/declare", out)
}

// again shows the form with what was typed.
func (p *Part) again(v *frame.Visit) error { return p.form(v, nil) }

// declare declares beredskab; when it is real, the plans of the systems that are hit
// are put in force in the order in which they are recovered.
func (p *Part) declare(v *frame.Visit) error {
	draft := emergency.Crisis{
		Kind: v.Field("kind"), Name: v.Field("name"), Reason: v.Field("reason"), Exercise: v.Field("real") == "no", Systems: v.Fields("system"),
	}
	for _, law := range v.Fields("law") {
		draft.Duties = append(draft.Duties, emergency.Duty{Law: law})
	}
	wrong := ""
	switch {
	case v.Field("real") != "yes" && v.Field("real") != "no":
		wrong = "crisis.wrong.real"
	case draft.Name == "":
		wrong = "crisis.wrong.name"
	case !slices.Contains(emergency.Kinds(), draft.Kind):
		wrong = "crisis.wrong.kind"
	case draft.Reason == "":
		wrong = "crisis.wrong.reason"
	case v.Field("sure") == "":
		wrong = "crisis.wrong.sure"
	}
	if wrong != "" {
		return v.Again(p.again, frame.Wrong{Key: wrong})
	}
	set, err := p.Register.Set(v.Context())
	if err != nil {
		return err
	}
	for _, id := range draft.Systems {
		if _, known := set.Plan(id); !known {
			return v.Again(p.again, frame.Wrong{Key: "crisis.wrong.system", Values: []any{id}})
		}
	}
	c, err := p.Office.DeclareCrisis(v.Context(), v.Actor(), draft)
	if err != nil {
		return v.Again(p.again, err)
	}
	done := "crisis.declared"
	if c.Exercise {
		done = "crisis.declared.exercise"
	} else if err := p.activate(v.Context(), v.Actor(), &c, set); err != nil {
		done = "crisis.declared.some"
	}
	return v.Go("/crisis/"+c.ID, done)
}

// activate opens an incident for each system of the crisis that has none, in the order
// in which they are recovered. One that cannot be opened stops no other; the first
// reason is given back.
func (p *Part) activate(ctx context.Context, by door.Actor, c *emergency.Crisis, set *plan.Set) (first error) {
	list := order(set, c.Systems)
	runs, err := p.runs(ctx, c)
	if err != nil {
		return err
	}
	for _, s := range list {
		if _, there := runs[s.System]; there {
			continue
		}
		if _, err := p.Register.Open(ctx, by, register.Opening{System: s.System}); err != nil && first == nil {
			first = err
		}
	}
	return first
}

type act func(v *frame.Visit, id string) error

// acts are what can be done to a crisis, by the last part of the path.
func (p *Part) acts() map[string]act {
	return map[string]act{"open": p.open, "widen": p.widen, "staff": p.staff, "log": p.log, "report": p.reportOne, "end": p.end}
}

// acting answers the form of an act: with the board where something is wrong.
func (p *Part) acting(name string, do act) func(*frame.Visit) error {
	return func(v *frame.Visit) error {
		id := v.Path("crisis")
		if err := do(v, id); err != nil {
			return v.Again(p.board, err)
		}
		return v.Go("/crisis/"+id, "crisis."+name)
	}
}

// open puts the plans in force that are not yet.
func (p *Part) open(v *frame.Visit, id string) error {
	c, _, err := p.Office.Crisis(v.Context(), id, 1)
	if err != nil {
		return err
	}
	if c.Exercise || c.StoodDown != nil {
		return frame.Wrong{Key: "crisis.wrong.open"}
	}
	set, err := p.Register.Set(v.Context())
	if err != nil {
		return err
	}
	return p.activate(v.Context(), v.Actor(), &c, set)
}

// widen says that more systems are hit, and puts their plans in force.
func (p *Part) widen(v *frame.Visit, id string) error {
	systems := slices.DeleteFunc(v.Fields("system"), func(s string) bool { return s == "" })
	set, err := p.Register.Set(v.Context())
	if err != nil {
		return err
	}
	for _, one := range systems {
		if _, known := set.Plan(one); !known {
			return frame.Wrong{Key: "crisis.wrong.system", Values: []any{one}}
		}
	}
	if len(systems) == 0 {
		return frame.Wrong{Key: "crisis.wrong.systems"}
	}
	if err := p.Office.WidenCrisis(v.Context(), v.Actor(), id, systems); err != nil {
		return err
	}
	c, _, err := p.Office.Crisis(v.Context(), id, 1)
	if err != nil || c.Exercise {
		return err
	}
	return p.activate(v.Context(), v.Actor(), &c, set)
}

func (p *Part) staff(v *frame.Visit, id string) error {
	if v.Field("role") == "" || v.Field("person") == "" {
		return frame.Wrong{Key: "crisis.wrong.staff"}
	}
	return p.Office.StaffCrisis(v.Context(), v.Actor(), id, emergency.Post{Role: v.Field("role"), Person: v.Field("person"), Where: v.Field("where")})
}

func (p *Part) log(v *frame.Visit, id string) error {
	if v.Field("text") == "" {
		return frame.Wrong{Key: "crisis.wrong.line"}
	}
	to, _ := strconv.Atoi(v.Field("to"))
	return p.Office.LogCrisis(v.Context(), v.Actor(), id, cmp.Or(v.Field("kind"), "note"), v.Field("text"), to)
}

// reportOne switches a law on, or says that a report was sent.
func (p *Part) reportOne(v *frame.Visit, id string) error {
	if v.Field("law") == "" {
		return frame.Wrong{Key: "crisis.wrong.law"}
	}
	if v.Field("stage") != "" && v.Field("note") == "" {
		return frame.Wrong{Key: "crisis.wrong.note"}
	}
	return p.Office.ReportCrisis(v.Context(), v.Actor(), id, v.Field("law"), v.Field("stage"), v.Field("note"))
}

func (p *Part) end(v *frame.Visit, id string) error {
	if v.Field("reason") == "" {
		return frame.Wrong{Key: "crisis.wrong.end"}
	}
	return p.Office.StandDown(v.Context(), v.Actor(), id, v.Field("reason"))
}
