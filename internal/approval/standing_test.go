package approval

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/matrix"
	"beredskab/internal/record"
	"beredskab/internal/rights"
)

// The people of the tests: what they act as.
func owner() rights.Basis       { return rights.Basis{Person: "p-2", Role: matrix.SystemOwner} }
func itManager() rights.Basis   { return rights.Basis{Person: "p-1", Role: matrix.ITManager} }
func coordinator() rights.Basis { return rights.Basis{Person: "p-3", Role: matrix.Coordinator} }

func hash(name string) string { return Digest(name) }

func promise() Objectives { return Objectives{MTPD: 2880, RTO: 1440, RPO: 240} }

func versions() (list []Version) {
	for _, name := range []string{"a", "b", "c"} {
		list = append(list, Version{System: "esdh", Hash: hash(name), Class: 2, Objectives: promise()})
	}
	return list
}

func hour(n int) time.Time { return time.Date(2026, 3, 1, n, 0, 0, 0, time.UTC) }

// story is acts as they are said one after the other, an hour apart.
type story struct {
	t    *testing.T
	acts []Act
}

func (s *story) now() *Standing { return Of("esdh", s.acts, versions(), time.Time{}) }

// act fills in what the kind needs; change may spoil it.
func (s *story) act(kind Kind, version string, by rights.Basis, change ...func(*Act)) Act {
	now := s.now()
	a := Act{
		System: "esdh", Seq: now.NextSeq(), Kind: kind, Version: hash(version), By: by, At: hour(now.NextSeq()), Assurance: "login",
		Shown: Digest("the page"),
	}
	switch kind {
	case Accepted:
		values := promise()
		a.Values = &values
	case Approved:
		current, _, _ := now.InForce()
		a.Review = &Review{Against: current, Difference: []string{"Timeout: 2h → 3h"}, Commands: []Command{{"s1", []string{"/bin/restore", "esdh"}}}}
		a.Shown = a.Review.Digest()
	case ChangesAsked:
		a.Comments = []Comment{{"recovery", "Trin 3 mangler"}}
	case Withdrawn, Retired:
		a.Reason = "en grund"
	}
	for _, c := range change {
		c(&a)
	}
	return a
}

// says adds an act that must be allowed.
func (s *story) says(kind Kind, version string, by rights.Basis, change ...func(*Act)) {
	s.t.Helper()
	a := s.act(kind, version, by, change...)
	if err := s.now().May(a); err != nil {
		s.t.Fatalf("%s %s: %v", kind, version, err)
	}
	s.acts = append(s.acts, a)
}

// toApprove brings a version as far as the owner can, written by the coordinator.
func (s *story) toApprove(version string) {
	s.t.Helper()
	s.says(Submitted, version, coordinator())
	s.says(Confirmed, version, owner())
	s.says(Accepted, version, owner())
}

// TestTheWayIntoForce follows two versions through every state, and back in time.
func TestTheWayIntoForce(t *testing.T) {
	s := &story{t: t}
	want := func(states string, needs string) {
		t.Helper()
		now := s.now()
		got := fmt.Sprint(now.State(hash("a")), " ", now.State(hash("b")))
		next := []string{}
		for _, n := range slices.Concat(now.Next(hash("a")), now.Next(hash("b"))) {
			next = append(next, fmt.Sprint(n.Kind, " by ", n.Role, n.Not))
		}
		if got != states || strings.Join(next, ", ") != needs {
			t.Errorf("states %s, want %s\nneeds %s\nwant  %s", got, states, strings.Join(next, ", "), needs)
		}
	}
	s.says(Submitted, "a", coordinator()) // hour 1
	want("to_confirm draft", "confirmed by system_owner[], accepted by system_owner[], submitted by coordinator[]")
	s.says(Confirmed, "a", owner())
	want("to_confirm draft", "accepted by system_owner[], submitted by coordinator[]")
	s.says(Accepted, "a", owner())
	want("to_approve draft", "approved by it_manager[p-3], submitted by coordinator[]")
	s.says(Approved, "a", itManager()) // hour 4
	want("in_force draft", "submitted by coordinator[]")
	s.toApprove("b") // hours 5 to 7
	want("in_force to_approve", "approved by it_manager[p-3]")
	s.says(ChangesAsked, "b", itManager())
	want("in_force draft", "submitted by coordinator[]")
	s.toApprove("b")                   // hours 9 to 11
	s.says(Approved, "b", itManager()) // hour 12
	want("retired in_force", "")
	s.says(Confirmed, "b", owner()) // hour 13, the yearly review
	if at := s.now().Reviewed(); !at.Equal(hour(13)) {
		t.Errorf("reviewed at %s", at)
	}
	s.says(Retired, "b", itManager()) // hour 14
	want("retired retired", "")

	for at, name := range map[int]string{3: "", 4: "a", 11: "a", 12: "b", 13: "b", 14: "", 99: ""} {
		got, _, ok := Of("esdh", s.acts, versions(), hour(at)).InForce()
		if ok != (name != "") || ok && got != hash(name) {
			t.Errorf("as of hour %d: %q", at, got)
		}
	}
	if got, want := s.now().Periods(), []Period{{hash("a"), hour(4), hour(12)}, {hash("b"), hour(12), hour(14)}}; !slices.Equal(got, want) {
		t.Errorf("periods %v", got)
	}
	if at := s.now().Reviewed(); !at.IsZero() {
		t.Errorf("nothing is in force, and was reviewed at %s", at)
	}
}

// TestANewVersionOvertakes holds that what was said of one hash helps no other, and
// that a version that the files have left behind can no more be approved.
func TestANewVersionOvertakes(t *testing.T) {
	s := &story{t: t}
	s.toApprove("a")
	s.says(Submitted, "b", coordinator())
	if now := s.now(); now.State(hash("a")) != stateDraft || now.State(hash("b")) != stateToConfirm || now.Pending() != hash("b") {
		t.Error("the older version was not overtaken, or carried something over")
	}
	s.says(Submitted, "a", coordinator())
	if now := s.now(); now.State(hash("a")) != stateToConfirm {
		t.Error("a version that comes back starts anew")
	}
	s.says(Confirmed, "a", owner())
	s.says(Accepted, "a", itManager())
	s.says(Approved, "a", itManager())
	s.says(Submitted, "b", coordinator())
	s.says(Submitted, "a", coordinator())
	if now := s.now(); now.State(hash("a")) != stateInForce || now.Pending() != "" {
		t.Error("files that turn back to what is in force leave nothing pending")
	}
	s.toApprove("b")
	s.says(Approved, "b", itManager())
	s.toApprove("a")
	s.says(Approved, "a", itManager())
	if hash("a") != s.now().Periods()[2].Version {
		t.Error("an older version can come into force again, with acts of its own")
	}
	s.says(Submitted, "c", coordinator())
	s.says(Withdrawn, "c", coordinator())
	if s.now().State(hash("c")) != stateDraft {
		t.Error("withdrawn")
	}
}

// TestMay holds what is refused, and that the sentence says whose or what it is.
func TestMay(t *testing.T) {
	delegate := func(of string) rights.Basis {
		return rights.Basis{Person: "p-7", Role: matrix.ITManager, Delegation: "d", OnBehalfOf: of}
	}
	deputy := rights.Basis{Person: "p-9", Role: matrix.ITManager, OnBehalfOf: "p-1"}
	byITManager := func(a *Act) { a.By, a.Claim = itManager(), "Somebody Else <else@example.dk>" }
	behind := func(s *story) { s.says(Submitted, "b", coordinator()); s.resubmit(byITManager) }
	nothing := func(s *story) { s.acts = nil }
	program := rights.Basis{Person: "system", Role: matrix.Service}
	for name, c := range map[string]attempt{
		"approved by another":          {nil, Approved, itManager(), nil, nil, ""},
		"approved by the author":       {nil, Approved, rights.Basis{Person: "p-3", Role: matrix.ITManager}, nil, rights.ErrNotAllowed, "is yours, and nobody approves what he wrote"},
		"for somebody":                 {nil, Approved, delegate("p-1"), nil, nil, ""},
		"in the author's name":         {nil, Approved, delegate("p-3"), nil, rights.ErrNotAllowed, "is p-3's"},
		"behind a false claim":         {behind, Approved, itManager(), nil, rights.ErrNotAllowed, "is yours"},
		"by the author's deputy":       {behind, Approved, deputy, nil, nil, ""},
		"approved by the owner":        {nil, Approved, owner(), nil, rights.ErrNotAllowed, "a version is approved by the IT manager, and you act as system owner"},
		"nobody registered":            {nil, Approved, rights.Basis{Person: "anna", Ungoverned: true}, nil, rights.ErrNotAllowed, "register an administrator first"},
		"before it is confirmed":       {func(s *story) { s.acts = s.acts[:1] }, Approved, itManager(), nil, ErrNotNow, "is to_confirm: approval comes after"},
		"of another system":            {nil, Approved, itManager(), func(a *Act) { a.System = "gis" }, ErrNotNow, "there is no version"},
		"of no version":                {nil, Confirmed, owner(), func(a *Act) { a.Version = hash("z") }, ErrNotNow, "adopt the plan first"},
		"another difference":           {nil, Approved, itManager(), func(a *Act) { a.Review.Against = hash("c"); a.Shown = a.Review.Digest() }, ErrNotNow, "look at the difference again"},
		"another text":                 {nil, Approved, itManager(), func(a *Act) { a.Review.Commands[0].Argv[1] = "gis" }, errAny, "and their digest"},
		"other times":                  {nil, Accepted, owner(), func(a *Act) { a.Values.RTO++ }, ErrNotNow, "not those of version"},
		"accepted by the coordinator":  {nil, Accepted, coordinator(), nil, rights.ErrNotAllowed, "by the system owner or the IT manager"},
		"confirmed by the IT manager":  {nil, Confirmed, itManager(), nil, rights.ErrNotAllowed, "confirmed by the system owner"},
		"confirmed by nobody":          {nil, Confirmed, rights.Basis{Person: "p-2"}, nil, rights.ErrNotAllowed, "you act as nobody"},
		"submitted twice":              {nil, Submitted, coordinator(), nil, ErrNotNow, "submitted already"},
		"retired too early":            {nil, Retired, itManager(), nil, ErrNotNow, "only the version in force"},
		"withdrawn without reason":     {nil, Withdrawn, coordinator(), func(a *Act) { a.Reason = " " }, errAny, "write the reason"},
		"changes without words":        {nil, ChangesAsked, owner(), func(a *Act) { a.Comments[0].Text = "" }, errAny, "section by section"},
		"without assurance":            {nil, Confirmed, owner(), func(a *Act) { a.Assurance = "" }, errAny, "how the program knows"},
		"an act that there is not":     {nil, "sung", owner(), nil, errAny, `no act "sung"`},
		"submitted by nobody in words": {nothing, Submitted, program, nil, errAny, "who wrote"},
		"submitted by the program":     {nothing, Submitted, program, func(a *Act) { a.Claim = "x" }, nil, ""},
		"in force, nothing to submit":  {func(s *story) { s.says(Approved, "a", itManager()) }, Submitted, coordinator(), nil, ErrNotNow, "nothing to submit"},
		"in force, nothing to accept":  {func(s *story) { s.says(Approved, "a", itManager()) }, Accepted, owner(), nil, ErrNotNow, "can be accepted"},
	} {
		t.Run(name, c.holds)
	}
}

// attempt is one act on a version that waits for its approval, and what comes of it.
type attempt struct {
	before func(*story)
	kind   Kind
	by     rights.Basis
	spoil  func(*Act)
	is     error // nil: it is allowed
	says   string
}

func (c attempt) holds(t *testing.T) {
	s := &story{t: t}
	s.toApprove("a")
	if c.before != nil {
		c.before(s)
	}
	a := s.act(c.kind, "a", c.by)
	if c.spoil != nil {
		c.spoil(&a)
	}
	before := s.now()
	err := before.May(a)
	switch {
	case c.is == nil && err != nil, c.is != nil && err == nil:
		t.Fatalf("got %v, want %v", err, c.is)
	case c.is == nil:
		return
	case c.is != errAny && !errors.Is(err, c.is), !strings.Contains(err.Error(), c.says):
		t.Errorf("want %v %q, got %v", c.is, c.says, err)
	}
	s.acts = append(s.acts, a)
	if !same(before, s.now()) {
		t.Error("an act that breaks a rule changed something")
	}
}

// errAny stands for an error of no particular kind.
var errAny = errors.New("any")

// resubmit brings version a anew as far as the owner can.
func (s *story) resubmit(change func(*Act)) {
	s.t.Helper()
	s.says(Submitted, "a", coordinator(), change)
	s.says(Confirmed, "a", owner())
	s.says(Accepted, "a", owner())
}

// TestTheClockGoesBack holds that the order of what was said is never in doubt.
func TestTheClockGoesBack(t *testing.T) {
	s := &story{t: t}
	s.toApprove("a")
	s.says(Approved, "a", itManager(), func(a *Act) { a.At = hour(0) })
	if _, since, ok := s.now().InForce(); !ok || !since.Equal(hour(3)) {
		t.Errorf("in force since %s, %t", since, ok)
	}
	if _, _, ok := Of("esdh", s.acts, versions(), hour(2)).InForce(); ok {
		t.Error("in force before it was confirmed")
	}
}

func TestActRow(t *testing.T) {
	s := &story{t: t}
	s.toApprove("a")
	a := s.act(Approved, "a", itManager())
	row, err := a.Row()
	back, err2 := record.Read[Act](row)
	if err != nil || err2 != nil || !reflect.DeepEqual(a, back) || row.Key != "esdh/000004" || row.State != "approved" || row.Person != "p-1" {
		t.Errorf("%+v %v %v\n%+v\n%+v", row, err, err2, a, back)
	}
}
