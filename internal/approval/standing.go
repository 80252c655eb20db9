package approval

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"beredskab/internal/matrix"
	"beredskab/internal/rights"
)

// State is where a version stands.
type State string

// The states of a version. An approval is for one hash: a changed plan is another
// version, and nothing is carried over to it.
const (
	stateDraft     State = "draft"      // kladde: not submitted, sent back, or overtaken by a newer one
	stateToConfirm State = "to_confirm" // til bekræftelse: the owner has not confirmed or not accepted
	stateToApprove State = "to_approve" // til godkendelse
	stateInForce   State = "in_force"   // gældende
	stateRetired   State = "retired"    // udgået: was in force
)

// ErrNotNow says that an act does not fit the state of the version.
var ErrNotNow = errors.New("not now")

// Period is when one version was in force. To is zero when it still is.
type Period struct {
	Version  string
	From, To time.Time
}

// Need is one act that a version waits for, and whose it is.
type Need struct {
	Kind Kind
	Role matrix.Role
	Not  []string // persons who must not be the ones
}

// Standing is how the versions of one system stand at a moment. The zero value is
// no standing; make it with Of.
type Standing struct {
	system   string
	versions map[string]Version
	pending  pending
	periods  []Period
	reviewed time.Time // newest confirmation of the version in force
	seq      int       // of the newest act there is
	began    time.Time // of the first act there is
}

// pending is the one version that is on its way.
type pending struct {
	hash                string
	authors             []string
	confirmed, accepted time.Time
}

// Of replays the acts on one system, in the order in which they were said, up to
// and with that moment. An act that breaks a rule counts for nothing, even when it
// stands in the register. What was said later never changes the answer: when the
// clock has gone back, an act counts from the moment of the one before it. Without
// a moment all that was said counts: so it is for deciding the next act.
func Of(system string, acts []Act, versions []Version, at time.Time) *Standing {
	s := &Standing{system: system, versions: map[string]Version{}}
	for _, v := range versions {
		if v.System == system {
			s.versions[v.Hash] = v
		}
	}
	if said := func(a, b Act) int { return cmp.Compare(a.Seq, b.Seq) }; !slices.IsSortedFunc(acts, said) {
		acts = slices.SortedStableFunc(slices.Values(acts), said)
	}
	var clock time.Time
	for _, a := range acts {
		if a.System != system {
			continue
		}
		if s.seq = a.Seq; s.began.IsZero() {
			s.began = a.At
		}
		if a.At.After(clock) {
			clock = a.At
		}
		if (at.IsZero() || !clock.After(at)) && s.May(a) == nil {
			s.apply(a, clock)
		}
	}
	return s
}

// Began is when something was first said of the system's plan; zero: nothing was.
func (s *Standing) Began() time.Time { return s.began }

// NextSeq is the number of the next act.
func (s *Standing) NextSeq() int { return s.seq + 1 }

// InForce is the version in force and since when; ok is false when there is none.
func (s *Standing) InForce() (hash string, since time.Time, ok bool) {
	if n := len(s.periods); n > 0 && s.periods[n-1].To.IsZero() {
		return s.periods[n-1].Version, s.periods[n-1].From, true
	}
	return "", time.Time{}, false
}

// Pending is the version on its way to approval; empty when there is none.
func (s *Standing) Pending() string { return s.pending.hash }

// Authors may not approve the version on its way.
func (s *Standing) Authors() []string { return slices.Clone(s.pending.authors) }

// Reviewed is when the owner last confirmed the version in force (G2).
func (s *Standing) Reviewed() time.Time { return s.reviewed }

// Periods are when which version was in force, oldest first, without overlap.
func (s *Standing) Periods() []Period { return slices.Clone(s.periods) }

// State is where that version stands.
func (s *Standing) State(hash string) State {
	if current, _, ok := s.InForce(); ok && current == hash {
		return stateInForce
	}
	switch {
	case hash != "" && hash == s.pending.hash && s.pending.ready():
		return stateToApprove
	case hash != "" && hash == s.pending.hash:
		return stateToConfirm
	case slices.ContainsFunc(s.periods, func(p Period) bool { return p.Version == hash }):
		return stateRetired
	}
	return stateDraft
}

func (p pending) ready() bool { return !p.confirmed.IsZero() && !p.accepted.IsZero() }

// Next says what that version waits for; nothing when it is in force or retired.
func (s *Standing) Next(hash string) (needs []Need) {
	switch s.State(hash) {
	case stateDraft:
		needs = append(needs, Need{Kind: Submitted, Role: matrix.Coordinator})
	case stateToConfirm:
		if s.pending.confirmed.IsZero() {
			needs = append(needs, Need{Kind: Confirmed, Role: matrix.SystemOwner})
		}
		if s.pending.accepted.IsZero() {
			needs = append(needs, Need{Kind: Accepted, Role: matrix.SystemOwner})
		}
	case stateToApprove:
		needs = append(needs, Need{Kind: Approved, Role: matrix.ITManager, Not: s.Authors()})
	}
	return needs
}

// apply carries out an act that May allows.
func (s *Standing) apply(a Act, at time.Time) {
	switch a.Kind {
	case Submitted:
		s.pending = pending{}
		if s.State(a.Version) != stateInForce { // The files were turned back to what is in force.
			s.pending = pending{hash: a.Version, authors: a.wrote()}
		}
	case Confirmed:
		if a.Version == s.pending.hash {
			s.pending.confirmed = at
		} else {
			s.reviewed = at
		}
	case Accepted:
		s.pending.accepted = at
	case Approved:
		s.end(at)
		s.periods = append(s.periods, Period{Version: a.Version, From: at})
		s.reviewed, s.pending = s.pending.confirmed, pending{}
	case ChangesAsked, Withdrawn:
		s.pending = pending{}
	case Retired:
		s.end(at)
	}
}

// end closes the period that runs.
func (s *Standing) end(at time.Time) {
	if n := len(s.periods); n > 0 && s.periods[n-1].To.IsZero() {
		s.periods[n-1].To, s.reviewed = at, time.Time{}
	}
}

// May says why that act cannot be done now, in a sentence. The error wraps
// rights.ErrNotAllowed where another person must do it, and ErrNotNow where the
// version is not in the state for it. Whether the person has the role that his
// basis names is for rights to decide.
func (s *Standing) May(a Act) error {
	if err := a.check(); err != nil {
		return fmt.Errorf("%s of %s: %w", a.Kind, a.System, err)
	}
	if v, known := s.versions[a.Version]; !known || a.System != s.system {
		return fmt.Errorf("%s of %s: there is no version %s: adopt the plan first: %w", a.Kind, a.System, short(a.Version), ErrNotNow)
	} else if a.Kind == Accepted && *a.Values != v.Objectives {
		return fmt.Errorf("the times that were shown are not those of version %s of %s: look at it again: %w", short(a.Version), a.System, ErrNotNow)
	}
	if err := s.fits(a); err != nil {
		return err
	}
	return s.mayBe(a)
}

// fits tells whether the version is in the state for the act.
func (s *Standing) fits(a Act) error {
	state := s.State(a.Version)
	waits := state == stateToConfirm || state == stateToApprove
	current, _, _ := s.InForce()
	why := ""
	switch {
	case a.Kind == Submitted && waits:
		why = "it has been submitted already"
	case a.Kind == Submitted && state == stateInForce && s.pending.hash == "":
		why = "there is nothing to submit"
	case a.Kind == Confirmed && !waits && state != stateInForce,
		(a.Kind == Accepted || a.Kind == ChangesAsked || a.Kind == Withdrawn) && !waits:
		why = "only a version that was submitted can be " + string(a.Kind)
	case a.Kind == Approved && state != stateToApprove:
		why = "approval comes after the owner has confirmed it and its MTPD, RTO and RPO are accepted"
	case a.Kind == Retired && state != stateInForce:
		why = "only the version in force can be retired"
	case a.Kind == Approved && a.Review.Against != current:
		why = "it was compared with another version than the one in force: look at the difference again"
	default:
		return nil
	}
	return fmt.Errorf("version %s of %s is %s: %s: %w", short(a.Version), a.System, state, why, ErrNotNow)
}

// mayBe tells whether the act is that person's.
func (s *Standing) mayBe(a Act) error {
	var roles []matrix.Role
	switch a.Kind {
	case Submitted:
		return nil
	case Confirmed:
		roles = []matrix.Role{matrix.SystemOwner}
	case Accepted, ChangesAsked:
		roles = []matrix.Role{matrix.SystemOwner, matrix.ITManager}
	case Approved, Retired:
		roles = []matrix.Role{matrix.ITManager}
	}
	switch {
	case a.By.Ungoverned:
		return fmt.Errorf("%s needs people with roles, and none is registered: register an administrator first: %w", a.Kind, rights.ErrNotAllowed)
	case len(roles) > 0 && !slices.Contains(roles, a.By.Role):
		return fmt.Errorf("a version is %s by the %s, and you act as %s: %w", a.Kind, titles(roles), cmp.Or(a.By.Role.Title(), "nobody"), rights.ErrNotAllowed)
	case a.Kind != Approved:
		return nil
	case slices.Contains(s.pending.authors, a.By.Person):
		return fmt.Errorf("version %s of %s is yours, and nobody approves what he wrote himself: ask another IT manager or the deputy: %w",
			short(a.Version), a.System, rights.ErrNotAllowed)
	case a.By.Delegation != "" && slices.Contains(s.pending.authors, a.By.OnBehalfOf):
		return fmt.Errorf("version %s of %s is %s's, and nobody approves it in his name: ask another IT manager or the deputy: %w",
			short(a.Version), a.System, a.By.OnBehalfOf, rights.ErrNotAllowed)
	}
	return nil
}

func titles(roles []matrix.Role) string {
	text := roles[0].Title()
	for _, r := range roles[1:] {
		text += " or the " + r.Title()
	}
	return text
}

// short is what people see of a hash.
func short(hash string) string { return hash[:min(12, len(hash))] }
