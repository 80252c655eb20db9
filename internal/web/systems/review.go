package systems

import (
	"cmp"
	"errors"
	"slices"

	"beredskab/internal/approval"
	"beredskab/internal/door"
	"beredskab/internal/duty"
	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/recovery"
)

// shown is what is to be read before something is said of a version: an act stands
// for exactly this, word by word.
type shown struct {
	plan       *plan.Plan
	review     approval.Review
	unresolved []string // steps whose actions nobody can see
}

// seen is the digest that a form carries of what stood above it; empty where not
// everything could be shown.
func (s shown) seen() string {
	if len(s.unresolved) > 0 {
		return ""
	}
	return s.review.Digest()
}

// shown makes it of the version that is on its way, or else of the one that the
// files hold.
func (p *Part) shown(v *frame.Visit, s *system) (out shown, err error) {
	out.plan = s.held
	if hash := s.standing.Pending(); hash != "" {
		if out.plan, err = p.Register.VersionPlan(v.Context(), hash); err != nil {
			return out, err
		}
	}
	before := &plan.Plan{ID: s.ID}
	if current, _, ok := s.standing.InForce(); ok {
		if before, err = p.Register.VersionPlan(v.Context(), current); err != nil {
			return out, err
		}
		out.review.Against = current
	}
	out.review.Difference = append([]string{}, plan.Diff(before, out.plan, v.Texts.Lang)...)
	out.review.Commands, out.unresolved, err = p.Commands(out.plan)
	if out.review.Commands == nil {
		out.review.Commands = []approval.Command{}
	}
	return out, err
}

// reviewPage is a version as those see it who are asked about it.
type reviewPage struct {
	*system
	Label, Standing, Badge string
	Version                string // hash
	Against                string // the version in force by its label; empty: none
	Difference             []string
	Commands               []command
	Unresolved             []string
	Times                  []fact
	Checks                 []finding
	Waits                  []wait
	Said                   []saying
	Seen                   string
	Settled                bool // nothing differs from what is in force
	Other                  bool // another version than the one that is on its way was asked for
	Sections               []option

	MaySubmit, MayConfirm, MayAccept, MayApprove, MayReturn, MayWithdraw bool
	Author                                                               bool // the visitor wrote it, and never approves it
}

type command struct {
	Step string
	Argv []string
}

// wait is an act that the version waits for, and whose it is.
type wait struct {
	Text, Role string
	Who        []string // persons
	Not        []string
}

func (p *Part) review(v *frame.Visit) error {
	s, err := p.system(v, "/review")
	if err != nil {
		return err
	}
	if !s.MayReview {
		wish := door.Wish{Permission: matrix.PlanConfidential, Verb: matrix.Read, On: s.on}
		return p.Door.Admit(v.Context(), v.Actor(), "page.visit", v.Request.Pattern, wish)
	}
	what, err := p.shown(v, s)
	if err != nil {
		return err
	}
	hash := what.plan.Hash()
	out := &reviewPage{
		system: s, Label: dash(what.plan.PlanVersion), Standing: string(s.standing.State(hash)), Version: hash, Difference: what.review.Difference,
		Unresolved: what.unresolved, Seen: what.seen(), Times: promised(v, what.plan),
		Other: v.Query("version") != "" && v.Query("version") != hash,
	}
	out.Badge, out.Settled = badge(out.Standing), out.Standing == "in_force"
	if what.review.Against != "" {
		out.Against = dash(s.labelOf(p, v, what.review.Against))
	}
	for _, c := range what.review.Commands {
		out.Commands = append(out.Commands, command{s.titleOf(what.plan, c.Step), c.Argv})
	}
	for _, a := range slices.Backward(s.said) {
		if a.Version == hash {
			out.Said = append(out.Said, told(v, a))
		}
	}
	out.Waits = s.waits(v, hash)
	out.Checks = s.checks(v, what.plan)
	for _, section := range sections() {
		out.Sections = append(out.Sections, option{section, v.Texts.Say("systems.section." + section)})
	}
	out.offers(v, s, what)
	return v.Show("systems/review", out)
}

// labelOf is what its author called a version.
func (s *system) labelOf(p *Part, v *frame.Visit, hash string) string {
	one, err := p.Register.VersionPlan(v.Context(), hash)
	if err != nil {
		return hash[:min(12, len(hash))]
	}
	return cmp.Or(one.PlanVersion, hash[:min(12, len(hash))])
}

// titleOf is a step by its title.
func (s *system) titleOf(of *plan.Plan, id string) string {
	for _, x := range slices.Concat(of.Recovery.Steps, of.Recovery.SecuritySteps, of.Recovery.Cleanup) {
		if x.ID == id {
			return x.Title
		}
	}
	return id
}

// promised are the times that are accepted with the version.
func promised(v *frame.Visit, p *plan.Plan) []fact {
	t, o := v.Texts, p.Objectives
	return []fact{{t.Say("systems.mtpd"), length(t, o.MTPD)}, {t.Say("systems.rto"), length(t, o.RTO)}, {t.Say("systems.rpo"), length(t, o.RPO)}}
}

// waits are the acts that the version waits for, each with those who could do it.
func (s *system) waits(v *frame.Visit, hash string) (list []wait) {
	for _, need := range s.standing.Next(hash) {
		one := wait{Text: v.Texts.Say("systems.wait." + string(need.Kind)), Role: v.Texts.Word("help.role", string(need.Role)), Not: need.Not}
		for _, id := range v.Book.Holding(need.Role, s.on.Scope, v.Now) {
			if !slices.Contains(need.Not, id) {
				one.Who = append(one.Who, id)
			}
		}
		list = append(list, one)
	}
	return list
}

// checks are what can be said of the version before it holds: that its chain brings
// it back in time by plan, and what the rules say of the system now.
func (s *system) checks(v *frame.Visit, draft *plan.Plan) (list []finding) {
	t, set := v.Texts, *s.set
	set.Plans = slices.Clone(set.Plans)
	for i, one := range set.Plans {
		if one.ID == draft.ID {
			set.Plans[i] = draft
		}
	}
	graph, err := recovery.New(&set)
	var circle *recovery.CycleError
	switch {
	case errors.As(err, &circle):
		list = append(list, finding{Code: "C4", State: "breached", Text: t.Say("home.rule.C4"), Detail: circle.Error()})
	case err == nil:
		r, _ := graph.Forecast(nil).Of(draft.ID)
		state, text := "ok", t.Say("systems.check.in_time", minutes(t, r.PlannedFinish), length(t, draft.Objectives.RTO))
		if r.PlannedFinish+graph.Allowance() > r.RTO {
			state, text = "breached", t.Say("systems.check.late", minutes(t, r.PlannedFinish), minutes(t, graph.Allowance()), length(t, draft.Objectives.RTO))
		}
		list = append(list, finding{Code: "C2", State: state, Text: text})
	}
	if draft.StepsHash() != s.plan.StepsHash() {
		list = append(list, finding{State: "unmeasured", Text: t.Say("systems.check.steps")})
	}
	return append(list, s.findings(v)...)
}

// offers tells which acts the visitor is offered: those that the register would
// take from him now. So the author is never offered to approve.
func (out *reviewPage) offers(v *frame.Visit, s *system, what shown) {
	on := duty.About(what.plan, "")
	may := func(kind approval.Kind, p matrix.Permission, verb matrix.Verb) bool {
		basis, err := v.Book.Decide(v.Person.ID, p, verb, on, v.Now)
		if err != nil {
			return false
		}
		act := what.review.Act(kind, what.plan)
		act.System, act.Seq, act.By, act.At, act.Assurance = s.ID, s.standing.NextSeq(), basis, v.Now, v.Session.Assurance
		act.Claim, act.Reason, act.Comments = v.Person.ID, "?", []approval.Comment{{Text: "?"}}
		return s.standing.May(act) == nil
	}
	out.Author = slices.Contains(s.standing.Authors(), v.Person.ID)
	out.MaySubmit = may(approval.Submitted, matrix.PlanDraft, matrix.Write)
	out.MayReturn = may(approval.ChangesAsked, matrix.Objectives, matrix.Approve)
	out.MayWithdraw = may(approval.Withdrawn, matrix.PlanDraft, matrix.Write)
	if out.Seen == "" {
		return // nobody confirms what nobody can see
	}
	wanted := func(kind approval.Kind) bool {
		return slices.ContainsFunc(s.standing.Next(out.Version), func(n approval.Need) bool { return n.Kind == kind })
	}
	out.MayConfirm = (wanted(approval.Confirmed) || out.Settled) && may(approval.Confirmed, matrix.RecoverySteps, matrix.Confirm)
	out.MayAccept = wanted(approval.Accepted) && may(approval.Accepted, matrix.Objectives, matrix.Approve)
	out.MayApprove = may(approval.Approved, matrix.PlanVersion, matrix.Approve)
}

// saying makes the handler of one act on a version.
func (p *Part) saying(kind approval.Kind) func(*frame.Visit) error {
	return func(v *frame.Visit) error {
		s, err := p.system(v, "/review")
		if err != nil {
			return err
		}
		act, err := p.said(v, s, kind)
		if err == nil {
			err = p.Office.Say(v.Context(), v.Actor(), s.ID, act)
		}
		if err != nil {
			return v.Again(p.review, err)
		}
		return v.Go(s.Path+"/review", "systems."+string(kind))
	}
}

// said is the act that the form asks for. What rests on reading stands for exactly
// what the form was below: when that has changed since, nothing is said.
func (p *Part) said(v *frame.Visit, s *system, kind approval.Kind) (approval.Act, error) {
	what, err := p.shown(v, s)
	if err != nil {
		return approval.Act{}, err
	}
	if v.Field("version") != what.plan.Hash() {
		return approval.Act{}, frame.Wrong{Key: "systems.wrong.changed"}
	}
	act := what.review.Act(kind, what.plan)
	switch kind {
	case approval.Confirmed, approval.Accepted, approval.Approved:
		if what.seen() == "" || v.Field("seen") != what.seen() {
			return act, frame.Wrong{Key: "systems.wrong.changed"}
		}
	case approval.ChangesAsked:
		act.Shown = ""
		act.Comments = comments(v)
		if len(act.Comments) == 0 {
			return act, frame.Wrong{Key: "systems.wrong.comment"}
		}
	case approval.Withdrawn:
		act.Shown = ""
		if act.Reason = v.Field("reason"); act.Reason == "" {
			return act, frame.Wrong{Key: "systems.wrong.reason"}
		}
	case approval.Submitted:
		act.Shown = ""
		act.Claim, err = p.author(v, s.ID, act.Version)
	}
	return act, err
}

// author is who is said to have written a version, or took it over.
func (p *Part) author(v *frame.Visit, system, hash string) (claim string, err error) {
	if p.Author != nil {
		if claim, err = p.Author(v.Context(), system); err != nil || claim != "" {
			return claim, err
		}
	}
	rows, err := p.Register.Versions(v.Context(), system)
	if i := slices.IndexFunc(rows, func(row kept.Version) bool { return row.Hash == hash }); i >= 0 {
		claim = rows[i].AdoptedBy
	}
	return claim, err
}

// sections are the parts of a plan that a comment can be about.
func sections() []string {
	return []string{"owner", "objectives", "depends_on", "contacts", "workaround", "recovery", "backup", "drills", "other"}
}

// comments are what was written of each section.
func comments(v *frame.Visit) (list []approval.Comment) {
	for _, section := range sections() {
		if text := v.Field("comment-" + section); text != "" {
			list = append(list, approval.Comment{Section: section, Text: text})
		}
	}
	return list
}
