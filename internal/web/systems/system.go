package systems

import (
	"fmt"
	"net/url"
	"slices"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/check"
	"beredskab/internal/door"
	"beredskab/internal/duty"
	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/rights"
)

// system is one system as every page about it begins with it.
type system struct {
	ID, Name, Path string
	State          string // of its promise
	Ready          bool
	Points         int
	Class          string
	Version        string // in a sentence: which it is, and what was said of it
	Hash           string
	InForce        bool
	Old            bool   // somebody asked for another version than the one that counts
	Draft          string // where the version on its way, or the changed file, can be read
	Pending        bool   // it is on its way
	Tabs           []tab
	MayStart       bool
	MayChange      bool // suggest a change
	MayReview      bool // which shows everything that the plan says

	plan     *plan.Plan // the version that is shown
	held     *plan.Plan // what the files hold
	on       rights.Object
	standing *approval.Standing
	said     []approval.Act
	*state
}

type tab struct {
	Path, Text string
	Here       bool
}

// system reads what the page is about; the version in force, or of a system without
// one the newest, unless the address names another.
func (p *Part) system(v *frame.Visit, here string) (*system, error) {
	s, err := p.now(v)
	if err != nil {
		return nil, err
	}
	id := v.Path("system")
	one, known := s.set.Plan(id)
	if !known {
		return nil, fmt.Errorf("system %q: %w", id, kept.ErrNotFound)
	}
	out := &system{ID: id, Name: one.Name, Path: "/systems/" + url.PathEscape(id), State: s.promise(id), Ready: s.ready[id].Counts(), Points: s.ready[id].Total, plan: one, state: s}
	if out.standing, err = p.Office.Standing(v.Context(), id, time.Time{}); err != nil {
		return nil, err
	}
	if out.said, err = p.Office.Said(v.Context(), id); err != nil {
		return nil, err
	}
	if err := p.drafted(v, out); err != nil {
		return nil, err
	}
	if asked := v.Query("version"); asked != "" && here != "/review" && asked != one.Hash() {
		if out.plan, err = p.Register.VersionPlan(v.Context(), asked); err != nil {
			return nil, err
		}
		if out.plan.ID != id {
			return nil, fmt.Errorf("version %.12s of %s: %w", asked, id, kept.ErrNotFound)
		}
		out.Old = true
	}
	out.on = duty.About(out.held, "")
	out.Hash, out.Class = out.plan.Hash(), v.Texts.Say(fmt.Sprintf("systems.class.%d", out.plan.RecoveryClass))
	out.Version, out.InForce = out.versionLine(v)
	out.MayStart = v.May(matrix.Drill, matrix.Execute, out.on)
	out.MayReview = len(out.held.Confidential) == 0 || out.cleared(v)
	out.MayChange = out.MayReview && v.May(matrix.PlanDraft, matrix.Write, out.on)
	out.tabs(v, here)
	return out, nil
}

// drafted finds the version that the files hold, where it is another than the one
// in force.
func (p *Part) drafted(v *frame.Visit, out *system) error {
	files, err := p.Register.Set(v.Context())
	if err != nil {
		return err
	}
	current, _, inForce := out.standing.InForce()
	out.held = out.plan
	if one, known := files.Plan(out.ID); known {
		out.held = one
	}
	switch pending := out.standing.Pending(); {
	case pending != "":
		out.Draft, out.Pending = out.Path+"/review", true
	case !inForce || current != out.held.Hash():
		out.Draft = out.Path + "/review"
	}
	return nil
}

// versionLine says which version it is and by whom it was approved.
func (s *system) versionLine(v *frame.Visit) (line string, inForce bool) {
	t, hash := v.Texts, s.plan.Hash()
	label := dash(s.plan.PlanVersion)
	current, since, ok := s.standing.InForce()
	if !ok || current != hash {
		return t.Say("systems.version.not", label, t.Word("systems.standing", string(s.standing.State(hash)))), false
	}
	by := "–"
	if i := s.last(approval.Approved, hash); i >= 0 {
		by = v.Book.Name(s.said[i].By.Person)
	}
	return t.Say("systems.version.in_force", label, t.Date(since), by), true
}

// last is the place of the newest act of that kind on that version; -1: none.
func (s *system) last(kind approval.Kind, hash string) int {
	for i, a := range slices.Backward(s.said) {
		if a.Kind == kind && a.Version == hash {
			return i
		}
	}
	return -1
}

func (s *system) tabs(v *frame.Visit, here string) {
	query := ""
	if s.Old {
		query = "?version=" + s.Hash
	}
	for _, one := range []struct {
		path, key string
		count     int
	}{
		{"", "plan", 0},
		{"/steps", "steps", len(s.plan.Recovery.Steps) + len(s.plan.Recovery.SecuritySteps)},
		{"/dependencies", "dependencies", 0},
		{"/drills", "drills", 0},
		{"/actions", "actions", s.open[s.ID]},
		{"/history", "history", 0},
		{"/readiness", "readiness", 0},
	} {
		text := v.Texts.Say("systems.tab." + one.key)
		if one.count > 0 {
			text = fmt.Sprintf("%s (%d)", text, one.count)
		}
		path := s.Path + one.path
		if one.path == "" || one.path == "/steps" {
			path += query
		}
		s.Tabs = append(s.Tabs, tab{path, text, here == one.path})
	}
}

// role is who fills a role of the plan, by the words of the organisation.
func (s *system) role(id string) string {
	if id == "" {
		return "–"
	}
	return s.set.Organisation.Reach(id, s.plan).Role
}

// confidential tells whether a part of the plan is kept from the visitor.
func (s *system) confidential(v *frame.Visit, section string) bool {
	return slices.Contains(s.plan.Confidential, section) && !s.cleared(v)
}

// cleared tells whether the visitor may read the confidential parts.
func (s *system) cleared(v *frame.Visit) bool {
	return v.May(matrix.PlanConfidential, matrix.Read, s.on)
}

// drafting is the wish to write the draft of the plan.
func (s *system) drafting() door.Wish {
	return door.Wish{Permission: matrix.PlanDraft, Verb: matrix.Write, On: s.on}
}

// finding is a rule that the system does not keep.
type finding struct {
	Code, Text, State string
	Detail            string // the program's own words
	At                time.Time
}

// broken are the rules that the system breaks, each once, as a sentence lists them.
func (s *system) broken(v *frame.Visit) string {
	var texts []string
	for _, f := range s.findings(v) {
		if f.State == string(check.Breached) && !slices.Contains(texts, f.Text) {
			texts = append(texts, f.Text)
		}
	}
	return v.Texts.Join(texts)
}

// findings are what the rules say of the system, the gravest first.
func (s *system) findings(v *frame.Visit) (list []finding) {
	for _, f := range s.report.Findings {
		if f.System == s.ID && f.State != check.OK {
			list = append(list, finding{Code: f.Code, Text: v.Texts.Say("home.rule." + f.Code), State: string(f.State), Detail: f.Message})
		}
	}
	return list
}
