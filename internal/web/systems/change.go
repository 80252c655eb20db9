package systems

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"beredskab/internal/frame"
	"beredskab/internal/governance"
	"beredskab/internal/plan"
	"beredskab/internal/record"
)

// changePage is where somebody suggests a change of the plan, without knowing its
// file.
type changePage struct {
	*system
	Fields    []group
	Reason    string
	Shown     bool // the change stands below in sentences, and can be sent
	Sentences []string
	Warnings  []string
	Seen      string // digest of the file that it was made from, and of the one that it makes
	NoFile    bool   // the plan's file cannot be read here
	MaySend   bool
	Proposals []proposal
}

// group is the fields of one part of the plan.
type group struct {
	Title  string
	Fields []field
}

// field is one value of the plan that can be changed here.
type field struct {
	Name, Label, Hint, Value, Kind string
	Rows                           int
	path                           string
	was                            string
}

// proposal is a suggested change as the page lists it.
type proposal struct {
	ID, By, Reason, State, Badge, Path string
	At                                 time.Time
	Sentences                          []string
	MayEnd                             bool
}

// mostProposals is how many suggestions the page lists, the newest.
const mostProposals = 20

// source is the plan's file as it is.
type source struct {
	file string
	text []byte
	plan *plan.Plan
}

// errNoFile says that there is no file here that a change could be made of.
var errNoFile = errors.New("the plan's file cannot be read here")

func (p *Part) source(v *frame.Visit, s *system) (out source, err error) {
	if p.File == nil {
		return out, errNoFile
	}
	if out.file, out.text, err = p.File(v.Context(), s.ID); err != nil {
		return out, fmt.Errorf("%w: %w", errNoFile, err)
	}
	out.file = path.Base(out.file)
	read, problems := plan.Parse(out.file, out.text)
	if problems.Failed() {
		return out, fmt.Errorf("%w: %w", errNoFile, problems)
	}
	out.plan = read
	return out, nil
}

// change shows the form, or what was typed with what it would change.
func (p *Part) change(v *frame.Visit) error {
	s, err := p.system(v, "/change")
	if err != nil {
		return err
	}
	out := &changePage{system: s, MaySend: s.MayChange, Reason: v.Field("reason")}
	from, err := p.source(v, s)
	if err != nil && !errors.Is(err, errNoFile) {
		return err
	}
	out.NoFile = err != nil
	if out.MaySend && !out.NoFile {
		out.Fields = fields(v, from.plan)
		if v.Request.Method == "POST" {
			out.typed(v)
			if made, err := p.made(v, s, from); err == nil {
				out.Shown, out.Sentences, out.Seen, out.Warnings = true, made.sentences, made.seen, made.warnings
			}
		}
	}
	if out.Proposals, err = p.proposals(v, s); err != nil {
		return err
	}
	return v.Show("systems/change", out)
}

// fields are the values of the plan that its owner may want to change. What the file
// does not say yet is written into the file itself.
func fields(v *frame.Visit, p *plan.Plan) []group {
	t := v.Texts
	hint := t.Say("systems.change.length")
	times := group{Title: t.Say("systems.times"), Fields: []field{
		{Name: "mtpd", Label: t.Say("systems.mtpd"), Hint: hint, was: p.Objectives.MTPD.String(), path: "objectives.mtpd"},
		{Name: "rto", Label: t.Say("systems.rto"), Hint: hint, was: p.Objectives.RTO.String(), path: "objectives.rto"},
		{Name: "rpo", Label: t.Say("systems.rpo"), Hint: hint, was: p.Objectives.RPO.String(), path: "objectives.rpo"},
	}}
	people := group{Title: t.Say("systems.section.owner")}
	if p.Owner.Mailbox != "" {
		people.Fields = append(people.Fields, field{Name: "owner-mailbox", Label: t.Say("systems.change.mailbox"), was: p.Owner.Mailbox, path: "owner.mailbox"})
	}
	if p.Owner.Deputy != "" {
		people.Fields = append(people.Fields, field{Name: "owner-deputy", Label: t.Say("systems.fact.deputy"), was: p.Owner.Deputy, path: "owner.deputy"})
	}
	for i, c := range p.Contacts {
		for _, one := range []struct{ key, value string }{{"mailbox", c.Mailbox}, {"phone", c.Phone}, {"hours", c.Hours}} {
			if one.value != "" {
				people.Fields = append(people.Fields, field{
					Name: fmt.Sprintf("contact-%d-%s", i, one.key), Label: t.Say("systems.change.contact."+one.key, c.Role), was: one.value, path: fmt.Sprintf("contacts[%d].%s", i, one.key),
				})
			}
		}
	}
	work := group{Title: t.Say("systems.workaround")}
	if w := p.Workaround; w != nil && len(w.Steps) > 0 {
		work.Fields = []field{{Name: "workaround", Kind: "textarea", Rows: len(w.Steps) + 2, Label: t.Say("systems.change.workaround"), Hint: t.Say("systems.change.lines"), was: strings.Join(w.Steps, "\n"), path: "workaround.steps"}}
	}
	steps := group{Title: t.Say("systems.change.estimates")}
	for i, x := range p.Recovery.Steps {
		if x.Estimate > 0 {
			steps.Fields = append(steps.Fields, field{Name: fmt.Sprintf("estimate-%d", i), Label: x.Title, Hint: hint, was: x.Estimate.String(), path: fmt.Sprintf("recovery.steps[%d].estimate", i)})
		}
	}
	var list []group
	for _, g := range []group{times, people, work, steps} {
		for i := range g.Fields {
			g.Fields[i].Value, g.Fields[i].Kind = g.Fields[i].was, cmp.Or(g.Fields[i].Kind, "text")
		}
		if len(g.Fields) > 0 {
			list = append(list, g)
		}
	}
	return list
}

// typed puts what was sent into the form.
func (c *changePage) typed(v *frame.Visit) {
	for _, g := range c.Fields {
		for i := range g.Fields {
			if _, sent := v.Request.PostForm[g.Fields[i].Name]; sent {
				g.Fields[i].Value = v.Field(g.Fields[i].Name)
			}
		}
	}
}

// made is the file as it would be, and what that changes.
type made struct {
	text      []byte
	sentences []string
	warnings  []string
	seen      string
}

// made makes it of what was typed. Every value that is not changed stays as it is
// written.
func (p *Part) made(v *frame.Visit, s *system, from source) (out made, err error) {
	values := map[string]string{}
	for _, g := range fields(v, from.plan) {
		for _, f := range g.Fields {
			value := strings.ReplaceAll(v.Field(f.Name), "\r", "")
			if _, sent := v.Request.PostForm[f.Name]; !sent || value == f.was {
				continue
			}
			if value == "" {
				return out, frame.Wrong{Key: "systems.wrong.empty", Values: []any{f.Label}}
			}
			if f.Kind == "textarea" {
				value = strings.Join(lines(value), "\n")
			} else if isLength(f.path) {
				if _, err := plan.ParseDuration(value); err != nil {
					return out, frame.Wrong{Key: "systems.wrong.length", Values: []any{f.Label, value}}
				}
			}
			values[f.path] = value
		}
	}
	if len(values) == 0 {
		return out, frame.Wrong{Key: "systems.wrong.same"}
	}
	if out.text, err = from.plan.Rewrite(from.text, values); err != nil {
		return out, err
	}
	draft, problems := plan.Parse(from.file, out.text)
	if problems.Failed() {
		return out, problems
	}
	out.sentences = plan.Diff(from.plan, draft, v.Texts.Lang)
	if len(out.sentences) == 0 {
		return out, frame.Wrong{Key: "systems.wrong.same"}
	}
	for _, c := range s.checks(v, draft) {
		if c.State == "breached" && (c.Code == "C2" || c.Code == "C4") {
			out.warnings = append(out.warnings, c.Text)
		}
	}
	if draft.StepsHash() != from.plan.StepsHash() {
		out.warnings = append(out.warnings, v.Texts.Say("systems.check.steps"))
	}
	out.seen = digest(append([]byte(digest(from.text)), out.text...))
	return out, nil
}

func isLength(path string) bool {
	return strings.HasPrefix(path, "objectives.") || strings.HasSuffix(path, ".estimate")
}

func lines(text string) (list []string) {
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// propose shows what was typed as sentences and, once those were read, keeps it as a
// proposal.
func (p *Part) propose(v *frame.Visit) error {
	s, err := p.system(v, "/change")
	if err != nil {
		return err
	}
	if err := p.Door.Admit(v.Context(), v.Actor(), "plan.propose", s.ID, s.drafting()); err != nil {
		return v.Again(p.change, err)
	}
	from, err := p.source(v, s)
	if errors.Is(err, errNoFile) {
		return v.Again(p.change, frame.Wrong{Key: "systems.wrong.no_file"})
	} else if err != nil {
		return err
	}
	what, err := p.made(v, s, from)
	switch {
	case err != nil:
		return v.Again(p.change, err)
	case v.Field("reason") == "":
		return v.Again(p.change, frame.Wrong{Key: "systems.wrong.why"})
	case v.Field("seen") == "":
		return p.change(v) // to be read first
	case v.Field("seen") != what.seen:
		return v.Again(p.change, frame.Wrong{Key: "systems.wrong.read_again"})
	}
	_, err = p.Office.Propose(v.Context(), v.Actor(), governance.Proposal{
		System: s.ID, File: from.file, Base: digest(from.text), Text: string(what.text), Sentences: what.sentences, Reason: v.Field("reason"),
	})
	if err != nil {
		return v.Again(p.change, err)
	}
	return v.Go(s.Path+"/change", "systems.proposed")
}

// withdraw takes a proposal back.
func (p *Part) withdraw(v *frame.Visit) error {
	held, err := p.Office.Proposal(v.Context(), v.Path("proposal"))
	if err != nil {
		return err
	}
	path := "/systems/" + held.System + "/change"
	if held.System != v.Path("system") {
		return v.Go(path, "")
	}
	if err := p.Office.WithdrawProposal(v.Context(), v.Actor(), held.ID); err != nil {
		return v.Again(p.change, err)
	}
	return v.Go(path, "systems.proposal_withdrawn")
}

// proposals are those that were made for the system, newest first, for whoever may
// read all of the plan.
func (p *Part) proposals(v *frame.Visit, s *system) (list []proposal, err error) {
	if !s.MayReview {
		return nil, nil
	}
	all, err := p.Office.Proposals(v.Context(), record.Filter{System: s.ID, Limit: mostProposals})
	for _, one := range all {
		badge := map[string]string{"open": "waiting", "taken": "done"}[one.State]
		list = append(list, proposal{
			ID: one.ID, By: one.By.Person, Reason: one.Reason, State: one.State, Badge: cmp.Or(badge, "closed"), At: one.At, Sentences: one.Sentences,
			Path: s.Path + "/change/" + one.ID + "/withdraw", MayEnd: one.Open() && s.MayChange,
		})
	}
	return list, err
}
